import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import { measureOf } from "@counterpart/domain/events/measure-of.ts";
import { formatInstant, parseInstant } from "@counterpart/domain/instant.ts";
import { checkZone, type Period, type Zone } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { isWholeHour, isWholeHoursFromUtc } from "@counterpart/domain/whole-hours.ts";
import type { Db } from "../platform/database.ts";
import { listEventTypes, listUsage, listUsageNames, type UsageSum } from "./usage.repo.ts";

/** A question about usage as its asker writes it. */
export interface UsageQuestion {
  readonly from: string;
  readonly to: string;
  /** Zone of days and months; without it, UTC. */
  readonly timeZone?: string | undefined;
  readonly groupBy: readonly string[];
  /** Each as `name=value`. */
  readonly where: readonly string[];
  readonly limit: number;
  readonly offset: number;
}

export interface UsageRow extends UsageSum {
  /** What the quantity counts, such as `milliseconds`: the measure of the type. */
  readonly unit: string;
}

/**
 * Usage over a range of whole hours. Refuses times without zone, a range that ends before it begins or
 * within an hour, a zone whose days do, and names that no usage is kept by, telling those that it is.
 */
export async function findUsage(db: Db, question: UsageQuestion): Promise<UsageRow[]> {
  const { groupBy, where, limit, offset } = question;
  const range = hoursOf(question);
  const timeZone = zoneOf(question.timeZone, range);
  const filters = Object.fromEntries(where.map(splitFilter));
  const names = [...groupBy, ...Object.keys(filters)];
  if (names.length > 0) {
    const known = await listUsageNames(db);
    const unknown = names.find((name) => !known.includes(name));
    if (unknown !== undefined) throw new Refusal("usage.group-unknown", { name: unknown, known });
  }
  const [from, to] = [formatInstant(range.start), formatInstant(range.end)];
  const sums = await listUsage(db, { from, to, timeZone, groupBy, filters, limit, offset });
  const types = new Map([...Object.entries(BUILT_IN_TYPES), ...(await listEventTypes(db))]);
  return sums.map((sum) => {
    const type = types.get(sum.type);
    return { ...sum, unit: type === undefined ? "" : measureOf(type) };
  });
}

function hoursOf({ from, to }: UsageQuestion): Period {
  const range = { start: parseInstant(from), end: parseInstant(to) };
  if (range.end < range.start) throw new Refusal("usage.range-empty", { from, to });
  const within = [from, to].filter((text) => !isWholeHour(parseInstant(text)));
  if (within.length > 0) throw new Refusal("usage.range-not-hours", { notFull: within.join(", ") });
  return range;
}

function zoneOf(name: string | undefined, range: Period): Zone {
  const zone = checkZone(name ?? "UTC");
  if (name === undefined || isWholeHoursFromUtc(zone, range)) return zone;
  throw new Refusal("usage.zone-not-hours", { timeZone: zone });
}

function splitFilter(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  if (at < 1) throw new Refusal("usage.filter-malformed", { filter: text.slice(0, 80) });
  return [text.slice(0, at), text.slice(at + 1)];
}
