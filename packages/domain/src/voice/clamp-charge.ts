import { assert } from "../assert.ts";

/** Which bound an amount was taken to; null: it lies within them. */
export type Bound = "minCharge" | "maxCharge";

/** All amounts are in the same unit. */
export function boundOf(amount: bigint, min: bigint, max: bigint | null): Bound | null {
  assert(max === null || min <= max, "bounds of a charge leave room between them");
  if (amount < min) return "minCharge";
  return max !== null && amount > max ? "maxCharge" : null;
}
