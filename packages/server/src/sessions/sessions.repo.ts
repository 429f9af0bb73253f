/**
 * The SQL of what becomes of sessions: those that are due, their events, and the answers to those.
 */
import { assert } from "@counterpart/domain/assert.ts";
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import type { SessionProgress } from "@counterpart/domain/sessions/session-progress.ts";
import type { SessionRecord, UsageMode } from "@counterpart/domain/sessions/session-record.ts";
import { readObject } from "../events/read-event.ts";
import type { Db } from "../platform/database.ts";
import {
  type ExpiryCause,
  PROGRESS_COLUMNS,
  type ProgressRow,
  phaseOfLetter,
  SESSION_STATES,
  type SessionState,
  type StateLetter,
  stateOfLetter,
  toProgress,
} from "./session-columns.repo.ts";

/** A session about which something is to be done. */
export interface DueSession {
  readonly key: string;
  readonly eventKey: string;
  readonly source: string;
  readonly sessionId: string;
  readonly leg: string;
  readonly state: SessionState;
  readonly usage: UsageMode;
  readonly progress: SessionProgress;
  readonly expiry: ExpiryCause | null;
  /** The event as it was, or is to be, handed over. */
  readonly event: AssembledEvent | null;
  readonly isHandedOver: boolean;
}

export interface AssembledEvent {
  readonly text: string;
  /** null: it is too large to be an event. */
  readonly content: string | null;
  readonly milliseconds: number;
  /** How many records it was assembled from. */
  readonly records: number;
}

interface DueRow extends ProgressRow {
  readonly key: string;
  readonly event_key: string;
  readonly source: string;
  readonly session_id: string;
  readonly leg: string;
  readonly state: StateLetter;
  readonly usage: string;
  readonly expiry: ExpiryCause | null;
  readonly event: string | null;
  readonly content: string | null;
  readonly milliseconds: string | null;
  readonly event_records: number | null;
  readonly handed: boolean;
}

/** Those that are due, the longest overdue first. */
export async function listDueSessions(db: Db, now: Instant, limit: number): Promise<DueSession[]> {
  const { rows } = await db.query<DueRow>(
    `select key, event_key, handle.name as source, session_id, leg, state, usage, expiry, event,
        content, milliseconds, event_records, handed_over_at is not null as handed, ${PROGRESS_COLUMNS}
      from session join handle on handle.id = source_id
      where due_at <= $1 order by due_at limit $2`,
    [formatInstant(now), limit],
  );
  return rows.map((row) => ({
    key: row.key,
    eventKey: row.event_key,
    source: row.source,
    sessionId: row.session_id,
    leg: row.leg,
    state: stateOfLetter(row.state),
    usage: row.usage === "d" ? "delta" : "cumulative",
    progress: toProgress(row),
    expiry: row.expiry,
    event: toEvent(row),
    isHandedOver: row.handed,
  }));
}

function toEvent({ event, content, milliseconds, event_records }: DueRow): AssembledEvent | null {
  if (event === null) return null;
  return { text: event, content, milliseconds: Number(milliseconds), records: event_records ?? 0 };
}

/** What is in the store under the keys of events. */
export async function findEventContents(
  db: Db,
  eventKeys: readonly string[],
): Promise<ReadonlyMap<string, { readonly content: string; readonly isAccepted: boolean }>> {
  const { rows } = await db.query<{ key: string; content: string; state: string }>(
    "select key, content, state from event_key where key = any($1::uuid[])",
    [eventKeys],
  );
  return new Map(
    rows.map(({ key, content, state }) => [key, { content, isAccepted: state === "a" }]),
  );
}

/**
 * Holds sessions until the transaction ends, and tells the keys of those of which no record has come
 * and whose event nobody has written since they were looked at.
 */
export async function lockUnchanged(
  db: Db,
  sessions: readonly Pick<DueSession, "key" | "progress">[],
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ key: string }>(
    `select session.key from session
      join unnest($1::uuid[], $2::integer[]) as looked (key, records)
        on looked.key = session.key and looked.records = session.records
      where session.event_records is distinct from looked.records
      order by session.key for update of session`,
    [sessions.map(({ key }) => key), sessions.map(({ progress }) => progress.records)],
  );
  return new Set(rows.map(({ key }) => key));
}

export interface FixedEvent extends AssembledEvent {
  readonly key: string;
  readonly state: SessionState;
  readonly expiry: ExpiryCause | null;
  readonly findings: object;
}

/**
 * Writes down what is going to be handed over, unless a record has come since it was assembled or
 * somebody else was faster. Tells the keys of those that were written.
 */
export async function fixEvents(
  db: Db,
  events: readonly FixedEvent[],
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ key: string }>(
    `update session set event = given.event, content = given.content,
        milliseconds = given.milliseconds, event_records = given.records,
        state = given.state::"char", expiry = given.expiry, findings = given.findings::jsonb,
        handed_over_at = null, outcome = null, code = null, known_milliseconds = null
      from unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::integer[], $6::text[],
        $7::text[], $8::text[])
        as given (key, event, content, milliseconds, records, state, expiry, findings)
      where session.key = given.key and session.records = given.records
        and session.event_records is distinct from given.records
      returning session.key`,
    [
      events.map(({ key }) => key),
      events.map(({ text }) => text),
      events.map(({ content }) => content),
      events.map(({ milliseconds }) => milliseconds),
      events.map(({ records }) => records),
      events.map(({ state }) => SESSION_STATES[state]),
      events.map(({ expiry }) => expiry),
      events.map(({ findings }) => JSON.stringify(findings)),
    ],
  );
  return new Set(rows.map(({ key }) => key));
}

export interface SettledSession {
  readonly key: string;
  /** Of the event that was handed over, or of the records that were looked at again. */
  readonly records: number;
  readonly state: SessionState;
  readonly outcome: string;
  readonly code: string | null;
  readonly expiry: ExpiryCause | null;
  /** What the records say, when it is not what was charged. */
  readonly knownMilliseconds: number | null;
}

/** Notes what became of sessions. One of which a record has come meanwhile stays due. */
export async function settleSessions(
  db: Db,
  sessions: readonly SettledSession[],
  now: Instant,
): Promise<void> {
  await db.query(
    `update session set state = given.state::"char", outcome = given.outcome, code = given.code,
        expiry = given.expiry, known_milliseconds = given.known_milliseconds,
        handed_over_at = coalesce(handed_over_at, $8),
        due_at = case when session.records = given.records then null else due_at end
      from unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[],
        $7::bigint[])
        as given (key, records, state, outcome, code, expiry, known_milliseconds)
      where session.key = given.key`,
    [
      sessions.map(({ key }) => key),
      sessions.map(({ records }) => records),
      sessions.map(({ state }) => SESSION_STATES[state]),
      sessions.map(({ outcome }) => outcome),
      sessions.map(({ code }) => code),
      sessions.map(({ expiry }) => expiry),
      sessions.map(({ knownMilliseconds }) => knownMilliseconds),
      formatInstant(now),
    ],
  );
}

/** Puts off what is not to be done yet, unless a record has come meanwhile. */
export async function postponeSession(
  db: Db,
  { key, progress }: Pick<DueSession, "key" | "progress">,
  dueAt: Instant,
): Promise<void> {
  await db.query("update session set due_at = $3 where key = $1 and records = $2", [
    key,
    progress.records,
    formatInstant(dueAt),
  ]);
}

/** Has an open session taken for ended. False when it is not open. */
export async function askToExpire(db: Db, key: string, now: Instant): Promise<boolean> {
  const { rowCount } = await db.query(
    `update session set due_at = $2, expiry = 'asked'
      where key = $1 and state = 'o' and event is null`,
    [key, formatInstant(now)],
  );
  return rowCount === 1;
}

/** The records of sessions, by their keys. */
export async function listSessionRecords(
  db: Db,
  keys: readonly string[],
): Promise<ReadonlyMap<string, readonly SessionRecord[]>> {
  const { rows } = await db.query<{
    key: string;
    sequence: number;
    phase: string;
    at: string;
    milliseconds: string;
    type: string;
    subject: string;
    data: string;
  }>(
    `select key, sequence, phase, (extract(epoch from time) * 1000)::bigint as at, milliseconds,
        type, subject, data
      from session_record where key = any($1::uuid[]) order by key, sequence`,
    [keys],
  );
  const records = new Map<string, SessionRecord[]>(keys.map((key) => [key, []]));
  for (const { key, sequence, phase, at, milliseconds, type, subject, data } of rows) {
    records.get(key)!.push({
      sequence,
      phase: phaseOfLetter(phase),
      time: Number(at) as Instant,
      milliseconds: Number(milliseconds),
      type,
      subject,
      data: dataOf(data),
    });
  }
  return records;
}

function dataOf(text: string): SessionRecord["data"] {
  const data = readObject(text);
  assert(typeof data !== "string", "what was kept as an object is one");
  return data;
}
