/** From a period's quantity to its amount: the steps that every usage price shares, in order. */
import { parseAmount } from "../amount.ts";
import { assert } from "../assert.ts";
import type { UsagePrice } from "../catalogue/usage-price.ts";
import { Refusal } from "../refusals.ts";
import { smallestUnits, type Unit, unitOf } from "../units.ts";
import { compileBlockTiers } from "./block-tiers.ts";
import {
  type CompiledConversion,
  compileConversion,
  compileValueConversion,
  convertUnits,
} from "./convert-units.ts";
import { compileTiers } from "./graduated-tiers.ts";
import type { AccountUnits } from "./grant-units.ts";
import { takeIncludedUnits } from "./included-units.ts";
import { percentDiscount } from "./percent-discount.ts";
import { percentFraction } from "./percent-fraction.ts";
import { rateGraduated } from "./rate-graduated.ts";
import { rateGraduatedBlocks } from "./rate-graduated-blocks.ts";
import { compilePercentageTiers, rateGraduatedPercentage } from "./rate-graduated-percentage.ts";
import { compilePackage, ratePackage } from "./rate-package.ts";
import { compilePeriodPercentage, ratePeriodPercentage } from "./rate-period-percentage.ts";
import { rateStairStep } from "./rate-stair-step.ts";
import { rateVolume } from "./rate-volume.ts";
import { rateVolumeBlocks } from "./rate-volume-blocks.ts";
import type { RatedTiers } from "./rated-tiers.ts";
import type { RolloverRule } from "./roll-over-units.ts";
import type { SpendLimits } from "./spend-limits.ts";

/** A usage price, checked and exact. */
export interface CompiledUsagePrice {
  readonly conversion: CompiledConversion | null;
  /** What tiers and included units count. */
  readonly unit: Unit;
  /** Smallest units that are free in a period. */
  readonly included: bigint;
  readonly accountUnits: AccountUnits | null;
  readonly rollover: RolloverRule | null;
  /** What the model makes of a billable quantity and the number of events behind it. */
  readonly rate: (billable: bigint, events: bigint) => RatedTiers;
  /** Fraction in units of 10^-12. */
  readonly discount: bigint;
  readonly limits: SpendLimits;
}

/** What came of a period's quantity before the limits: `rated − discount = amount`. */
export interface PricedUsage {
  /** Smallest units after conversion. */
  readonly converted: bigint;
  readonly free: bigint;
  readonly rated: RatedTiers;
  /** Units of 10^-12 that the discount takes off. */
  readonly discount: bigint;
  readonly amount: bigint;
}

/**
 * Refuses what its parts are refused for, `discount.out-of-range` outside 0 to 100 %, and
 * `limits.crossed` for a minimum above the maximum.
 */
export function compileUsagePrice(currency: string, price: UsagePrice): CompiledUsagePrice {
  const counted = unitOf(price.per);
  const conversion = price.convert === undefined ? null : compileConversion(counted, price.convert);
  return compileModel(currency, price, conversion?.unit ?? counted, conversion);
}

/** The price of a meter's value, which need not be whole: it is always converted. Refuses the same. */
export function compileValuePrice(
  currency: string,
  price: UsagePrice,
): CompiledUsagePrice & { readonly conversion: CompiledConversion } {
  const conversion = compileValueConversion(unitOf(price.per), price.convert);
  return { ...compileModel(currency, price, conversion.unit, conversion), conversion };
}

function compileModel(
  currency: string,
  price: UsagePrice,
  unit: Unit,
  conversion: CompiledConversion | null,
): CompiledUsagePrice {
  const discount = percentFraction(price.discountPercent ?? "0");
  if (discount < 0n || discount > 10n ** 12n) {
    throw new Refusal("discount.out-of-range", { percent: price.discountPercent });
  }
  return {
    conversion,
    unit,
    included: smallestUnits(price.included ?? "0", unit),
    ...allowancesOf(price, unit),
    rate: modelOf(currency, unit, price),
    discount,
    limits: limitsOf(currency, price),
  };
}

/** Refuses `included.per-account-converted` and `included.rollover-unpooled`. */
function allowancesOf(
  { includedPerAccount, rollover, convert }: UsagePrice,
  unit: Unit,
): Pick<CompiledUsagePrice, "accountUnits" | "rollover"> {
  // A month's whole quantity is converted: what it makes of one account's is not known.
  if (includedPerAccount !== undefined && convert !== undefined) {
    throw new Refusal("included.per-account-converted");
  }
  const pooled = includedPerAccount?.pooled ?? true;
  // Whose units would go on, where nobody uses another's?
  if (!pooled && rollover !== undefined) throw new Refusal("included.rollover-unpooled");
  const units = (text: string): bigint => smallestUnits(text, unit);
  return {
    accountUnits:
      includedPerAccount === undefined ? null : { each: units(includedPerAccount.units), pooled },
    rollover:
      rollover === undefined
        ? null
        : {
            months: rollover.months,
            cap: rollover.cap === undefined ? null : units(rollover.cap),
          },
  };
}

function modelOf(currency: string, unit: Unit, price: UsagePrice): CompiledUsagePrice["rate"] {
  switch (price.model) {
    case "graduated": {
      const tiers = compileTiers(currency, unit, price.tiers);
      return (billable) => rateGraduated(tiers, billable);
    }
    case "volume": {
      const tiers = compileTiers(currency, unit, price.tiers);
      return (billable) => rateVolume(tiers, billable);
    }
    case "stairStep": {
      const steps = price.tiers.map((step) => ({ ...step, rate: "0" }));
      const tiers = compileTiers(currency, unit, steps);
      return (billable) => rateStairStep(tiers, billable);
    }
    case "package": {
      const packages = compilePackage(currency, unit, price);
      return (billable) => ratePackage(packages, billable);
    }
    case "graduatedBlocks": {
      const tiers = compileBlockTiers(currency, unit, price.tiers);
      return (billable) => rateGraduatedBlocks(tiers, billable);
    }
    case "volumeBlocks": {
      const tiers = compileBlockTiers(currency, unit, price.tiers);
      return (billable) => rateVolumeBlocks(tiers, billable);
    }
    case "graduatedPercentage": {
      const tiers = compilePercentageTiers(currency, unit, price.tiers);
      return (billable) => rateGraduatedPercentage(tiers, billable);
    }
    case "periodPercentage": {
      const percentage = compilePeriodPercentage(currency, unit, price);
      return (billable, events) => ratePeriodPercentage(percentage, billable, events);
    }
  }
}

function limitsOf(
  currency: string,
  { minimum, maximum }: Pick<UsagePrice, "minimum" | "maximum">,
): SpendLimits {
  const limit = (text: string | undefined): bigint | null =>
    text === undefined ? null : parseAmount(currency, text).pico;
  const limits = { minimum: limit(minimum), maximum: limit(maximum) };
  if ((limits.minimum ?? 0n) < 0n || (limits.maximum ?? 0n) < 0n) {
    throw new Refusal("rate.negative", { minimum, maximum });
  }
  if (limits.minimum !== null && limits.maximum !== null && limits.minimum > limits.maximum) {
    throw new Refusal("limits.crossed", { minimum, maximum });
  }
  return limits;
}

/** A period's quantity in the unit that its tiers and included units count. */
export function convertedQuantity({ conversion }: CompiledUsagePrice, quantity: bigint): bigint {
  return conversion === null ? quantity : convertUnits(conversion, quantity);
}

/**
 * Converts the quantity, takes the included units off, prices what is left by the model and takes the
 * discount off. 1,400 bytes per thousand rounded up, 0.5 of them included, at 10 each and 20 % off: 2
 * − 0.5 = 1.5 at 10 are 15, less 3 is 12.
 *
 * `quantity` is in smallest units of the event type, of a whole period. `included` replaces the price's own
 * included units where a pool or what was carried over decides.
 */
export function priceUsage(
  price: CompiledUsagePrice,
  quantity: bigint,
  events: bigint,
  included: bigint = price.included,
): PricedUsage {
  return priceConverted(price, convertedQuantity(price, quantity), events, included);
}

/** The steps after the conversion. */
export function priceConverted(
  price: CompiledUsagePrice,
  converted: bigint,
  events: bigint,
  included: bigint = price.included,
): PricedUsage {
  const { free, billable } = takeIncludedUnits(included, converted);
  const rated = price.rate(billable, events);
  const discount = percentDiscount(price.discount, rated.total.pico);
  const amount = rated.total.pico - discount;
  assert(amount >= 0n, "usage never pays");
  return { converted, free, rated, discount, amount };
}
