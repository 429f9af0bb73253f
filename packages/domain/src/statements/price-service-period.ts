/** What an agreement's use in one service period comes to, by line group, before it becomes money. */
import { assert } from "../assert.ts";
import type { Term } from "../catalogue/catalogue.ts";
import { formatDecimal } from "../decimal.ts";
import type { Instant } from "../instant.ts";
import type { Period } from "../period.ts";
import { fixedFee } from "../pricing/fixed-fee.ts";
import { compileTiers, type RatedTier } from "../pricing/graduated-tiers.ts";
import { takeIncludedUnits } from "../pricing/included-units.ts";
import { rateGraduated } from "../pricing/rate-graduated.ts";
import { rateVolume } from "../pricing/rate-volume.ts";
import type { CompiledTerm } from "../rating/book.ts";
import { smallestUnits, type Unit, unitOf } from "../units.ts";

/** Totals of one term version and dimension tuple over the service period, up to a cut. */
export interface ServiceTotal {
  readonly termVersion: number;
  readonly tuple: number;
  readonly count: bigint;
  readonly quantity: bigint;
  readonly amount: bigint;
  readonly base: bigint;
}

/** One line of a statement before rounding. */
export interface LineGroup {
  readonly term: string;
  /** 0 when the term is not split by dimensions: period terms never are. */
  readonly tuple: number;
  readonly count: bigint;
  readonly quantity: bigint;
  /** Pico-units of the agreement's currency, exact. */
  readonly amount: bigint;
  /** One part for each term version; their amounts add up to the group's. */
  readonly derivation: readonly Derivation[];
}

/** How an amount came about; rendered as it is, never computed again. Amounts are decimal texts. */
export type Derivation =
  | {
      readonly kind: "events";
      readonly termVersion: number;
      readonly count: string;
      readonly quantity: string;
      readonly amount: string;
      /** What shares were taken of. */
      readonly base: string | null;
    }
  | { readonly kind: "fee"; readonly termVersion: number; readonly amount: string }
  | {
      readonly kind: "tiers";
      readonly model: "graduated" | "volume";
      /** Version whose tiers were walked. */
      readonly termVersion: number;
      /** Versions that counted the quantity. */
      readonly counted: readonly number[];
      readonly amount: string;
      readonly unit: Unit;
      readonly included: string;
      readonly tiers: readonly TierStep[];
    };

export interface TierStep {
  readonly tier: number;
  readonly quantity: string;
  readonly rate: string;
  readonly flat: string;
  readonly amount: string;
}

/** A version that events were charged by and that has been edited or taken away since. */
export interface RetiredTerm {
  readonly term: Term;
  /** Since when it was in force. */
  readonly from: Instant;
}

/** How an earlier statement of the service period walked a term's tiers. */
export type StatedTiers = Pick<Extract<Derivation, { kind: "tiers" }>, "termVersion" | "counted">;

/** What a service period is priced by. */
export interface PeriodPricing {
  readonly currency: string;
  /** All versions of the agreement's terms in the catalogue in force. */
  readonly terms: readonly CompiledTerm[];
  readonly retired: ReadonlyMap<number, RetiredTerm>;
  /** By term; empty for a period that was not stated yet. */
  readonly stated: ReadonlyMap<string, readonly StatedTiers[]>;
}

/**
 * The line groups of a service period, in order of the agreement's terms. Events' amounts are only added:
 * what was charged stays charged, by whatever version. Tiers are walked over the whole period's quantity of
 * a version; a period that was stated before keeps the tiers that it was stated by. A fixed fee is due once.
 *
 * `fees`: true for a statement's own month. A month that is adjusted keeps the fees that were stated.
 */
export function priceServicePeriod(
  pricing: PeriodPricing,
  totals: readonly ServiceTotal[],
  period: Period,
  fees: boolean,
): LineGroup[] {
  const { currency, terms, retired } = pricing;
  const byVersion = new Map<number, ServiceTotal[]>();
  const known = new Map<number, Term>([
    ...terms.map(({ id, term }) => [id, term] as const),
    ...[...retired].map(([id, { term }]) => [id, term] as const),
  ]);
  for (const total of totals) {
    const version = walkedBy(total.termVersion, known, pricing, period);
    const same = byVersion.get(version);
    if (same === undefined) byVersion.set(version, [total]);
    else same.push(total);
  }
  const groups = new Map<string, LineGroup>();
  let used = 0;
  for (const [id, term] of known) {
    if (term.price.model === "fixedFee") {
      if (fees && isFeeInForce(id, terms, period)) merge(groups, feeGroup(id, term, currency));
      continue;
    }
    const counted = byVersion.get(id) ?? [];
    used += counted.length;
    if (counted.length === 0) continue;
    if (isTiered(term)) merge(groups, tierGroup(id, term, currency, counted));
    else for (const total of counted) merge(groups, eventGroup(term, total));
  }
  assert(used === totals.length, "every total of the period is in a line group");
  return [...groups.values()];
}

type TieredTerm = Term & {
  readonly price: Extract<Term["price"], { model: "graduated" | "volume" }>;
};

function isTiered(term: Term): term is TieredTerm {
  return term.price.model === "graduated" || term.price.model === "volume";
}

/**
 * The version whose tiers a version's quantity goes through: itself, but the one that the period was stated
 * by before, and for a retired version the one that took its place.
 */
function walkedBy(
  version: number,
  known: ReadonlyMap<number, Term>,
  { terms, retired, stated }: PeriodPricing,
  period: Period,
): number {
  const term = known.get(version);
  if (term === undefined || !isTiered(term)) return version;
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

/** Whether two tiered prices are for the same events and the same quantity. */
function countsTheSame(a: TieredTerm, b: Term): boolean {
  return (
    isTiered(b) && a.on === b.on && unitOf(a.price.per).quantity === unitOf(b.price.per).quantity
  );
}

function overlaps({ from, to }: CompiledTerm, period: Period): boolean {
  return from < period.end && to > period.start;
}

/** The version of a fee that counts is the first one in force in the period. */
function isFeeInForce(id: number, terms: readonly CompiledTerm[], period: Period): boolean {
  const fee = terms.find((one) => one.id === id)?.term.id;
  return terms.find((one) => one.term.id === fee && overlaps(one, period))?.id === id;
}

function feeGroup(id: number, term: Term, currency: string): LineGroup {
  const { amount } = term.price as Extract<Term["price"], { model: "fixedFee" }>;
  const { total } = fixedFee(currency, amount);
  const derivation: Derivation = { kind: "fee", termVersion: id, amount };
  return {
    term: term.id,
    tuple: 0,
    count: 1n,
    quantity: 1n,
    amount: total.pico,
    derivation: [derivation],
  };
}

function eventGroup({ id, price }: Term, total: ServiceTotal): LineGroup {
  const { termVersion, tuple, count, quantity, amount } = total;
  const isShare = price.model === "percentage" || price.model === "markup";
  const derivation: Derivation = {
    kind: "events",
    termVersion,
    count: count.toString(),
    quantity: quantity.toString(),
    amount: formatDecimal(amount, 12),
    base: isShare ? formatDecimal(total.base, 12) : null,
  };
  return { term: id, tuple, count, quantity, amount, derivation: [derivation] };
}

function tierGroup(
  id: number,
  term: TieredTerm,
  currency: string,
  used: readonly ServiceTotal[],
): LineGroup {
  const { price } = term;
  const count = used.reduce((sum, total) => sum + total.count, 0n);
  const quantity = used.reduce((sum, total) => sum + total.quantity, 0n);
  const unit = unitOf(price.per);
  const tiers = compileTiers(currency, price.per, price.tiers);
  const { free, billable } = takeIncludedUnits(
    smallestUnits(price.included ?? "0", unit),
    quantity,
  );
  const rated =
    price.model === "graduated" ? rateGraduated(tiers, billable) : rateVolume(tiers, billable);
  const derivation: Derivation = {
    kind: "tiers",
    model: price.model,
    termVersion: id,
    counted: [...new Set(used.map(({ termVersion }) => termVersion))],
    amount: formatDecimal(rated.total.pico, 12),
    unit,
    included: free.toString(),
    tiers: rated.tiers.map(toStep),
  };
  return {
    term: term.id,
    tuple: 0,
    count,
    quantity,
    amount: rated.total.pico,
    derivation: [derivation],
  };
}

function toStep({ tier, quantity, rate, flat, amount }: RatedTier): TierStep {
  return {
    tier,
    quantity: quantity.toString(),
    rate: formatDecimal(rate, 12),
    flat: formatDecimal(flat, 12),
    amount: formatDecimal(amount, 12),
  };
}

/** Versions of one term share a line: their amounts add up. */
function merge(groups: Map<string, LineGroup>, group: LineGroup): void {
  const key = `${group.term}/${group.tuple}`;
  const before = groups.get(key);
  if (before === undefined) {
    groups.set(key, group);
    return;
  }
  groups.set(key, {
    ...before,
    count: before.count + group.count,
    quantity: before.quantity + group.quantity,
    amount: before.amount + group.amount,
    derivation: [...before.derivation, ...group.derivation],
  });
}
