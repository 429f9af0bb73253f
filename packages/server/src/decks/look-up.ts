import { findDeckRows } from "@counterpart/domain/decks/find-deck-rows.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { type OpenDeck, versionAt } from "./deck-shelf.ts";
import type { DeckLookup } from "./print-decks.ts";

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
