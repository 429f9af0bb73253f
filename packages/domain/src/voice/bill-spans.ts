import { assert } from "../assert.ts";
import type { CallRate, RateAt } from "./call-rate.ts";
import type { CompiledCallRules } from "./call-rules.ts";

/** A stretch of billed time at one rate, in milliseconds. */
export interface BilledSpan {
  /** Id of the deck row. */
  readonly row: number;
  readonly rate: CallRate;
  /** At the rate of the initial increment, and at the one of what follows. */
  readonly initial: number;
  readonly next: number;
}

/** Increments of at most a second, both of them, leave a rate's end where it is (handbook §2.5). */
const CUT_MAX = 1000;

type SpanRules = Pick<CompiledCallRules, "incrementMode" | "timeBandPolicy">;

/**
 * A duration as billed time, cut where another rate begins to apply (handbook §2.3, §2.5). The initial
 * increment is the first rate's. An increment belongs to the rate in force when it starts and is never
 * cut, so its remainder shortens the next span; only `splitAtEdge` with increments of at most a second
 * changes the rate at the very instant. Null where there is no rate. `atStart` is what is in force at its
 * start, where that is known already.
 *
 * 120 s of 60/60 that cross an edge after 40 s are 60 s at the first rate and 60 s at the second; at 1/1
 * they are 40 s and 80 s. Work grows with the rates that are crossed, not with the increments.
 */
export function billSpans(
  duration: number,
  rateAt: RateAt,
  rules: SpanRules,
  atStart = rateAt(0),
): readonly BilledSpan[] | null {
  const spans: BilledSpan[] = [];
  let at = 0;
  while (at < duration) {
    const inForce = at === 0 ? atStart : rateAt(at);
    if (inForce === null) return null;
    const { row, rate, until } = inForce;
    const initial = at === 0 ? rate.initial : 0;
    const start = at + initial;
    const end = spanEnd(start, Math.min(duration, until), duration, rate, rules);
    assert(end > at && end < Number.POSITIVE_INFINITY, "each span takes the call further");
    append(spans, { row, rate, initial, next: end - start });
    at = end;
  }
  return spans;
}

/** Where the last increment ends that starts before `limit`; `start` when none does. */
function spanEnd(
  start: number,
  limit: number,
  duration: number,
  { initial, subsequent }: CallRate,
  { incrementMode, timeBandPolicy }: SpanRules,
): number {
  if (start >= limit) return start;
  if (subsequent === 0) return limit;
  if (timeBandPolicy === "splitAtEdge" && initial <= CUT_MAX && subsequent <= CUT_MAX) {
    return limit < duration ? limit : inWhole(limit, 0, subsequent);
  }
  return inWhole(limit, incrementMode === "wholeMultiple" ? 0 : start, subsequent);
}

/** The first multiple of `increment` after `from` that is not before `to`. */
function inWhole(to: number, from: number, increment: number): number {
  const part = (to - from) % increment;
  return part === 0 ? to : to - part + increment;
}

/** Spans of one row that follow each other are one. */
function append(spans: BilledSpan[], span: BilledSpan): void {
  const last = spans.at(-1);
  if (last === undefined || last.row !== span.row) spans.push(span);
  else spans[spans.length - 1] = { ...last, next: last.next + span.next };
}
