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
  const isCost = agreement.role === "supplier";
  if (level < 0 && !isCost) return null;
  const charged: BaseAmount = { currency: agreement.currency, amount };
  if (isCost) return addTo(bases, "cost", charged);
  if (agreement.body.seller === undefined) {
    const problem = addTo(bases, "revenue", charged);
    if (problem !== null) return problem;
  }
  if (level === 0) return addTo(bases, "customerCharge", charged);
  if (level === 1) return addTo(bases, "parentCharge", charged);
  return null;
}

function addTo(bases: Bases, name: keyof Bases, charged: BaseAmount): Refused | null {
  const before = bases[name];
  const { currency, amount } = charged;
  if (before === null) {
    bases[name] = charged;
    return null;
  }
  if (before.currency !== currency) return refuse("rating.base-in-other-currency", currency);
  const sum = before.amount === null || amount === null ? null : addWhole(before.amount, amount);
  bases[name] = { currency, amount: sum };
  return null;
}
