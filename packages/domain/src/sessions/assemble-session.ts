import { assert } from "../assert.ts";
import { INSTANT_FIRST, type Instant } from "../instant.ts";
import { lengthOf, mergePartials } from "./merge-partials.ts";
import type { SessionRecord, UsageMode } from "./session-record.ts";

/** The one thing that the records of a session say together. */
export interface AssembledSession {
  readonly isStopped: boolean;
  /** When the usage began. */
  readonly time: Instant;
  readonly milliseconds: number;
  readonly type: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly findings: SessionFindings;
}

/** What is odd about the records; none of it changes what is counted. */
export interface SessionFindings {
  /** No start: the time is the first record's, less what it had used. */
  readonly startMissing: boolean;
  /** Sequences between the first and the last that never came. */
  readonly sequencesMissing: number;
  /** Stops beyond the first; the one with the highest sequence counts. */
  readonly furtherStops: number;
  /** Records whose sequence is above the stop's: they count nothing. */
  readonly afterStop: number;
  /** Of deltas: time between them that none covers, and time that several cover. */
  readonly gapMilliseconds: number;
  readonly overlapMilliseconds: number;
}

/**
 * Assembles the records of one leg (handbook §6). The order in which they came and how often each
 * came make no difference; records of one sequence are one record.
 *
 * - Of cumulative usage the stop's counts, which may be lower than an interim's; without a stop the
 *   largest. Interims of 60 and 180 s and a stop of 150 s are 150 s.
 * - Deltas are added, each sequence once: 60, 60 and a stop of 30 s are 150 s.
 * - Of several stops the one with the highest sequence is the stop; what has a higher one counts
 *   nothing.
 * - Fields of later sequences take the place of earlier ones, so that a stop can tell how the call
 *   ended.
 */
export function assembleSession(
  records: readonly SessionRecord[],
  usage: UsageMode,
): AssembledSession {
  const sorted = inSequence(records);
  const stops = sorted.filter(({ phase }) => phase === "stop");
  const stop = stops.at(-1);
  const counted = stop === undefined ? sorted : sorted.slice(0, sorted.indexOf(stop) + 1);
  const start = counted.find(({ phase }) => phase === "start");
  const first = counted[0]!;
  const last = counted.at(-1)!;
  const named = counted.findLast(({ subject }) => subject !== "");
  const merged = usage === "delta" ? mergePartials(counted.map(periodOf)) : null;
  return {
    isStopped: stop !== undefined,
    time: start?.time ?? periodOf(first).start,
    milliseconds: usage === "delta" ? sumOf(counted) : (stop?.milliseconds ?? largestOf(counted)),
    type: last.type,
    subject: named?.subject ?? "",
    data: Object.fromEntries(counted.flatMap(({ data }) => Object.entries(data))),
    findings: {
      startMissing: start === undefined,
      sequencesMissing: last.sequence - first.sequence + 1 - counted.length,
      furtherStops: Math.max(0, stops.length - 1),
      afterStop: sorted.length - counted.length,
      gapMilliseconds: merged === null ? 0 : lengthOf(merged.gaps),
      overlapMilliseconds: merged === null ? 0 : lengthOf(merged.overlaps),
    },
  };
}

function inSequence(records: readonly SessionRecord[]): readonly SessionRecord[] {
  assert(records.length > 0, "a session has at least one record");
  const bySequence = new Map<number, SessionRecord>();
  for (const record of records) {
    assert(record.milliseconds >= 0, "usage is not negative");
    if (!bySequence.has(record.sequence)) bySequence.set(record.sequence, record);
  }
  return [...bySequence.values()].sort((a, b) => a.sequence - b.sequence);
}

/** What a record covers: its usage up to its time. A start with usage begins at its own time. */
function periodOf({ phase, time, milliseconds }: SessionRecord): { start: Instant; end: Instant } {
  if (phase === "start") return { start: time, end: (time + milliseconds) as Instant };
  const start = Math.max(time - milliseconds, INSTANT_FIRST) as Instant;
  return { start, end: time };
}

function sumOf(records: readonly SessionRecord[]): number {
  return records.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}

function largestOf(records: readonly SessionRecord[]): number {
  return records.reduce((largest, { milliseconds }) => Math.max(largest, milliseconds), 0);
}
