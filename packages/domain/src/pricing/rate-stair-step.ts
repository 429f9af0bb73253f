import { assert } from "../assert.ts";
import type { GraduatedTiers } from "./graduated-tiers.ts";
import { reachedTier } from "./rate-volume.ts";
import { priceFilledTiers, type RatedTiers } from "./rated-tiers.ts";

/**
 * The flat fee of the tier that the quantity reaches, however much of it is used; `upTo` is inclusive,
 * and no usage is in tier 1. With 29 up to 1,000 messages, 99 up to 10,000 and 249 above, 1,000
 * messages cost 29, 1,001 cost 99 and 40,000 cost 249. Tiers whose fees rise never make more usage
 * cheaper.
 *
 * `quantity` is in smallest units, of a whole period.
 */
export function rateStairStep(price: GraduatedTiers, quantity: bigint): RatedTiers<"stairStep"> {
  assert(quantity >= 0n, "a priced quantity is not negative");
  const step = reachedTier(price, quantity);
  assert(step.rate === 0n, "a step has a fee and no rate");
  return priceFilledTiers("stairStep", price, [step]);
}
