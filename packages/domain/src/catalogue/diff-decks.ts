import {
  compareDecks,
  formatTenths,
  largestChanges,
  type RowChange,
  type RowCounts,
  rateChangeTenths,
} from "../decks/compare-decks.ts";
import type { DecimalText, DeckRow, DeckVersion } from "./catalogue.ts";

export interface DeckVersionChange {
  readonly from: string;
  readonly change: "added" | "changed" | "removed";
  /** Against the rows before; null when a version is removed or rows are not at hand. */
  readonly rows: DeckRowChanges | null;
}

/** How many rows there are of each kind (handbook §2.2). */
export interface DeckRowChanges extends RowCounts {
  /** By percent; an increase from zero is beyond any percent and comes first. */
  readonly largestIncrease: RateIncrease | null;
}

export interface RateIncrease {
  readonly key: string;
  readonly name: string | null;
  readonly before: DecimalText;
  readonly after: DecimalText;
  /** With one decimal place, such as `"12.5"`; null from zero. */
  readonly percent: DecimalText | null;
}

/**
 * Versions that come, go or get other rows. A version is compared with the one of the same date,
 * and a new date with the version that it takes over from.
 */
export function diffDeckVersions(
  previous: readonly DeckVersion[],
  next: readonly DeckVersion[],
  deckRowsOf: (rowsHash: string) => readonly DeckRow[] | undefined,
): readonly DeckVersionChange[] {
  const before = new Map(previous.map((version) => [version.from, version]));
  const after = new Set(next.map((version) => version.from));
  const changes: DeckVersionChange[] = [];
  for (const [at, version] of next.entries()) {
    const same = before.get(version.from);
    if (same?.rows === version.rows) continue;
    const reference = same ?? next[at - 1];
    const rowsBefore = reference === undefined ? [] : deckRowsOf(reference.rows);
    const rowsAfter = deckRowsOf(version.rows);
    const isKnown = rowsBefore !== undefined && rowsAfter !== undefined;
    changes.push({
      from: version.from,
      change: same === undefined ? "added" : "changed",
      rows: isKnown ? diffDeckRows(rowsBefore, rowsAfter) : null,
    });
  }
  for (const { from } of previous) {
    if (!after.has(from)) changes.push({ from, change: "removed", rows: null });
  }
  return changes;
}

/** Counts what happens to each key. Every row before and after is in exactly one of the counts. */
export function diffDeckRows(
  before: readonly DeckRow[],
  after: readonly DeckRow[],
): DeckRowChanges {
  const { counts, changes } = compareDecks(before, after);
  const [largest] = largestChanges(changes, "increased", 1);
  return { ...counts, largestIncrease: largest === undefined ? null : toRateIncrease(largest) };
}

function toRateIncrease(change: RowChange): RateIncrease {
  const tenths = rateChangeTenths(change);
  return {
    key: change.key,
    name: change.after?.name ?? null,
    before: change.before?.rate ?? "0",
    after: change.after?.rate ?? "0",
    percent: tenths === null ? null : formatTenths(tenths),
  };
}
