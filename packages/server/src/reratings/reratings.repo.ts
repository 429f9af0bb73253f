/** The SQL of re-ratings: pages of events, how far they have come, and what they come to. */
import type { Db } from "../platform/database.ts";

const INSTANT = (column: string): string => `(extract(epoch from ${column}) * 1000)::bigint`;

/** Those of these names that a term has or had. */
export async function listTermNames(db: Db, names: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ term: string }>(
    "select distinct term from term_version where term = any($1::text[])",
    [names],
  );
  return rows.map(({ term }) => term);
}

/**
 * Event types that a version of these agreements' terms has ever priced, itself or by its meters; none of a
 * kind: any.
 */
export async function listPricedTypes(
  db: Db,
  by: { readonly agreements: readonly number[]; readonly terms: readonly string[] },
): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `select id from handle
      where kind = 'eventType' and name in (
        select type from term_version, lateral (
          select body ->> 'on' as type
          union all
          select jsonb_path_query(body, '$.meters.*.on') #>> '{}') as priced
        where ($1::integer[] = '{}' or agreement_id = any($1))
          and ($2::text[] = '{}' or term = any($2)))`,
    [by.agreements, by.terms],
  );
  return rows.map(({ id }) => id);
}

export interface Span {
  readonly accounts: readonly number[];
  /** null: of any type. */
  readonly types: ReadonlySet<number> | null;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** Events of these accounts in a span of time, as they came. About 0.2 s a million. */
export async function countEvents(db: Db, { accounts, types, from, to }: Span): Promise<number> {
  const { rows } = await db.query<{ count: string }>(
    `select count(*) from event
      where account_id = any($1::integer[]) and time >= $2 and time < $3
        and ($4::integer[] is null or type_id = any($4))`,
    [accounts, new Date(from).toISOString(), new Date(to).toISOString(), listOf(types)],
  );
  return Number(rows[0]!.count);
}

const HOUR = 3_600_000;

/**
 * From the first to the last hour within a span in which accounts, or all, used something, and the events of
 * these hours; null: nothing was. Reads hourly usage, not events.
 */
export async function spanOfUsage(
  db: Db,
  query: {
    readonly accounts: readonly string[] | null;
    readonly from: number;
    readonly to: number;
  },
): Promise<{ readonly from: number; readonly to: number; readonly events: number } | null> {
  const { rows } = await db.query<{ first: string | null; last: string; events: string }>(
    `select ${INSTANT("min(hour)")} as first, ${INSTANT("max(hour)")} as last,
        sum(count) as events
      from usage
      where hour > $2 and ($3::timestamptz is null or hour < $3) and ($1::text[] is null
        or account_id in (select id from handle where kind = 'account' and name = any($1)))`,
    [
      query.accounts,
      new Date(query.from - HOUR).toISOString(),
      Number.isFinite(query.to) ? new Date(query.to).toISOString() : null,
    ],
  );
  const [used] = rows;
  if (used === undefined || used.first === null || used.events === "0") return null;
  return { from: Number(used.first), to: Number(used.last) + HOUR, events: Number(used.events) };
}

function listOf(types: Span["types"]): number[] | null {
  return types === null ? null : [...types];
}

/** Where an event stands, or stood at some time. */
export interface Address {
  readonly account: number;
  /** Epoch milliseconds. */
  readonly time: number;
  /** 32 hexadecimal digits. */
  readonly key: string;
}

/**
 * Where events of an account and of these types were counted in a span, by themselves or by a fact; in order
 * of time and key, which is that of the primary keys.
 */
export async function listAddresses(
  db: Db,
  query: Omit<Span, "accounts"> & {
    readonly account: number;
    readonly after: Address | null;
    readonly limit: number;
  },
): Promise<Address[]> {
  const { account, after } = query;
  const page = `account_id = $1 and time >= $2 and time < $3
        and ($4::timestamptz is null or (time, key) > ($4, $5::uuid))
        and ($7::integer[] is null or type_id = any($7))
        order by time, key limit $6`;
  const { rows } = await db.query<{ time: string; key: string }>(
    `select ${INSTANT("time")} as time, replace(key::text, '-', '') as key
      from (
        select distinct time, key from (
          (select time, key from event where mode = 'l' and ${page})
          union all
          (select time, key from event_fact where side = '+' and ${page})) as entry
        order by time, key limit $6) as address
      order by address.time, address.key`,
    [
      account,
      new Date(query.from).toISOString(),
      new Date(query.to).toISOString(),
      after === null ? null : new Date(after.time).toISOString(),
      after?.key ?? null,
      query.limit,
      listOf(query.types),
    ],
  );
  return rows.map(({ time, key }) => ({ account, time: Number(time), key }));
}

export interface ReratingRow {
  readonly batch: number;
  readonly revision: number;
  /** Times as epoch milliseconds. */
  readonly filter: unknown;
  /** running, done, stopped */
  readonly state: "r" | "d" | "s";
  readonly position: Address | null;
  readonly tried: string;
  readonly changed: string;
  /** Epoch milliseconds. */
  readonly made_at: string;
  readonly finished_at: string | null;
  readonly made_by: string;
  readonly reason: string;
}

const RERATING = `select batch, revision, filter, state, position, tried, changed,
    ${INSTANT("made_at")} as made_at, ${INSTANT("finished_at")} as finished_at, made_by, reason
  from rerating join fact_batch on fact_batch.id = batch`;

/** Newest first. */
export async function listReratings(
  db: Db,
  page: { readonly before: number | null; readonly limit: number },
): Promise<ReratingRow[]> {
  const { rows } = await db.query<ReratingRow>(
    `${RERATING} where ($1::integer is null or batch < $1) order by batch desc limit $2`,
    [page.before, page.limit],
  );
  return rows;
}

export async function findRerating(db: Db, batch: number): Promise<ReratingRow | null> {
  const { rows } = await db.query<ReratingRow>(`${RERATING} where batch = $1`, [batch]);
  return rows[0] ?? null;
}

/** Oldest first. */
export async function listRunning(db: Db): Promise<ReratingRow[]> {
  const { rows } = await db.query<ReratingRow>(`${RERATING} where state = 'r' order by batch`);
  return rows;
}

export async function insertRerating(
  db: Db,
  batch: number,
  revision: number,
  filter: unknown,
): Promise<void> {
  await db.query(
    `insert into rerating (batch, revision, filter, state, tried, changed)
      values ($1, $2, $3, 'r', 0, 0)`,
    [batch, revision, JSON.stringify(filter)],
  );
}

/** Notes a page. False when the re-rating runs no more: nothing of the page may be stored then. */
export async function advanceRerating(
  db: Db,
  batch: number,
  page: { readonly position: Address; readonly tried: number; readonly changed: number },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update rerating set position = $2, tried = tried + $3, changed = changed + $4
      where batch = $1 and state = 'r'`,
    [batch, JSON.stringify(page.position), page.tried, page.changed],
  );
  return rowCount === 1;
}

/** Ends one that runs. Returns whether it ran. */
export async function endRerating(db: Db, batch: number, state: "d" | "s"): Promise<boolean> {
  const { rowCount } = await db.query(
    "update rerating set state = $2, finished_at = now() where batch = $1 and state = 'r'",
    [batch, state],
  );
  return rowCount === 1;
}

/** An event that could not be rated again. */
export interface LeftEvent {
  readonly key: string;
  readonly code: string;
  readonly detail: string;
}

export async function insertLeft(db: Db, batch: number, left: readonly LeftEvent[]): Promise<void> {
  if (left.length === 0) return;
  await db.query(
    `insert into rerating_left (batch, key, code, detail)
      select $1, * from unnest($2::uuid[], $3::text[], $4::text[]) on conflict do nothing`,
    [
      batch,
      left.map(({ key }) => key),
      left.map(({ code }) => code),
      left.map(({ detail }) => detail),
    ],
  );
}

export interface LeftReason {
  readonly code: string;
  readonly count: number;
  /** Some of the events, as `source/id` with the detail. */
  readonly samples: readonly { readonly event: string; readonly detail: string }[];
}

export const LEFT_SAMPLES_MAX = 3;

export async function listLeftReasons(db: Db, batch: number): Promise<LeftReason[]> {
  const { rows } = await db.query<{ code: string; count: string; samples: LeftReason["samples"] }>(
    `with numbered as (
        select code, key, detail, row_number() over (partition by code order by key) as place,
          count(*) over (partition by code) as count
        from rerating_left where batch = $1)
      select code, count, jsonb_agg(jsonb_build_object(
          'event', source.name || '/' || event.id, 'detail', detail) order by place) as samples
      from numbered
      join event_key using (key)
      join event on event.account_id = event_key.account_id and event.time = event_key.time
        and event.key = event_key.key
      join handle as source on source.id = event.source_id
      where place <= $2
      group by 1, 2 order by count desc, code`,
    [batch, LEFT_SAMPLES_MAX],
  );
  return rows.map(({ code, count, samples }) => ({ code, count: Number(count), samples }));
}
