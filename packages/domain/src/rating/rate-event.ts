/** Rates one event for every party (design: the one path). Pure: event and book in, charges out. */
import type { Instant } from "../instant.ts";
import {
  checkZone,
  formatLocalDay,
  type LocalDay,
  localDayOf,
  startOfLocalDay,
} from "../period.ts";
import { isByDay } from "../voice/ratio-surcharge.ts";
import { matchingTerms } from "./applicable-terms.ts";
import { addToBases, noBases } from "./bases.ts";
import { type Book, type BookAgreement, type CompiledTerm, tupleOf } from "./book.ts";
import { type Charge, DAY_DIMENSION } from "./charge.ts";
import { type Priced, type RatableEvent, type Refused, refuse } from "./priced.ts";
import { rateByFate } from "./rate-by-fate.ts";
import { ratePrice } from "./rate-price.ts";

const UTC = checkZone("UTC");

export type Rating = { readonly charges: readonly Charge[] } | Refused;

/**
 * The charges of an event, or why it cannot be rated. Every link of the account's reseller chain must have
 * a charge, and so must the supplier that the event names: no rate is never zero (handbook §2.1).
 */
export function rateEvent(event: RatableEvent, book: Book): Rating {
  const bases = noBases();
  const charges: Charge[] = [];
  let levels = 0;
  let supplied = false;
  const matching = matchingTerms(book, event.account, event.type.name, event.dimensions);
  for (const applicable of matching) {
    const { term, level } = applicable;
    if (event.time < term.from || event.time >= term.to) continue;
    const rated =
      term.dues === null && !event.type.isReceipt
        ? ratePrice(term, event, bases, charges)
        : rateByFate(term, event, bases, charges);
    if (rated !== null) {
      if ("refused" in rated) return rated;
      charges.push(chargeOf(term, rated, event, book));
    }
    if (term.covers) {
      if (level >= 0) levels |= 1 << level;
      else if (term.agreement.role === "supplier") supplied = true;
    }
    // What is only handed on is in no base, nor is what has no amount before the period has one.
    const { kind } = term.price;
    if (term.passThrough || kind === "ratio" || kind === "metered") continue;
    const problem = addToBases(bases, applicable, rated === null ? 0 : rated.amount);
    if (problem !== null) return problem;
  }
  const chain = event.account.above.length + 1;
  if (levels !== 2 ** chain - 1) return refuse("rating.no-agreement", missingLink(event, levels));
  if (!supplied && event.dimensions.carrier !== undefined) {
    return refuse("rating.no-agreement", `supplier ${event.dimensions.carrier}`);
  }
  return { charges };
}

function missingLink(event: RatableEvent, levels: number): string {
  const chain = [event.account, ...event.account.above];
  const missing = chain.find((_, level) => (levels & (1 << level)) === 0);
  return `${event.type.name} of account ${missing?.name}`;
}

function chargeOf(
  term: CompiledTerm,
  { deckRow, raw, billed, amount, base, steps }: Priced,
  event: RatableEvent,
  book: Book,
): Charge {
  const day = dayOfCharge(term, event.time);
  const { price } = term;
  const isOfDay = price.kind === "ratio" && isByDay(price);
  const dimensions = isOfDay ? onDay(event, day) : event.dimensions;
  const tuple = tupleOf(book, term.tuples, term.lines, dimensions);
  return { term, day, tuple, deckRow, raw, billed, amount, base, steps };
}

/** A month has whole days: what is compared by the days of UTC counts in the month of its UTC day. */
function dayOfCharge({ price, agreement }: CompiledTerm, time: Instant): LocalDay {
  if (price.kind === "ratio" && price.over === "utcDay") return localDayOf(UTC, time);
  return dayOf(agreement, time);
}

function onDay({ dimensions }: RatableEvent, day: LocalDay): RatableEvent["dimensions"] {
  return { channel: dimensions.channel, [DAY_DIMENSION]: formatLocalDay(day) };
}

/** The agreement's local day of an instant; asks the calendar only when the day changes. */
function dayOf({ zone, lastDay }: BookAgreement, time: Instant): LocalDay {
  if (time >= lastDay.start && time < lastDay.end) return lastDay.day;
  const day = localDayOf(zone, time);
  lastDay.start = startOfLocalDay(zone, day);
  lastDay.end = startOfLocalDay(zone, (day + 1) as LocalDay);
  lastDay.day = day;
  return day;
}
