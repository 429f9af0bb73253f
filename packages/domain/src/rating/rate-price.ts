/** Prices of single events, one rule a kind. */
import { COUNTED_UNITS } from "../catalogue/metered-term.ts";
import { chargeCall } from "../voice/charge-call.ts";
import { restOfLeg } from "../voice/line-rest.ts";
import { roundLeg } from "../voice/round-leg.ts";
import { type Bases, baseFor } from "./bases.ts";
import type { CompiledPrice, CompiledTerm } from "./book.ts";
import type { Charge } from "./charge.ts";
import { BLOCKED, findByNetwork, findByPrefix, NO_RATE, rowId, tariffAt } from "./deck-index.ts";
import { withinLimits } from "./event-limits.ts";
import { type Priced, priced, type RatableEvent, type Refused, refuse } from "./priced.ts";
import { findMatrixRate } from "./rate-matrix.ts";
import { rateByTariff } from "./tariff.ts";
import { addWhole, multiplyDivide, multiplyWhole } from "./whole.ts";

type PriceOf<Kind extends CompiledPrice["kind"]> = Extract<CompiledPrice, { kind: Kind }>;

/** What the term makes of the event; it may stand on what was charged `before`. */
export function ratePrice(
  term: CompiledTerm,
  event: RatableEvent,
  bases: Bases,
  before: readonly Charge[],
): Priced | Refused {
  const { price } = term;
  if (price.kind === "share") return rateShare(price, bases, term.agreement.currency);
  if (price.kind === "surcharge") return rateSurcharge(price, term, before);
  if (price.kind === "metered") return rateMetered(price, event);
  const raw = event.quantities[price.quantity];
  if (raw === undefined) return refuse("rating.quantity-missing", price.quantity);
  switch (price.kind) {
    case "perUnit":
      return priced(raw, multiplyDivide(raw, price.rate, price.by));
    case "deck":
      return rateDeck(price, term.term.id, event, raw);
    case "call":
      return rateCallPrice(price, term.term.id, event, raw);
    case "network":
      return rateNetwork(price, term.term.id, event, raw);
    case "matrix":
      return rateMatrix(price, term.term.id, event, raw);
    case "dynamic":
      return rateDynamic(price, raw);
    case "ratio":
      return rateRatio(price, event, raw);
    case "atClose":
      return priced(raw, null);
  }
}

function rateShare(price: PriceOf<"share">, bases: Bases, currency: string): Priced | Refused {
  const base = baseFor(price.of, bases, currency);
  if (typeof base === "object") return base;
  if (price.isAtClose) return priced(0, null, base);
  const share = multiplyDivide(base, price.numerator, price.by);
  return priced(0, withinLimits(price.limits, addWhole(share, price.fixed)), base);
}

/** On the billed time of another term of the agreement, rounded alone (handbook §2.3). */
function rateSurcharge(
  { on, rate, size, rounding, isPerLine }: PriceOf<"surcharge">,
  { agreement }: CompiledTerm,
  before: readonly Charge[],
): Priced | Refused {
  const usage = before.find(({ term }) => term.agreement === agreement && term.term.id === on);
  if (usage === undefined) return refuse("rating.base-missing", on);
  const { raw, billed } = usage;
  const exact = multiplyWhole(billed, rate);
  const amount = roundLeg(exact, size, rounding);
  const base = isPerLine ? restOfLeg(exact, size, amount) : null;
  return { deckRow: 0, raw, billed, amount, base, count: 1, steps: "" };
}

function rateDynamic(price: PriceOf<"dynamic">, raw: number): Priced {
  const share = multiplyDivide(raw, price.numerator, price.by);
  return priced(raw, withinLimits(price.limits, addWhole(share, price.fixed)));
}

function rateMatrix(
  { matrix }: PriceOf<"matrix">,
  term: string,
  { dimensions }: RatableEvent,
  raw: number,
): Priced | Refused {
  const rate = findMatrixRate(matrix, dimensions);
  if (rate === null) return refuse("rating.no-rate", `no rate of ${term} for its values`);
  return priced(raw, multiplyDivide(raw, rate.numerator, rate.by));
}

/** Counts an event of a meter. */
function rateMetered({ quantity }: PriceOf<"metered">, event: RatableEvent): Priced | Refused {
  const raw = quantity === COUNTED_UNITS ? 1 : event.quantities[quantity];
  return raw === undefined ? refuse("rating.quantity-missing", quantity) : priced(raw, null);
}

/** Counts what matches beside the whole, for close to compare. */
function rateRatio(price: PriceOf<"ratio">, event: RatableEvent, raw: number): Priced {
  const billed = isMatching(price, event) ? raw : 0;
  return { deckRow: 0, raw, billed, amount: null, base: raw, count: 1, steps: "" };
}

/** Nothing was used: an unanswered call needs no rate and costs nothing (handbook §2.3). */
const UNUSED = priced(0, 0);

function rateDeck(
  { deck, number, mode }: PriceOf<"deck">,
  term: string,
  { numbers, time }: RatableEvent,
  raw: number,
): Priced | Refused {
  if (raw === 0) return UNUSED;
  const digits = numbers[number];
  if (digits === undefined) return nothingToLookUp(term, `number in the field "${number}"`);
  const row = findByPrefix(deck, digits, time);
  if (row < 0) return noRate(row, term, digits);
  const { billed, amount } = rateByTariff(deck.tariffs[tariffAt(deck, row)]!, raw, mode);
  return { deckRow: rowId(deck, row), raw, billed, amount, base: null, count: 1, steps: "" };
}

function rateNetwork(
  { deck, number }: PriceOf<"network">,
  term: string,
  { numbers, dimensions, time }: RatableEvent,
  raw: number,
): Priced | Refused {
  if (raw === 0) return UNUSED;
  const { network } = dimensions;
  const digits = numbers[number];
  const key = network ?? digits;
  if (key === undefined) {
    return nothingToLookUp(term, `network and no number in the field "${number}"`);
  }
  const row = findByNetwork(deck, network, digits, time);
  if (row < 0) return noRate(row, term, key);
  const tariff = deck.tariffs[tariffAt(deck, row)]!;
  const { billed, amount } = rateByTariff(tariff, raw, "initialThenSubsequent");
  return { deckRow: rowId(deck, row), raw, billed, amount, base: null, count: 1, steps: "" };
}

function nothingToLookUp(term: string, what: string): Refused {
  return refuse("rating.no-rate", `${term}: the event has no ${what} to look up`);
}

/** A refusal names no more of a number than its first digits: it is shown and logged. */
function noRate(found: number, term: string, key: string): Refused {
  const code = found === BLOCKED ? "rating.destination-blocked" : "rating.no-rate";
  return refuse(code, `${term}: ${key.slice(0, 6)}`);
}

function rateCallPrice(
  { call }: PriceOf<"call">,
  term: string,
  { time, numbers, dimensions }: RatableEvent,
  milliseconds: number,
): Priced | Refused {
  const charge = chargeCall(call, { time, milliseconds, status: dimensions.status, numbers });
  if (!("missing" in charge)) return charge;
  switch (charge.missing) {
    case "number":
      return nothingToLookUp(term, `number in the field "${call.number}"`);
    case "rate":
      return noRate(NO_RATE, term, charge.digits);
    case "permission":
      return noRate(BLOCKED, term, charge.digits);
    case "end":
      return refuse("rating.call-too-long", term);
  }
}

/** Whether a call is of the kind that there may be too much of. */
function isMatching(
  { millisecondsMax, where }: PriceOf<"ratio">,
  { quantities, dimensions }: RatableEvent,
): boolean {
  const { milliseconds } = quantities;
  if (millisecondsMax !== null && !(milliseconds! <= millisecondsMax)) return false;
  return where.every(([dimension, values]) => values.has(dimensions[dimension] ?? ""));
}
