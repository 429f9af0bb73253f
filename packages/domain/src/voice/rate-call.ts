import { assert } from "../assert.ts";
import { divideRounded } from "../rounding.ts";
import { type BilledSpan, billSpans } from "./bill-spans.ts";
import type { CallRate, RateAt } from "./call-rate.ts";
import type { CompiledCallRules } from "./call-rules.ts";
import type { CallStep } from "./call-steps.ts";
import { boundOf } from "./clamp-charge.ts";
import { restOfLeg } from "./line-rest.ts";
import { roundDuration } from "./round-duration.ts";
import { roundLeg } from "./round-leg.ts";

export interface Call {
  /** By answer supervision alone: early media is free. */
  readonly answered: boolean;
  /** From answer to end. */
  readonly milliseconds: number;
}

export interface RatedCall {
  /** Milliseconds. */
  readonly billed: number;
  /** Pico-units, rounded once. */
  readonly amount: bigint;
  /** What that leaves over, for lines that are rounded alone (`line-rest.ts`); else null. */
  readonly rest: bigint | null;
  readonly steps: readonly CallStep[];
}

/**
 * What one leg of a call costs: the rating algorithm of handbook §2.3, its steps in its order. `size` is
 * how many milliseconds a rate is for. The duration that is left after the free seconds is billed from
 * their end on. Null where the deck has no rate in force.
 *
 * 61 s at 60/60 and 0.012 a minute are billed as 120 s and cost 0.024.
 */
export function rateCall(
  call: Call,
  rules: CompiledCallRules,
  rateAt: RateAt,
  size: number,
): RatedCall | null {
  if (!call.answered) return due(rules.attemptFee, { kind: "unanswered" }, rules);
  const steps: CallStep[] = [];
  let duration = roundDuration(call.milliseconds, rules.durationRounding);
  if (duration !== call.milliseconds) steps.push({ kind: "rounded", duration });
  if (rules.durationOffset !== 0) {
    duration = Math.max(0, duration + rules.durationOffset);
    steps.push({ kind: "offset", duration });
  }
  if (duration < rules.grace) return due(0n, { kind: "grace" }, rules);
  if (duration === 0 && !rules.connectOnZero) return due(0n, { kind: "zero" }, rules);
  const free = Math.min(duration, rules.free);
  duration -= free;
  if (free > 0) steps.push({ kind: "free", duration });
  if (duration > 0 && duration < rules.minimum) {
    duration = rules.minimum;
    steps.push({ kind: "minimum", duration });
  }
  const atAnswer = rateAt(0);
  const spans = billSpans(duration, afterFree(rateAt, free), rules);
  if (spans === null || atAnswer === null) return null;
  return chargeSpans(spans, atAnswer.rate, rules, size, steps);
}

function due(fee: bigint, step: CallStep, { isPerLine }: CompiledCallRules): RatedCall {
  return { billed: 0, amount: fee, rest: isPerLine ? 0n : null, steps: [step] };
}

/** The free seconds are the first ones of the call. */
function afterFree(rateAt: RateAt, free: number): RateAt {
  if (free === 0) return rateAt;
  return (offset) => {
    const inForce = rateAt(offset + free);
    return inForce === null ? null : { rate: inForce.rate, until: inForce.until - free };
  };
}

/** The connect fee is that of the rate at answer, whatever follows (handbook §2.5). */
function chargeSpans(
  spans: readonly BilledSpan[],
  atAnswer: CallRate,
  { minCharge, maxCharge, rounding, isPerLine }: CompiledCallRules,
  size: number,
  steps: CallStep[],
): RatedCall {
  const by = BigInt(size);
  let billed = 0;
  let exact = atAnswer.connectFee * by;
  for (const { rate, initial, next } of spans) {
    billed += initial + next;
    exact += BigInt(initial) * rate.rate + BigInt(next) * rate.rateNext;
  }
  assert(Number.isSafeInteger(billed), "billed time is a safe number of milliseconds");
  if (spans.length > 1 || spans.some(({ rate }) => rate.row !== atAnswer.row)) {
    for (const { rate, initial, next } of spans) {
      steps.push({ kind: "span", row: rate.row, initial, next });
    }
  }
  const max = maxCharge === null ? null : maxCharge * by;
  const bound = boundOf(exact, minCharge * by, max);
  if (bound !== null) {
    steps.push({ kind: bound, before: divideRounded(exact, by) });
    exact = bound === "minCharge" || max === null ? minCharge * by : max;
  }
  if (rounding !== null) steps.push({ kind: "leg", before: divideRounded(exact, by), ...rounding });
  const amount = roundLeg(exact, size, rounding);
  return { billed, amount, rest: isPerLine ? restOfLeg(exact, size, amount) : null, steps };
}
