import type { Deck, DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import { findDeckRows } from "@counterpart/domain/decks/find-deck-rows.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { type OpenDeck, versionAt } from "./deck-shelf.ts";

export interface DeckLookup {
  readonly deck: string;
  readonly body: Pick<Deck, "key" | "currency" | "per">;
  readonly wanted: string;
  readonly at: Instant;
  /** Version in force; null before the first. */
  readonly version: string | null;
  readonly matching: readonly DeckRow[];
  /** What each later version makes of it. */
  readonly scheduled: readonly { readonly from: string; readonly row: DeckRow | null }[];
}

/**
 * Which row of a deck a number or network gets at an instant, and what later versions make of it.
 */
export function lookUp(open: OpenDeck, wanted: string, at: Instant): DeckLookup {
  const { name, deck, versions } = open;
  const version = versionAt(open, at);
  const find = (rows: (typeof versions)[number]["rows"]) => findDeckRows(deck.key, rows, wanted);
  return {
    deck: name,
    body: { key: deck.key, currency: deck.currency, per: deck.per },
    wanted,
    at,
    version: version?.from ?? null,
    matching: find(version?.rows ?? []),
    scheduled: versions
      .filter((one) => one.at > at)
      .map((one) => ({ from: one.from, row: find(one.rows)[0] ?? null })),
  };
}

/** The digits of a number without its `+`, or a network. Refuses `deck.number-malformed`. */
export function readWanted(text: string): string {
  const digits = text.replace(/^\+/, "");
  if (/^(\d{1,15}|\d{3}-\d{2,3})$/.test(digits)) return digits;
  throw new Refusal("deck.number-malformed", { number: text.slice(0, 40) });
}
