import type { LocalDay } from "../period.ts";
import { countOfSteps, writeCallSteps } from "../voice/call-steps.ts";
import type { CompiledTerm, Tuple } from "./book.ts";
import type { Whole } from "./whole.ts";

/**
 * The result of a per-event term for one event, with what its derivation needs: the term version and the
 * deck row are never changed or deleted, so their numbers are enough.
 */
export interface Charge {
  readonly term: CompiledTerm;
  /** Local day of the agreement on which it counts; a day of UTC where the term compares these. */
  readonly day: LocalDay;
  /** Dimensions by which statement lines are split. */
  readonly tuple: Tuple;
  /** Id of the deck row that gave the rate; 0 for none. */
  readonly deckRow: number;
  /** What was used, in smallest units. */
  readonly raw: number;
  /** What is billed, after increments. */
  readonly billed: number;
  /** Pico-units of the agreement's currency; null when the term is priced at close. */
  readonly amount: Whole | null;
  /**
   * Amount that a share or markup was taken of; of a term by the line, what `amount` leaves over; of a ratio,
   * the whole that `billed` is a part of.
   */
  readonly base: Whole | null;
  /**
   * What it adds to the number of events: a message is counted with the charge that makes its quantity count,
   * and not again by its receipt; a call that is divided with its first part. −1 where it is taken back.
   */
  readonly count: number;
  /** What else was done, where references do not tell: `call-steps.ts` reads it. Mostly empty. */
  readonly steps: string;
}

/** By which lines of what is counted day by day are split: the `day` of the charge, as a date. */
export const DAY_DIMENSION = "day";

/** Steps with the count of their charge, which they tell where it is not 1. */
export function countedSteps(count: number, steps: string): string {
  if (count === 1) return steps;
  const told = writeCallSteps([{ kind: "count", count }]);
  return steps === "" ? told : `${told}~${steps}`;
}

/** A stored charge, its references still numbers. */
export interface StoredCharge {
  readonly termVersion: number;
  readonly day: LocalDay;
  readonly tuple: number;
  readonly deckRow: number;
  readonly raw: bigint;
  readonly billed: bigint;
  readonly amount: bigint | null;
  readonly base: bigint | null;
  readonly count: number;
  readonly steps: string;
}

/**
 * Reads the compact form in the event row, about 45 bytes a charge. Ingest writes it, and the SQL function
 * `charges_of` reads the same: term version, day, tuple, deck row, raw, billed, amount and base, with
 * commas between them and semicolons between charges; null is empty. Steps are a ninth part, if any.
 */
export function chargesFromText(text: string): StoredCharge[] {
  if (text === "") return [];
  return text.split(";").map((charge) => {
    const [termVersion, day, tuple, deckRow, raw, billed, amount, base, steps = ""] =
      charge.split(",");
    return {
      termVersion: Number(termVersion),
      day: Number(day) as LocalDay,
      tuple: Number(tuple),
      deckRow: Number(deckRow),
      raw: BigInt(raw!),
      billed: BigInt(billed!),
      amount: amount === "" ? null : BigInt(amount!),
      base: base === "" ? null : BigInt(base!),
      count: countOfSteps(steps),
      steps,
    };
  });
}

/** Writes what `chargesFromText` reads. Tuples are numbered. */
export function chargesToText(charges: readonly Charge[]): string {
  return charges
    .map(({ term, day, tuple, deckRow, raw, billed, amount, base, steps }) => {
      const parts = [term.id, day, tuple.id, deckRow, raw, billed, amount ?? "", base ?? ""];
      return [...parts, ...(steps === "" ? [] : [steps])].join(",");
    })
    .join(";");
}
