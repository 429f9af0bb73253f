/**
 * Prices of a period's quantity, in their wire form: made at close from the totals of the period's
 * events. Amounts and numbers of units are decimal strings.
 */
import type { RoundingMode } from "../rounding.ts";
import type { DecimalText, PerUnit } from "./catalogue.ts";

export interface Tier {
  /** Inclusive upper end in units of `per`; null in the last tier only. */
  readonly upTo: DecimalText | null;
  readonly rate: DecimalText;
  /** Charged once when the tier is reached. */
  readonly flat?: DecimalText | undefined;
}

/** A tier that costs one sum, however much of it is used. */
export interface StairStep {
  readonly upTo: DecimalText | null;
  readonly flat: DecimalText;
}

/** A tier of money: so many percent of what falls in it. */
export interface PercentTier {
  readonly upTo: DecimalText | null;
  readonly percent: DecimalText;
  readonly flat?: DecimalText | undefined;
}

/** A tier sold in blocks of its own size. */
export interface BlockTier {
  /** How many blocks the tier holds; null in the last tier only. */
  readonly blocks: DecimalText | null;
  /** Units of one block. */
  readonly size: DecimalText;
  /** Price of one block; a started one counts. */
  readonly rate: DecimalText;
}

/** What is done to the period's quantity before it is priced: one of `divide` and `multiply`. */
export interface UnitConversion {
  readonly divide?: DecimalText | undefined;
  readonly multiply?: DecimalText | undefined;
  /** To units with so many `decimals`. Default `none`. */
  readonly rounding?: RoundingMode | "none" | undefined;
  /** 0 to 6 places that rounding keeps. Default 0: whole units. */
  readonly decimals?: number | undefined;
}

export interface AccountUnitsPrice {
  readonly units: DecimalText;
  /** Whether all accounts draw from one pool, or each from its own units only. Default true. */
  readonly pooled?: boolean | undefined;
}

export interface RolloverPrice {
  /** Months after their own in which units can still be used. */
  readonly months: number;
  /** The most that goes on at once. */
  readonly cap?: DecimalText | undefined;
}

/** What every price of a period's quantity may have. */
export interface UsageOptions {
  readonly per: PerUnit;
  /** Rates, tiers and included units then count what it makes. */
  readonly convert?: UnitConversion | undefined;
  /** Units that are free in each period, taken off before anything is priced. */
  readonly included?: DecimalText | undefined;
  /** Units that each account with usage in the month brings along, on top of `included`. */
  readonly includedPerAccount?: AccountUnitsPrice | undefined;
  /** What becomes of included units that a month does not use. Absent: they end with it. */
  readonly rollover?: RolloverPrice | undefined;
  /** Off the price, before `maximum` and `minimum`. */
  readonly discountPercent?: DecimalText | undefined;
  /** The most that a period costs. */
  readonly maximum?: DecimalText | undefined;
  /** The least that a period costs, used or not. */
  readonly minimum?: DecimalText | undefined;
}

export type UsagePrice = UsageOptions &
  (
    | { readonly model: "graduated" | "volume"; readonly tiers: readonly Tier[] }
    | { readonly model: "stairStep"; readonly tiers: readonly StairStep[] }
    | { readonly model: "package"; readonly size: DecimalText; readonly rate: DecimalText }
    | {
        readonly model: "graduatedBlocks" | "volumeBlocks";
        readonly tiers: readonly BlockTier[];
      }
    | { readonly model: "graduatedPercentage"; readonly tiers: readonly PercentTier[] }
    | {
        readonly model: "periodPercentage";
        readonly percent: DecimalText;
        /** For each event, the first `freeEvents` of the period left out. */
        readonly feePerEvent?: DecimalText | undefined;
        readonly freeEvents?: number | undefined;
      }
  );

export type UsageModel = UsagePrice["model"];

const USAGE_MODELS = {
  graduated: true,
  volume: true,
  stairStep: true,
  package: true,
  graduatedBlocks: true,
  volumeBlocks: true,
  graduatedPercentage: true,
  periodPercentage: true,
} as const satisfies Record<UsageModel, true>;

/** Whether a price is made at close from the period's quantity. */
export function isUsagePrice<Price extends { readonly model: string }>(
  price: Price,
): price is Extract<Price, { readonly model: UsageModel }> {
  return Object.hasOwn(USAGE_MODELS, price.model);
}
