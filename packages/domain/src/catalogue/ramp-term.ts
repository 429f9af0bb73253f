import { assert } from "../assert.ts";
import type { Instant } from "../instant.ts";
import {
  localDayOf,
  type MonthText,
  monthOfDay,
  monthPeriod,
  nextMonth,
  type Zone,
} from "../period.ts";
import type { Term } from "./catalogue.ts";
import { rampedPrices } from "./patch-price.ts";

/** A term with one price, from one instant to another. */
export interface RampedTerm {
  readonly term: Term;
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * A term cut at the steps of its ramp. Service month 1 is the calendar month in which the agreement
 * starts, so a step never falls inside a month: with a step at month 4, an agreement from 15 January has
 * the first price to the end of March.
 */
export function rampTerm(
  term: Term,
  agreement: { readonly zone: Zone; readonly start: Instant },
  { from, to }: { readonly from: Instant; readonly to: Instant },
): RampedTerm[] {
  const { ramp = [], ...plain } = term;
  if (ramp.length === 0) return [{ term, from, to }];
  const starts = ramp.map(({ month }) => startOfServiceMonth(agreement, month));
  const pieces = rampedPrices(term).map((price, step): RampedTerm => {
    const begins = step === 0 ? from : starts[step - 1]!;
    const ends = starts[step] ?? to;
    const piece = { from: later(begins, from), to: ends < to ? ends : to };
    return { term: { ...plain, price }, ...piece };
  });
  const inForce = pieces.filter((piece) => piece.from < piece.to);
  assert(inForce.length > 0, "some step of a ramp is in force at any time");
  return inForce;
}

function later(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}

function startOfServiceMonth(
  { zone, start }: { readonly zone: Zone; readonly start: Instant },
  month: number,
): Instant {
  let text: MonthText = monthOfDay(localDayOf(zone, start));
  for (let passed = 1; passed < month; passed += 1) text = nextMonth(text);
  return monthPeriod(zone, text).start;
}
