import { assert } from "../assert.ts";
import { divideRounded } from "../rounding.ts";

const ONE = 10n ** 12n;

/**
 * What a discount takes off an amount: 15 % of 80 is 12. `fraction` is in units of 10^-12, from 0 to one;
 * the amount and the answer are so, too. Rounded half-even once.
 */
export function percentDiscount(fraction: bigint, amount: bigint): bigint {
  assert(fraction >= 0n && fraction <= ONE, "a discount is from 0 to 100 %");
  return divideRounded(amount * fraction, ONE);
}
