import type { Term } from "../catalogue/catalogue.ts";
import { isUsagePrice, type UsagePrice } from "../catalogue/usage-price.ts";
import { formatDecimal } from "../decimal.ts";
import { compileUsagePrice, priceUsage } from "../pricing/price-usage.ts";
import { limitSpend } from "../pricing/spend-limits.ts";
import { unitOf } from "../units.ts";
import { type Derivation, tierStep } from "./derivation.ts";
import type { LineGroup, ServiceTotal } from "./line-group.ts";

/** A term that is priced at close by the period's quantity. */
export type UsageTerm = Term & { readonly price: UsagePrice };

export function isUsageTerm(term: Term): term is UsageTerm {
  return isUsagePrice(term.price);
}

/** Whether two usage prices are for the same events and the same quantity. */
export function countsTheSame(a: UsageTerm, b: Term): boolean {
  return (
    isUsageTerm(b) && a.on === b.on && unitOf(a.price.per).quantity === unitOf(b.price.per).quantity
  );
}

/** The period's whole quantity of a version through its price, before the term's limits. */
export function usageGroup(
  id: number,
  term: UsageTerm,
  currency: string,
  used: readonly ServiceTotal[],
): LineGroup {
  const count = used.reduce((sum, total) => sum + total.count, 0n);
  const quantity = used.reduce((sum, total) => sum + total.quantity, 0n);
  const price = compileUsagePrice(currency, term.price);
  const { converted, free, rated, discount, amount } = priceUsage(price, quantity, count);
  const derivation: Derivation = {
    kind: "tiers",
    model: rated.model,
    termVersion: id,
    counted: [...new Set(used.map(({ termVersion }) => termVersion))],
    amount: formatDecimal(amount, 12),
    unit: price.unit,
    ...(price.conversion === null ? {} : { converted: converted.toString() }),
    included: free.toString(),
    tiers: rated.tiers.map(tierStep),
    ...(discount === 0n ? {} : { discount: formatDecimal(discount, 12) }),
  };
  return { term: term.id, tuple: 0, count, quantity, amount, derivation: [derivation] };
}

/** The line of a whole month topped up to its minimum or cut at its maximum. */
export function limitGroup(
  id: number,
  { price }: UsageTerm,
  currency: string,
  group: LineGroup,
): LineGroup {
  const { limits } = compileUsagePrice(currency, price);
  const { limited, total } = limitSpend(limits, group.amount);
  if (limited === 0n) return group;
  const limit: Derivation = {
    kind: "limit",
    termVersion: id,
    limit: limited > 0n ? "minimum" : "maximum",
    of: formatDecimal(total, 12),
    amount: formatDecimal(limited, 12),
  };
  return { ...group, amount: total, derivation: [...group.derivation, limit] };
}
