import { assert } from "../assert.ts";
import { divideRounded } from "../rounding.ts";
import type { BlockTiers } from "./block-tiers.ts";
import { type FilledTier, priceFilledTiers, type RatedTiers } from "./rated-tiers.ts";

/**
 * Tiers fill in turn, each sold in blocks of its own size; a started block costs its whole price. With
 * 10 blocks of 100 at 1 and then blocks of 1,000 at 1, 5,325 units fill the first tier (1,000 units
 * for 10) and start 5 blocks of the second: 15. One more unit never costs less.
 *
 * `quantity` is in smallest units, of a whole period: bill a part as the difference of two of these.
 */
export function rateGraduatedBlocks(
  price: BlockTiers,
  quantity: bigint,
): RatedTiers<"graduatedBlocks"> {
  assert(quantity >= 0n, "a priced quantity is not negative");
  const filled: FilledTier[] = [];
  let left = quantity;
  for (const [index, tier] of price.tiers.entries()) {
    if (index > 0 && left === 0n) break;
    const { size, rate } = tier;
    const started = divideRounded(left, size, "up");
    const isFull = tier.blocks !== null && started > tier.blocks;
    const blocks = isFull ? tier.blocks : started;
    const held = isFull ? tier.blocks * size : left;
    filled.push({ tier: index + 1, quantity: held, rate, flat: 0n, blocks });
    left -= held;
  }
  assert(left === 0n, "every unit is in one tier");
  return priceFilledTiers("graduatedBlocks", price, filled);
}
