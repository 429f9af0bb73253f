import type { PerUnit } from "../catalogue/catalogue.ts";
import type { PercentTier } from "../catalogue/usage-price.ts";
import { formatDecimal } from "../decimal.ts";
import { compileTiers, type GraduatedTiers } from "./graduated-tiers.ts";
import { percentFraction } from "./percent-fraction.ts";
import { fillTiers } from "./rate-graduated.ts";
import { priceFilledTiers, type RatedTiers } from "./rated-tiers.ts";

/**
 * Tiers of percentages as tiers of rates: 2.5 % of each unit of money is 0.025. Refuses what
 * `compileTiers` and `percentFraction` refuse.
 */
export function compilePercentageTiers(
  currency: string,
  per: PerUnit,
  tiers: readonly PercentTier[],
): GraduatedTiers {
  const rated = tiers.map(({ upTo, percent, flat }) => ({
    upTo,
    rate: formatDecimal(percentFraction(percent), 12),
    flat,
  }));
  return compileTiers(currency, per, rated);
}

/**
 * A quantity of money, such as the payments that went through: each part of it at the percentage of the
 * tier that it falls in. With 3 % up to 10,000 and 2 % above, 12,000 cost 300 + 40 = 340. A flat fee
 * is due for each tier that is reached, that of tier 1 without usage too.
 *
 * `amount` is in smallest units of the carried money, of a whole period.
 */
export function rateGraduatedPercentage(
  price: GraduatedTiers,
  amount: bigint,
): RatedTiers<"graduatedPercentage"> {
  return priceFilledTiers("graduatedPercentage", price, fillTiers(price, amount));
}
