/** What the charges of an event come to so far, for those that stand on others. */
import type { Base } from "../catalogue/catalogue.ts";
import type { ApplicableTerm } from "./book.ts";
import { type Refused, refuse } from "./priced.ts";
import { addWhole, negateWhole, type Whole } from "./whole.ts";

export interface Bases {
  cost: BaseAmount | null;
  customerCharge: BaseAmount | null;
  parentCharge: BaseAmount | null;
  /** What the provider itself receives: margin = revenue − cost. */
  revenue: BaseAmount | null;
}

interface BaseAmount {
  readonly currency: string;
  /** null: priced at close. */
  readonly amount: Whole | null;
}

export function noBases(): Bases {
  return { cost: null, customerCharge: null, parentCharge: null, revenue: null };
}

export function baseFor(of: Base, bases: Bases, currency: string): Whole | Refused {
  if (of === "margin") {
    const { revenue, cost } = bases;
    if (revenue === null || revenue.amount === null) {
      return refuse("rating.base-missing", "revenue");
    }
    if (cost === null || cost.amount === null) return refuse("rating.base-missing", "cost");
    if (revenue.currency !== currency || cost.currency !== currency) {
      return refuse("rating.base-in-other-currency", `${revenue.currency}, ${cost.currency}`);
    }
    return addWhole(revenue.amount, negateWhole(cost.amount));
  }
  const base = bases[of];
  if (base === null || base.amount === null) return refuse("rating.base-missing", of);
  if (base.currency !== currency) return refuse("rating.base-in-other-currency", base.currency);
  return base.amount;
}

/** Adds a charge to those that its party's part of the event makes it part of. */
export function addToBases(
  bases: Bases,
  { term: { agreement }, level }: ApplicableTerm,
  amount: Whole | null,
): Refused | null {
  if (agreement.role === "supplier") return addTo(bases, "cost", agreement.currency, amount);
  if (level < 0) return null;
  if (agreement.body.seller === undefined) {
    const problem = addTo(bases, "revenue", agreement.currency, amount);
    if (problem !== null) return problem;
  }
  if (level === 0) return addTo(bases, "customerCharge", agreement.currency, amount);
  if (level === 1) return addTo(bases, "parentCharge", agreement.currency, amount);
  return null;
}

function addTo(
  bases: Bases,
  name: keyof Bases,
  currency: string,
  amount: Whole | null,
): Refused | null {
  const before = bases[name];
  if (before === null) {
    bases[name] = { currency, amount };
    return null;
  }
  if (before.currency !== currency) return refuse("rating.base-in-other-currency", currency);
  const sum = before.amount === null || amount === null ? null : addWhole(before.amount, amount);
  bases[name] = { currency, amount: sum };
  return null;
}
