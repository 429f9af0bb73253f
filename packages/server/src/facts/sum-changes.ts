/**
 * What facts add to totals and usage, and take away, one row per key; rows that cancel out are left out, but
 * where an event says something else that a meter may read: its month is to be stated anew.
 */
import type { LocalDay } from "@counterpart/domain/period.ts";
import { chargesFromText } from "@counterpart/domain/rating/charge.ts";
import { settle } from "@counterpart/domain/rating/whole.ts";
import { arrayColumn, columnValue, pushInteger, pushNumeric } from "../events/binary-format.ts";
import type { Columns } from "../events/sum-deltas.ts";
import type { ChargedTerms } from "./charged-terms.ts";
import type { NewFactRow } from "./facts.repo.ts";
import type { EventVersion } from "./known-event.ts";

/** Sums of rows by their keys. */
export type ChangeSums = Map<string, Sum>;

export interface Sum {
  readonly key: readonly number[];
  count: number;
  /** Quantity, and for totals amount and base. */
  readonly sums: bigint[];
  /** Whether it is told though it adds nothing. */
  isKept: boolean;
}

const HOUR = 3_600_000;

export interface SummedChanges {
  /** Array parameters; null: nothing moves. */
  readonly totals: Columns | null;
  readonly usage: Columns | null;
}

export function sumChanges(rows: readonly NewFactRow[], terms: ChargedTerms): SummedChanges {
  const totals: ChangeSums = new Map();
  const usage: ChangeSums = new Map();
  for (const { side, version, says } of rows) {
    const sign = side === "+" ? 1 : -1;
    addCharges(totals, version, { sign, says, dayOf: (day) => day }, terms);
    addUsage(usage, version, sign);
  }
  return { totals: toColumns(totals.values()), usage: toColumns(usage.values()) };
}

export interface AddedSide {
  readonly sign: 1 | -1;
  /** Whether the event says something else by it. */
  readonly says: boolean;
  /** The day of the total that a day counts in. */
  readonly dayOf: (day: LocalDay) => LocalDay;
}

/** Keys: account, term version, the day that `dayOf` puts it on, tuple, agreement. */
export function addCharges(
  totals: ChangeSums,
  { account, charges }: Pick<EventVersion, "account" | "charges">,
  { sign, says, dayOf }: AddedSide,
  { termOf, isMetered }: ChargedTerms,
): void {
  for (const charge of chargesFromText(charges)) {
    const { termVersion, day, tuple, billed, amount, base, count } = charge;
    const { agreement } = termOf(termVersion);
    const key = [account, termVersion, dayOf(day), tuple, agreement];
    const sum = add(totals, key, sign, count, [billed, amount ?? 0n, base ?? 0n]);
    if (says && isMetered(termVersion)) sum.isKept = true;
  }
}

function addUsage(
  sums: ChangeSums,
  { account, time, type, usage }: EventVersion,
  sign: 1 | -1,
): void {
  if (usage === null) return;
  const key = [account, Math.floor(time / HOUR), type.handle, usage.tuple];
  add(sums, key, sign, 1, [BigInt(usage.measured)]);
}

function add(
  sums: ChangeSums,
  key: readonly number[],
  sign: 1 | -1,
  count: number,
  values: readonly bigint[],
): Sum {
  const text = key.join("/");
  let sum = sums.get(text);
  if (sum === undefined) {
    sum = { key, count: 0, sums: values.map(() => 0n), isKept: false };
    sums.set(text, sum);
  }
  sum.count += sign * count;
  for (const [at, value] of values.entries()) sum.sums[at]! += BigInt(sign) * value;
  return sum;
}

/** Array parameters of the key, of the count and of the sums, in this order; null: nothing moves. */
export function toColumns(sums: Iterable<Sum>): Columns | null {
  const moved = [...sums].filter(
    ({ count, sums, isKept }) => isKept || count !== 0 || sums.some((sum) => sum !== 0n),
  );
  const [first] = moved;
  if (first === undefined) return null;
  const keys = first.key.map(() => arrayColumn("integer"));
  const counts = arrayColumn("integer");
  const values = first.sums.map(() => arrayColumn("numeric"));
  for (const { key, count, sums } of moved) {
    for (const [at, part] of key.entries()) pushInteger(keys[at]!, part);
    pushInteger(counts, count);
    for (const [at, sum] of sums.entries()) pushNumeric(values[at]!, settle(sum));
  }
  return [...keys, counts, ...values].map(columnValue);
}
