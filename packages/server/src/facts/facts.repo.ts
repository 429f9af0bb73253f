/** The SQL of facts about events. */
import { CONTENT_RULE } from "../events/event-hash.ts";
import type { Db } from "../platform/database.ts";
import type { EventVersion } from "./known-event.ts";

const DIGITS = (column: string): string => `replace(${column}::text, '-', '')`;
const INSTANT = (column: string): string => `(extract(epoch from ${column}) * 1000)::bigint`;

/** A key and, unless it waits in quarantine, its event. */
export interface EventRow {
  readonly key: string;
  readonly content: string;
  readonly state: "a" | "q";
  /** How many facts have been stated. */
  readonly facts: number;
  readonly source: string;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly received_at: string;
  readonly time: string;
  readonly account_id: number;
  readonly type_id: number;
  readonly type: string;
  readonly subject: string;
  readonly data: string;
  readonly personal: string | null;
  readonly charges: string;
  readonly usage_tuple: number | null;
  readonly measured: string | null;
}

export async function listEventRows(db: Db, keys: readonly string[]): Promise<EventRow[]> {
  const { rows } = await db.query<EventRow>(
    `select ${DIGITS("event_key.key")} as key, ${DIGITS("content")} as content, state,
        coalesce(facts, 0) as facts, source.name as source, event.id,
        ${INSTANT("received_at")} as received_at, ${INSTANT("event_key.time")} as time,
        account_id, type_id, type.name as type, subject, data, personal, charges, usage_tuple,
        measured
      from event_key
      left join event using (account_id, time, key)
      left join handle as source on source.id = source_id
      left join handle as type on type.id = type_id
      where event_key.key = any($1::uuid[])`,
    [`{${keys.join(",")}}`],
  );
  return rows;
}

export interface FactRow {
  readonly key: string;
  readonly ordinal: number;
  readonly kind: "v" | "r" | "c" | "p";
  /** `-`: the fact states nothing. */
  readonly side: "-" | "+";
  readonly time: string;
  readonly account_id: number;
  readonly type_id: number;
  readonly type: string;
  /** null: as before. */
  readonly subject: string | null;
  readonly data: string | null;
  readonly personal: string | null;
  readonly charges: string;
  readonly usage_tuple: number | null;
  readonly measured: string | null;
}

/**
 * Of what kind a fact is, in a query that holds every side of it. A backfill states all kinds in one batch:
 * there its sides tell.
 */
export const KIND_OF_FACT = `case when fact_batch.kind <> 'b' then fact_batch.kind
    when count(*) over (partition by key, ordinal) = 2 then 'c' when side = '-' then 'v' else 'r'
    end`;

/** What each fact about these events states, or its other side if it states nothing; in order. */
export async function listFactRows(db: Db, keys: readonly string[]): Promise<FactRow[]> {
  const { rows } = await db.query<FactRow>(
    `select distinct on (key, ordinal) ${DIGITS("key")} as key, ordinal, ${KIND_OF_FACT} as kind, side,
        ${INSTANT("time")} as time, account_id, type_id, type.name as type, subject, data, personal,
        charges, usage_tuple, measured
      from event_fact
      join fact_batch on fact_batch.id = batch
      join handle as type on type.id = type_id
      where key = any($1::uuid[])
      order by 1, 2, (side = '-')`,
    [`{${keys.join(",")}}`],
  );
  return rows;
}

export interface NewBatch {
  readonly kind: FactRow["kind"] | "b";
  readonly by: string;
  readonly reason: string;
  readonly idempotencyKey: string | null;
  readonly request: string | null;
  readonly answer: unknown;
}

/** The batch's number; null when one of this idempotency key was stated before. */
export async function insertBatch(db: Db, batch: NewBatch): Promise<number | null> {
  const { rows } = await db.query<{ id: number }>(
    `insert into fact_batch (kind, made_at, made_by, reason, idempotency_key, request, answer)
      values ($1, now(), $2, $3, $4, $5, $6) on conflict do nothing returning id`,
    [
      batch.kind,
      batch.by,
      batch.reason,
      batch.idempotencyKey,
      batch.request,
      batch.answer === null ? null : JSON.stringify(batch.answer),
    ],
  );
  return rows[0]?.id ?? null;
}

/** What was answered to a request, with its hash. */
export async function findAnswer(
  db: Db,
  idempotencyKey: string,
): Promise<{ batch: number; request: string; answer: unknown } | null> {
  const { rows } = await db.query<{ batch: number; request: string; answer: unknown }>(
    "select id as batch, request, answer from fact_batch where idempotency_key = $1",
    [idempotencyKey],
  );
  return rows[0] ?? null;
}

export interface FactClaim {
  readonly key: string;
  /** Of the fact to be stated: one more than of the one that it stands on. */
  readonly ordinal: number;
  /** Hash of what the event says from now on; null: as before. */
  readonly content: string | null;
}

/**
 * Claims the next fact of each event. Returns how many were: of two facts that stand on the same
 * one, the second finds that it does not any more.
 */
export async function claimFacts(db: Db, claims: readonly FactClaim[]): Promise<number> {
  const { rowCount } = await db.query(
    `with wanted as (
        select * from unnest($1::uuid[], $2::smallint[], $3::uuid[]) as w (key, ordinal, content)),
      ready as (
        select event_key.key from event_key join wanted using (key)
        where state = 'a' and coalesce(facts, 0) = ordinal - 1
        order by event_key.key for update of event_key)
      update event_key set facts = wanted.ordinal,
        content = coalesce(wanted.content, event_key.content),
        content_rule = case when wanted.content is null then content_rule else ${CONTENT_RULE} end
      from wanted join ready using (key)
      where event_key.key = wanted.key and coalesce(facts, 0) = wanted.ordinal - 1`,
    [
      claims.map(({ key }) => key),
      claims.map(({ ordinal }) => ordinal),
      claims.map(({ content }) => content),
    ],
  );
  return rowCount ?? 0;
}

/** One side of a fact, for the account whose totals it moves. */
export interface NewFactRow {
  readonly key: string;
  readonly ordinal: number;
  readonly side: "-" | "+";
  readonly version: EventVersion;
  /** Whether the event says something else from now on: it is kept with the fact. */
  readonly says: boolean;
}

export async function insertFacts(
  db: Db,
  batch: number,
  gate: { readonly revision: number; readonly cut: number },
  rows: readonly NewFactRow[],
): Promise<void> {
  const column = <T>(of: (row: NewFactRow) => T): T[] => rows.map(of);
  await db.query(
    `insert into event_fact (batch, revision, cut, key, ordinal, side, account_id, time, type_id,
        usage_tuple, measured, subject, data, personal, charges)
      select $1, $2, $3, * from unnest($4::uuid[], $5::smallint[], $6::"char"[], $7::integer[],
        $8::timestamptz[], $9::integer[], $10::integer[], $11::bigint[], $12::text[], $13::text[],
        $14::text[], $15::text[])`,
    [
      batch,
      gate.revision,
      gate.cut,
      column(({ key }) => key),
      column(({ ordinal }) => ordinal),
      column(({ side }) => side),
      column(({ version }) => version.account),
      column(({ version }) => new Date(version.time).toISOString()),
      column(({ version }) => version.type.handle),
      column(({ version }) => version.usage?.tuple ?? null),
      column(({ version }) => version.usage?.measured ?? null),
      column(({ version, says }) => (says ? version.subject : null)),
      column(({ version, says }) => (says ? version.data : null)),
      column(({ version, says }) => (says ? version.personal : null)),
      column(({ version }) => version.charges),
    ],
  );
}

export interface TermFacts {
  readonly id: number;
  readonly agreement: number;
  readonly term: string;
  readonly price: unknown;
  /** Whether it stands on a meter. */
  readonly isMetered: boolean;
}

/** Agreement, term and price of term versions. */
export async function listTermFacts(db: Db, ids: readonly number[]): Promise<TermFacts[]> {
  const { rows } = await db.query<TermFacts>(
    `select id, agreement_id as agreement, term, body -> 'price' as price,
        body ? 'meter' as "isMetered"
      from term_version where id = any($1::integer[])`,
    [ids],
  );
  return rows;
}
