import { assert } from "../assert.ts";
import type { RatioPrice } from "../catalogue/ratio-price.ts";
import { parseDecimal } from "../decimal.ts";
import { divideRounded } from "../rounding.ts";
import { type Unit, unitOf } from "../units.ts";

/** What a period had of some kind of traffic, in smallest units: calls, or milliseconds. */
export interface RatioUse {
  /** Of the kind that there may be too much of, and of all. */
  readonly matching: bigint;
  readonly all: bigint;
  readonly events: bigint;
}

export interface RatioSurcharge {
  readonly unit: Unit;
  /** Smallest units that are within the allowance, and those that are charged. */
  readonly allowed: bigint;
  readonly charged: bigint;
  /** Pico-units. */
  readonly amount: bigint;
}

/** Whether each day has a ratio of its own. */
export function isByDay({ over }: Pick<RatioPrice, "over">): boolean {
  return over === "utcDay" || over === "localDay";
}

const HUNDRED_PERCENT = 100n * 10n ** 12n;

/**
 * A surcharge on a kind of traffic that is due only when its part of the whole exceeds an allowance; exactly
 * the allowance is free (handbook §2.7). Then all of the kind is charged, or what exceeds the allowance:
 * a unit that is not wholly within it does.
 *
 * Of 1,000 calls 200 were short and 15 % are allowed: at 0.01 a call 2.00, or 0.50 of the excess alone.
 */
export function ratioSurcharge(price: RatioPrice, use: RatioUse): RatioSurcharge {
  const { matching, all, events } = use;
  assert(matching >= 0n && matching <= all, "what matches is a part of the whole");
  const unit = unitOf(price.per);
  const allowance = parseDecimal(price.allowancePercent, 12);
  const allowed = (all * allowance) / HUNDRED_PERCENT;
  const isExceeded = matching * HUNDRED_PERCENT > all * allowance;
  const counts = isExceeded && events >= BigInt(price.eventsMin ?? 0);
  const charged = !counts ? 0n : price.mode === "allMatching" ? matching : matching - allowed;
  const rate = parseDecimal(price.rate, 12);
  return { unit, allowed, charged, amount: divideRounded(charged * rate, BigInt(unit.size)) };
}
