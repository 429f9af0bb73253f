import { assert } from "../assert.ts";
import type { GraduatedTiers } from "./graduated-tiers.ts";
import { type FilledTier, priceFilledTiers, type RatedTiers } from "./rated-tiers.ts";

/**
 * All units cost the rate of the one tier that holds the quantity; `upTo` is inclusive, and no usage
 * is in tier 1. With 0.010 up to 10,000 minutes, 0.008 up to 50,000 and 0.006 above, 62,500 minutes
 * are 62,500 × 0.006 = 375. Crossing into a cheaper tier can lower the total: 10,000 minutes cost 100,
 * 10,001 cost 80.008.
 *
 * `quantity` is in smallest units, of a whole period.
 */
export function rateVolume(price: GraduatedTiers, quantity: bigint): RatedTiers<"volume"> {
  assert(quantity >= 0n, "a priced quantity is not negative");
  return priceFilledTiers("volume", price, [reachedTier(price, quantity)]);
}

/** The one tier that holds the quantity, with all of it. */
export function reachedTier(price: GraduatedTiers, quantity: bigint): FilledTier {
  const index = price.tiers.findIndex(({ upTo }) => upTo === null || quantity <= upTo);
  const held = price.tiers[index];
  assert(held !== undefined, "the last tier holds what no other does");
  const { rate, flat } = held;
  return { tier: index + 1, quantity, rate, flat, blocks: null };
}
