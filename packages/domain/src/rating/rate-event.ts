/** Rates one event for every party (design: the one path). Pure: event and book in, charges out. */
import { assert } from "../assert.ts";
import type { Base } from "../catalogue/catalogue.ts";
import { COUNTED_UNITS } from "../catalogue/metered-term.ts";
import type { Instant } from "../instant.ts";
import { type Due, NOTHING_DUE, WHOLE_PRICE } from "../messages/delivery-dues.ts";
import { type LocalDay, localDayOf, startOfLocalDay } from "../period.ts";
import type { RefusalCode } from "../refusals.ts";
import { divideRounded } from "../rounding.ts";
import { chargeCall } from "../voice/charge-call.ts";
import { restOfLeg } from "../voice/line-rest.ts";
import { roundLeg } from "../voice/round-leg.ts";
import { matchingTerms } from "./applicable-terms.ts";
import { billedDuration } from "./billed-duration.ts";
import {
  type ApplicableTerm,
  type Book,
  type BookAccount,
  type BookAgreement,
  type BookType,
  type CompiledPrice,
  type CompiledTerm,
  tupleOf,
} from "./book.ts";
import type { Charge } from "./charge.ts";
import { BLOCKED, type DeckIndex, findByNetwork, findByPrefix, NO_RATE } from "./deck-index.ts";
import { withinLimits } from "./event-limits.ts";
import { findMatrixRate } from "./rate-matrix.ts";
import { addWhole, multiplyDivide, negateWhole, settle, type Whole } from "./whole.ts";

/** An event that has been identified, validated and measured. */
export interface RatableEvent {
  readonly account: BookAccount;
  readonly type: BookType;
  readonly time: Instant;
  /** Smallest units by name of the quantity. */
  readonly quantities: Readonly<Record<string, number>>;
  readonly dimensions: Readonly<Record<string, string | undefined>>;
  /** E.164 digits of the number fields. */
  readonly numbers: Readonly<Record<string, string | undefined>>;
}

export type Rating =
  | { readonly charges: readonly Charge[] }
  | { readonly refused: RefusalCode; readonly detail: string };

/**
 * The charges of an event, or why it cannot be rated. Every link of the account's reseller chain must have
 * a charge, and so must the supplier that the event names: no rate is never zero (handbook §2.1).
 */
export function rateEvent(event: RatableEvent, book: Book): Rating {
  const bases: Bases = { cost: null, customerCharge: null, parentCharge: null, revenue: null };
  const charges: Charge[] = [];
  let levels = 0;
  let supplied = false;
  const matching = matchingTerms(book, event.account, event.type.name, event.dimensions);
  for (const applicable of matching) {
    const { term, level } = applicable;
    if (event.time < term.from || event.time >= term.to) continue;
    const charge =
      term.dues === null && !event.type.isReceipt
        ? chargeFor(applicable, event, book, bases, charges)
        : chargeByFate(applicable, event, book, bases, charges);
    if (charge !== null) {
      if ("refused" in charge) return charge;
      charges.push(charge);
    }
    if (term.covers) {
      if (level >= 0) levels |= 1 << level;
      else if (term.agreement.role === "supplier") supplied = true;
    }
    // What is only handed on is in no base, nor is what has no amount before the period has one.
    const { kind } = term.price;
    if (term.passThrough || kind === "ratio" || kind === "metered") continue;
    const problem = addToBases(bases, applicable, charge === null ? 0 : charge.amount);
    if (problem !== null) return problem;
  }
  const chain = event.account.above.length + 1;
  if (levels !== 2 ** chain - 1) return refuse("rating.no-agreement", missingLink(event, levels));
  if (!supplied && event.dimensions.carrier !== undefined) {
    return refuse("rating.no-agreement", `supplier ${event.dimensions.carrier}`);
  }
  return { charges };
}

type SharePrice = Extract<CompiledPrice, { kind: "share" }>;

interface BaseAmount {
  readonly currency: string;
  /** null: priced at close. */
  readonly amount: Whole | null;
}

interface Bases {
  cost: BaseAmount | null;
  customerCharge: BaseAmount | null;
  parentCharge: BaseAmount | null;
  /** What the provider itself receives: margin = revenue − cost. */
  revenue: BaseAmount | null;
}

interface Refused {
  readonly refused: RefusalCode;
  readonly detail: string;
}

function refuse(refused: RefusalCode, detail: string): Refused {
  return { refused, detail };
}

function missingLink(event: RatableEvent, levels: number): string {
  const chain = [event.account, ...event.account.above];
  const missing = chain.find((_, level) => (levels & (1 << level)) === 0);
  return `${event.type.name} of account ${missing?.name}`;
}

function chargeFor(
  { term }: ApplicableTerm,
  event: RatableEvent,
  book: Book,
  bases: Bases,
  before: readonly Charge[],
): Charge | Refused {
  const { price } = term;
  if (price.kind === "share") {
    const base = baseFor(price.of, bases, term.agreement.currency);
    if ("refused" in base) return base;
    const share = multiplyDivide(base.amount, price.numerator, price.by);
    const amount = withinLimits(price.limits, addWhole(share, price.fixed));
    return made(term, event, book, 0, 0, 0, amount, base.amount);
  }
  if (price.kind === "surcharge") {
    const on = before.find(
      (one) => one.term.agreement === term.agreement && one.term.term.id === price.on,
    );
    if (on === undefined) return refuse("rating.base-missing", price.on);
    const { amount, rest } = surchargeOn(on.billed, price);
    return made(term, event, book, 0, on.raw, on.billed, amount, rest);
  }
  const isUnit = price.kind === "metered" && price.quantity === COUNTED_UNITS;
  const raw = isUnit ? 1 : event.quantities[price.quantity];
  if (raw === undefined) return refuse("rating.quantity-missing", price.quantity);
  if (price.kind === "atClose" || price.kind === "metered") {
    return made(term, event, book, 0, raw, raw, null, null);
  }
  if (price.kind === "perUnit") {
    const amount = multiplyDivide(raw, price.rate, price.by);
    return made(term, event, book, 0, raw, raw, amount, null);
  }
  if (price.kind === "dynamic") {
    const share = multiplyDivide(raw, price.numerator, price.by);
    const amount = withinLimits(price.limits, addWhole(share, price.fixed));
    return made(term, event, book, 0, raw, raw, amount, null);
  }
  if (price.kind === "matrix") {
    const rate = findMatrixRate(price.matrix, event.dimensions);
    if (rate === null) return refuse("rating.no-rate", `no rate of ${term.term.id} for its values`);
    return made(term, event, book, 0, raw, raw, multiplyDivide(raw, rate.numerator, rate.by), null);
  }
  if (price.kind === "ratio") {
    const billed = isMatching(price, event) ? raw : 0;
    return made(term, event, book, 0, raw, billed, null, raw);
  }
  if (price.kind === "call") return chargeByCall(term, price, event, book, raw);
  // Nothing was used: an unanswered call needs no rate and costs nothing (handbook §2.3).
  if (raw === 0) return made(term, event, book, 0, 0, 0, 0, null);
  const number = event.numbers[price.number];
  const network = price.kind === "network" ? event.dimensions.network : undefined;
  const key = network ?? number;
  if (key === undefined) {
    const field = `number in the field "${price.number}"`;
    const what = price.kind === "deck" ? field : `network and no ${field}`;
    return refuse("rating.no-rate", `${term.term.id}: the event has no ${what} to look up`);
  }
  const row =
    price.kind === "deck"
      ? findByPrefix(price.deck, key, event.time)
      : findByNetwork(price.deck, network, number, event.time);
  // A refusal names no more of a number than its first digits: it is shown and logged.
  if (row === NO_RATE) return refuse("rating.no-rate", `${term.term.id}: ${key.slice(0, 6)}`);
  if (row === BLOCKED) {
    return refuse("rating.destination-blocked", `${term.term.id}: ${key.slice(0, 6)}`);
  }
  const mode = price.kind === "deck" ? price.mode : "initialThenSubsequent";
  const rated = rateByRow(price.deck, row, raw, mode);
  return made(term, event, book, price.deck.rows.id[row]!, raw, rated.billed, rated.amount, null);
}

/**
 * What the fate of a message makes due: the price by its state less the price by the state before, so that
 * the charges of a message and its receipts add up to what its last state owes. Null: nothing is due now.
 */
function chargeByFate(
  applicable: ApplicableTerm,
  event: RatableEvent,
  book: Book,
  bases: Bases,
  charges: readonly Charge[],
): Charge | Refused | null {
  const { term } = applicable;
  const isOwn = term.term.on === event.type.name;
  if (term.price.kind === "share") {
    const charge = chargeFor(applicable, event, book, bases, charges);
    if (isOwn || "refused" in charge) return charge;
    return charge.base === 0 ? null : bareShare(charge, term.price);
  }
  // Without a policy the message was charged whole by its own event.
  if (term.dues === null) return isOwn ? chargeFor(applicable, event, book, bases, charges) : null;
  const { delivery } = event.type.body;
  assert(delivery !== undefined, "apply checked that the type tells what becomes of a message");
  const status = event.dimensions[delivery.status] ?? "";
  const after = event.dimensions[delivery.after ?? ""] ?? "";
  const before = delivery.after === undefined ? NOTHING_DUE : term.dues.get(after);
  const now = term.dues.get(status);
  if (before === undefined) return refuse("rating.status-unknown", `${term.term.id}: ${after}`);
  if (now === undefined) return refuse("rating.status-unknown", `${term.term.id}: ${status}`);
  if (before.share === now.share && before.counts === now.counts) return null;
  const whole = chargeFor(applicable, event, book, bases, charges);
  return "refused" in whole ? whole : partOf(whole, before, now);
}

/** The fixed part of a markup and the limits of an event were the message's. */
function bareShare(charge: Charge, { numerator, by }: SharePrice): Charge {
  assert(charge.base !== null, "a share has its base");
  return { ...charge, amount: multiplyDivide(charge.base, numerator, by) };
}

/** The difference of two rounded parts, so that parts add up; the whole stays as the base of a part. */
function partOf(whole: Charge, before: Due, now: Due): Charge {
  const times = (now.counts ? 1 : 0) - (before.counts ? 1 : 0);
  const { amount } = whole;
  const partly = amount !== null && Math.abs(now.share - before.share) !== WHOLE_PRICE;
  return {
    ...whole,
    raw: whole.raw * times + 0,
    billed: whole.billed * times + 0,
    amount:
      amount === null ? null : addWhole(shareOf(amount, now), negateWhole(shareOf(amount, before))),
    base: partly ? amount : null,
  };
}

function shareOf(amount: Whole, { share }: Due): Whole {
  return multiplyDivide(amount, share, WHOLE_PRICE);
}

/**
 * Connect fee, the initial increment at the first rate and the rest at the next one (handbook §2.3).
 * Rounded once: where both rates are the same fraction, or exactly over a common divisor.
 */
export function rateByRow(
  deck: DeckIndex,
  row: number,
  raw: number,
  mode: "initialThenSubsequent" | "wholeMultiple",
): { billed: number; amount: Whole } {
  const { rows } = deck;
  const initial = rows.initial[row]!;
  const billed = initial === 0 ? raw : billedDuration(raw, initial, rows.subsequent[row]!, mode);
  const rate = rows.rate[row]!;
  const by = rows.rateBy[row]!;
  const rateNext = rows.rateNext[row]!;
  const nextBy = rows.rateNextBy[row]!;
  let used: Whole;
  if ((rate === rateNext && by === nextBy) || billed <= initial) {
    used = multiplyDivide(billed, rate, by);
  } else {
    const first = BigInt(initial) * BigInt(rate) * BigInt(nextBy);
    const rest = BigInt(billed - initial) * BigInt(rateNext) * BigInt(by);
    used = settle(divideRounded(first + rest, BigInt(by) * BigInt(nextBy)));
  }
  return { billed, amount: addWhole(rows.connectFee[row]!, used) };
}

/** Whether a call is of the kind that there may be too much of. */
function isMatching(
  { millisecondsMax, where }: Extract<CompiledPrice, { kind: "ratio" }>,
  { quantities, dimensions }: RatableEvent,
): boolean {
  const { milliseconds } = quantities;
  if (millisecondsMax !== null && !(milliseconds! <= millisecondsMax)) return false;
  return where.every(([dimension, values]) => values.has(dimensions[dimension] ?? ""));
}

function chargeByCall(
  term: CompiledTerm,
  { call }: Extract<CompiledPrice, { kind: "call" }>,
  event: RatableEvent,
  book: Book,
  milliseconds: number,
): Charge | Refused {
  const { time, numbers, dimensions } = event;
  const charge = chargeCall(call, { time, milliseconds, status: dimensions.status, numbers });
  if ("missing" in charge) {
    const where = "digits" in charge ? `${term.term.id}: ${charge.digits.slice(0, 6)}` : "";
    switch (charge.missing) {
      case "number":
        return refuse("rating.no-rate", `no ${call.number} to look up`);
      case "rate":
        return refuse("rating.no-rate", where);
      case "permission":
        return refuse("rating.destination-blocked", where);
      case "end":
        return refuse("rating.call-too-long", term.term.id);
    }
  }
  const { deckRow, billed, amount, steps } = charge;
  const rest = charge.rest === null ? null : settle(charge.rest);
  return made(term, event, book, deckRow, milliseconds, billed, settle(amount), rest, steps);
}

/** Each rounded alone (handbook §2.3). */
function surchargeOn(
  billed: number,
  { rate, size, rounding, isPerLine }: Extract<CompiledPrice, { kind: "surcharge" }>,
): { amount: Whole; rest: Whole | null } {
  const exact = BigInt(billed) * rate;
  const amount = roundLeg(exact, size, rounding);
  return {
    amount: settle(amount),
    rest: isPerLine ? settle(restOfLeg(exact, size, amount)) : null,
  };
}

function made(
  term: CompiledTerm,
  event: RatableEvent,
  book: Book,
  deckRow: number,
  raw: number,
  billed: number,
  amount: Whole | null,
  base: Whole | null,
  steps = "",
): Charge {
  const day = dayOf(term.agreement, event.time);
  const tuple = tupleOf(book, term.tuples, term.lines, event.dimensions);
  return { term, day, tuple, deckRow, raw, billed, amount, base, steps };
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

function baseFor(of: Base, bases: Bases, currency: string): { amount: Whole } | Refused {
  if (of === "margin") {
    const { revenue, cost } = bases;
    if (revenue === null || revenue.amount === null)
      return refuse("rating.base-missing", "revenue");
    if (cost === null || cost.amount === null) return refuse("rating.base-missing", "cost");
    if (revenue.currency !== currency || cost.currency !== currency) {
      return refuse("rating.base-in-other-currency", `${revenue.currency}, ${cost.currency}`);
    }
    return { amount: addWhole(revenue.amount, negateWhole(cost.amount)) };
  }
  const base = bases[of];
  if (base === null || base.amount === null) return refuse("rating.base-missing", of);
  if (base.currency !== currency) return refuse("rating.base-in-other-currency", base.currency);
  return { amount: base.amount };
}

function addToBases(
  bases: Bases,
  { term, level }: ApplicableTerm,
  amount: Whole | null,
): Refused | null {
  const { agreement } = term;
  if (agreement.role === "supplier") return addTo(bases, "cost", agreement.currency, amount);
  if (level < 0) return null;
  if (agreement.body.seller === undefined) {
    const problem = addTo(bases, "revenue", agreement.currency, amount);
    if (problem !== null) return problem;
  }
  if (level === 0) return addTo(bases, "customerCharge", agreement.currency, amount);
  if (level === 1) return addTo(bases, "parentCharge", agreement.currency, amount);
  return null;
}

function addTo(
  bases: Bases,
  name: keyof Bases,
  currency: string,
  amount: Whole | null,
): Refused | null {
  const before = bases[name];
  if (before === null) {
    bases[name] = { currency, amount };
    return null;
  }
  if (before.currency !== currency) return refuse("rating.base-in-other-currency", currency);
  const sum = before.amount === null || amount === null ? null : addWhole(before.amount, amount);
  bases[name] = { currency, amount: sum };
  return null;
}
