import { assert } from "../assert.ts";
import { divideRounded } from "../rounding.ts";
import type { BlockTiers } from "./block-tiers.ts";
import { priceFilledTiers, type RatedTiers } from "./rated-tiers.ts";

/**
 * All units in blocks of the one tier that the quantity reaches. With 10 blocks of 100 at 1, 100 of
 * 1,000 at 1 and then blocks of 1,000 at 0.5, the first two tiers hold 101,000 units: these cost 101,
 * and one more makes 102 blocks at 0.5: 51. What a tier holds counts with its end.
 *
 * `quantity` is in smallest units, of a whole period.
 */
export function rateVolumeBlocks(price: BlockTiers, quantity: bigint): RatedTiers<"volumeBlocks"> {
  assert(quantity >= 0n, "a priced quantity is not negative");
  let held = 0n;
  const index = price.tiers.findIndex(({ blocks, size }) => {
    held += (blocks ?? 0n) * size;
    return blocks === null || quantity <= held;
  });
  const reached = price.tiers[index];
  assert(reached !== undefined, "the last tier holds what no other does");
  const { size, rate } = reached;
  const blocks = divideRounded(quantity, size, "up");
  const filled = { tier: index + 1, quantity, rate, flat: 0n, blocks };
  return priceFilledTiers("volumeBlocks", price, [filled]);
}
