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
  push,
  writeInteger,
  writeNumeric,
} from "./binary-format.ts";
import type { RatedCandidate } from "./encode-events.ts";

interface TotalDelta {
  readonly account: number;
  readonly term: number;
  readonly day: number;
  readonly tuple: number;
  readonly agreement: number;
  count: number;
  quantity: Whole;
  amount: Whole;
  base: Whole;
}

interface UsageDelta {
  readonly account: number;
  readonly hour: number;
  readonly type: number;
  readonly tuple: number;
  count: number;
  quantity: Whole;
}

export interface Deltas {
  readonly totals: Map<string, TotalDelta>;
  readonly usage: Map<string, UsageDelta>;
  /** One entry an event: its usage row, what it measures, and where its charges end. */
  readonly events: { usage: UsageDelta[]; measured: number[]; chargesEnd: number[] };
  /** One entry a charge, so that no charge outlives its event's preparation. */
  readonly charges: { total: TotalDelta[]; billed: number[]; amount: Whole[]; base: Whole[] };
  readonly totalColumns: readonly ArrayColumn[];
  readonly usageColumns: readonly ArrayColumn[];
}

/** Array parameters of the rows to be added. */
export type Columns = readonly Buffer[];

const HOUR = 3_600_000;

export function startDeltas(): Deltas {
  const integers = (count: number) => Array.from({ length: count }, () => arrayColumn("integer"));
  const numerics = (count: number) => Array.from({ length: count }, () => arrayColumn("numeric"));
  return {
    totals: new Map(),
    usage: new Map(),
    events: { usage: [], measured: [], chargesEnd: [] },
    charges: { total: [], billed: [], amount: [], base: [] },
    totalColumns: [...integers(6), ...numerics(3)],
    usageColumns: [...integers(5), ...numerics(1)],
  };
}

export function clearDeltas({ totals, usage, events, charges }: Deltas): void {
  totals.clear();
  usage.clear();
  for (const entries of [...Object.values(events), ...Object.values(charges)]) entries.length = 0;
}

/** Notes the next event. */
export function noteEvent(deltas: Deltas, event: RatedCandidate): void {
  const { charges, events } = deltas;
  for (const charge of event.verdict.charges) {
    charges.total.push(totalOf(deltas, event, charge));
    charges.billed.push(charge.billed);
    charges.amount.push(charge.amount ?? 0);
    charges.base.push(charge.base ?? 0);
  }
  events.usage.push(usageOf(deltas, event));
  events.measured.push(event.verdict.measured);
  events.chargesEnd.push(charges.total.length);
}

function totalOf(
  { totals }: Deltas,
  { verdict }: RatedCandidate,
  { term, day, tuple }: RatedCandidate["verdict"]["charges"][number],
): TotalDelta {
  const account = verdict.account.handle;
  const key = `${account},${term.id},${day},${tuple.id}`;
  const known = totals.get(key);
  if (known !== undefined) return known;
  const agreement = term.agreement.handle;
  const sums = { count: 0, quantity: 0, amount: 0, base: 0 };
  const delta: TotalDelta = { account, term: term.id, day, tuple: tuple.id, agreement, ...sums };
  totals.set(key, delta);
  return delta;
}

function usageOf({ usage }: Deltas, { verdict, time }: RatedCandidate): UsageDelta {
  const account = verdict.account.handle;
  const hour = Math.floor(time / HOUR);
  const type = verdict.type.handle;
  const tuple = verdict.usageTuple.id;
  const key = `${account},${hour},${type},${tuple}`;
  const known = usage.get(key);
  if (known !== undefined) return known;
  const delta: UsageDelta = { account, hour, type, tuple, count: 0, quantity: 0 };
  usage.set(key, delta);
  return delta;
}

/** Adds up the noted events but those at the `left` places. Once for each group. */
export function sumDeltas(
  deltas: Deltas,
  left: ReadonlySet<number>,
): { totals: Columns; usage: Columns } {
  const { events, charges } = deltas;
  let charge = 0;
  for (let event = 0; event < events.usage.length; event++) {
    const end = events.chargesEnd[event]!;
    if (left.has(event)) {
      charge = end;
      continue;
    }
    const usage = events.usage[event]!;
    usage.count++;
    usage.quantity = addWhole(usage.quantity, events.measured[event]!);
    for (; charge < end; charge++) {
      const total = charges.total[charge]!;
      total.count++;
      total.quantity = addWhole(total.quantity, charges.billed[charge]!);
      total.amount = addWhole(total.amount, charges.amount[charge]!);
      total.base = addWhole(total.base, charges.base[charge]!);
    }
  }
  return { totals: totalColumns(deltas), usage: usageColumns(deltas) };
}

function totalColumns({ totals, totalColumns }: Deltas): Columns {
  totalColumns.forEach(clearColumn);
  const [account, term, day, tuple, agreement, count, quantity, amount, base] = totalColumns;
  for (const row of totals.values()) {
    if (row.count === 0) continue;
    push(account!, writeInteger, row.account);
    push(term!, writeInteger, row.term);
    push(day!, writeInteger, row.day);
    push(tuple!, writeInteger, row.tuple);
    push(agreement!, writeInteger, row.agreement);
    push(count!, writeInteger, row.count);
    push(quantity!, writeNumeric, row.quantity);
    push(amount!, writeNumeric, row.amount);
    push(base!, writeNumeric, row.base);
  }
  return totalColumns.map(columnValue);
}

function usageColumns({ usage, usageColumns }: Deltas): Columns {
  usageColumns.forEach(clearColumn);
  const [account, hour, type, tuple, count, quantity] = usageColumns;
  for (const row of usage.values()) {
    if (row.count === 0) continue;
    push(account!, writeInteger, row.account);
    push(hour!, writeInteger, row.hour);
    push(type!, writeInteger, row.type);
    push(tuple!, writeInteger, row.tuple);
    push(count!, writeInteger, row.count);
    push(quantity!, writeNumeric, row.quantity);
  }
  return usageColumns.map(columnValue);
}
