/** The SQL of session records: keeping them, and noting on each session what was heard of it. */
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import type { SessionProgress } from "@counterpart/domain/sessions/session-progress.ts";
import type { UsageMode } from "@counterpart/domain/sessions/session-record.ts";
import type { Db } from "../platform/database.ts";
import type { SessionRecordIn } from "./read-session-record.ts";
import {
  PHASE_LETTERS,
  PROGRESS_COLUMNS,
  type ProgressRow,
  type StateLetter,
  toProgress,
} from "./session-columns.repo.ts";

export interface LockedSession {
  readonly key: string;
  readonly state: StateLetter;
  readonly usage: UsageMode;
  readonly isHandedOver: boolean;
  /** null: it has no record yet. */
  readonly progress: SessionProgress | null;
}

export interface NewSession
  extends Pick<SessionRecordIn, "key" | "eventKey" | "source" | "sessionId" | "leg"> {
  readonly usage: UsageMode;
}

/**
 * Makes sessions that are not there yet. Sorted by their keys, so that no two writers block each
 * other.
 */
export async function insertSessions(
  db: Db,
  sessions: readonly NewSession[],
  now: Instant,
): Promise<void> {
  await db.query(
    `insert into session (key, event_key, source_id, session_id, leg, usage, state, records,
        first_sequence, last_sequence, has_start, has_stop, opened_at, heard_at)
      select key, event_key, source_id, session_id, leg, usage::"char", 'o', 0,
        0, 0, false, false, $7, $7
      from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[])
        as given (key, event_key, source_id, session_id, leg, usage)
      order by key
      on conflict (key) do nothing`,
    [
      sessions.map(({ key }) => key),
      sessions.map(({ eventKey }) => eventKey),
      sessions.map(({ source }) => source.handle),
      sessions.map(({ sessionId }) => sessionId),
      sessions.map(({ leg }) => leg),
      sessions.map(({ usage }) => (usage === "delta" ? "d" : "c")),
      formatInstant(now),
    ],
  );
}

/** Holds sessions until the transaction ends, in the order of their keys. */
export async function lockSessions(db: Db, keys: readonly string[]): Promise<LockedSession[]> {
  const { rows } = await db.query<
    ProgressRow & { key: string; state: StateLetter; usage: string; handed: boolean }
  >(
    `select key, state, usage, event is not null as handed, ${PROGRESS_COLUMNS}
      from session where key = any($1::uuid[]) order by key for update`,
    [keys],
  );
  return rows.map((row) => ({
    key: row.key,
    state: row.state,
    usage: row.usage === "d" ? "delta" : "cumulative",
    isHandedOver: row.handed,
    progress: row.records === 0 ? null : toProgress(row),
  }));
}

/** Keeps records whose sequence is new, and tells which those were, as `key sequence`. */
export async function insertRecords(
  db: Db,
  records: readonly SessionRecordIn[],
  receivedAt: Instant,
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ key: string; sequence: number }>(
    `insert into session_record
        (key, sequence, content, received_at, time, milliseconds, phase, type, subject, data)
      select key, sequence, content, $10, time, milliseconds, phase::"char", type, subject, data
      from unnest($1::uuid[], $2::integer[], $3::uuid[], $4::timestamptz[], $5::bigint[],
        $6::text[], $7::text[], $8::text[], $9::text[])
        as given (key, sequence, content, time, milliseconds, phase, type, subject, data)
      on conflict (key, sequence) do nothing
      returning key, sequence`,
    [
      records.map(({ key }) => key),
      records.map(({ sequence }) => sequence),
      records.map(({ content }) => content),
      records.map(({ time }) => formatInstant(time)),
      records.map(({ milliseconds }) => milliseconds),
      records.map(({ phase }) => PHASE_LETTERS[phase]),
      records.map(({ type }) => type),
      records.map(({ subject }) => subject),
      records.map(({ data }) => data),
      formatInstant(receivedAt),
    ],
  );
  return new Set(rows.map(recordName));
}

/** What the store holds of a session's sequences, by `key sequence`. */
export async function findRecordContents(
  db: Db,
  records: readonly Pick<SessionRecordIn, "key" | "sequence">[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.query<{ key: string; sequence: number; content: string }>(
    `select key, sequence, content from session_record
      join unnest($1::uuid[], $2::integer[]) as asked (key, sequence) using (key, sequence)`,
    [records.map(({ key }) => key), records.map(({ sequence }) => sequence)],
  );
  return new Map(rows.map((row) => [recordName(row), row.content]));
}

export function recordName({ key, sequence }: { key: string; sequence: number }): string {
  return `${key} ${sequence}`;
}

export async function insertConflicts(
  db: Db,
  records: readonly SessionRecordIn[],
  receivedAt: Instant,
): Promise<void> {
  await db.query(
    `insert into session_conflict (key, sequence, content, received_at, body)
      select key, sequence, content, $5, body
      from unnest($1::uuid[], $2::integer[], $3::uuid[], $4::text[])
        as given (key, sequence, content, body)
      on conflict do nothing`,
    [
      records.map(({ key }) => key),
      records.map(({ sequence }) => sequence),
      records.map(({ content }) => content),
      records.map(({ body }) => body),
      formatInstant(receivedAt),
    ],
  );
}

export interface HeardSession {
  readonly key: string;
  readonly state: StateLetter;
  readonly progress: SessionProgress;
  readonly dueAt: Instant;
}

export async function updateHeard(db: Db, sessions: readonly HeardSession[]): Promise<void> {
  const times = (of: (session: HeardSession) => Instant): string[] => {
    return sessions.map((session) => formatInstant(of(session)));
  };
  await db.query(
    `update session set state = given.state::"char", records = given.records,
        first_sequence = given.first_sequence, last_sequence = given.last_sequence,
        has_start = given.has_start, has_stop = given.has_stop,
        opened_at = given.opened_at, heard_at = given.heard_at, due_at = given.due_at
      from unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::integer[],
        $6::boolean[], $7::boolean[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[])
        as given (key, state, records, first_sequence, last_sequence, has_start, has_stop,
          opened_at, heard_at, due_at)
      where session.key = given.key`,
    [
      sessions.map(({ key }) => key),
      sessions.map(({ state }) => state),
      sessions.map(({ progress }) => progress.records),
      sessions.map(({ progress }) => progress.firstSequence),
      sessions.map(({ progress }) => progress.lastSequence),
      sessions.map(({ progress }) => progress.hasStart),
      sessions.map(({ progress }) => progress.hasStop),
      times(({ progress }) => progress.openedAt),
      times(({ progress }) => progress.heardAt),
      times(({ dueAt }) => dueAt),
    ],
  );
}
