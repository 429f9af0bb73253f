/** What an agreement's use in one service period comes to, by line group, before it becomes money. */
import type { Term } from "../catalogue/catalogue.ts";
import { formatDecimal } from "../decimal.ts";
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
      readonly termVersion: number;
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

/**
 * The line groups of a service period, in order of the agreement's terms. Events' amounts are only added;
 * tiers are walked over the whole period's quantity; a fixed fee is due once if its term is in force at the
 * period's start, or begins in it.
 *
 * `terms`: all versions of the agreement's terms. `fees`: false when the period is only being adjusted and
 * was never stated itself.
 */
export function priceServicePeriod(
  terms: readonly CompiledTerm[],
  totals: readonly ServiceTotal[],
  period: Period,
  fees: boolean,
): LineGroup[] {
  const byVersion = new Map<number, ServiceTotal[]>();
  for (const total of totals) {
    const same = byVersion.get(total.termVersion);
    if (same === undefined) byVersion.set(total.termVersion, [total]);
    else same.push(total);
  }
  const groups = new Map<string, LineGroup>();
  for (const term of terms) {
    const used = byVersion.get(term.id) ?? [];
    if (term.term.price.model === "fixedFee") {
      if (fees && isInForce(term, terms, period)) merge(groups, feeGroup(term));
    } else if (term.price.kind === "atClose") {
      if (used.length > 0) merge(groups, tierGroup(term, used));
    } else {
      for (const total of used) merge(groups, eventGroup(term, total));
    }
  }
  return [...groups.values()];
}

/** The version of a fee that counts is the first one in force in the period. */
function isInForce(term: CompiledTerm, terms: readonly CompiledTerm[], period: Period): boolean {
  const overlaps = (one: CompiledTerm): boolean => one.from < period.end && one.to > period.start;
  const first = terms.find((one) => one.term.id === term.term.id && overlaps(one));
  return first === term;
}

function feeGroup({ id, term, agreement }: CompiledTerm): LineGroup {
  const { amount } = term.price as Extract<Term["price"], { model: "fixedFee" }>;
  const { total } = fixedFee(agreement.currency, amount);
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

function eventGroup({ id, term, price }: CompiledTerm, total: ServiceTotal): LineGroup {
  const { tuple, count, quantity, amount } = total;
  const derivation: Derivation = {
    kind: "events",
    termVersion: id,
    count: count.toString(),
    quantity: quantity.toString(),
    amount: formatDecimal(amount, 12),
    base: price.kind === "share" ? formatDecimal(total.base, 12) : null,
  };
  return { term: term.id, tuple, count, quantity, amount, derivation: [derivation] };
}

function tierGroup(
  { id, term, agreement }: CompiledTerm,
  used: readonly ServiceTotal[],
): LineGroup {
  const price = term.price as Extract<Term["price"], { model: "graduated" | "volume" }>;
  const count = used.reduce((sum, total) => sum + total.count, 0n);
  const quantity = used.reduce((sum, total) => sum + total.quantity, 0n);
  const unit = unitOf(price.per);
  const tiers = compileTiers(agreement.currency, price.per, price.tiers);
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
