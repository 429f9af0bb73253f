import { parseAmount } from "../amount.ts";
import { assert } from "../assert.ts";
import type { DecimalText } from "../catalogue/catalogue.ts";
import { Refusal } from "../refusals.ts";
import type { Unit } from "../units.ts";
import { percentFraction } from "./percent-fraction.ts";
import { priceFilledTiers, type RatedTiers } from "./rated-tiers.ts";

/** So much of a period's money, and a fee for each of its events. */
export interface PeriodPercentage {
  readonly currency: string;
  /** What one of the currency is counted in. */
  readonly unit: Unit;
  /** Fraction of the money in units of 10^-12: 0.025 for 2.5 %. */
  readonly fraction: bigint;
  /** Units of 10^-12 of the currency. */
  readonly feePerEvent: bigint;
  readonly freeEvents: bigint;
}

/** Refuses `rate.negative` and what `percentFraction` and `parseAmount` refuse. */
export function compilePeriodPercentage(
  currency: string,
  unit: Unit,
  price: {
    readonly percent: DecimalText;
    readonly feePerEvent?: DecimalText | undefined;
    readonly freeEvents?: number | undefined;
  },
): PeriodPercentage {
  const fraction = percentFraction(price.percent);
  const feePerEvent = parseAmount(currency, price.feePerEvent ?? "0").pico;
  if (fraction < 0n || feePerEvent < 0n) throw new Refusal("rate.negative", { ...price });
  return { currency, unit, fraction, feePerEvent, freeEvents: BigInt(price.freeEvents ?? 0) };
}

/**
 * A percentage of the period's money and a fee for each event beyond the free ones. At 2.5 % and 0.30
 * an event with 10 events free, 14 events of 1,000 in all cost 25 + 4 × 0.30 = 26.20. Money that is
 * free comes off before, as included units; so which events came first never matters.
 *
 * `amount` is in smallest units of the carried money, of a whole period.
 */
export function ratePeriodPercentage(
  price: PeriodPercentage,
  amount: bigint,
  events: bigint,
): RatedTiers<"periodPercentage"> {
  assert(amount >= 0n && events >= 0n, "a priced quantity is not negative");
  const billed = events > price.freeEvents ? events - price.freeEvents : 0n;
  const share = { tier: 1, quantity: amount, rate: price.fraction, flat: 0n, blocks: null };
  const fees = { tier: 2, quantity: 0n, rate: price.feePerEvent, flat: 0n, blocks: billed };
  return priceFilledTiers(
    "periodPercentage",
    price,
    price.feePerEvent === 0n ? [share] : [share, fees],
  );
}
