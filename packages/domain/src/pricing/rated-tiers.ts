import type { Amount } from "../amount.ts";
import { assert } from "../assert.ts";
import type { UsageModel } from "../catalogue/usage-price.ts";
import { divideRounded } from "../rounding.ts";
import type { Unit } from "../units.ts";

/** One step of a derivation: what a tier held and what it cost. */
export interface RatedTier {
  /** Counted from 1. */
  readonly tier: number;
  /** Smallest units in the tier; may be 0. */
  readonly quantity: bigint;
  /** Units of 10^-12, per `Unit.size` smallest units or, where there are any, per block. */
  readonly rate: bigint;
  /** Units of 10^-12, due once for the tier. */
  readonly flat: bigint;
  /** Packages, blocks or events that `rate` is per; null where it is per unit. */
  readonly blocks: bigint | null;
  /**
   * What the tier adds to the rounded running total, in units of 10^-12, its flat fee included. So
   * these re-add to the total exactly, and each is less than one such unit from its exact value.
   */
  readonly amount: bigint;
}

/** The derivation of a price by tiers: `total` is the exact sum of the tiers, rounded once. */
export interface RatedTiers<Model extends UsageModel = UsageModel> {
  readonly model: Model;
  readonly quantity: bigint;
  readonly unit: Unit;
  readonly tiers: readonly RatedTier[];
  readonly total: Amount;
}

/** What one tier holds, before it has an amount. */
export type FilledTier = Omit<RatedTier, "amount">;

/** Rounds the exact sum of the filled tiers once and shows what each adds to it. */
export function priceFilledTiers<Model extends UsageModel>(
  model: Model,
  { currency, unit }: { readonly currency: string; readonly unit: Unit },
  filled: readonly FilledTier[],
): RatedTiers<Model> {
  const size = BigInt(unit.size);
  const tiers: RatedTier[] = [];
  let quantity = 0n;
  let exact = 0n;
  let rounded = 0n;
  for (const tier of filled) {
    quantity += tier.quantity;
    const times = tier.blocks === null ? tier.quantity : tier.blocks * size;
    exact += tier.rate * times + tier.flat * size;
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
