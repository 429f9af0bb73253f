import { parseDecimal } from "../decimal.ts";

/**
 * A percentage as a fraction of one in units of 10^-12: `"2.5"` is 0.025. Refuses `decimal.*`, and so
 * more than 10 places: a hundredth of them would not be exact.
 */
export function percentFraction(percent: string): bigint {
  return parseDecimal(percent, 10);
}
