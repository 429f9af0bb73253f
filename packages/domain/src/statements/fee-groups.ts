/** The fees of an agreement's terms in a service period. */
import { INSTANT_LAST } from "../instant.ts";
import { type LocalDay, localDayOf, type Zone } from "../period.ts";
import { type FeeVersion, feesOfMonth } from "../pricing/recurring-fee.ts";
import type { CompiledTerm } from "../rating/book.ts";
import { feeGroup, type LineGroup, mergeGroup } from "./line-group.ts";

/** What fees are worked out by. A local day belongs to the version that starts on it. */
export interface FeeFacts {
  readonly currency: string;
  readonly zone: Zone;
  /** All versions of the agreement's terms in the catalogue in force. */
  readonly terms: readonly CompiledTerm[];
}

/** One group for each fee that is due in the month; its versions are the parts. */
export function feeGroups(
  { currency, zone, terms }: FeeFacts,
  month: { readonly first: LocalDay; readonly end: LocalDay },
): LineGroup[] {
  const groups = new Map<string, LineGroup>();
  for (const [term, versions] of versionsOfFees(terms, zone)) {
    for (const due of feesOfMonth(currency, versions, month))
      mergeGroup(groups, feeGroup(term, due));
  }
  return [...groups.values()];
}

/** The fees that a month's statement states ahead, for the month after it. */
export function feeGroupsAhead(
  facts: FeeFacts,
  next: { readonly first: LocalDay; readonly end: LocalDay },
): LineGroup[] {
  const ahead = facts.terms.filter(({ term }) => {
    return term.price.model === "fixedFee" && term.price.due === "inAdvance";
  });
  return feeGroups({ ...facts, terms: ahead }, next);
}

function versionsOfFees(terms: readonly CompiledTerm[], zone: Zone): Map<string, FeeVersion[]> {
  const fees = new Map<string, FeeVersion[]>();
  for (const { id, term, from, to } of terms) {
    if (term.price.model !== "fixedFee") continue;
    const start = localDayOf(zone, from);
    const end = to > INSTANT_LAST ? null : localDayOf(zone, to);
    // A version that came and went within a day is none.
    if (end !== null && end <= start) continue;
    const version = { id, price: term.price, start, end };
    fees.set(term.id, [...(fees.get(term.id) ?? []), version]);
  }
  return fees;
}
