/** Rates one event for every party (design: the one path). Pure: event and book in, charges out. */
import { formatLocalDay, type LocalDay } from "../period.ts";
import { isByDay } from "../voice/ratio-surcharge.ts";
import { matchingTerms } from "./applicable-terms.ts";
import { addToBases, noBases } from "./bases.ts";
import { type Book, type CompiledTerm, tupleOf } from "./book.ts";
import { type Charge, countedSteps, DAY_DIMENSION } from "./charge.ts";
import { dayOfCharge, divideCall } from "./divide-call.ts";
import { type Priced, type RatableEvent, type Refused, refuse } from "./priced.ts";
import { rateByFate } from "./rate-by-fate.ts";
import { ratePrice } from "./rate-price.ts";

export type Rating = { readonly charges: readonly Charge[] } | Refused;

/**
 * The charges of an event, or why it cannot be rated. Every link of the account's reseller chain must have
 * a charge, and so must the supplier that the event names: no rate is never zero (handbook §2.1).
 */
export function rateEvent(event: RatableEvent, book: Book): Rating {
  const rating = rateWhole(event, book);
  if (!book.dividesCalls || event.type.lasts === null || "refused" in rating) return rating;
  return divideCall(rating.charges, event, (part) => rateWhole(part, book));
}

function rateWhole(event: RatableEvent, book: Book): Rating {
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
  if (levels !== event.account.links)
    return refuse("rating.no-agreement", missingLink(event, levels));
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
  { deckRow, raw, billed, amount, base, count, steps }: Priced,
  event: RatableEvent,
  book: Book,
): Charge {
  const day = dayOfCharge(term, event);
  const { price } = term;
  const isOfDay = price.kind === "ratio" && isByDay(price);
  const dimensions = isOfDay ? onDay(event, day) : event.dimensions;
  const tuple = tupleOf(book, term.tuples, dimensions);
  const told = countedSteps(count, steps);
  return { term, day, tuple, deckRow, raw, billed, amount, base, count, steps: told };
}

function onDay({ dimensions }: RatableEvent, day: LocalDay): RatableEvent["dimensions"] {
  return { channel: dimensions.channel, [DAY_DIMENSION]: formatLocalDay(day) };
}
