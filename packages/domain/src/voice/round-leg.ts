import { assert } from "../assert.ts";
import { divideWhole, multiplyWhole, type Whole } from "../rating/whole.ts";
import type { LegRounding } from "./call-rules.ts";

/** 12 places of an amount, as powers of ten. */
const TENS = Array.from({ length: 13 }, (_, places) => 10 ** places);

/**
 * The amount of one leg in pico-units: `exact ÷ size`, rounded once, to the places that its contract says
 * or else to the 12 that every amount has (handbook §2.3). 0.00935 up to 4 places is 0.0094.
 */
export function roundLeg(exact: Whole, size: number, rounding: LegRounding | null): Whole {
  if (rounding === null) return divideWhole(exact, size);
  const place = TENS[12 - rounding.decimals];
  assert(place !== undefined, "a leg is rounded to at most 12 places");
  return multiplyWhole(divideWhole(exact, multiplyWhole(size, place), rounding.mode), place);
}
