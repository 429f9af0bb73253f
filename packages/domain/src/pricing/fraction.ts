import { assert } from "../assert.ts";

/** An exact part of one, in lowest terms. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const NOTHING: Fraction = { numerator: 0n, denominator: 1n };

/** Exact: 7/365 + 47/366 is 19717/133590. */
export function addFractions(a: Fraction, b: Fraction): Fraction {
  return lowestTerms(
    a.numerator * b.denominator + b.numerator * a.denominator,
    a.denominator * b.denominator,
  );
}

export function lowestTerms(numerator: bigint, denominator: bigint): Fraction {
  assert(denominator > 0n, "a denominator is positive");
  let [greater, less] = [numerator < 0n ? -numerator : numerator, denominator];
  while (less > 0n) [greater, less] = [less, greater % less];
  return { numerator: numerator / greater, denominator: denominator / greater };
}
