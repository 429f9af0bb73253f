import { assert } from "../assert.ts";
import { formatDecimal } from "../decimal.ts";
import { divideRounded } from "../rounding.ts";

/** An exact fraction in smallest units: an average need not be whole. `denominator` is positive. */
export interface MeterValue {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const PLACES = 12;

export function wholeValue(value: bigint): MeterValue {
  return { numerator: value, denominator: 1n };
}

/** In lowest terms, with the sign above. */
export function fraction(numerator: bigint, denominator: bigint): MeterValue {
  assert(denominator !== 0n, "a fraction has something below its line");
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = commonDivisor(numerator, denominator) * sign;
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

function commonDivisor(one: bigint, other: bigint): bigint {
  let [a, b] = [one < 0n ? -one : one, other < 0n ? -other : other];
  while (b > 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}

/** As a decimal of at most 12 places, rounded half-even when it has more. */
export function formatMeterValue({ numerator, denominator }: MeterValue): string {
  return formatDecimal(divideRounded(numerator * 10n ** BigInt(PLACES), denominator), PLACES);
}
