import { assert } from "../assert.ts";
import { divideRounded } from "../rounding.ts";
import type { LegRounding } from "./call-rules.ts";

/** 12 places of an amount, as powers of ten. */
const TENS = Array.from({ length: 13 }, (_, places) => 10n ** BigInt(places));

/**
 * The amount of one leg in pico-units: `exact ÷ size`, rounded once, to the places that its contract says
 * or else to the 12 that every amount has (handbook §2.3). 0.00935 up to 4 places is 0.0094.
 */
export function roundLeg(exact: bigint, size: number, rounding: LegRounding | null): bigint {
  if (rounding === null) return divideRounded(exact, BigInt(size));
  const place = TENS[12 - rounding.decimals];
  assert(place !== undefined, "a leg is rounded to at most 12 places");
  return divideRounded(exact, BigInt(size) * place, rounding.mode) * place;
}
