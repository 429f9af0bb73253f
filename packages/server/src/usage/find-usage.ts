import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import { measureOf } from "@counterpart/domain/events/measure-of.ts";
import { formatInstant, parseInstant } from "@counterpart/domain/instant.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Db } from "../platform/database.ts";
import { listEventTypes, listUsage, listUsageNames, type UsageSum } from "./usage.repo.ts";

/** A question about usage as its asker writes it. */
export interface UsageQuestion {
  readonly from: string;
  readonly to: string;
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
 * Usage over a range. Refuses times without zone, a range that ends before it begins, and names that no
 * usage is kept by, telling those that it is.
 */
export async function findUsage(db: Db, question: UsageQuestion): Promise<UsageRow[]> {
  const { groupBy, where, limit, offset } = question;
  const from = parseInstant(question.from);
  const to = parseInstant(question.to);
  if (to < from) throw new Refusal("usage.range-empty", { from: question.from, to: question.to });
  const filters = Object.fromEntries(where.map(splitFilter));
  const names = [...groupBy, ...Object.keys(filters)];
  if (names.length > 0) {
    const known = await listUsageNames(db);
    const unknown = names.find((name) => !known.includes(name));
    if (unknown !== undefined) throw new Refusal("usage.group-unknown", { name: unknown, known });
  }
  const range = { from: formatInstant(from), to: formatInstant(to) };
  const sums = await listUsage(db, { ...range, groupBy, filters, limit, offset });
  const types = new Map([...Object.entries(BUILT_IN_TYPES), ...(await listEventTypes(db))]);
  return sums.map((sum) => {
    const type = types.get(sum.type);
    return { ...sum, unit: type === undefined ? "" : measureOf(type) };
  });
}

function splitFilter(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  if (at < 1) throw new Refusal("usage.filter-malformed", { filter: text.slice(0, 80) });
  return [text.slice(0, at), text.slice(at + 1)];
}
