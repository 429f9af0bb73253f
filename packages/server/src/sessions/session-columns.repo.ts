/**
 * How sessions stand in their table: letters for states and phases, and the columns of their
 * progress.
 */
import type { Instant } from "@counterpart/domain/instant.ts";
import type { Expiry } from "@counterpart/domain/sessions/expire-orphan.ts";
import type { SessionProgress } from "@counterpart/domain/sessions/session-progress.ts";
import type { SessionPhase } from "@counterpart/domain/sessions/session-record.ts";

export const SESSION_STATES = {
  open: "o",
  stopped: "s",
  expired: "e",
  "superseded-pending": "p",
  conflicting: "c",
  refused: "r",
} as const;

export type SessionState = keyof typeof SESSION_STATES;
export type StateLetter = (typeof SESSION_STATES)[SessionState];

export function stateOfLetter(letter: string): SessionState {
  const names = Object.keys(SESSION_STATES) as SessionState[];
  return names.find((name) => SESSION_STATES[name] === letter)!;
}

/** Why a session was taken for ended without its stop. */
export type ExpiryCause = Expiry | "asked";

export const PHASE_LETTERS: Readonly<Record<SessionPhase, string>> = {
  start: "s",
  interim: "i",
  stop: "e",
};

export function phaseOfLetter(letter: string): SessionPhase {
  return letter === "s" ? "start" : letter === "i" ? "interim" : "stop";
}

/** Columns of a session that its progress is read from. */
export interface ProgressRow {
  readonly records: number;
  readonly first_sequence: number;
  readonly last_sequence: number;
  readonly has_start: boolean;
  readonly has_stop: boolean;
  readonly opened_ms: string;
  readonly heard_ms: string;
}

export const PROGRESS_COLUMNS = `records, first_sequence, last_sequence, has_start, has_stop,
  (extract(epoch from opened_at) * 1000)::bigint as opened_ms,
  (extract(epoch from heard_at) * 1000)::bigint as heard_ms`;

export function toProgress(row: ProgressRow): SessionProgress {
  return {
    records: row.records,
    firstSequence: row.first_sequence,
    lastSequence: row.last_sequence,
    hasStart: row.has_start,
    hasStop: row.has_stop,
    openedAt: Number(row.opened_ms) as Instant,
    heardAt: Number(row.heard_ms) as Instant,
  };
}
