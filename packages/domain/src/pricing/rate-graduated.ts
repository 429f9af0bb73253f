import { assert } from "../assert.ts";
import type { GraduatedTiers } from "./graduated-tiers.ts";
import { type FilledTier, priceFilledTiers, type RatedTiers } from "./rated-tiers.ts";

/**
 * Each unit costs the rate of the tier that it falls in; `upTo` is inclusive. With 0.010 up to 10,000
 * minutes, 0.008 up to 50,000 and 0.006 above, 62,500 minutes are 100 + 320 + 75 = 495. A flat fee is
 * due for each tier that is reached, that of tier 1 without usage too. One more unit never costs less.
 *
 * `quantity` is in smallest units, of a whole period: bill a part as the difference of two of these.
 */
export function rateGraduated(price: GraduatedTiers, quantity: bigint): RatedTiers<"graduated"> {
  assert(quantity >= 0n, "a priced quantity is not negative");
  return priceFilledTiers("graduated", price, fillTiers(price, quantity));
}

/** Which units of the quantity each tier holds; tier 1 is always reached. */
export function fillTiers(price: GraduatedTiers, quantity: bigint): FilledTier[] {
  const filled: FilledTier[] = [];
  let ratedUnits = 0n;
  for (const [index, { upTo, rate, flat }] of price.tiers.entries()) {
    if (index > 0 && quantity === ratedUnits) break;
    const tierEnd = upTo === null || upTo > quantity ? quantity : upTo;
    filled.push({ tier: index + 1, quantity: tierEnd - ratedUnits, rate, flat, blocks: null });
    ratedUnits = tierEnd;
  }
  assert(ratedUnits === quantity, "every unit is rated once");
  return filled;
}
