import { canonicalJson } from "../canonical-json.ts";
import { parseDecimal } from "../decimal.ts";
import { divideRounded } from "../rounding.ts";
import type { DecimalText, DeckRow, DeckVersion } from "./catalogue.ts";
import { DECIMAL_PLACES } from "./check-values.ts";
import { deckRowKey } from "./deck-row-key.ts";

export interface DeckVersionChange {
  readonly from: string;
  readonly change: "added" | "changed" | "removed";
  /** Against the rows before; null when a version is removed or rows are not at hand. */
  readonly rows: DeckRowChanges | null;
}

/** How many rows there are of each kind (handbook §2.2). */
export interface DeckRowChanges {
  readonly added: number;
  /** The rate goes up, or down. */
  readonly increased: number;
  readonly decreased: number;
  /** The rate stays, something else does not: a fee, an increment, a name, a block. */
  readonly otherwise: number;
  readonly unchanged: number;
  readonly deleted: number;
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
  const rowsBefore = new Map(before.map((row) => [deckRowKey(row), row]));
  const counts = { added: 0, increased: 0, decreased: 0, otherwise: 0, unchanged: 0 };
  let largest: Increase | null = null;
  for (const row of after) {
    const old = rowsBefore.get(deckRowKey(row));
    const change = old === undefined ? "added" : changeOf(old, row);
    counts[change] += 1;
    if (old === undefined || change !== "increased") continue;
    const increase = { before: old, after: row };
    if (largest === null || isLarger(increase, largest)) largest = increase;
  }
  const kept = after.length - counts.added;
  const largestIncrease = largest === null ? null : toRateIncrease(largest);
  return { ...counts, deleted: rowsBefore.size - kept, largestIncrease };
}

function changeOf(
  before: DeckRow,
  after: DeckRow,
): "increased" | "decreased" | "otherwise" | "unchanged" {
  if (before.rate !== null && after.rate !== null && before.rate !== after.rate) {
    const difference = picoOf(after.rate) - picoOf(before.rate);
    if (difference !== 0n) return difference > 0n ? "increased" : "decreased";
  }
  const isSame =
    (before.rate === null) === (after.rate === null) &&
    before.name === after.name &&
    before.rateNext === after.rateNext &&
    before.connectFee === after.connectFee &&
    before.initialIncrement === after.initialIncrement &&
    before.subsequentIncrement === after.subsequentIncrement &&
    (before.call === after.call ||
      canonicalJson(before.call ?? null) === canonicalJson(after.call ?? null));
  return isSame ? "unchanged" : "otherwise";
}

interface Increase {
  readonly before: DeckRow;
  readonly after: DeckRow;
}

/** Compares after ÷ before without dividing; of two from zero, the higher rate is the larger. */
function isLarger(a: Increase, b: Increase): boolean {
  const [aBefore, aAfter, bBefore, bAfter] = [a.before, a.after, b.before, b.after].map((row) =>
    picoOf(row.rate ?? "0"),
  ) as [bigint, bigint, bigint, bigint];
  if (aBefore === 0n && bBefore === 0n) return aAfter > bAfter;
  return aAfter * bBefore > bAfter * aBefore;
}

function toRateIncrease({ before, after }: Increase): RateIncrease {
  const [old, now] = [picoOf(before.rate ?? "0"), picoOf(after.rate ?? "0")];
  // Tenths of a percent, so that 0.0075 to 0.0079 is 53: 5.3 %.
  const tenths = old === 0n ? null : divideRounded((now - old) * 1000n, old);
  return {
    key: deckRowKey(after),
    name: after.name ?? null,
    before: before.rate ?? "0",
    after: after.rate ?? "0",
    percent: tenths === null ? null : `${tenths / 10n}.${tenths % 10n}`,
  };
}

function picoOf(rate: DecimalText): bigint {
  return parseDecimal(rate, DECIMAL_PLACES);
}
