import type { Base } from "./catalogue.ts";
import type { PercentTier } from "./usage-price.ts";

/**
 * A share of what a period's base comes to, made at close: each part of it at the percentage of the tier that
 * it falls in. So a partner earns 10 % of the first 10,000 of a month's margin, and 12 % of what is above.
 */
export interface GraduatedSharePrice {
  readonly model: "graduatedShare";
  /** Whose charges of the same events it is taken of. */
  readonly of: Base;
  readonly tiers: readonly PercentTier[];
}
