import { parseDecimal } from "../decimal.ts";
import { Refusal } from "../refusals.ts";
import { divideRounded } from "../rounding.ts";

/** What an event's own price is multiplied by. */
export interface DynamicPrice {
  /** Units of 10^-12 of the currency for `by` smallest units of the carried price. */
  readonly factor: bigint;
  /** Smallest units that are one of the currency. */
  readonly by: number;
}

/** Refuses `decimal.*` and `rate.negative`. */
export function compileDynamic(factor: string, by: number): DynamicPrice {
  const parsed = parseDecimal(factor, 12);
  if (parsed < 0n) throw new Refusal("rate.negative", { factor });
  return { factor: parsed, by };
}

/**
 * The price that the event carries, times a factor: an event that brings 50.00 costs 50 × 1.33333 =
 * 66.6665, which is cost plus 33.333 %. `carried` is in smallest units; answers units of 10^-12 of the
 * currency, rounded half-even once.
 */
export function rateDynamic({ factor, by }: DynamicPrice, carried: bigint): bigint {
  return divideRounded(carried * factor, BigInt(by));
}
