import { assert } from "../assert.ts";

/** What a period may cost at most and costs at least, in units of 10^-12; null for no limit. */
export interface SpendLimits {
  readonly minimum: bigint | null;
  readonly maximum: bigint | null;
}

/** What the limits change: `amount + limited = total`. */
export interface LimitedSpend {
  /** Below 0 what the maximum takes off, above 0 what tops up to the minimum. */
  readonly limited: bigint;
  readonly total: bigint;
}

/**
 * Tops an amount up to the minimum (true-up) or cuts it at the maximum (cap). With 100 at least and 500
 * at most, 30 becomes 100 by +70, 200 stays and 620 becomes 500 by −120.
 */
export function limitSpend({ minimum, maximum }: SpendLimits, amount: bigint): LimitedSpend {
  assert(
    minimum === null || maximum === null || minimum <= maximum,
    "apply checked that the minimum is not above the maximum",
  );
  const capped = maximum !== null && amount > maximum ? maximum : amount;
  const total = minimum !== null && capped < minimum ? minimum : capped;
  return { limited: total - amount, total };
}
