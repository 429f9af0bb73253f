import { assert } from "./assert.ts";

/** Handbook §2.3. Negative values mirror: `up` is away from zero, `down` towards it. */
export type RoundingMode = "up" | "down" | "halfUp" | "halfEven";

/** In an order that records rely on: it is never changed, only added to. */
export const ROUNDING_MODES: readonly RoundingMode[] = ["up", "down", "halfUp", "halfEven"];

/** The quotient as a whole number. The only place where anything exact is rounded. */
export function divideRounded(
  numerator: bigint,
  denominator: bigint,
  mode: RoundingMode = "halfEven",
): bigint {
  assert(denominator > 0n, "a divisor is positive");
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const away = numerator < 0n ? quotient - 1n : quotient + 1n;
  if (mode === "up") return away;
  if (mode === "down") return quotient;
  const twice = 2n * (remainder < 0n ? -remainder : remainder);
  if (twice !== denominator) return twice > denominator ? away : quotient;
  if (mode === "halfUp") return away;
  return quotient % 2n === 0n ? quotient : away;
}
