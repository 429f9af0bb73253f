/** What a group of events adds to totals and usage, one row per key, as array literals. */
import { addWhole, type Whole } from "@counterpart/domain/rating/whole.ts";
import type { RatedCandidate } from "./encode-events.ts";
import type { Columns } from "./events.repo.ts";

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

const HOUR = 3_600_000;

export function sumDeltas(events: readonly RatedCandidate[]): { totals: Columns; usage: Columns } {
  const totals = new Map<string, TotalDelta>();
  const usage = new Map<string, UsageDelta>();
  for (const event of events) {
    addEventTotals(totals, event);
    addEventUsage(usage, event);
  }
  return { totals: totalColumns([...totals.values()]), usage: usageColumns([...usage.values()]) };
}

function addEventTotals(totals: Map<string, TotalDelta>, { verdict }: RatedCandidate): void {
  const account = verdict.account.handle;
  for (const charge of verdict.charges) {
    const term = charge.term.id;
    const tuple = charge.tuple.id;
    const key = `${account},${term},${charge.day},${tuple}`;
    const delta = totals.get(key);
    if (delta === undefined) {
      totals.set(key, {
        account,
        term,
        day: charge.day,
        tuple,
        agreement: charge.term.agreement.handle,
        count: 1,
        quantity: charge.billed,
        amount: charge.amount ?? 0,
        base: charge.base ?? 0,
      });
      continue;
    }
    delta.count++;
    delta.quantity = addWhole(delta.quantity, charge.billed);
    if (charge.amount !== null) delta.amount = addWhole(delta.amount, charge.amount);
    if (charge.base !== null) delta.base = addWhole(delta.base, charge.base);
  }
}

function addEventUsage(usage: Map<string, UsageDelta>, { verdict, time }: RatedCandidate): void {
  const account = verdict.account.handle;
  const hour = Math.floor(time / HOUR);
  const type = verdict.type.handle;
  const tuple = verdict.usageTuple.id;
  const key = `${account},${hour},${type},${tuple}`;
  const delta = usage.get(key);
  if (delta === undefined) {
    usage.set(key, { account, hour, type, tuple, count: 1, quantity: verdict.measured });
    return;
  }
  delta.count++;
  delta.quantity = addWhole(delta.quantity, verdict.measured);
}

function totalColumns(rows: readonly TotalDelta[]): Columns {
  return [
    literal(rows, (row) => row.account),
    literal(rows, (row) => row.term),
    literal(rows, (row) => row.day),
    literal(rows, (row) => row.tuple),
    literal(rows, (row) => row.agreement),
    literal(rows, (row) => row.count),
    literal(rows, (row) => row.quantity),
    literal(rows, (row) => row.amount),
    literal(rows, (row) => row.base),
  ];
}

function usageColumns(rows: readonly UsageDelta[]): Columns {
  return [
    literal(rows, (row) => row.account),
    literal(rows, (row) => row.hour),
    literal(rows, (row) => row.type),
    literal(rows, (row) => row.tuple),
    literal(rows, (row) => row.count),
    literal(rows, (row) => row.quantity),
  ];
}

function literal<T>(rows: readonly T[], of: (row: T) => Whole): string {
  return `{${rows.map(of).join(",")}}`;
}
