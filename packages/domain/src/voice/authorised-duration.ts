import { assert } from "../assert.ts";
import type { CallRate } from "./call-rate.ts";
import type { CompiledCallRules } from "./call-rules.ts";

type LimitRules = Pick<CompiledCallRules, "disconnectAt" | "incrementMode" | "free">;

/**
 * How long a switch may let a call go on under `maxChargeStrategy: disconnect`, in milliseconds: the free
 * seconds and the longest time of whole increments whose connect fee and usage are not above the maximum.
 * Infinity without such a maximum, 0 when not even the initial increment is within it. The cost of a call
 * that was made already is not limited by it (handbook §2.3).
 *
 * At most 10.00 at 60.00 a minute by the second is 10 s. `size` is how many milliseconds a rate is for.
 */
export function authorisedDuration(rate: CallRate, rules: LimitRules, size: number): number {
  const { disconnectAt, incrementMode, free } = rules;
  if (disconnectAt === null) return Number.POSITIVE_INFINITY;
  const room = (BigInt(disconnectAt) - BigInt(rate.connectFee)) * BigInt(size);
  const initial = BigInt(rate.initial);
  const left = room - initial * BigInt(rate.rate);
  if (left < 0n) return room < 0n ? 0 : free;
  const rateNext = BigInt(rate.rateNext);
  if (rateNext === 0n) return Number.POSITIVE_INFINITY;
  const step = BigInt(rate.subsequent === 0 ? 1 : rate.subsequent);
  const base = incrementMode === "wholeMultiple" ? 0n : initial;
  const longest = initial + left / rateNext;
  const end = base + ((longest - base) / step) * step;
  const billed = end < initial ? initial : end;
  assert(initial * BigInt(rate.rate) + (billed - initial) * rateNext <= room, "it is paid for");
  return Number(billed) + free;
}
