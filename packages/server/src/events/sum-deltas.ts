/**
 * What a group of events adds to totals and usage, one row per key. The row of each charge is found as
 * the event is drafted; amounts are added up at the end, of the events that turned out to be new.
 */
import { addWhole, type Whole } from "@counterpart/domain/rating/whole.ts";
import {
  type ArrayColumn,
  arrayColumn,
  clearColumn,
  columnValue,
  pushInteger,
  pushNumeric,
} from "./binary-format.ts";
import type { RatedCandidate } from "./encode-events.ts";
import { clearRows, type RowTable, rowOf, rowTable } from "./row-table.ts";

/** Sums of each row of a table. */
interface Sums {
  readonly count: number[];
  readonly quantity: Whole[];
  readonly amount: Whole[];
  readonly base: Whole[];
}

/** What each charge adds, so that no charge outlives its event's preparation. */
interface Charges {
  count: number;
  row: Int32Array;
  counted: Int8Array;
  billed: Float64Array;
  amount: Float64Array;
  base: Float64Array;
  /** Amounts and bases beyond 2^53, by twice the number of the charge, and one more for the base. */
  readonly large: Map<number, bigint>;
}

interface Events {
  count: number;
  usageRow: Int32Array;
  measured: Float64Array;
  chargesEnd: Int32Array;
}

export interface Deltas {
  /** By account, term version, day and tuple. */
  readonly totals: RowTable;
  /** Agreement of each totals row. */
  readonly agreements: number[];
  /** By account, hour, event type and tuple. */
  readonly usage: RowTable;
  readonly charges: Charges;
  readonly events: Events;
  readonly totalColumns: readonly ArrayColumn[];
  readonly usageColumns: readonly ArrayColumn[];
}

/** Array parameters of the rows to be added. */
export type Columns = readonly Buffer[];

const HOUR = 3_600_000;
const EVENTS_FIRST = 1024;

export function startDeltas(): Deltas {
  const integers = (count: number) => Array.from({ length: count }, () => arrayColumn("integer"));
  const numerics = (count: number) => Array.from({ length: count }, () => arrayColumn("numeric"));
  return {
    totals: rowTable(),
    agreements: [],
    usage: rowTable(),
    charges: {
      count: 0,
      row: new Int32Array(EVENTS_FIRST),
      counted: new Int8Array(EVENTS_FIRST),
      billed: new Float64Array(EVENTS_FIRST),
      amount: new Float64Array(EVENTS_FIRST),
      base: new Float64Array(EVENTS_FIRST),
      large: new Map(),
    },
    events: {
      count: 0,
      usageRow: new Int32Array(EVENTS_FIRST),
      measured: new Float64Array(EVENTS_FIRST),
      chargesEnd: new Int32Array(EVENTS_FIRST),
    },
    totalColumns: [...integers(6), ...numerics(3)],
    usageColumns: [...integers(5), ...numerics(1)],
  };
}

export function clearDeltas({ totals, agreements, usage, events, charges }: Deltas): void {
  clearRows(totals);
  clearRows(usage);
  agreements.length = 0;
  events.count = 0;
  charges.count = 0;
  charges.large.clear();
}

/** Notes the next event. */
export function noteEvent(deltas: Deltas, { verdict, time }: RatedCandidate): void {
  const { charges, events, totals, agreements } = deltas;
  const account = verdict.account.handle;
  for (const { term, day, tuple, billed, amount, base, count } of verdict.charges) {
    if (charges.count === charges.row.length) growCharges(charges);
    const at = charges.count++;
    const row = rowOf(totals, account, term.id, day, tuple.id);
    if (row === agreements.length) agreements.push(term.agreement.handle);
    charges.row[at] = row;
    charges.counted[at] = count;
    charges.billed[at] = billed;
    charges.amount[at] = inColumn(charges, at * 2, amount);
    charges.base[at] = inColumn(charges, at * 2 + 1, base);
  }
  if (events.count === events.usageRow.length) growEvents(events);
  const at = events.count++;
  const hour = Math.floor(time / HOUR);
  events.usageRow[at] = rowOf(
    deltas.usage,
    account,
    hour,
    verdict.type.handle,
    verdict.usageTuple.id,
  );
  events.measured[at] = verdict.measured;
  events.chargesEnd[at] = charges.count;
}

function inColumn({ large }: Charges, place: number, value: Whole | null): number {
  if (typeof value === "number") return value;
  if (value === null) return 0;
  large.set(place, value);
  return Number.NaN;
}

function fromColumn({ large }: Charges, place: number, value: number): Whole {
  return Number.isNaN(value) ? large.get(place)! : value;
}

function growCharges(charges: Charges): void {
  charges.row = grown(charges.row, new Int32Array(charges.row.length * 2));
  charges.counted = grown(charges.counted, new Int8Array(charges.counted.length * 2));
  charges.billed = grown(charges.billed, new Float64Array(charges.billed.length * 2));
  charges.amount = grown(charges.amount, new Float64Array(charges.amount.length * 2));
  charges.base = grown(charges.base, new Float64Array(charges.base.length * 2));
}

function growEvents(events: Events): void {
  events.usageRow = grown(events.usageRow, new Int32Array(events.usageRow.length * 2));
  events.measured = grown(events.measured, new Float64Array(events.measured.length * 2));
  events.chargesEnd = grown(events.chargesEnd, new Int32Array(events.chargesEnd.length * 2));
}

function grown<T extends Int8Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Adds up the noted events but those at the `left` places. */
export function sumDeltas(
  deltas: Deltas,
  left: ReadonlySet<number>,
): { totals: Columns; usage: Columns } {
  const { events, charges } = deltas;
  const totals = startSums(deltas.totals.count);
  const usage = startSums(deltas.usage.count);
  let charge = 0;
  for (let event = 0; event < events.count; event++) {
    const end = events.chargesEnd[event]!;
    if (left.has(event)) {
      charge = end;
      continue;
    }
    const usageRow = events.usageRow[event]!;
    usage.count[usageRow]!++;
    usage.quantity[usageRow] = addWhole(usage.quantity[usageRow]!, events.measured[event]!);
    for (; charge < end; charge++) {
      const row = charges.row[charge]!;
      const amount = fromColumn(charges, charge * 2, charges.amount[charge]!);
      const base = fromColumn(charges, charge * 2 + 1, charges.base[charge]!);
      totals.count[row]! += charges.counted[charge]!;
      totals.quantity[row] = addWhole(totals.quantity[row]!, charges.billed[charge]!);
      totals.amount[row] = addWhole(totals.amount[row]!, amount);
      totals.base[row] = addWhole(totals.base[row]!, base);
    }
  }
  return { totals: totalColumns(deltas, totals), usage: usageColumns(deltas, usage) };
}

function startSums(rows: number): Sums {
  const zeros = () => new Array<number>(rows).fill(0);
  return { count: zeros(), quantity: zeros(), amount: zeros(), base: zeros() };
}

function totalColumns({ totals, agreements, totalColumns }: Deltas, sums: Sums): Columns {
  totalColumns.forEach(clearColumn);
  const [account, term, day, tuple, agreement, count, quantity, amount, base] = totalColumns;
  for (let row = 0; row < totals.count; row++) {
    if (isNothing(sums, row)) continue;
    pushInteger(account!, totals.keys[row * 4]!);
    pushInteger(term!, totals.keys[row * 4 + 1]!);
    pushInteger(day!, totals.keys[row * 4 + 2]!);
    pushInteger(tuple!, totals.keys[row * 4 + 3]!);
    pushInteger(agreement!, agreements[row]!);
    pushInteger(count!, sums.count[row]!);
    pushNumeric(quantity!, sums.quantity[row]!);
    pushNumeric(amount!, sums.amount[row]!);
    pushNumeric(base!, sums.base[row]!);
  }
  return totalColumns.map(columnValue);
}

/** Of events that were all left out; or what was counted is taken back, and nothing else moves. */
function isNothing({ count, quantity, amount, base }: Sums, row: number): boolean {
  return count[row] === 0 && quantity[row] === 0 && amount[row] === 0 && base[row] === 0;
}

function usageColumns({ usage, usageColumns }: Deltas, sums: Sums): Columns {
  usageColumns.forEach(clearColumn);
  const [account, hour, type, tuple, count, quantity] = usageColumns;
  for (let row = 0; row < usage.count; row++) {
    if (sums.count[row] === 0) continue;
    pushInteger(account!, usage.keys[row * 4]!);
    pushInteger(hour!, usage.keys[row * 4 + 1]!);
    pushInteger(type!, usage.keys[row * 4 + 2]!);
    pushInteger(tuple!, usage.keys[row * 4 + 3]!);
    pushInteger(count!, sums.count[row]!);
    pushNumeric(quantity!, sums.quantity[row]!);
  }
  return usageColumns.map(columnValue);
}
