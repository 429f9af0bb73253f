/**
 * What the legs of a line leave over when each is rounded to 12 places, so that the line can be rounded
 * alone (handbook §2.3, `perInvoiceLine`). A rate per minute over its 60 seconds need not end: the rest of
 * a leg is kept beside its amount as a whole number of parts of a pico-unit, and both are only added.
 */
import { assert } from "../assert.ts";
import { addWhole, multiplyWhole, negateWhole, type Whole } from "../rating/whole.ts";
import { divideRounded } from "../rounding.ts";

/** Parts of a pico-unit: milliseconds of an hour, so that rates by second, minute and hour come out whole. */
export const PARTS = 3_600_000;

export function hasWholeParts(size: number): boolean {
  return PARTS % size === 0;
}

/** What is left of `exact ÷ size` pico-units over `amount`, in parts; negative where that was rounded up. */
export function restOfLeg(exact: Whole, size: number, amount: Whole): Whole {
  assert(hasWholeParts(size), "apply refuses units that do not come out whole");
  const rest = addWhole(exact, negateWhole(multiplyWhole(amount, size)));
  return multiplyWhole(rest, PARTS / size);
}

/**
 * The amount of a line from the sums of its legs' amounts and rests. Cut to 12 places, the last one made odd
 * to 0 and 5 where something was cut off: rounding it to fewer places then gives what rounding the exact sum
 * gives, by any mode. A thousand legs of 10 s at 0.01 a minute are 5/3: 1.666666666666, and 1.67.
 */
export function amountOfLine(amount: bigint, rest: bigint): bigint {
  const exact = amount * BigInt(PARTS) + rest;
  const cut = divideRounded(exact, BigInt(PARTS), "down");
  const isExact = cut * BigInt(PARTS) === exact;
  if (isExact || cut % 5n !== 0n) return cut;
  return exact < 0n ? cut - 1n : cut + 1n;
}
