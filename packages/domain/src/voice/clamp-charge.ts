/** Which bound an amount was taken to; null: it lies within them. */
export type Bound = "minCharge" | "maxCharge";

/** All amounts in the same unit. The lower bound comes first: checks refuse one above the upper. */
export function boundOf(amount: bigint, min: bigint, max: bigint | null): Bound | null {
  if (amount < min) return "minCharge";
  return max !== null && amount > max ? "maxCharge" : null;
}
