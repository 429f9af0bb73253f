/** The price of a term, made fast: what is known before an event comes is worked out here. */
import { assert } from "../assert.ts";
import type { Catalogue, Deck, Term } from "../catalogue/catalogue.ts";
import { countedBy, isMeteredTerm } from "../catalogue/metered-term.ts";
import { parseDecimal } from "../decimal.ts";
import type { EventType } from "../events/event-type.ts";
import { checkZone } from "../period.ts";
import { compileDynamic } from "../pricing/rate-dynamic.ts";
import { unitOf } from "../units.ts";
import { stateByAreaCode } from "../voice/area-codes.ts";
import { legRounding } from "../voice/call-rules.ts";
import { compileCallTariffs } from "../voice/call-tariff.ts";
import { compileOriginGroups } from "../voice/origin-groups.ts";
import { stateOfExchange } from "../voice/state-of-exchange.ts";
import { compileBands } from "../voice/time-bands.ts";
import type { CompiledPrice, CompiledTerm } from "./book.ts";
import type { BookParts } from "./compile-book.ts";
import { type DeckIndex, isPlain } from "./deck-index.ts";
import { compileEventLimits } from "./event-limits.ts";
import { compileMatrix } from "./rate-matrix.ts";
import { reduce, settle } from "./whole.ts";

export function compileWhere(where: Term["where"] = {}): CompiledTerm["where"] {
  return Object.entries(where).map(([dimension, values]) => [dimension, new Set([values].flat())]);
}

/** A percentage is a fraction of 100 × 10^12: "12.5" is 12.5 × 10^12 over it. */
const HUNDRED_PERCENT = 100_000_000_000_000;

export function compilePrice(term: Term, parts: BookParts): CompiledPrice {
  if (isMeteredTerm(term)) {
    const meter = term.meters[term.meter];
    assert(meter !== undefined, "apply checked that the meter is there");
    return { kind: "metered", quantity: countedBy(meter) };
  }
  return compileOwnPrice(term, parts);
}

function compileOwnPrice(
  { on, price }: Term,
  { deckOf, catalogue, builtInTypes }: BookParts,
): CompiledPrice {
  switch (price.model) {
    case "perUnit": {
      const { quantity, size } = unitOf(price.per);
      const { numerator, by } = reduce(parseDecimal(price.rate, 12), size);
      return { kind: "perUnit", quantity, rate: numerator, by };
    }
    case "deck": {
      const deck = catalogue.decks[price.deck] as Deck;
      const index = deckOf(price.deck);
      if (price.call !== undefined || price.rateOn === "lrn" || !isPlain(index)) {
        return compileCallPrice(price, deck, index, catalogue);
      }
      return {
        kind: "deck",
        quantity: unitOf(deck.per).quantity,
        deck: index,
        number: price.number ?? "to",
        mode: deck.incrementMode ?? "initialThenSubsequent",
      };
    }
    case "surcharge": {
      const { quantity, size } = unitOf(price.per);
      const rate = settle(parseDecimal(price.rate, 12));
      return {
        kind: "surcharge",
        quantity,
        on: price.on,
        rate,
        size,
        rounding: legRounding(price),
        isPerLine: price.roundingScope === "perInvoiceLine",
      };
    }
    case "network": {
      const deck = catalogue.decks[price.deck] as Deck;
      return {
        kind: "network",
        quantity: unitOf(deck.per).quantity,
        deck: deckOf(price.deck),
        number: price.number ?? "to",
      };
    }
    case "percentage": {
      const share = reduce(parseDecimal(price.percent, 12), HUNDRED_PERCENT);
      const limits = compileEventLimits(price);
      return { kind: "share", of: price.of, ...share, fixed: 0, limits, isAtClose: false };
    }
    case "markup": {
      const percent = BigInt(HUNDRED_PERCENT) + parseDecimal(price.percent, 12);
      const fixed = settle(parseDecimal(price.fixed ?? "0", 12));
      const share = reduce(percent, HUNDRED_PERCENT);
      const limits = compileEventLimits(price);
      return { kind: "share", of: price.on, ...share, fixed, limits, isAtClose: false };
    }
    case "graduatedShare": {
      const none = { numerator: 0, by: 1, fixed: 0, limits: compileEventLimits({}) };
      return { kind: "share", of: price.of, ...none, isAtClose: true };
    }
    case "matrix":
      return {
        kind: "matrix",
        quantity: unitOf(price.per).quantity,
        matrix: compileMatrix(price),
      };
    case "dynamic": {
      const type = { ...builtInTypes, ...catalogue.eventTypes }[on ?? ""];
      const { factor, by } = compileDynamic(price.factor, carriedSize(type, price.price));
      const fixed = settle(parseDecimal(price.fixed ?? "0", 12));
      const limits = compileEventLimits(price);
      return { kind: "dynamic", quantity: price.price, ...reduce(factor, by), fixed, limits };
    }
    case "ratioSurcharge": {
      const { secondsMax, where } = price.matching;
      return {
        kind: "ratio",
        quantity: unitOf(price.per).quantity,
        millisecondsMax: secondsMax === undefined ? null : secondsMax * 1000,
        where: compileWhere(where),
        over: price.over ?? "period",
      };
    }
    case "fixedFee":
    case "commitment":
      return { kind: "atClose", quantity: "" };
    default:
      return { kind: "atClose", quantity: unitOf(price.per).quantity };
  }
}

/** How many smallest units of a quantity are one of the money that events carry in it. */
function carriedSize(type: EventType | undefined, quantity: string): number {
  const rule = type?.quantities[quantity];
  assert(rule !== undefined, "apply checked that the event type has the quantity");
  return rule.times ?? 1;
}

function compileCallPrice(
  price: Extract<Term["price"], { model: "deck" }>,
  deck: Deck,
  index: DeckIndex,
  { provider, exchangeTables }: Catalogue,
): CompiledPrice {
  const exchanges = deck.exchanges === undefined ? undefined : exchangeTables[deck.exchanges];
  const mode = deck.incrementMode ?? "initialThenSubsequent";
  const { size, tariffs } = compileCallTariffs(index.tariffs, index.size, price.call ?? {}, mode);
  return {
    kind: "call",
    quantity: unitOf(deck.per).quantity,
    call: {
      deck: index,
      groups: compileOriginGroups(deck),
      calendar: compileBands(deck, checkZone(deck.timeZone ?? provider.timeZone)),
      number: price.number ?? "to",
      origin: price.origin ?? "from",
      byLrn: price.rateOn === "lrn",
      stateOf: exchanges === undefined ? stateByAreaCode : stateOfExchange(exchanges),
      byJurisdiction: tariffs.some(({ byJurisdiction }) => byJurisdiction !== null),
      size,
      tariffs,
      chargesUnanswered: tariffs.some(({ rules }) => rules.attemptFee > 0),
      chargesZero: tariffs.some(
        ({ rules: { connectOnZero, durationOffset } }) => connectOnZero || durationOffset > 0,
      ),
    },
  };
}
