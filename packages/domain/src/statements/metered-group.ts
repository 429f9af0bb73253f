/** Prices of what meters come to: which version of a term prices a month's value, and at what. */
import { assert } from "../assert.ts";
import { isMeteredTerm, type MeteredTerm, measureOfMeter } from "../catalogue/metered-term.ts";
import { formatDecimal } from "../decimal.ts";
import { formatInstant } from "../instant.ts";
import { formatMeterValue, type MeterValue } from "../meters/meter-value.ts";
import type { Range } from "../meters/reading.ts";
import type { Period } from "../period.ts";
import { convertValue } from "../pricing/convert-units.ts";
import { compileValuePrice, priceConverted } from "../pricing/price-usage.ts";
import { divideRounded } from "../rounding.ts";
import { type Derivation, tierStep } from "./derivation.ts";
import type { LineGroup, ServiceTotal } from "./line-group.ts";
import { isUsageTerm } from "./usage-group.ts";
import { type PeriodPricing, walkVersions } from "./walk-versions.ts";

/** A term whose meter is to be read for a service period. */
export interface TermToMeasure {
  /** Version that prices the value. */
  readonly termVersion: number;
  readonly term: MeteredTerm;
  /** The part of the service period in which the term is in force. */
  readonly range: Range;
  /** Versions by which events of the period were counted. */
  readonly counted: readonly number[];
}

/** What a meter came to for an agreement. */
export interface MeteredUse extends Pick<TermToMeasure, "range" | "counted"> {
  readonly groups: readonly MeteredValue[];
}

/** One value of a meter: of everything, or of one of the groups that a term's lines split it into. */
export interface MeteredValue {
  readonly tuple: number;
  /** null: there is no such value without events. */
  readonly value: MeterValue | null;
  /** Events that were read. */
  readonly events: bigint;
}

/**
 * The terms of a service period that stand on a meter. A value of a month cannot be divided among versions
 * (a peak is one peak), so one version prices it: that which the month was stated by, or else began with.
 * `fees`: true for a statement's own month, in which a value may be due without events, as a level that
 * holds; of a month that is adjusted, only what was stated or counted.
 */
export function termsToMeasure(
  pricing: PeriodPricing,
  totals: readonly ServiceTotal[],
  period: Period,
  fees: boolean,
): TermToMeasure[] {
  // Most agreements have none, and walking their versions a second time is half the pricing of a month.
  if (!hasMeteredTerm(pricing)) return [];
  const { known, began, stated } = walkVersions(pricing, totals, period);
  const counted = new Map<string, Set<number>>();
  for (const { termVersion } of totals) {
    const term = known.get(termVersion);
    if (term === undefined || !isMeteredTerm(term)) continue;
    counted.set(term.id, (counted.get(term.id) ?? new Set()).add(termVersion));
  }
  const terms: TermToMeasure[] = [];
  for (const [id, term] of known) {
    if (!isMeteredTerm(term)) continue;
    const versions = [...(counted.get(term.id) ?? [])];
    const prices = began.get(term.id) ?? versions.at(-1);
    const isDue = versions.length > 0 || (fees && began.has(term.id)) || stated.has(term.id);
    if (prices !== id || !isDue) continue;
    const range = rangeOf(term.id, pricing, period);
    terms.push({ termVersion: id, term, range, counted: versions });
  }
  return terms;
}

function hasMeteredTerm({ terms, retired }: PeriodPricing): boolean {
  if (terms.some(({ term }) => isMeteredTerm(term))) return true;
  for (const { term } of retired.values()) if (isMeteredTerm(term)) return true;
  return false;
}

/** From the first version's start in the period to the last one's end; all of it where none is left. */
function rangeOf(id: string, { terms }: PeriodPricing, { start, end }: Period): Range {
  const inForce = terms.filter(({ term, from, to }) => term.id === id && from < end && to > start);
  if (inForce.length === 0) return { from: start, to: end };
  const from = inForce.reduce((first, one) => (one.from < first ? one.from : first), end);
  const to = inForce.reduce((last, one) => (one.to > last ? one.to : last), start);
  return { from: from > start ? from : start, to: to < end ? to : end };
}

/**
 * The groups of a metered term: each value through the price by itself, tiers, included units and all. Of
 * 42 channels at 4.00, 168.
 */
export function meteredGroups(
  id: number,
  term: MeteredTerm,
  currency: string,
  { range, counted, groups }: MeteredUse,
): LineGroup[] {
  assert(isUsageTerm(term), "apply checked that the price is one of a quantity");
  const price = compileValuePrice(currency, term.price);
  return groups.map(({ tuple, value, events }): LineGroup => {
    const exact = value ?? { numerator: 0n, denominator: 1n };
    const converted = convertValue(price.conversion, exact);
    const { free, rated, discount, amount } = priceConverted(price, converted, events);
    const derivation: Derivation = {
      kind: "tiers",
      model: rated.model,
      termVersion: id,
      counted,
      amount: formatDecimal(amount, 12),
      unit: price.unit,
      meter: {
        name: term.meter,
        counts: measureOfMeter(term),
        value: value === null ? null : formatMeterValue(value),
        events: events.toString(),
        from: formatInstant(range.from),
        to: formatInstant(range.to),
      },
      converted: converted.toString(),
      included: free.toString(),
      tiers: rated.tiers.map(tierStep),
      ...(discount === 0n ? {} : { discount: formatDecimal(discount, 12) }),
    };
    const quantity = divideRounded(exact.numerator, exact.denominator);
    return { term: term.id, tuple, count: events, quantity, amount, derivation: [derivation] };
  });
}
