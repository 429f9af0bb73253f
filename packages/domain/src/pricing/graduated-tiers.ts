import { parseAmount } from "../amount.ts";
import type { PerUnit } from "../catalogue/catalogue.ts";
import type { Tier } from "../catalogue/usage-price.ts";
import { Refusal } from "../refusals.ts";
import { smallestUnits, type Unit, unitOf } from "../units.ts";

/** A tier holds the quantities above the end of the one before it, up to and with its own `upTo`. */
export interface BoundedTier extends TierPrice {
  readonly upTo: bigint;
}

/** Holds every quantity above the tiers before it. */
export interface OpenTier extends TierPrice {
  readonly upTo: null;
}

interface TierPrice {
  /** Units of 10^-12 of the currency, per `Unit.size` smallest units. */
  readonly rate: bigint;
  /** Units of 10^-12 of the currency, once when the tier is reached. Tier 1 always is. */
  readonly flat: bigint;
}

/** Checked tiers in smallest units. The last one is open, by type; the same shape prices by volume. */
export interface GraduatedTiers {
  readonly currency: string;
  readonly unit: Unit;
  readonly tiers: readonly [...BoundedTier[], OpenTier];
}

/**
 * Checks the catalogue's tiers and makes them exact. Refuses `tiers.not-open`, `tiers.not-ascending`,
 * `rate.negative`, and what `unitOf`, `smallestUnits` and `parseAmount` refuse.
 */
export function compileTiers(
  currency: string,
  per: PerUnit,
  tiers: readonly Tier[],
): GraduatedTiers {
  const unit = unitOf(per);
  const last = tiers.at(-1);
  if (last === undefined || last.upTo !== null) throw new Refusal("tiers.not-open");
  const bounded: BoundedTier[] = [];
  let end = 0n;
  for (const [index, tier] of tiers.slice(0, -1).entries()) {
    if (tier.upTo === null) throw new Refusal("tiers.not-open", { tier: index + 1 });
    const upTo = smallestUnits(tier.upTo, unit);
    if (upTo <= end) throw new Refusal("tiers.not-ascending", { tier: index + 1, upTo: tier.upTo });
    bounded.push({ upTo, ...priceOf(currency, tier) });
    end = upTo;
  }
  return { currency, unit, tiers: [...bounded, { upTo: null, ...priceOf(currency, last) }] };
}

function priceOf(currency: string, tier: Tier): TierPrice {
  const rate = parseAmount(currency, tier.rate).pico;
  const flat = parseAmount(currency, tier.flat ?? "0").pico;
  // Below zero, more usage would cost less; a credit is a term of its own.
  if (rate < 0n || flat < 0n) throw new Refusal("rate.negative", { ...tier });
  return { rate, flat };
}
