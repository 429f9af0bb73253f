import { parseAmount } from "../amount.ts";
import { assert } from "../assert.ts";
import type { DecimalText } from "../catalogue/catalogue.ts";
import { Refusal } from "../refusals.ts";
import { divideRounded } from "../rounding.ts";
import { smallestUnits, type Unit } from "../units.ts";
import { priceFilledTiers, type RatedTiers } from "./rated-tiers.ts";

/** Units that are sold in packages only. */
export interface PackagePrice {
  readonly currency: string;
  readonly unit: Unit;
  /** Smallest units of a package. */
  readonly size: bigint;
  /** Units of 10^-12 of the currency, for each package that is started. */
  readonly rate: bigint;
}

/** Refuses `package.size-not-positive`, `rate.negative`, and what its parts are refused for. */
export function compilePackage(
  currency: string,
  unit: Unit,
  price: { readonly size: DecimalText; readonly rate: DecimalText },
): PackagePrice {
  const size = smallestUnits(price.size, unit);
  const rate = parseAmount(currency, price.rate).pico;
  if (size === 0n) throw new Refusal("package.size-not-positive", { size: price.size });
  if (rate < 0n) throw new Refusal("rate.negative", { rate: price.rate });
  return { currency, unit, size, rate };
}

/**
 * Every package that is started costs its whole price. At 15 for 10 units, 17 units are 2 packages: 30.
 * Five more make 22, which is 3 packages: 45, so the five cost 15. The smaller of two quantities never
 * costs more.
 *
 * `quantity` is in smallest units, of a whole period: bill a part as the difference of two of these.
 */
export function ratePackage(price: PackagePrice, quantity: bigint): RatedTiers<"package"> {
  assert(quantity >= 0n, "a priced quantity is not negative");
  const blocks = divideRounded(quantity, price.size, "up");
  assert(blocks * price.size >= quantity, "every unit is in a package");
  const { rate } = price;
  return priceFilledTiers("package", price, [{ tier: 1, quantity, rate, flat: 0n, blocks }]);
}
