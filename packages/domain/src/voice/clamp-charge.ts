import { assert } from "../assert.ts";
import type { Whole } from "../rating/whole.ts";

/** Which bound an amount was taken to; null: it lies within them. */
export type Bound = "minCharge" | "maxCharge";

/** All amounts are in the same unit. */
export function boundOf(amount: Whole, min: Whole, max: Whole | null): Bound | null {
  assert(max === null || min <= max, "bounds of a charge leave room between them");
  if (amount < min) return "minCharge";
  return max !== null && amount > max ? "maxCharge" : null;
}
