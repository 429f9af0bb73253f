import type { Term } from "../catalogue/catalogue.ts";
import type { GraduatedSharePrice } from "../catalogue/graduated-share-price.ts";
import { formatDecimal } from "../decimal.ts";
import {
  compilePercentageTiers,
  rateGraduatedPercentage,
} from "../pricing/rate-graduated-percentage.ts";
import type { Unit } from "../units.ts";
import { type Derivation, tierStep } from "./derivation.ts";
import type { LineGroup, ServiceTotal } from "./line-group.ts";

/** Money of a base, in pico-units. */
export const BASE_MONEY: Unit = { quantity: "base", size: 1_000_000_000_000 };

export type ShareTerm = Term & { readonly price: GraduatedSharePrice };

export function isShareTerm(term: Term): term is ShareTerm {
  return term.price.model === "graduatedShare";
}

/**
 * A period's base of a version through its tiers. At 10 % up to 10,000 and 12 % above, 12,000 are 1,000 + 240
 * = 1,240. A base below zero, such as a month's loss, is not shared: nothing is due, and nothing given back.
 */
export function shareGroup(
  id: number,
  { id: term, price }: ShareTerm,
  currency: string,
  totals: readonly ServiceTotal[],
): LineGroup {
  const count = totals.reduce((sum, total) => sum + total.count, 0n);
  const base = totals.reduce((sum, total) => sum + total.base, 0n);
  const tiers = compilePercentageTiers(currency, BASE_MONEY, price.tiers);
  const rated = rateGraduatedPercentage(tiers, base > 0n ? base : 0n);
  const derivation: Derivation = {
    kind: "tiers",
    model: rated.model,
    termVersion: id,
    counted: [...new Set(totals.map(({ termVersion }) => termVersion))],
    amount: formatDecimal(rated.total.pico, 12),
    unit: BASE_MONEY,
    base: formatDecimal(base, 12),
    included: "0",
    tiers: rated.tiers.map(tierStep),
  };
  const amount = rated.total.pico;
  return { term, tuple: 0, count, quantity: 0n, amount, derivation: [derivation] };
}
