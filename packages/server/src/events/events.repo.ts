/** The SQL of the ingest transaction: each table once, in one order (design: store, write in bulk). */
import type { Instant } from "@counterpart/domain/instant.ts";
import type { ClientBase } from "pg";
import { LOCKS } from "../platform/locks.ts";
import { type Statement, sendTogether } from "../platform/send-together.ts";
import { keyParametersOf } from "./draft-group.ts";
import type { Gate } from "./encode-events.ts";
import { CONTENT_RULE } from "./event-hash.ts";
import type { Candidate } from "./prepare-event.ts";
import type { Columns } from "./sum-deltas.ts";

export type Db = Pick<ClientBase, "query">;

const LOCK_GATE = `select pg_advisory_xact_lock_shared(${LOCKS.gate})`;
const READ_GATE = "select revision, cut from gate";

/** Begins a transaction and passes the gate; the second statement sees what its last holder committed. */
export async function beginAtGate(db: Db): Promise<Gate> {
  const results = (await db.query(`begin; ${LOCK_GATE}; ${READ_GATE}`)) as unknown as {
    rows: Gate[];
  }[];
  return results[2]!.rows[0]!;
}

/**
 * Claims each key for ever. Plain RETURNING, because a distributed table takes no INSERT inside of WITH.
 */
const INSERT_KEYS = `insert into event_key (key, content, time, account_id, content_rule, state)
  select key, content, time, account_id, ${CONTENT_RULE}, state
  from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::integer[], $5::"char"[])
    as new (key, content, time, account_id, state)
  order by key
  on conflict do nothing
  returning key`;

export interface Claim {
  readonly gate: Gate;
  /** Keys that were new, null for all of them; the others belong to an earlier event. */
  readonly claimed: ReadonlySet<string> | null;
}

/** Begins a transaction, passes the gate and claims so many keys. */
export async function beginWithKeys(
  client: ClientBase,
  count: number,
  keys: readonly Buffer[],
): Promise<Claim> {
  const answers = await sendTogether(client, [
    { text: "begin", values: [] },
    { name: "lock-gate", text: LOCK_GATE, values: [] },
    { name: "read-gate", text: READ_GATE, values: [] },
    { name: "insert-keys", text: INSERT_KEYS, values: keys },
  ]);
  const [revision, cut] = answers[2]![0]!;
  const gate = { revision: Number(revision), cut: Number(cut) };
  const rows = answers[3]!;
  if (rows.length === count) return { gate, claimed: null };
  return { gate, claimed: new Set(rows.map(([key]) => key!.replaceAll("-", ""))) };
}

const YEAR_1 = -62_135_596_800_000;
const YEAR_9999_END = 253_402_300_799_999;

/**
 * A UTC timestamp that PostgreSQL reads back to the millisecond. An offset can carry a time out of the
 * four-digit years; it is quarantined anyway, and kept at the edge.
 */
export function timestamp(instant: number): string {
  return new Date(Math.min(Math.max(instant, YEAR_1), YEAR_9999_END)).toISOString();
}

export interface KnownKey {
  readonly key: string;
  readonly content: string;
  readonly state: "a" | "q";
}

/** What the store holds of keys that were claimed before; locked, so that a replay cannot pass. */
export async function lockKnownKeys(
  db: Db,
  keys: readonly string[],
): Promise<Map<string, KnownKey>> {
  const { rows } = await db.query<KnownKey>({
    name: "lock-known-keys",
    text: `select replace(key::text, '-', '') as key, replace(content::text, '-', '') as content, state
      from event_key where key = any($1::uuid[])
      order by event_key.key for update`,
    values: [`{${keys.join(",")}}`],
  });
  return new Map(rows.map((row) => [row.key, row]));
}

/** Gives quarantined keys their corrected content, and the state that it leads to. */
export async function updateCorrectedKeys(db: Db, candidates: readonly Candidate[]): Promise<void> {
  await db.query({
    text: `update event_key set content = new.content, time = new.time,
        account_id = new.account_id, content_rule = ${CONTENT_RULE}, state = new.state
      from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::integer[], $5::"char"[])
        as new (key, content, time, account_id, state)
      where event_key.key = new.key and event_key.state = 'q'`,
    values: keyParametersOf(candidates),
  });
}

/** Takes keys out of quarantine. Returns the candidates' keys that were still in it, with this content. */
export async function releaseKeys(db: Db, candidates: readonly Candidate[]): Promise<Set<string>> {
  const { rows } = await db.query<{ key: string }>({
    text: `with ready as (
        select event_key.key, new.time, new.account_id
        from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::integer[], $5::"char"[])
          as new (key, content, time, account_id, state)
        join event_key on event_key.key = new.key and event_key.content = new.content
        where event_key.state = 'q'
        order by event_key.key for update of event_key)
      update event_key set state = 'a', time = ready.time, account_id = ready.account_id
      from ready where event_key.key = ready.key and event_key.state = 'q'
      returning event_key.key`,
    values: keyParametersOf(candidates),
  });
  const released = new Set(rows.map(({ key }) => key.replaceAll("-", "")));
  const keys = candidates.map(({ key }) => key);
  return new Set(keys.filter((key) => released.has(key.replaceAll("-", ""))));
}

/** Why bodies still wait, after a replay that did not release them. */
export async function updateReasons(
  db: Db,
  reasons: readonly { key: string; content: string; code: string; detail: string }[],
): Promise<void> {
  if (reasons.length === 0) return;
  await db.query(
    `update quarantine set code = new.code, detail = new.detail
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as new (key, content, code, detail)
      where quarantine.key = new.key and quarantine.content = new.content and state = 'p'
        and (quarantine.code, quarantine.detail) <> (new.code, new.detail)`,
    [
      reasons.map(({ key }) => key),
      reasons.map(({ content }) => content),
      reasons.map(({ code }) => code),
      reasons.map(({ detail }) => storedText(detail)),
    ],
  );
}

const COPY_EVENTS = `copy event (time, received_at, account_id, source_id, type_id, revision, cut, mode,
  key, id, subject, data, personal, charges, usage_tuple, measured) from stdin (format binary)`;

export interface EventRows {
  /** Encoded rows, in pieces of a complete binary COPY. */
  readonly pieces: readonly Buffer[];
  readonly totals: Columns;
  readonly usage: Columns;
}

/** Stores events, what they move, and the counts of their group. */
export async function storeGroup(
  client: ClientBase,
  { cut, slot }: { readonly cut: number; readonly slot: number },
  events: EventRows | null,
  counts: readonly IntakeCount[],
): Promise<void> {
  const intake = counts.length === 0 ? [] : [intakeStatement(slot, counts)];
  if (events === null) return void (await sendTogether(client, intake));
  const { pieces, totals, usage } = events;
  await sendTogether(client, [
    { copy: COPY_EVENTS, pieces },
    totalsStatement(cut, slot, totals),
    usageStatement(slot, usage),
    ...intake,
  ]);
}

export async function addTotals(db: Db, cut: number, slot: number, rows: Columns): Promise<void> {
  await db.query(asQuery(totalsStatement(cut, slot, rows)));
}

export async function addUsage(db: Db, slot: number, rows: Columns): Promise<void> {
  await db.query(asQuery(usageStatement(slot, rows)));
}

function asQuery({ name, text, values }: Statement) {
  return { ...(name === undefined ? {} : { name }), text, values: [...values] };
}

function totalsStatement(cut: number, slot: number, rows: Columns): Statement {
  return {
    name: "add-totals",
    text: `insert into total (account_id, term_version, day, tuple, cut, slot, agreement_id,
        count, quantity, amount_pico, base_pico)
      select account_id, term_version, date '1970-01-01' + day, tuple, $1::integer, $2::integer,
        agreement_id, count, quantity::bigint, amount_pico, base_pico
      from unnest($3::integer[], $4::integer[], $5::integer[], $6::integer[], $7::integer[],
        $8::integer[], $9::numeric[], $10::numeric[], $11::numeric[])
        as new (account_id, term_version, day, tuple, agreement_id,
          count, quantity, amount_pico, base_pico)
      order by account_id, term_version, day, tuple
      on conflict (account_id, term_version, day, tuple, cut, slot) do update set
        count = total.count + excluded.count,
        quantity = total.quantity + excluded.quantity,
        amount_pico = total.amount_pico + excluded.amount_pico,
        base_pico = total.base_pico + excluded.base_pico`,
    values: [`${cut}`, `${slot}`, ...rows],
  };
}

function usageStatement(slot: number, rows: Columns): Statement {
  return {
    name: "add-usage",
    text: `insert into usage (account_id, hour, type_id, tuple, slot, count, quantity)
      select account_id, timestamptz 'epoch' + hour * interval '1 hour', type_id, tuple,
        $1::integer, count, quantity::bigint
      from unnest($2::integer[], $3::integer[], $4::integer[], $5::integer[],
        $6::integer[], $7::numeric[])
        as new (account_id, hour, type_id, tuple, count, quantity)
      order by account_id, hour, type_id, tuple
      on conflict (account_id, hour, type_id, tuple, slot) do update set
        count = usage.count + excluded.count,
        quantity = usage.quantity + excluded.quantity`,
    values: [`${slot}`, ...rows],
  };
}

export interface IntakeCount {
  readonly source: number;
  /** UTC day of receipt, in days since 1970. */
  readonly day: number;
  readonly outcome: string;
  readonly code: string;
  readonly count: number;
}

function intakeStatement(slot: number, counts: readonly IntakeCount[]): Statement {
  return {
    name: "add-intake",
    text: `insert into intake (source_id, day, outcome, code, slot, count)
      select source_id, date '1970-01-01' + day, outcome, code, $1::integer, count
      from unnest($2::integer[], $3::integer[], $4::text[], $5::text[], $6::bigint[])
        as new (source_id, day, outcome, code, count)
      order by 1, 2, 3, 4
      on conflict (source_id, day, outcome, code, slot) do update set
        count = intake.count + excluded.count`,
    values: [
      `${slot}`,
      arrayText(counts.map(({ source }) => source)),
      arrayText(counts.map(({ day }) => day)),
      arrayText(counts.map(({ outcome }) => outcome)),
      arrayText(counts.map(({ code }) => code)),
      arrayText(counts.map(({ count }) => count)),
    ],
  };
}

/** An array of numbers, or of our own words, which hold nothing that would need an escape. */
function arrayText(values: readonly (number | string)[]): string {
  return `{${values.map((value) => `"${value}"`).join(",")}}`;
}

/** Why a body is kept apart: it waits for its cause to be fixed, or its id was accepted with another. */
export interface Kept {
  readonly candidate: Candidate;
  readonly state: "p" | "c";
  readonly code: string;
  readonly detail: string;
}

export async function keepInQuarantine(db: Db, kept: readonly Kept[]): Promise<void> {
  const column = <T>(of: (row: Kept) => T): T[] => kept.map(of);
  await db.query({
    name: "keep-in-quarantine",
    text: `insert into quarantine
        (key, content, received_at, time, source_id, state, code, detail, id, type, body)
      select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[],
        $5::integer[], $6::"char"[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
      on conflict (key, content) do update set
        state = excluded.state, code = excluded.code, detail = excluded.detail,
        received_at = excluded.received_at
      where quarantine.state = 's' and excluded.state = 'p'`,
    values: [
      column(({ candidate }) => candidate.key),
      column(({ candidate }) => candidate.content),
      column(({ candidate }) => timestamp(candidate.receivedAt)),
      column(({ candidate }) => timestamp(candidate.time)),
      column(({ candidate }) => candidate.source.handle),
      column(({ state }) => state),
      column(({ code }) => code),
      column(({ detail }) => storedText(detail)),
      column(({ candidate }) => storedText(candidate.id)),
      column(({ candidate }) => storedText(candidate.type)),
      column(({ candidate }) => storedText(candidate.body)),
    ],
  });
}

/** A text as PostgreSQL can hold it: NUL and halves of surrogate pairs as JSON escapes. */
function storedText(text: string): string {
  if (text.isWellFormed() && !text.includes("\u0000")) return text;
  return JSON.stringify(text).slice(1, -1);
}

export interface EndedWait {
  /** Hexadecimal digits without dashes. */
  readonly key: string;
  readonly source: number;
  readonly receivedAt: Instant;
}

/** Ends the wait of bodies: superseded by another content, or released. */
export async function endWait(
  db: Db,
  keys: readonly string[],
  state: "s" | "r",
): Promise<EndedWait[]> {
  const { rows } = await db.query<{ key: string; source: number; at: string }>({
    text: `update quarantine set state = $2
      where key = any($1::uuid[]) and state = 'p'
      returning replace(key::text, '-', '') as key, source_id as source,
        (extract(epoch from received_at) * 1000)::bigint as at`,
    values: [`{${keys.join(",")}}`, state],
  });
  return rows.map(({ key, source, at }) => ({ key, source, receivedAt: Number(at) as Instant }));
}

/** Numbers for dimension tuples, new ones made. In a transaction of its own, before the events' one. */
export async function numberTuples(db: Db, texts: readonly string[]): Promise<Map<string, number>> {
  await db.query(
    `insert into dimension_tuple (tuple)
      select distinct tuple from unnest($1::text[]) as t (tuple) order by 1
      on conflict do nothing`,
    [texts],
  );
  const { rows } = await db.query<{ id: number; tuple: string }>(
    "select id, tuple from dimension_tuple where tuple = any($1::text[])",
    [texts],
  );
  return new Map(rows.map(({ id, tuple }) => [tuple, id]));
}
