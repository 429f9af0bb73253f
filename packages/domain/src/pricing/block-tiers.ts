import { parseAmount } from "../amount.ts";
import type { BlockTier } from "../catalogue/usage-price.ts";
import { parseDecimal } from "../decimal.ts";
import { Refusal } from "../refusals.ts";
import { smallestUnits, type Unit } from "../units.ts";

/** Checked block tiers in smallest units. The last one is open, by type. */
export interface BlockTiers {
  readonly currency: string;
  readonly unit: Unit;
  readonly tiers: readonly [...BoundedBlocks[], OpenBlocks];
}

interface BlockPrice {
  /** Smallest units of a block. */
  readonly size: bigint;
  /** Units of 10^-12 of the currency, for each block that is started. */
  readonly rate: bigint;
}

interface BoundedBlocks extends BlockPrice {
  /** How many blocks the tier holds. */
  readonly blocks: bigint;
}

interface OpenBlocks extends BlockPrice {
  readonly blocks: null;
}

/**
 * Checks the catalogue's block tiers and makes them exact. Refuses `tiers.not-open`,
 * `blocks.not-positive`, `package.size-not-positive`, `rate.negative`, and what its parts are refused
 * for.
 */
export function compileBlockTiers(
  currency: string,
  unit: Unit,
  tiers: readonly BlockTier[],
): BlockTiers {
  const last = tiers.at(-1);
  if (last === undefined || last.blocks !== null) throw new Refusal("tiers.not-open");
  const bounded: BoundedBlocks[] = [];
  for (const [index, tier] of tiers.slice(0, -1).entries()) {
    if (tier.blocks === null) throw new Refusal("tiers.not-open", { tier: index + 1 });
    const blocks = parseDecimal(tier.blocks, 0);
    if (blocks <= 0n) throw new Refusal("blocks.not-positive", { tier: index + 1 });
    bounded.push({ blocks, ...priceOf(currency, unit, tier) });
  }
  const open = { blocks: null, ...priceOf(currency, unit, last) };
  return { currency, unit, tiers: [...bounded, open] };
}

function priceOf(currency: string, unit: Unit, tier: BlockTier): BlockPrice {
  const size = smallestUnits(tier.size, unit);
  const rate = parseAmount(currency, tier.rate).pico;
  if (size === 0n) throw new Refusal("package.size-not-positive", { ...tier });
  if (rate < 0n) throw new Refusal("rate.negative", { ...tier });
  return { size, rate };
}
