import { assert } from "../assert.ts";
import { addWhole, divideWhole, multiplyWhole, type Whole } from "../rating/whole.ts";
import { type BilledSpan, billSpans } from "./bill-spans.ts";
import type { RateAt, RateInForce } from "./call-rate.ts";
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
  readonly amount: Whole;
  /** What that leaves over, for lines that are rounded alone (`line-rest.ts`); else null. */
  readonly rest: Whole | null;
  readonly steps: CallStep[];
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
  if (duration < rules.grace) return due(0, { kind: "grace" }, rules);
  if (duration === 0 && !rules.connectOnZero) return due(0, { kind: "zero" }, rules);
  const free = Math.min(duration, rules.free);
  duration -= free;
  if (free > 0) steps.push({ kind: "free", duration });
  if (duration > 0 && duration < rules.minimum) {
    duration = rules.minimum;
    steps.push({ kind: "minimum", duration });
  }
  const atAnswer = rateAt(0);
  const spans =
    free === 0
      ? billSpans(duration, rateAt, rules, atAnswer)
      : billSpans(duration, afterFree(rateAt, free), rules);
  if (spans === null || atAnswer === null) return null;
  return chargeSpans(spans, atAnswer, rules, size, steps);
}

function due(fee: Whole, step: CallStep, { isPerLine }: CompiledCallRules): RatedCall {
  return { billed: 0, amount: fee, rest: isPerLine ? 0 : null, steps: [step] };
}

/** The free seconds are the first ones of the call. */
function afterFree(rateAt: RateAt, free: number): RateAt {
  return (offset) => {
    const inForce = rateAt(offset + free);
    return inForce === null ? null : { ...inForce, until: inForce.until - free };
  };
}

/** The connect fee is that of the rate at answer, whatever follows (handbook §2.5). */
function chargeSpans(
  spans: readonly BilledSpan[],
  atAnswer: RateInForce,
  { minCharge, maxCharge, rounding, isPerLine }: CompiledCallRules,
  size: number,
  steps: CallStep[],
): RatedCall {
  let billed = 0;
  let exact = multiplyWhole(atAnswer.rate.connectFee, size);
  let isOneRow = true;
  for (const { row, rate, initial, next } of spans) {
    billed += initial + next;
    exact = addWhole(exact, multiplyWhole(initial, rate.rate));
    exact = addWhole(exact, multiplyWhole(next, rate.rateNext));
    if (row !== atAnswer.row) isOneRow = false;
  }
  assert(Number.isSafeInteger(billed), "billed time is a safe number of milliseconds");
  if (!isOneRow) {
    for (const { row, initial, next } of spans) steps.push({ kind: "span", row, initial, next });
  }
  const max = maxCharge === null ? null : multiplyWhole(maxCharge, size);
  const min = multiplyWhole(minCharge, size);
  const bound = boundOf(exact, min, max);
  if (bound !== null) {
    steps.push({ kind: bound, before: BigInt(divideWhole(exact, size)) });
    exact = bound === "minCharge" || max === null ? min : max;
  }
  if (rounding !== null) {
    steps.push({ kind: "leg", before: BigInt(divideWhole(exact, size)), ...rounding });
  }
  const amount = roundLeg(exact, size, rounding);
  return { billed, amount, rest: isPerLine ? restOfLeg(exact, size, amount) : null, steps };
}
