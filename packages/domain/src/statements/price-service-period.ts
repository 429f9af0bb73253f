/** What an agreement's use in one service period comes to, by line group, before it becomes money. */
import { assert } from "../assert.ts";
import type { Term } from "../catalogue/catalogue.ts";
import type { Instant } from "../instant.ts";
import { localDayOf, type Period } from "../period.ts";
import type { TiersPart } from "./derivation.ts";
import { type FeeFacts, feeGroups } from "./fee-groups.ts";
import { eventGroup, type LineGroup, mergeGroup, type ServiceTotal } from "./line-group.ts";
import { countsTheSame, isUsageTerm, limitGroup, usageGroup } from "./usage-group.ts";

/** A version that events were charged by and that has been edited or taken away since. */
export interface RetiredTerm {
  readonly term: Term;
  /** Since when it was in force. */
  readonly from: Instant;
}

/** How an earlier statement of the service period walked a term's tiers. */
export type StatedTiers = Pick<TiersPart, "termVersion" | "counted">;

/** What a service period is priced by. */
export interface PeriodPricing extends FeeFacts {
  readonly retired: ReadonlyMap<number, RetiredTerm>;
  /** By term; empty for a period that was not stated yet. */
  readonly stated: ReadonlyMap<string, readonly StatedTiers[]>;
}

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
  const { currency, zone, terms, retired, stated } = pricing;
  const known = new Map<number, Term>([
    ...terms.map(({ id, term }) => [id, term] as const),
    ...[...retired].map(([id, { term }]) => [id, term] as const),
  ]);
  const counted = totalsByWalker(totals, known, pricing, period);
  const began = versionsThatBegan(pricing, period);
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
    } else if (!isUsageTerm(term)) {
      for (const total of own) mergeGroup(groups, eventGroup(term, total));
    } else {
      const isDueUnused = isBeginning && !isUsed.has(term.id) && (fees || stated.has(term.id));
      if (own.length > 0 || isDueUnused) {
        mergeGroup(groups, usageGroup(id, term, currency, own));
      }
    }
  }
  assert(used === totals.length, "every total of the period is in a line group");
  return limitGroups([...groups.values()], known, began, currency);
}

/** The totals of each version, or of the one whose price its quantity goes through. */
function totalsByWalker(
  totals: readonly ServiceTotal[],
  known: ReadonlyMap<number, Term>,
  pricing: PeriodPricing,
  period: Period,
): Map<number, ServiceTotal[]> {
  const byVersion = new Map<number, ServiceTotal[]>();
  for (const total of totals) {
    const version = walkedBy(total.termVersion, known, pricing, period);
    const same = byVersion.get(version);
    if (same === undefined) byVersion.set(version, [total]);
    else same.push(total);
  }
  return byVersion;
}

/** Of each term the version that the month began with, or that it was stated by before. */
function versionsThatBegan({ terms, stated }: PeriodPricing, period: Period): Map<string, number> {
  const began = new Map<string, number>();
  for (const [term, [first]] of stated) if (first !== undefined) began.set(term, first.termVersion);
  for (const { id, term, from, to } of terms) {
    const isInForce = from < period.end && to > period.start;
    if (isInForce && !began.has(term.id)) began.set(term.id, id);
  }
  return began;
}

/** Each term's line within its limits; what was not used and costs nothing is no line. */
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
  return limited.filter(({ count, amount }) => count > 0n || amount !== 0n);
}

/**
 * The version whose price a version's quantity goes through: itself, but the one that the period was stated
 * by before, and for a retired version the one that took its place.
 */
function walkedBy(
  version: number,
  known: ReadonlyMap<number, Term>,
  { terms, retired, stated }: PeriodPricing,
  period: Period,
): number {
  const term = known.get(version);
  if (term === undefined || !isUsageTerm(term)) return version;
  const same = (other: Term | undefined): boolean =>
    other !== undefined && countsTheSame(term, other);
  const parts = (stated.get(term.id) ?? []).filter((part) => same(known.get(part.termVersion)));
  const part = parts.find(({ counted }) => counted.includes(version)) ?? parts.at(-1);
  if (part !== undefined) return part.termVersion;
  const gone = retired.get(version);
  if (gone === undefined) return version;
  const since = Math.max(gone.from, period.start);
  const heir = terms.find(
    (one) => one.term.id === term.id && same(one.term) && one.from <= since && one.to > since,
  );
  return heir?.id ?? version;
}
