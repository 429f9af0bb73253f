/** The SQL of explanations: what was recorded, looked up by its keys. */
import type { DeckRowCall } from "@counterpart/domain/catalogue/call-rules.ts";
import type { Derivation } from "@counterpart/domain/statements/derivation.ts";
import { KIND_OF_FACT } from "../facts/facts.repo.ts";
import type { Db } from "../platform/database.ts";

const INSTANT = (column: string): string => `(extract(epoch from ${column}) * 1000)::bigint`;

export interface EventRow {
  readonly key: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly account: string;
  readonly subject: string;
  /** Epoch milliseconds. */
  readonly time: string;
  readonly received_at: string;
  readonly revision: number;
  readonly cut: number;
  readonly data: string;
  readonly charges: string;
}

/** An accepted event without its personal values: they are not even read. */
export async function findEvent(db: Db, key: string): Promise<EventRow | null> {
  const { rows } = await db.query<EventRow>(
    `select event.key, source.name as source, event.id, type.name as type, account.name as account,
        subject, ${INSTANT("event.time")} as time, ${INSTANT("received_at")} as received_at,
        revision, cut, data, charges
      from event_key
      join event using (account_id, time, key)
      join handle as source on source.id = source_id
      join handle as type on type.id = type_id
      join handle as account on account.id = account_id
      where event_key.key = $1`,
    [key],
  );
  return rows[0] ?? null;
}

/** One side of a fact about an event. */
export interface EventFactRow {
  readonly ordinal: number;
  /** What it takes back, and what it states. */
  readonly side: "-" | "+";
  readonly kind: "v" | "r" | "c" | "p";
  /** Epoch milliseconds. */
  readonly made_at: string;
  readonly made_by: string;
  readonly reason: string;
  readonly revision: number;
  readonly cut: number;
  readonly time: string;
  readonly type: string;
  readonly account: string;
  /** null: as before. */
  readonly subject: string | null;
  readonly data: string | null;
  readonly charges: string;
}

/** Both sides of every fact about an event, in order; without personal values. */
export async function listEventFacts(db: Db, key: string): Promise<EventFactRow[]> {
  const { rows } = await db.query<EventFactRow>(
    `select ordinal, side, ${KIND_OF_FACT} as kind, ${INSTANT("made_at")} as made_at, made_by, reason,
        revision, cut, ${INSTANT("time")} as time, type.name as type, account.name as account,
        subject, data, charges
      from event_fact
      join fact_batch on fact_batch.id = batch
      join handle as type on type.id = type_id
      join handle as account on account.id = account_id
      where key = $1
      order by ordinal, side = '+'`,
    [key],
  );
  return rows;
}

export interface QuarantineRow {
  readonly key: string;
  readonly state: "p" | "c" | "s" | "r";
  readonly source: string | null;
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly received_at: string;
  readonly code: string;
  readonly detail: string;
}

/** What is or was kept apart under a key, without the bodies; oldest first. */
export async function listKept(db: Db, key: string): Promise<QuarantineRow[]> {
  const { rows } = await db.query<QuarantineRow>(
    `select key, state, handle.name as source, quarantine.id, type, code, detail,
        ${INSTANT("time")} as time, ${INSTANT("received_at")} as received_at
      from quarantine left join handle on handle.id = source_id
      where key = $1 order by quarantine.received_at, content`,
    [key],
  );
  return rows;
}

export interface TermVersionRow {
  readonly id: number;
  readonly agreement_id: number;
  readonly agreement: string;
  readonly term: string;
  readonly body: unknown;
}

export async function listTermVersions(db: Db, ids: readonly number[]): Promise<TermVersionRow[]> {
  const { rows } = await db.query<TermVersionRow>(
    `select term_version.id, agreement_id, handle.name as agreement, term, body
      from term_version join handle on handle.id = agreement_id
      where term_version.id = any($1::integer[]) order by id`,
    [ids],
  );
  return rows;
}

/** Every version of one term of an agreement. */
export async function listVersionsOfTerm(
  db: Db,
  agreement: number,
  term: string,
): Promise<{ id: number; body: unknown }[]> {
  const { rows } = await db.query<{ id: number; body: unknown }>(
    "select id, body from term_version where agreement_id = $1 and term = $2 order by id",
    [agreement, term],
  );
  return rows;
}

export interface DeckRowRow {
  readonly id: number;
  readonly key: string;
  readonly name: string | null;
  readonly effective_from: string;
  readonly rate: string;
  readonly rate_next: string | null;
  readonly connect_fee: string | null;
  readonly initial_increment: number | null;
  readonly subsequent_increment: number | null;
  readonly origin_group: string | null;
  readonly time_band: string | null;
  readonly call: DeckRowCall | null;
}

export async function listDeckRows(db: Db, ids: readonly number[]): Promise<DeckRowRow[]> {
  const { rows } = await db.query<DeckRowRow>(
    `select id, key, name, ${INSTANT("effective_from")} as effective_from, rate::text,
        rate_next::text, connect_fee::text, initial_increment, subsequent_increment,
        origin_group, time_band, call
      from deck_row where id = any($1::integer[])`,
    [ids],
  );
  return rows;
}

/** Dimension values by the tuple's number. */
export async function loadTuples(
  db: Db,
  ids: readonly number[],
): Promise<ReadonlyMap<number, Readonly<Record<string, string>>>> {
  const { rows } = await db.query<{ id: number; tuple: string }>(
    "select id, tuple from dimension_tuple where id = any($1::integer[])",
    [ids],
  );
  return new Map(rows.map(({ id, tuple }) => [id, JSON.parse(tuple) as Record<string, string>]));
}

/**
 * Bodies of catalogue objects as they were at a revision, by `kind/id`. One that was withdrawn by
 * then is given as it last was: what was rated by an agreement stays explained by it.
 */
export async function loadObjects(
  db: Db,
  revision: number,
  wanted: readonly { readonly kind: string; readonly id: string }[],
): Promise<ReadonlyMap<string, unknown>> {
  const { rows } = await db.query<{ kind: string; id: string; body: unknown }>(
    `select distinct on (kind, id) kind, id, body
      from catalogue_object
      join unnest($2::text[], $3::text[]) as wanted (kind, id) using (kind, id)
      where revision <= $1 and body is not null
      order by kind, id, revision desc`,
    [revision, wanted.map(({ kind }) => kind), wanted.map(({ id }) => id)],
  );
  return new Map(rows.map(({ kind, id, body }) => [`${kind}/${id}`, body]));
}

export interface StatementRow {
  readonly agreement_id: number;
  readonly agreement: string;
  readonly period: string;
  readonly id: string;
  readonly cut: number;
  readonly issued_at: string;
  readonly first_day: string;
  readonly end_day: string;
  readonly currency: string;
  readonly total_minor: string;
  /** Catalogue revision that it was made by. */
  readonly revision: number;
}

export async function findStatement(db: Db, id: string): Promise<StatementRow | null> {
  const { rows } = await db.query<StatementRow>(
    `select agreement_id, handle.name as agreement, period, statement.id, cut, first_day::text,
        end_day::text, currency, total_minor, ${INSTANT("issued_at")} as issued_at, revision
      from statement join handle on handle.id = agreement_id
      where statement.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

export interface LineRow {
  readonly number: number;
  readonly service_period: string;
  readonly term: string;
  readonly tuple: number;
  readonly count: string;
  readonly quantity: string;
  readonly amount_pico: string;
  readonly stated_minor: string;
  readonly money_minor: string;
  readonly derivation: readonly Derivation[];
}

/** The lines of a statement, or one of them. */
export async function listLines(
  db: Db,
  { agreement_id, period }: Pick<StatementRow, "agreement_id" | "period">,
  number: number | null,
): Promise<LineRow[]> {
  const { rows } = await db.query<LineRow>(
    `select number, service_period, term, tuple, count, quantity, amount_pico, stated_minor,
        money_minor, derivation
      from statement_line
      where agreement_id = $1 and period = $2 and ($3::integer is null or number = $3)
      order by number`,
    [agreement_id, period, number],
  );
  return rows;
}

export interface EarlierLineRow {
  readonly service_period: string;
  readonly term: string;
  readonly tuple: number;
  readonly ref: string;
  readonly money_minor: string;
}

/** What the agreement's statements with a lower cut have stated for these service periods. */
export async function listEarlierLines(
  db: Db,
  { agreement_id, cut }: Pick<StatementRow, "agreement_id" | "cut">,
  servicePeriods: readonly string[],
): Promise<EarlierLineRow[]> {
  const { rows } = await db.query<EarlierLineRow>(
    `select service_period, term, tuple, statement.id || '/' || number as ref, money_minor
      from statement join statement_line using (agreement_id, period)
      where agreement_id = $1 and cut < $2 and service_period = any($3::text[])
      order by cut, number`,
    [agreement_id, cut, servicePeriods],
  );
  return rows;
}
