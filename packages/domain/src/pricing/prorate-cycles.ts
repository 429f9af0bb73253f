import { assert } from "../assert.ts";
import { dateOfDay, dayOfDate } from "../calendar.ts";
import type { LocalDay } from "../period.ts";
import { addFractions, type Fraction, lowestTerms, NOTHING } from "./fraction.ts";

/** When the cycles of a recurring fee begin. */
export interface CycleRule {
  /** Length of a cycle. */
  readonly months: number;
  /** Day of the month on which cycles begin; in shorter months their last day. */
  readonly day: number;
  /**
   * A month, counted from January = 0, in which cycles begin. Null: cycles are counted from the month in
   * which the service starts.
   */
  readonly month: number | null;
}

/** Days on which a service runs: from `start` on and before `end`; null: it goes on. */
export interface ServiceDays {
  readonly start: LocalDay;
  readonly end: LocalDay | null;
}

/** A whole cycle or the part of one in which the service ran. */
export interface CyclePiece {
  readonly first: LocalDay;
  /** The day after its last. */
  readonly end: LocalDay;
  /** Days of the cycle that it lies in. */
  readonly cycleDays: number;
}

/**
 * The pieces into which cycles cut a service, one after the other: an opening part up to the first
 * boundary, whole cycles, and a closing part. Each next boundary takes its day anew, so that 30 January,
 * 29 February and 30 March follow each other. Endless for a service that goes on: take what you need.
 *
 * Yearly on the 17th, from 10 January 2011 to 4 March 2012: 7 days of 365, one whole cycle, and 47 days
 * of the 366 of a cycle that holds 29 February.
 */
export function* cyclePieces(rule: CycleRule, { start, end }: ServiceDays): Generator<CyclePiece> {
  assert(rule.months > 0 && rule.day >= 1 && rule.day <= 31, "a cycle has a length and a day");
  let month = firstMonth(rule, start);
  let first = start;
  while (end === null || first < end) {
    const boundary = boundaryIn(month, rule.day);
    const cycleDays = boundary - boundaryIn(month - rule.months, rule.day);
    if (boundary > first) {
      yield { first, end: end !== null && end < boundary ? end : boundary, cycleDays };
      first = boundary;
    }
    month += rule.months;
  }
}

/** The month of the first boundary on or after a day, in months since year 0. */
function firstMonth({ months, day, month }: CycleRule, start: LocalDay): number {
  const date = dateOfDay(start);
  const startMonth = date.year * 12 + date.month - 1;
  const anchor = month ?? startMonth;
  let first = startMonth + ((((anchor - startMonth) % months) + months) % months);
  if (boundaryIn(first, day) < start) first += months;
  return first;
}

function boundaryIn(month: number, day: number): LocalDay {
  const year = Math.floor(month / 12);
  for (const length of [day, 30, 29, 28]) {
    const boundary = dayOfDate(year, (month % 12) + 1, Math.min(day, length));
    if (!Number.isNaN(boundary)) return boundary as LocalDay;
  }
  assert(false, "a month has at least 28 days");
}

/** What a piece is of its cycle. */
export function partOfCycle({ first, end, cycleDays }: CyclePiece): Fraction {
  assert(end > first && end - first <= cycleDays, "a piece is some of its cycle");
  return lowestTerms(BigInt(end - first), BigInt(cycleDays));
}

/**
 * How many cycles are due by a day when they are paid in advance: every piece that begins on or before
 * it, each in full. Exact: the money is rounded once, when the fee is multiplied by it.
 */
export function cyclesInAdvance(rule: CycleRule, service: ServiceDays, by: LocalDay): Fraction {
  let due = NOTHING;
  for (const piece of cyclePieces(rule, service)) {
    if (piece.first > by) break;
    due = addFractions(due, partOfCycle(piece));
  }
  return due;
}
