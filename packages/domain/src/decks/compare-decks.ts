/** What becomes of each row of a deck when another version takes over (handbook §2.2). */
import { assert } from "../assert.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { DecimalText, DeckRow } from "../catalogue/catalogue.ts";
import { DECIMAL_PLACES } from "../catalogue/check-values.ts";
import { deckRowKey } from "../catalogue/deck-row-key.ts";
import { parseDecimal } from "../decimal.ts";
import { divideRounded } from "../rounding.ts";

export const ROW_CHANGES = [
  "added",
  /** The rate goes up, or down. */
  "increased",
  "decreased",
  /** The rate stays, something else does not: a fee, an increment, a name, a block. */
  "otherwise",
  "unchanged",
  "deleted",
] as const;

export type RowChangeKind = (typeof ROW_CHANGES)[number];

export interface RowChange {
  /** As `deckRowKey` makes it: the prefix or network, and whom and when the row is for. */
  readonly key: string;
  readonly change: RowChangeKind;
  /** Null for a row that is new, or gone. */
  readonly before: DeckRow | null;
  readonly after: DeckRow | null;
}

/** Every row before and after is in exactly one of the counts. */
export type RowCounts = Readonly<Record<RowChangeKind, number>>;

export interface DeckComparison {
  readonly counts: RowCounts;
  /** All but the unchanged: those after in their order, then the deleted. */
  readonly changes: readonly RowChange[];
}

export function compareDecks(
  before: readonly DeckRow[],
  after: readonly DeckRow[],
): DeckComparison {
  const gone = new Map<string, DeckRow>();
  for (const row of before) gone.set(deckRowKey(row), row);
  const picos = new Map<string, bigint>();
  const counts: Record<RowChangeKind, number> = {
    added: 0,
    increased: 0,
    decreased: 0,
    otherwise: 0,
    unchanged: 0,
    deleted: 0,
  };
  const changes: RowChange[] = [];
  for (const row of after) {
    const key = deckRowKey(row);
    const old = gone.get(key) ?? null;
    gone.delete(key);
    const change = old === null ? "added" : changeOf(old, row, picos);
    counts[change] += 1;
    if (change !== "unchanged") changes.push({ key, change, before: old, after: row });
  }
  for (const [key, row] of gone) {
    counts.deleted += 1;
    changes.push({ key, change: "deleted", before: row, after: null });
  }
  const told = ROW_CHANGES.reduce((sum, change) => sum + counts[change], 0);
  assert(told === after.length + gone.size, "every row is in exactly one of the counts");
  return { counts, changes };
}

/** `picos`: of the rates that were read before, as price lists repeat theirs. */
function changeOf(before: DeckRow, after: DeckRow, picos: Map<string, bigint>): RowChangeKind {
  if (before.rate !== null && after.rate !== null && before.rate !== after.rate) {
    const difference = picoIn(picos, after.rate) - picoIn(picos, before.rate);
    if (difference !== 0n) return difference > 0n ? "increased" : "decreased";
  }
  const isSame =
    (before.rate === null) === (after.rate === null) && isSameBut(before, after, ["rate"]);
  return isSame ? "unchanged" : "otherwise";
}

function picoIn(picos: Map<string, bigint>, rate: DecimalText): bigint {
  let pico = picos.get(rate);
  if (pico === undefined) {
    pico = picoOf(rate);
    picos.set(rate, pico);
  }
  return pico;
}

/** All fields but those, whatever they are: a field that is absent is undefined. */
export function isSameBut(a: DeckRow, b: DeckRow, but: readonly (keyof DeckRow)[]): boolean {
  return hasAllOf(a, b, but) && hasAllOf(b, a, but);
}

function hasAllOf(a: DeckRow, b: DeckRow, but: readonly (keyof DeckRow)[]): boolean {
  for (const field in a) {
    const name = field as keyof DeckRow;
    if (!but.includes(name) && !isSame(a[name], b[name])) return false;
  }
  return true;
}

/** Rules of calls are maps; two rows of one deck seldom have any. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const areMaps = typeof a === "object" && typeof b === "object" && a !== null && b !== null;
  return areMaps && canonicalJson(a) === canonicalJson(b);
}

/**
 * Whether the row costs more than before for some use: a rate, fee or increment that went up, or a
 * destination that is priced again. That is what a party must be told of beforehand.
 */
export function isDearer({ before, after }: RowChange): boolean {
  if (before === null || after === null || after.rate === null) return false;
  if (before.rate === null) return true;
  return (
    hasDearerRates(before, after) ||
    hasDearerIncrements(before, after) ||
    hasDearerCalls(before, after)
  );
}

function hasDearerRates(before: DeckRow, after: DeckRow): boolean {
  const [old, now] = [pricesOf(before), pricesOf(after)];
  if (now.some((price, at) => picoOf(price ?? "0") > picoOf(old[at] ?? "0"))) return true;
  const [cap, capNow] = [before.call?.maxCharge, after.call?.maxCharge];
  return cap !== undefined && (capNow === undefined || picoOf(capNow) > picoOf(cap));
}

function pricesOf(row: DeckRow): readonly (DecimalText | null | undefined)[] {
  const { rate, rateNext = rate, connectFee, call } = row;
  const { intraRate = rate, interRate = rate, attemptFee, minCharge } = call ?? {};
  return [rate, rateNext, connectFee, intraRate, interRate, attemptFee, minCharge];
}

function hasDearerIncrements(before: DeckRow, after: DeckRow): boolean {
  const { initialIncrement: old = 0, subsequentIncrement: oldNext = old } = before;
  const { initialIncrement: now = 0, subsequentIncrement: next = now } = after;
  return now > old || next > oldNext;
}

function hasDearerCalls({ call: before = {} }: DeckRow, { call: after = {} }: DeckRow): boolean {
  const { minDuration: least = 0, graceSeconds: grace = 0, freeSeconds: free = 0 } = before;
  const { minDuration = 0, graceSeconds = 0, freeSeconds = 0 } = after;
  return minDuration > least || graceSeconds < grace || freeSeconds < free;
}

/**
 * By how much the rate changes, in tenths of a percent, rounded half-even: 0.0075 to 0.0079 is 53.
 * Null where there is nothing to divide by, or nothing on one of the sides.
 */
export function rateChangeTenths({ before, after }: RowChange): bigint | null {
  if (before === null || after === null || before.rate === null || after.rate === null) return null;
  const [old, now] = [picoOf(before.rate), picoOf(after.rate)];
  return old === 0n ? null : divideRounded((now - old) * 1000n, old);
}

/** `12.5`, `-3.0` */
export function formatTenths(tenths: bigint): DecimalText {
  const size = tenths < 0n ? -tenths : tenths;
  return `${tenths < 0n ? "-" : ""}${size / 10n}.${size % 10n}`;
}

/**
 * The largest first: what comes from zero is beyond any percent, the higher rate before the lower.
 */
export function largestChanges(
  changes: readonly RowChange[],
  direction: "increased" | "decreased",
  count: number,
): readonly RowChange[] {
  const sign = direction === "increased" ? 1n : -1n;
  const largest: SizedChange[] = [];
  for (const change of changes) {
    if (change.change !== direction) continue;
    const before = picoOf(change.before?.rate ?? "0");
    const sized = { change, before, after: picoOf(change.after?.rate ?? "0") };
    // The list is short: a deck may have a hundred thousand increases, and few are looked at.
    const at = largest.findIndex((one) => compareSizes(sized, one) * sign > 0n);
    if (at !== -1) largest.splice(at, 0, sized);
    else if (largest.length < count) largest.push(sized);
    if (largest.length > count) largest.pop();
  }
  return largest.map(({ change }) => change);
}

/** Up to so many of each kind: the largest increases, the largest decreases, the first others. */
export function foremostChanges(
  changes: readonly RowChange[],
  count: number,
): readonly RowChange[] {
  return [
    ...largestChanges(changes, "increased", count),
    ...largestChanges(changes, "decreased", count),
    ...(["otherwise", "deleted", "added"] as const).flatMap((kind) =>
      changes.filter(({ change }) => change === kind).slice(0, count),
    ),
  ];
}

interface SizedChange {
  readonly change: RowChange;
  readonly before: bigint;
  readonly after: bigint;
}

/** Compares after ÷ before without dividing; of two from zero, by what they are now. */
function compareSizes(a: SizedChange, b: SizedChange): bigint {
  if (a.before === 0n && b.before === 0n) return a.after - b.after;
  return a.after * b.before - b.after * a.before;
}

function picoOf(rate: DecimalText): bigint {
  return parseDecimal(rate, DECIMAL_PLACES);
}
