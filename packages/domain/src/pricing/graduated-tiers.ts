import { type Amount, parseAmount } from "../amount.ts";
import { assert } from "../assert.ts";
import type { PerUnit, Tier } from "../catalogue/catalogue.ts";
import { Refusal } from "../refusals.ts";
import { divideRounded } from "../rounding.ts";
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

/** One step of a derivation: what a tier held and what it cost. */
export interface RatedTier {
  /** Counted from 1. */
  readonly tier: number;
  /** Smallest units in the tier; may be 0 in tier 1. */
  readonly quantity: bigint;
  readonly rate: bigint;
  readonly flat: bigint;
  /**
   * What the tier adds to the rounded running total, in units of 10^-12, its flat fee included. So
   * these re-add to the total exactly, and each is less than one such unit from its exact value.
   */
  readonly amount: bigint;
}

/** The derivation of a price by tiers: `total` is the exact sum of the tiers, rounded once. */
export interface RatedTiers<Model extends "graduated" | "volume"> {
  readonly model: Model;
  readonly quantity: bigint;
  readonly unit: Unit;
  readonly tiers: readonly RatedTier[];
  readonly total: Amount;
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

/** What one tier holds, before it has an amount. */
export type FilledTier = Omit<RatedTier, "amount">;

/** Rounds the exact sum of the filled tiers once and shows what each adds to it. */
export function priceFilledTiers<Model extends "graduated" | "volume">(
  model: Model,
  { currency, unit }: GraduatedTiers,
  filled: readonly FilledTier[],
): RatedTiers<Model> {
  const size = BigInt(unit.size);
  const tiers: RatedTier[] = [];
  let quantity = 0n;
  let exact = 0n;
  let rounded = 0n;
  for (const tier of filled) {
    quantity += tier.quantity;
    exact += tier.rate * tier.quantity + tier.flat * size;
    const runningTotal = divideRounded(exact, size);
    tiers.push({ ...tier, amount: runningTotal - rounded });
    rounded = runningTotal;
  }
  assert(
    tiers.reduce((sum, { amount }) => sum + amount, 0n) === divideRounded(exact, size),
    "the tiers of a derivation re-add to its total",
  );
  return { model, quantity, unit, tiers, total: { currency, pico: rounded } };
}
