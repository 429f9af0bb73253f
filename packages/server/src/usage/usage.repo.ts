/** The SQL of hourly usage. */
import type { EventType } from "@counterpart/domain/events/event-type.ts";
import { formatInstant } from "@counterpart/domain/instant.ts";
import type { Period, Zone } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Db } from "../platform/database.ts";

export interface UsageQuery {
  /** Hours from here on, as RFC 3339. */
  readonly from: string;
  /** Hours before this. */
  readonly to: string;
  /** Whole hours from UTC: of `day` and `month`. */
  readonly timeZone: Zone;
  /** `account`, `hour` (UTC), `day`, `month`, `channel`, or a dimension that types keep usage by. */
  readonly groupBy: readonly string[];
  /** Values that rows must have, by the same names. */
  readonly filters: Readonly<Record<string, string>>;
  readonly limit: number;
  /** Rows to pass over, for the next page. */
  readonly offset: number;
}

/** Usage as it is stored. */
export interface UsageSum {
  /** Values of what it is grouped by; null where an event has none. */
  readonly group: Readonly<Record<string, string | null>>;
  readonly type: string;
  readonly events: string;
  /** Of the type's measure, in its smallest unit. */
  readonly quantity: string;
}

/** Whether anything was used in a span of time. */
export async function hasUsageIn(db: Db, { start, end }: Period): Promise<boolean> {
  const { rows } = await db.query<{ used: boolean }>(
    `select exists (
        select from usage where hour >= $1::timestamptz and hour < $2::timestamptz) as used`,
    [formatInstant(start), formatInstant(end)],
  );
  return rows[0]!.used;
}

/** Event types of the catalogue, also those that are withdrawn, by name. */
export async function listEventTypes(db: Db): Promise<Map<string, EventType>> {
  const { rows } = await db.query<{ id: string; body: EventType }>(
    `select distinct on (id) id, body from catalogue_object
      where kind = 'eventTypes' and body is not null order by id, revision desc`,
  );
  return new Map(rows.map(({ id, body }) => [id, body]));
}

/** Beside them, `$5` is the zone. */
const TIMES: Readonly<Record<string, string>> = {
  hour: `to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:00:00"Z"')`,
  day: `to_char(hour at time zone $5::text, 'YYYY-MM-DD')`,
  month: `to_char(hour at time zone $5::text, 'YYYY-MM')`,
};

const DIMENSION = /^[a-zA-Z][a-zA-Z0-9]{0,63}$/;
const GROUPS_MAX = 6;

/** Names that usage can be grouped and filtered by: the fixed ones, and those of its dimensions. */
export async function listUsageNames(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select distinct name
      from dimension_tuple join (select distinct tuple as id from usage) as used using (id),
        jsonb_object_keys(dimension_tuple.tuple::jsonb) as name
      order by 1`,
  );
  return ["account", "type", ...Object.keys(TIMES), ...rows.map(({ name }) => name)];
}

/**
 * Usage by event type and what else is asked for, in order of the groups. Quantities of different types
 * do not add up, so every row is of one type. Refuses names that are no dimension.
 */
export async function listUsage(db: Db, query: UsageQuery): Promise<UsageSum[]> {
  const { groupBy, filters } = query;
  if (groupBy.length > GROUPS_MAX) throw new Refusal("usage.too-many-groups", { max: GROUPS_MAX });
  const values: unknown[] = [query.from, query.to, query.limit, query.offset, query.timeZone];
  const expressionOf = (name: string): string => {
    if (Object.hasOwn(TIMES, name)) return TIMES[name]!;
    if (name === "account") return "account.name";
    if (name === "type") return "type.name";
    if (!DIMENSION.test(name)) throw new Refusal("usage.group-unknown", { group: name });
    values.push(name);
    return `(dimension_tuple.tuple::jsonb ->> $${values.length}::text)`;
  };
  const columns = groupBy.map(expressionOf);
  const conditions = Object.entries(filters).map(([name, value]) => {
    const expression = expressionOf(name);
    values.push(value);
    return `${expression} = $${values.length}::text`;
  });
  const places = columns.map((_, at) => at + 2).join(", ");
  const { rows } = await db.query<(string | null)[]>({
    text: `select type.name, ${[...columns, "sum(count)::text", "sum(quantity)::text"].join(", ")}
      from usage
      join handle as type on type.id = type_id
      join handle as account on account.id = account_id
      join dimension_tuple on dimension_tuple.id = usage.tuple
      where hour >= $1::timestamptz and hour < $2::timestamptz and $5::text is not null
        ${conditions.map((condition) => `and ${condition}`).join(" ")}
      group by 1${places === "" ? "" : `, ${places}`}
      having sum(count) <> 0 or sum(quantity) <> 0
      order by ${places === "" ? "" : `${places}, `}1
      limit $3 offset $4`,
    values,
    rowMode: "array",
  });
  return rows.map((row) => ({
    group: Object.fromEntries(groupBy.map((name, at) => [name, row[at + 1] ?? null])),
    type: row[0]!,
    events: row[groupBy.length + 1]!,
    quantity: row[groupBy.length + 2]!,
  }));
}
