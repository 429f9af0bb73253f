import { assert } from "../assert.ts";
import type { Instant } from "../instant.ts";

/**
 * To which period a call across a boundary belongs (handbook §6): the one it ends in, which is
 * usual in retail, the one it starts in, or each with the increments that start in it.
 */
export type LongCallPolicy = "byEnd" | "byStart" | "split";

/** A call as it was rated. Amounts are in 10^-12 of the currency. */
export interface RatedCall {
  readonly start: Instant;
  /** From the start to the end, before increments. */
  readonly milliseconds: number;
  /** After increments. */
  readonly billed: number;
  /** Of the first increment, and of each after it. */
  readonly initial: number;
  readonly subsequent: number;
  /** Charged with the first increment. */
  readonly connectFee: bigint;
  /** What the first so many billed milliseconds cost, without the connect fee. */
  readonly costOf: (billed: number) => bigint;
}

export interface PeriodShare {
  /** 0: before the first boundary; 1: from it on; and so forth. */
  readonly period: number;
  readonly billed: number;
  readonly amount: bigint;
}

/**
 * Divides a rated call among the periods that `boundaries` (ascending) cut time into. Only periods
 * with a share are answered; together they are the call, to the last unit.
 *
 * `split` cuts the rated increments, by the instant at which each starts, and never rounds a part
 * again: 120 s at 60/60 from ten seconds before two minutes' midnight are two increments that start
 * before it, where 70 s and 50 s rounded apart would be 180 s. It costs no more for a long call
 * than for a short one.
 *
 * A call that ends at the very instant of a boundary ends in the period before it.
 */
export function splitAcrossPeriods(
  call: RatedCall,
  boundaries: readonly Instant[],
  policy: LongCallPolicy,
): readonly PeriodShare[] {
  const { start, milliseconds, billed, connectFee, costOf } = call;
  assertIncrements(call);
  if (policy !== "split") {
    const last = milliseconds === 0 ? start : start + milliseconds - 1;
    const period = periodOf(policy === "byStart" ? start : last, boundaries);
    return [{ period, billed, amount: connectFee + costOf(billed) }];
  }
  const shares: PeriodShare[] = [];
  const first = periodOf(start, boundaries);
  let before = 0;
  for (let period = first; period <= boundaries.length; period++) {
    const boundary = boundaries[period];
    const through = boundary === undefined ? billed : billedBefore(call, boundary);
    if (through === before && period !== first) continue;
    const fee = period === first ? connectFee : 0n;
    shares.push({
      period,
      billed: through - before,
      amount: fee + costOf(through) - costOf(before),
    });
    before = through;
  }
  assert(before === billed, "every increment is in one period");
  return shares;
}

function assertIncrements({ milliseconds, billed, initial, subsequent }: RatedCall): void {
  assert(initial > 0 && subsequent > 0, "an increment is above zero");
  assert(milliseconds >= 0 && billed >= 0, "a call does not last less than nothing");
  const rest = billed - initial;
  assert(billed === 0 || (rest >= 0 && rest % subsequent === 0), "what is billed is increments");
}

function periodOf(instant: number, boundaries: readonly Instant[]): number {
  const next = boundaries.findIndex((boundary) => boundary > instant);
  return next === -1 ? boundaries.length : next;
}

/** Billed milliseconds of the increments that start before an instant, in closed form. */
function billedBefore({ start, billed, initial, subsequent }: RatedCall, instant: Instant): number {
  const elapsed = instant - start;
  if (elapsed <= 0) return 0;
  if (elapsed <= initial) return Math.min(initial, billed);
  return Math.min(initial + Math.ceil((elapsed - initial) / subsequent) * subsequent, billed);
}
