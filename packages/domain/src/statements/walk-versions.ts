/** Which version of a term prices what was counted by which. */
import type { Term } from "../catalogue/catalogue.ts";
import type { Instant } from "../instant.ts";
import type { Period } from "../period.ts";
import type { AccountUse } from "../pricing/grant-units.ts";
import type { CarriedUnits } from "../pricing/roll-over-units.ts";
import type { TiersPart } from "./derivation.ts";
import type { FeeFacts } from "./fee-groups.ts";
import type { ServiceTotal } from "./line-group.ts";
import type { MeteredUse } from "./metered-group.ts";
import { countsTheSame, isUsageTerm } from "./usage-group.ts";

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
  /** What accounts used, by term version, of those whose accounts bring units along. */
  readonly accounts?: ReadonlyMap<number, readonly AccountUse[]> | undefined;
  /** Units that earlier months left, by term, of those that roll over. */
  readonly carried?: ReadonlyMap<string, readonly CarriedUnits[]> | undefined;
  /** What meters came to, by the term version that prices it. */
  readonly metered?: ReadonlyMap<number, MeteredUse> | undefined;
}

/** Which version prices what, in one service period. */
export interface Walk {
  /** All versions that price something, the catalogue's first. */
  readonly known: ReadonlyMap<number, Term>;
  /** The totals of each version, or of the one whose price its quantity goes through. */
  readonly counted: ReadonlyMap<number, readonly ServiceTotal[]>;
  /** Of each term the version that the month began with, or that it was stated by before. */
  readonly began: ReadonlyMap<string, number>;
  /** Of what the period was stated by, what still holds. */
  readonly stated: PeriodPricing["stated"];
}

/** Tells which version prices what; the prices themselves are another matter. */
export function walkVersions(
  pricing: PeriodPricing,
  totals: readonly ServiceTotal[],
  period: Period,
): Walk {
  const known = new Map<number, Term>([
    ...pricing.terms.map(({ id, term }) => [id, term] as const),
    ...[...pricing.retired].map(([id, { term }]) => [id, term] as const),
  ]);
  const stated = statedThatHolds(pricing.stated, known, totals);
  const holding = { ...pricing, stated };
  const counted = totalsByWalker(totals, known, holding, period);
  return { known, counted, began: versionsThatBegan(holding, period), stated };
}

/**
 * The prices that the period was stated by, but those of which nothing stands any more since all of
 * it was re-rated to other versions of the term. What was only voided holds its price.
 */
function statedThatHolds(
  stated: PeriodPricing["stated"],
  known: ReadonlyMap<number, Term>,
  totals: readonly ServiceTotal[],
): PeriodPricing["stated"] {
  const standing = new Map<number, string | undefined>();
  for (const { termVersion, count, quantity, amount } of totals) {
    const isCounted = count !== 0n || quantity !== 0n || amount !== 0n;
    if (isCounted) standing.set(termVersion, known.get(termVersion)?.id);
  }
  const holding = new Map<string, readonly StatedTiers[]>();
  for (const [term, parts] of stated) {
    const holds = ({ counted }: StatedTiers): boolean =>
      counted.length === 0 ||
      counted.some((version) => standing.has(version)) ||
      ![...standing].some(([version, other]) => other === term && !counted.includes(version));
    const left = parts.filter(holds);
    if (left.length > 0) holding.set(term, left);
  }
  return holding;
}

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

function versionsThatBegan({ terms, stated }: PeriodPricing, period: Period): Map<string, number> {
  const began = new Map<string, number>();
  for (const [term, [first]] of stated) if (first !== undefined) began.set(term, first.termVersion);
  for (const { id, term, from, to } of terms) {
    const isInForce = from < period.end && to > period.start;
    if (isInForce && !began.has(term.id)) began.set(term.id, id);
  }
  return began;
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

/** What each account used of some totals, by the versions that counted it. */
export function accountsOf(
  totals: readonly ServiceTotal[],
  { accounts }: PeriodPricing,
): AccountUse[] {
  if (accounts === undefined) return [];
  const used = new Map<string, bigint>();
  for (const version of new Set(totals.map(({ termVersion }) => termVersion))) {
    for (const { account, quantity } of accounts.get(version) ?? []) {
      used.set(account, (used.get(account) ?? 0n) + quantity);
    }
  }
  return Array.from(used, ([account, quantity]) => ({ account, quantity }));
}
