import { assert } from "../assert.ts";
import type { Instant } from "../instant.ts";
import type { Period } from "../period.ts";

/** Partial records of one leg as one call. */
export interface MergedPartials extends Period {
  /** Sum of the parts: what is counted. */
  readonly milliseconds: number;
  /** Time between parts that none of them covers. */
  readonly gaps: readonly Period[];
  /** Time that more than one part covers. */
  readonly overlaps: readonly Period[];
}

/**
 * Merges the partial records that a switch writes of a long call, every few minutes, into one call
 * from the first start to the last end (handbook §6). They are those of one leg, so that one event
 * comes of them, with one connect fee and increments that go on from the whole duration. Any order.
 *
 * What is counted is the sum of the parts. Gaps and overlaps are named and change nothing: 0–600 s
 * and 590–900 s are 910 s with an overlap of 10 s, because a switch may pause a call and its clock
 * may jump, and only its operator knows which.
 */
export function mergePartials(partials: readonly Period[]): MergedPartials {
  assert(partials.length > 0, "a call has at least one part");
  const sorted = partials.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const gaps: Period[] = [];
  const overlaps: Period[] = [];
  const { start } = sorted[0]!;
  let end: Instant = start;
  let milliseconds = 0;
  for (const part of sorted) {
    assert(part.start <= part.end, "a part does not end before it starts");
    if (part.start > end) gaps.push({ start: end, end: part.start });
    const covered = Math.min(end, part.end) as Instant;
    if (covered > part.start) overlaps.push({ start: part.start, end: covered });
    if (part.end > end) end = part.end;
    milliseconds += part.end - part.start;
  }
  const total = lengthOf(gaps) + milliseconds - lengthOf(overlaps);
  assert(total === end - start, "parts, gaps and overlaps add up to the call");
  return { start, end, milliseconds, gaps, overlaps };
}

/** Milliseconds of periods together. */
export function lengthOf(periods: readonly Period[]): number {
  return periods.reduce((sum, { start, end }) => sum + (end - start), 0);
}
