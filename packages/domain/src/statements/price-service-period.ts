/** What an agreement's use in one service period comes to, by line group, before it becomes money. */
import { assert } from "../assert.ts";
import type { Term } from "../catalogue/catalogue.ts";
import { isMeteredTerm } from "../catalogue/metered-term.ts";
import type { RatioPrice } from "../catalogue/ratio-price.ts";
import { localDayOf, type Period } from "../period.ts";
import { feeGroups } from "./fee-groups.ts";
import {
  eventGroup,
  type LineGroup,
  mergeGroup,
  ratioGroups,
  type ServiceTotal,
} from "./line-group.ts";
import { meteredGroups } from "./metered-group.ts";
import { isShareTerm, shareGroup } from "./share-group.ts";
import { isUsageTerm, limitGroup, usageGroup } from "./usage-group.ts";
import { accountsOf, type PeriodPricing, walkVersions } from "./walk-versions.ts";

/**
 * The line groups of a service period, in order of the agreement's terms. Events' amounts are only added:
 * what was charged stays charged, by whatever version. Usage is priced over the whole period's quantity of
 * a version, and without any where that costs something; a period that was stated before keeps the prices
 * that it was stated by. A month's limits are those that began it.
 *
 * `fees`: true for a statement's own month. A month that is adjusted keeps the fees that were stated.
 */
export function priceServicePeriod(
  pricing: PeriodPricing,
  totals: readonly ServiceTotal[],
  period: Period,
  fees: boolean,
): LineGroup[] {
  const { currency, zone } = pricing;
  const { known, counted, began, stated } = walkVersions(pricing, totals, period);
  const isUsed = new Set([...counted.keys()].map((version) => known.get(version)?.id));
  const month = { first: localDayOf(zone, period.start), end: localDayOf(zone, period.end) };
  const due = fees ? feeGroups(pricing, month) : [];
  const groups = new Map<string, LineGroup>();
  let used = 0;
  for (const [id, term] of known) {
    const own = counted.get(id) ?? [];
    used += own.length;
    const isBeginning = began.get(term.id) === id;
    if (term.price.model === "fixedFee") {
      for (const fee of due.filter(({ derivation }) => derivation[0]?.termVersion === id)) {
        mergeGroup(groups, fee);
      }
    } else if (isRatioTerm(term)) {
      for (const group of ratioGroups(id, term, own)) mergeGroup(groups, group);
    } else if (isShareTerm(term)) {
      if (own.length > 0) mergeGroup(groups, shareGroup(id, term, currency, own));
    } else if (isMeteredTerm(term)) {
      const use = pricing.metered?.get(id);
      for (const group of use === undefined ? [] : meteredGroups(id, term, currency, use)) {
        mergeGroup(groups, group);
      }
    } else if (!isUsageTerm(term)) {
      for (const total of own) mergeGroup(groups, eventGroup(term, total));
    } else {
      const isDueUnused = isBeginning && !isUsed.has(term.id) && (fees || stated.has(term.id));
      if (own.length > 0 || isDueUnused) {
        const carried = isBeginning ? (pricing.carried?.get(term.id) ?? []) : [];
        const accounts = accountsOf(own, pricing);
        mergeGroup(groups, usageGroup(id, term, currency, { totals: own, accounts, carried }));
      }
    }
  }
  assert(used === totals.length, "every total of the period is in a line group");
  return limitGroups([...groups.values()], known, began, currency);
}

function isRatioTerm(term: Term): term is Term & { readonly price: RatioPrice } {
  return term.price.model === "ratioSurcharge";
}

/**
 * Each term's line within its limits; what was not used and costs nothing is no line. One of which all
 * was taken back is: its derivation leads to what was.
 */
function limitGroups(
  groups: readonly LineGroup[],
  known: ReadonlyMap<number, Term>,
  began: ReadonlyMap<string, number>,
  currency: string,
): LineGroup[] {
  const limited = groups.map((group) => {
    const [part] = group.derivation;
    const version = began.get(group.term) ?? part?.termVersion ?? 0;
    const term = known.get(version);
    if (part?.kind !== "tiers" || term === undefined || !isUsageTerm(term)) return group;
    return limitGroup(version, term, currency, group);
  });
  const isCounted = ({ derivation }: LineGroup): boolean =>
    derivation.some(
      (part) => part.kind === "events" || (part.kind === "tiers" && part.counted.length > 0),
    );
  return limited.filter((group) => group.count > 0n || group.amount !== 0n || isCounted(group));
}
