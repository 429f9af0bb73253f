/** What a price makes of one event, before it is anybody's charge. */
import type { Dimensions, Numbers } from "../events/measure-dimensions.ts";
import type { Instant } from "../instant.ts";
import type { RefusalCode } from "../refusals.ts";
import type { BookAccount, BookType } from "./book.ts";
import type { Whole } from "./whole.ts";

/** An event that has been identified, validated and measured. */
export interface RatableEvent {
  readonly account: BookAccount;
  readonly type: BookType;
  readonly time: Instant;
  /** Smallest units by name of the quantity. */
  readonly quantities: Readonly<Record<string, number>>;
  readonly dimensions: Dimensions;
  readonly numbers: Numbers;
}

/** See `Charge` for what each of them is. */
export interface Priced {
  readonly deckRow: number;
  readonly raw: number;
  readonly billed: number;
  readonly amount: Whole | null;
  readonly base: Whole | null;
  readonly count: number;
  readonly steps: string;
}

export interface Refused {
  readonly refused: RefusalCode;
  readonly detail: string;
}

export function refuse(refused: RefusalCode, detail: string): Refused {
  return { refused, detail };
}

/** What is charged as it was used. */
export function priced(raw: number, amount: Whole | null, base: Whole | null = null): Priced {
  return { deckRow: 0, raw, billed: raw, amount, base, count: 1, steps: "" };
}
