/**
 * Whole numbers that are fast while they are small and exact when they are not: a safe integer held as
 * `number`, or a `bigint` beyond 2^53. All arithmetic on them is here; nothing here makes a fraction.
 */
import { divideRounded, type RoundingMode } from "../rounding.ts";

export type Whole = number | bigint;

const SAFE_MAX = Number.MAX_SAFE_INTEGER;

/** A `number` if it fits, so that equal values have one form. */
export function settle(value: bigint): Whole {
  return value <= BigInt(SAFE_MAX) && value >= -BigInt(SAFE_MAX) ? Number(value) : value;
}

export function addWhole(a: Whole, b: Whole): Whole {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    // Both are below 2^53, so the sum is exact whenever it is safe.
    if (sum <= SAFE_MAX && sum >= -SAFE_MAX) return sum;
  }
  return settle(BigInt(a) + BigInt(b));
}

export function negateWhole(a: Whole): Whole {
  return typeof a === "number" ? 0 - a : settle(-a);
}

/** `a × b` */
export function multiplyWhole(a: Whole, b: Whole): Whole {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    // A product that comes out safe is exact: a true one of 2^53 or more never rounds below 2^53.
    if (product <= SAFE_MAX && product >= -SAFE_MAX) return product;
  }
  return settle(BigInt(a) * BigInt(b));
}

/** `a ÷ divisor` as a whole number, rounded once. `divisor` is positive. */
export function divideWhole(a: Whole, divisor: Whole, mode: RoundingMode = "halfEven"): Whole {
  if (typeof a === "bigint" || typeof divisor === "bigint") {
    return settle(divideRounded(BigInt(a), BigInt(divisor), mode));
  }
  const size = Math.abs(a);
  if (size + divisor > SAFE_MAX) return settle(divideRounded(BigInt(a), BigInt(divisor), mode));
  // The nearest double to a quotient is at most one too large when cut. The operator % is ten times slower.
  let quotient = Math.floor(size / divisor);
  let remainder = size - quotient * divisor;
  if (remainder < 0) {
    quotient -= 1;
    remainder += divisor;
  }
  if (remainder > 0 && isAway(quotient, 2 * remainder - divisor, mode)) quotient += 1;
  // 0 - 0 is 0: nothing is 0, never -0.
  return a < 0 ? 0 - quotient : quotient;
}

/** Whether what lies between a whole number and the next goes away from zero; `side` is 0 in the middle. */
function isAway(quotient: number, side: number, mode: RoundingMode): boolean {
  if (mode === "up" || mode === "down") return mode === "up";
  if (side !== 0) return side > 0;
  return mode === "halfUp" || quotient % 2 !== 0;
}

/** `a × b ÷ divisor`, rounded half-even once. `divisor` is a positive safe integer. */
export function multiplyDivide(a: Whole, b: Whole, divisor: number): Whole {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    if (product <= SAFE_MAX && product >= -SAFE_MAX) return divideWhole(product, divisor);
  }
  return settle(divideRounded(BigInt(a) * BigInt(b), BigInt(divisor)));
}

/** `numerator ÷ denominator` in lowest terms, for a positive denominator. */
export function reduce(numerator: bigint, denominator: number): { numerator: Whole; by: number } {
  let a = numerator < 0n ? -numerator : numerator;
  let b = BigInt(denominator);
  while (b > 0n) [a, b] = [b, a % b];
  const divisor = a === 0n ? 1n : a;
  return {
    numerator: settle(numerator / divisor),
    by: Number(BigInt(denominator) / divisor),
  };
}
