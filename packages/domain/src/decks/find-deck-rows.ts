/** Which row of a deck a number or network gets, and which ones it passes over. */
import type { Deck, DeckRow } from "../catalogue/catalogue.ts";

/**
 * The rows that match, in the order in which rating takes them: the longest prefix first, or the
 * network and then its country; of one key those for some callers or times before those for all.
 * The first one that is for the caller and the time wins, also when it blocks; with none there is
 * no rate, which is never zero.
 */
export function findDeckRows(
  kind: Deck["key"],
  rows: readonly DeckRow[],
  wanted: string,
): readonly DeckRow[] {
  return rows
    .filter(({ key }) => (kind === "prefix" ? wanted.startsWith(key) : isNetwork(key, wanted)))
    .sort((a, b) => b.key.length - a.key.length || rank(a) - rank(b));
}

/** The keys that `findDeckRows` takes a row by: every row of another is passed over. */
export function keysMatching(kind: Deck["key"], wanted: string): readonly string[] {
  if (kind === "network") return [wanted, wanted.slice(0, 3)];
  return Array.from(wanted, (_, at) => wanted.slice(0, at + 1));
}

function isNetwork(key: string, wanted: string): boolean {
  return key === wanted || key === wanted.slice(0, 3);
}

/**
 * Rows of a group of callers come before the others, and rows of a time band before those without.
 */
function rank({ originGroup, timeBand }: DeckRow): number {
  return (originGroup === undefined ? 2 : 0) + (timeBand === undefined ? 1 : 0);
}
