import type { Instant } from "../instant.ts";
import type { SessionRecord } from "./session-record.ts";

/**
 * What is known of a session without reading its records again: enough to say when something is to
 * be done about it. Times are those of receipt, so that a source whose clock is wrong, or whose
 * records come a day late, is not taken for a call that ended.
 */
export interface SessionProgress {
  readonly records: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly hasStart: boolean;
  readonly hasStop: boolean;
  /** Receipt of the first record and of the newest. */
  readonly openedAt: Instant;
  readonly heardAt: Instant;
}

export type HeardRecord = Pick<SessionRecord, "sequence" | "phase">;

/** The session with one more record, which has a sequence of its own. null: the first. */
export function hearRecord(
  before: SessionProgress | null,
  { sequence, phase }: HeardRecord,
  receivedAt: Instant,
): SessionProgress {
  const hasStart = phase === "start";
  const hasStop = phase === "stop";
  if (before === null) {
    return {
      records: 1,
      firstSequence: sequence,
      lastSequence: sequence,
      hasStart,
      hasStop,
      openedAt: receivedAt,
      heardAt: receivedAt,
    };
  }
  return {
    records: before.records + 1,
    firstSequence: Math.min(before.firstSequence, sequence),
    lastSequence: Math.max(before.lastSequence, sequence),
    hasStart: before.hasStart || hasStart,
    hasStop: before.hasStop || hasStop,
    openedAt: Math.min(before.openedAt, receivedAt) as Instant,
    heardAt: Math.max(before.heardAt, receivedAt) as Instant,
  };
}

/** Whether a sequence between the first and the last has not come. */
export function hasGaps({ firstSequence, lastSequence, records }: SessionProgress): boolean {
  return lastSequence - firstSequence + 1 > records;
}
