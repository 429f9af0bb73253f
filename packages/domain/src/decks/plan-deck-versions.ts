/**
 * From an operator's price list, whose rows may take effect on days of their own, to versions of a
 * deck.
 */
import { assert } from "../assert.ts";
import type { DateOrInstantText, DeckRow } from "../catalogue/catalogue.ts";
import { deckRowKey, inOrderOfKey } from "../catalogue/deck-row-key.ts";
import type { Instant } from "../instant.ts";

/** A row of the list. Of a key that comes twice, the later one takes over on its day. */
export interface OfferedRow {
  /** As `deckRowKey` makes it. */
  readonly key: string;
  /** Null: the destination is offered no more. */
  readonly row: DeckRow | null;
  readonly at: Instant;
}

export interface PlannedVersion {
  readonly from: DateOrInstantText;
  readonly at: Instant;
  /** Sorted by key. */
  readonly rows: readonly DeckRow[];
}

export interface Offer {
  /** When the list takes over; rows of earlier days count from then, too. */
  readonly from: DateOrInstantText;
  readonly at: Instant;
  readonly rows: readonly OfferedRow[];
  /** Date text of each later day that a row names. */
  readonly dates: ReadonlyMap<Instant, DateOrInstantText>;
  /**
   * Whether the list is the whole deck, so that what it does not name is gone; else only what
   * changes, and the rest stays.
   */
  readonly isWhole: boolean;
}

/**
 * One version for each day on which something changes. Until the day of its row comes, a
 * destination keeps the row that it has in force.
 */
export function planDeckVersions(offer: Offer, inForce: readonly DeckRow[]): PlannedVersion[] {
  const { from, at: start, dates, isWhole } = offer;
  const named = new Set(offer.rows.map(({ key }) => key));
  const rows = new Map<string, DeckRow>();
  for (const row of inForce) {
    const key = deckRowKey(row);
    if (!isWhole || named.has(key)) rows.set(key, row);
  }
  const offered = [...offer.rows].sort((a, b) => a.at - b.at);
  const days = [...new Set(offered.map(({ at }) => at))].filter((at) => at > start);
  const planned: PlannedVersion[] = [];
  let next = 0;
  for (const at of [start, ...days]) {
    for (; next < offered.length && offered[next]!.at <= at; next++) {
      const { key, row } = offered[next]!;
      if (row === null) rows.delete(key);
      else rows.set(key, row);
    }
    const text = at === start ? from : dates.get(at);
    assert(text !== undefined, "each day of a row has its date text");
    planned.push({ from: text, at, rows: inOrderOfKey(rows) });
  }
  assert(next === offered.length, "every row of the list takes effect in one of the versions");
  return planned;
}
