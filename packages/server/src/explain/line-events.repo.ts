/** The SQL of the events behind a statement line. */
import type { Db } from "../platform/database.ts";
import type { StatementRow } from "./explain.repo.ts";

const INSTANT = (column: string): string => `(extract(epoch from ${column}) * 1000)::bigint`;

export interface LineEventsQuery {
  readonly account: number;
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly cut: number;
  readonly versions: readonly number[];
  /** Days since 1970. */
  readonly firstDay: number;
  readonly endDay: number;
  /** null: any. */
  readonly tuples: readonly number[] | null;
  /** Events of the account after this one. */
  readonly after: { readonly time: number; readonly key: string; readonly entry: number } | null;
  readonly limit: number;
}

export interface LineEventRow {
  readonly account_id: number;
  readonly account: string;
  readonly time: string;
  readonly key: string;
  readonly source: string;
  readonly id: string;
  readonly cut: number;
  /** 0: the event; 2n − 1 and 2n: what its fact n takes back, and what it states. */
  readonly entry: number;
  /**
   * The fact that states these charges; 0: the event. What is taken back was stated by an earlier
   * one.
   */
  readonly stated_by: number;
  readonly charges: string;
}

export interface LineAccountsQuery
  extends Pick<LineEventsQuery, "versions" | "firstDay" | "endDay" | "cut" | "tuples"> {
  readonly agreement: number;
  /** From this one on. */
  readonly from: number;
}

/** Accounts with a total that a line states, in order. */
export async function listLineAccounts(db: Db, query: LineAccountsQuery): Promise<number[]> {
  const { rows } = await db.query<{ account_id: number }>(
    `select distinct account_id from total
      where agreement_id = $1 and term_version = any($2::integer[])
        and day >= date '1970-01-01' + $3::integer and day < date '1970-01-01' + $4::integer
        and cut <= $5 and ($6::integer[] is null or tuple = any($6)) and account_id >= $7
      order by 1`,
    [
      query.agreement,
      query.versions,
      query.firstDay,
      query.endDay,
      query.cut,
      query.tuples,
      query.from,
    ],
  );
  return rows.map(({ account_id }) => account_id);
}

/**
 * Tuples of the totals that were counted for a group of a meter: events have a channel besides the values
 * that the meter is split by.
 */
export async function listGroupTuples(
  db: Db,
  query: Omit<LineAccountsQuery, "tuples" | "from">,
  group: number,
): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `select dimension_tuple.id from dimension_tuple
      where tuple::jsonb - 'channel' = (select tuple::jsonb from dimension_tuple where id = $6)
        and id in (
          select tuple from total
          where agreement_id = $1 and term_version = any($2::integer[])
            and day >= date '1970-01-01' + $3::integer and day < date '1970-01-01' + $4::integer
            and cut <= $5)
      order by 1`,
    [query.agreement, query.versions, query.firstDay, query.endDay, query.cut, group],
  );
  return rows.map(({ id }) => id);
}

/**
 * An account's events and facts with a charge of these term versions, days and tuple, in order of
 * time, key and entry: the order of the primary keys, so that a page reads no more than it needs.
 * Cost: it looks at the account's other events of the period on the way.
 */
export async function listLineEventRows(db: Db, query: LineEventsQuery): Promise<LineEventRow[]> {
  const { after } = query;
  const inPage = (
    entry: string,
  ): string => `account_id = $1 and time >= $2 and time < $3 and cut <= $4
        and ($9::timestamptz is null or (time, key, ${entry}) > ($9, $10::uuid, $11::integer))
        and exists (
          select from unnest(string_to_array(charges, ';')) as charge
          where split_part(charge, ',', 1)::integer = any($5::integer[])
            and split_part(charge, ',', 2)::integer >= $6
            and split_part(charge, ',', 2)::integer < $7
            and ($8::integer[] is null or split_part(charge, ',', 3)::integer = any($8)))`;
  const ofFact = "2 * ordinal - case side when '-' then 1 else 0 end";
  const { rows } = await db.query<LineEventRow>(
    `select entry.account_id, account.name as account, ${INSTANT("entry.time")} as time, entry.key,
        source.name as source, event.id, entry.cut, entry.entry, entry.charges,
        case side when '+' then ordinal else (
          select coalesce(max(stood.ordinal), 0) from event_fact as stood
          where stood.key = entry.key and stood.side = '+' and stood.ordinal < entry.ordinal)
        end as stated_by
      from (
        select account_id, time, key, cut, charges, 0 as ordinal, '+' as side, 0 as entry
        from event where mode = 'l' and ${inPage("0")}
        union all
        select account_id, time, key, cut, charges, ordinal, side::text, ${ofFact}
        from event_fact where ${inPage(ofFact)}
        order by time, key, entry limit $12) as entry
      join event_key on event_key.key = entry.key
      join event on event.account_id = event_key.account_id and event.time = event_key.time
        and event.key = event_key.key
      join handle as account on account.id = entry.account_id
      join handle as source on source.id = event.source_id
      order by entry.time, entry.key, entry.entry`,
    [
      query.account,
      new Date(query.start).toISOString(),
      new Date(query.end).toISOString(),
      query.cut,
      query.versions,
      query.firstDay,
      query.endDay,
      query.tuples,
      after === null ? null : new Date(after.time).toISOString(),
      after?.key ?? null,
      after?.entry ?? null,
      query.limit,
    ],
  );
  return rows;
}

/** Cut of the last statement before this one that stated the service period; 0 for none. */
export async function loadPreviousCut(
  db: Db,
  statement: Pick<StatementRow, "agreement_id" | "cut">,
  servicePeriod: string,
): Promise<number> {
  const { rows } = await db.query<{ cut: number }>(
    `select coalesce(max(cut), 0) as cut from statement
      where agreement_id = $1 and cut < $2 and period >= $3`,
    [statement.agreement_id, statement.cut, servicePeriod],
  );
  return rows[0]!.cut;
}
