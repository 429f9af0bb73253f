import type { Period } from "../period.ts";
import { grantUnits } from "../pricing/grant-units.ts";
import { compileUsagePrice, convertedQuantity } from "../pricing/price-usage.ts";
import { type CarriedUnits, rollOver } from "../pricing/roll-over-units.ts";
import type { ServiceTotal } from "./line-group.ts";
import { isUsageTerm } from "./usage-group.ts";
import { accountsOf, type PeriodPricing, walkVersions } from "./walk-versions.ts";

/** One service period with what it is priced by. */
export interface MonthToRoll {
  readonly pricing: PeriodPricing;
  readonly totals: readonly ServiceTotal[];
  readonly period: Period;
}

/** Units that are carried into a month, by term. */
export type CarriedByTerm = ReadonlyMap<string, readonly CarriedUnits[]>;

/**
 * What each of consecutive months is left by the ones before it, from the first in which a term was in
 * force. Units roll by the version that a month began with; one without rollover, or that counts another
 * unit, ends what was carried.
 */
export function rollMonths(months: readonly MonthToRoll[]): CarriedByTerm[] {
  let left = new Map<string, LeftUnits>();
  return months.map(({ pricing, totals, period }) => {
    const carried = new Map<string, readonly CarriedUnits[]>();
    const next = new Map<string, LeftUnits>();
    const { known, counted, began } = walkVersions(pricing, totals, period);
    for (const [id, version] of began) {
      const term = known.get(version);
      if (term === undefined || !isUsageTerm(term) || term.price.rollover === undefined) continue;
      const price = compileUsagePrice(pricing.currency, term.price);
      const unit = `${price.unit.quantity}/${price.unit.size}`;
      const before = left.get(id);
      const units = before?.unit === unit ? before.units : [];
      carried.set(id, units);
      const own = counted.get(version) ?? [];
      const quantity = own.reduce((sum, total) => sum + total.quantity, 0n);
      const granted = grantUnits(price.included, price.accountUnits, accountsOf(own, pricing));
      const rule = price.rollover;
      if (rule === null) continue;
      const rolled = rollOver(rule, units, granted, convertedQuantity(price, quantity));
      next.set(id, { unit, units: rolled.goesOn });
    }
    left = next;
    return carried;
  });
}

interface LeftUnits {
  readonly unit: string;
  readonly units: readonly CarriedUnits[];
}
