/** The SQL of sessions as people look at them. */
import { formatDecimal } from "@counterpart/domain/decimal.ts";
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import type { SessionFindings } from "@counterpart/domain/sessions/assemble-session.ts";
import type { SessionPhase } from "@counterpart/domain/sessions/session-record.ts";
import type { Db } from "../platform/database.ts";
import {
  type ExpiryCause,
  phaseOfLetter,
  SESSION_STATES,
  type SessionState,
  type StateLetter,
  stateOfLetter,
} from "./session-columns.repo.ts";

export interface SessionView {
  readonly key: string;
  readonly source: string;
  readonly sessionId: string;
  readonly leg: string | null;
  readonly state: SessionState;
  readonly recordCount: number;
  readonly openedAt: string;
  readonly heardAt: string;
  readonly dueAt: string | null;
  /** Why it was taken for ended without its stop; null: it was not. */
  readonly expiry: ExpiryCause | null;
  /** What is odd about its records; null until it is assembled. */
  readonly findings: SessionFindings | null;
  /** What it became; null while it is open. */
  readonly event: {
    readonly id: string;
    readonly usageSeconds: string;
    readonly outcome: "accepted" | "quarantined" | "conflicting" | "refused" | null;
    readonly code: string | null;
    readonly isEstimated: boolean;
  } | null;
  /** Of a superseded session: what its records say now. */
  readonly knownUsageSeconds: string | null;
}

export interface SessionFilter {
  /** Without it, all. */
  readonly state?: SessionState | undefined;
  readonly source?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Where the page before ended. */
  readonly after?: { readonly sourceHandle: number; readonly key: string } | undefined;
  readonly limit: number;
}

interface ViewRow {
  readonly key: string;
  readonly source_id: number;
  readonly source: string;
  readonly session_id: string;
  readonly leg: string;
  readonly state: StateLetter;
  readonly records: number;
  readonly opened: string;
  readonly heard: string;
  readonly due: string | null;
  readonly expiry: ExpiryCause | null;
  readonly findings: SessionView["findings"];
  readonly milliseconds: string | null;
  readonly known_milliseconds: string | null;
  readonly outcome: NonNullable<SessionView["event"]>["outcome"];
  readonly code: string | null;
}

function timeText(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** An event that waited in quarantine may have been released since it was handed over. */
const VIEW = `session.key, source_id, handle.name as source, session_id, leg, session.state, records,
  ${timeText("opened_at")} as opened, ${timeText("heard_at")} as heard,
  ${timeText("due_at")} as due, expiry, findings, milliseconds, known_milliseconds,
  case when outcome = 'quarantined' and event_key.state = 'a' then 'accepted' else outcome end
    as outcome,
  case when outcome = 'quarantined' and event_key.state = 'a' then null else code end as code`;

const FROM = `session join handle on handle.id = source_id
  left join event_key on event_key.key = session.event_key and event_key.content = session.content`;

function toView(row: ViewRow): SessionView {
  const { session_id: sessionId, leg, milliseconds, expiry, known_milliseconds: known } = row;
  return {
    key: row.key,
    source: row.source,
    sessionId,
    leg: leg === "" ? null : leg,
    state: stateOfLetter(row.state),
    recordCount: row.records,
    openedAt: row.opened,
    heardAt: row.heard,
    dueAt: row.due,
    expiry,
    findings: row.findings,
    event:
      milliseconds === null
        ? null
        : {
            id: leg === "" ? sessionId : `${sessionId}/${leg}`,
            usageSeconds: secondsOf(milliseconds),
            outcome: row.outcome,
            code: row.code,
            isEstimated: expiry !== null,
          },
    knownUsageSeconds: known === null ? null : secondsOf(known),
  };
}

function secondsOf(milliseconds: string): string {
  return formatDecimal(BigInt(milliseconds), 3);
}

export interface SessionPageRow extends SessionView {
  readonly sourceHandle: number;
}

/** Sessions, in the order of their sources and keys. */
export async function listSessions(db: Db, filter: SessionFilter): Promise<SessionPageRow[]> {
  const { state, source, sessionId, after, limit } = filter;
  const { rows } = await db.query<ViewRow>(
    `select ${VIEW} from ${FROM}
      where ($1::"char" is null or session.state = $1)
        and ($2::text is null
          or source_id = (select id from handle where kind = 'source' and name = $2))
        and ($3::text is null or session_id = $3)
        and (source_id, session.key) > ($4::integer, $5::uuid)
      order by source_id, session.key limit $6`,
    [
      state === undefined ? null : SESSION_STATES[state],
      source ?? null,
      sessionId ?? null,
      after?.sourceHandle ?? -1,
      after?.key ?? "00000000-0000-0000-0000-000000000000",
      limit,
    ],
  );
  return rows.map((row) => ({ ...toView(row), sourceHandle: row.source_id }));
}

export interface RecordView {
  readonly sequence: number;
  readonly phase: SessionPhase;
  readonly time: string;
  readonly usageSeconds: string;
  readonly receivedAt: string;
}

export interface ConflictView {
  readonly sequence: number;
  readonly receivedAt: string;
  /** As it came. */
  readonly body: string;
}

export interface WholeSession extends SessionView {
  /** By their sequences, the first 1,000. */
  readonly records: readonly RecordView[];
  /** Records that were kept and count nothing, because their sequence was taken; the first 100. */
  readonly conflicts: readonly ConflictView[];
}

const RECORDS_SHOWN_MAX = 1_000;
const CONFLICTS_SHOWN_MAX = 100;

/** null when no record of it has come. */
export async function findSession(db: Db, key: string): Promise<WholeSession | null> {
  const found = await db.query<ViewRow>(
    `select ${VIEW} from ${FROM} where session.key = $1 and records > 0`,
    [key],
  );
  const row = found.rows[0];
  if (row === undefined) return null;
  const records = await db.query<{
    sequence: number;
    phase: string;
    at: string;
    milliseconds: string;
    received: string;
  }>(
    `select sequence, phase, ${timeText("time")} as at, milliseconds,
        ${timeText("received_at")} as received
      from session_record where key = $1 order by sequence limit ${RECORDS_SHOWN_MAX}`,
    [key],
  );
  const conflicts = await db.query<ConflictView>(
    `select sequence, ${timeText("received_at")} as "receivedAt", body
      from session_conflict where key = $1 order by sequence, content limit ${CONFLICTS_SHOWN_MAX}`,
    [key],
  );
  return {
    ...toView(row),
    records: records.rows.map(({ sequence, phase, at, milliseconds, received }) => ({
      sequence,
      phase: phaseOfLetter(phase),
      time: at,
      usageSeconds: secondsOf(milliseconds),
      receivedAt: received,
    })),
    conflicts: conflicts.rows,
  };
}

export interface SessionGauges {
  readonly open: number;
  readonly secondsOverdue: number;
}

const COUNTED_MAX = 100_000;

/**
 * How many are open, counted no further than 100,000, and for how long the oldest that is due has
 * waited.
 */
export async function measureSessions(db: Db, now: Instant): Promise<SessionGauges> {
  const { rows } = await db.query<{ open: string; overdue: string }>(
    `select
        (select count(*) from (select from session where state = 'o' limit ${COUNTED_MAX}) as counted)
          as open,
        coalesce(greatest(0, extract(epoch from $1::timestamptz - (select min(due_at) from session))), 0)
          ::bigint as overdue`,
    [formatInstant(now)],
  );
  return { open: Number(rows[0]!.open), secondsOverdue: Number(rows[0]!.overdue) };
}
