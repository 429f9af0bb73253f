import type { EventType } from "../events/event-type.ts";
import { BASE_MONEY } from "../statements/share-group.ts";
import type {
  Catalogue,
  CommitmentPrice,
  Deck,
  EventPrice,
  PerUnit,
  Price,
  Term,
} from "./catalogue.ts";
import {
  checkCallRules,
  checkLegRounding,
  checkRatio,
  checkRoundingScope,
} from "./check-call-rules.ts";
import { checkChargeOn, checkSurcharge } from "./check-charge-on.ts";
import { isCallDeck } from "./check-decks.ts";
import { checkDynamic, checkMatrix, checkPerEventLimits } from "./check-event-price.ts";
import { checkMeteredTerm } from "./check-metered-term.ts";
import { checkPercentTiers, checkUsagePrice } from "./check-usage-price.ts";
import {
  checkDecimal,
  checkId,
  checkLimits,
  checkNotNegative,
  checkUnit,
  DECIMAL_PLACES,
} from "./check-values.ts";
import { rampedPrices } from "./patch-price.ts";
import type { Path, Report } from "./problems.ts";

/** What terms name besides event types. */
export type Priced = Pick<Catalogue, "decks" | "meters">;

/**
 * Terms of a plan or of an agreement's version: each names only what its event type and decks have.
 */
export function checkTerms(
  terms: readonly Term[],
  catalogue: Priced,
  types: ReadonlyMap<string, EventType>,
  path: Path,
  report: Report,
): void {
  const seen = new Set<string>();
  for (const [at, term] of terms.entries()) {
    const termPath = [...path, at];
    checkId(term.id, [...termPath, "id"], report);
    if (seen.has(term.id)) report([...termPath, "id"], "catalogue.term-twice", { term: term.id });
    seen.add(term.id);
    checkTerm(term, catalogue, types, termPath, report);
  }
}

/** A term with its price and those of its ramp. */
export function checkTerm(
  term: Term,
  catalogue: Priced,
  types: ReadonlyMap<string, EventType>,
  path: Path,
  report: Report,
): void {
  const { ramp = [] } = term;
  const rampPath = [...path, "ramp"];
  checkRamp(term, rampPath, report);
  if (term.meter !== undefined) {
    checkMeteredTerm(term, catalogue.meters, path, report);
    return;
  }
  const { decks } = catalogue;
  const event = typeOf(term, types);
  const { model } = term.price;
  if (model === "fixedFee" || model === "commitment") checkFrameOfFee(term, path, report);
  else checkFrameOnEvents(term, event, types, path, report);
  checkPrice(term.price, event, decks, [...path, "price"], report);
  for (const [at, price] of rampedPrices(term).slice(1).entries()) {
    if (ramp[at]?.price.model !== undefined) continue;
    checkPrice(price, event, decks, [...rampPath, at, "price"], report);
  }
}

/** The first step comes in month 2 at the earliest: the price itself is month 1's. */
function checkRamp({ ramp = [] }: Term, path: Path, report: Report): void {
  let before = 1;
  for (const [at, { month, price }] of ramp.entries()) {
    if (month <= before) report([...path, at, "month"], "catalogue.ramp-not-ascending", {});
    else before = month;
    if (price.model !== undefined) report([...path, at, "price"], "catalogue.ramp-other-model", {});
  }
}

function checkFrameOfFee(term: Term, path: Path, report: Report): void {
  for (const key of ["on", "where", "lines", "chargeOn", "passThrough"] as const) {
    if (term[key] !== undefined) report([...path, key], "catalogue.fee-on-events", { key });
  }
}

function checkFrameOnEvents(
  term: Term,
  event: NamedType | null,
  types: ReadonlyMap<string, EventType>,
  path: Path,
  report: Report,
): void {
  if (term.on === undefined) {
    report(path, "catalogue.term-without-event-type", {});
  } else if (!types.has(term.on)) {
    report([...path, "on"], "catalogue.event-type-unknown", { type: term.on });
  }
  checkDimensions(term, event, path, report);
  checkChargeOn(term, event?.type ?? null, [...path, "chargeOn"], report);
  checkSurcharge(term, event?.type ?? null, [...path, "price", "model"], report);
}

function checkPrice(
  price: Price,
  event: NamedType | null,
  decks: Catalogue["decks"],
  at: Path,
  report: Report,
): void {
  switch (price.model) {
    case "perUnit":
      checkNotNegative(price.rate, [...at, "rate"], report);
      checkPer(price.per, event, [...at, "per"], report);
      return;
    case "deck":
    case "network":
      checkDeckPrice(price, decks, event, at, report);
      return;
    case "matrix":
      checkPer(price.per, event, [...at, "per"], report);
      for (const [index, name] of price.by.entries()) {
        checkDimension(name, event, [...at, "by", index], report);
      }
      checkMatrix(price, at, report);
      return;
    case "dynamic":
      checkQuantity(price.price, event, [...at, "price"], report);
      checkDynamic(price, at, report);
      return;
    case "surcharge":
      checkNotNegative(price.rate, [...at, "rate"], report);
      checkPer(price.per, event, [...at, "per"], report);
      checkLegRounding(price, at, report);
      checkRoundingScope(price, price.per, at, report);
      return;
    case "ratioSurcharge":
      checkPer(price.per, event, [...at, "per"], report);
      checkRatio(price, at, report);
      if (price.matching.secondsMax !== undefined) {
        checkQuantity("milliseconds", event, [...at, "matching", "secondsMax"], report);
      }
      for (const name of Object.keys(price.matching.where ?? {})) {
        checkDimension(name, event, [...at, "matching", "where", name], report);
      }
      return;
    case "percentage":
      checkNotNegative(price.percent, [...at, "percent"], report);
      checkPerEventLimits(price, at, report);
      return;
    case "graduatedShare":
      checkPercentTiers(price.tiers, { unit: BASE_MONEY, name: "sum" }, [...at, "tiers"], report);
      return;
    case "markup":
      checkMarkup(price.percent, price.fixed, at, report);
      checkPerEventLimits(price, at, report);
      return;
    case "fixedFee":
      checkNotNegative(price.amount, [...at, "amount"], report);
      return;
    case "commitment":
      checkCommitment(price, at, report);
      return;
    default:
      checkPer(price.per, event, [...at, "per"], report);
      checkUsagePrice(price, at, report);
  }
}

function checkCommitment(price: CommitmentPrice, path: Path, report: Report): void {
  checkLimits(price, ["minimum", "maximum"], path, report);
  const { minimum, maximum, months = 1 } = price;
  if (minimum === undefined && maximum === undefined) {
    report(path, "catalogue.commitment-without-limit", {});
  }
  if (maximum !== undefined && months > 1) {
    report([...path, "maximum"], "catalogue.maximum-by-month", {});
  }
}

interface NamedType {
  readonly name: string;
  readonly type: EventType;
}

function typeOf({ on }: Term, types: ReadonlyMap<string, EventType>): NamedType | null {
  const type = on === undefined ? undefined : types.get(on);
  return on === undefined || type === undefined ? null : { name: on, type };
}

function checkDimensions(term: Term, event: NamedType | null, path: Path, report: Report): void {
  const named: [Path, string][] = [
    ...Object.keys(term.where ?? {}).map((name): [Path, string] => [["where", name], name]),
    ...(term.lines ?? []).map((name, at): [Path, string] => [["lines", at], name]),
  ];
  for (const [key, dimension] of named) checkDimension(dimension, event, [...path, ...key], report);
}

function checkDimension(name: string, event: NamedType | null, path: Path, report: Report): void {
  if (event === null || Object.hasOwn(event.type.dimensions, name)) return;
  report(path, "catalogue.dimension-unknown", { type: event.name, dimension: name });
}

/** The unit is known and counts a quantity that the event type has. */
function checkPer(per: PerUnit, event: NamedType | null, path: Path, report: Report): void {
  const unit = checkUnit(per, path, report);
  if (unit !== null) checkQuantity(unit.quantity, event, path, report);
}

function checkQuantity(
  quantity: string,
  event: NamedType | null,
  path: Path,
  report: Report,
): void {
  if (event === null || Object.hasOwn(event.type.quantities, quantity)) return;
  report(path, "catalogue.quantity-unknown", { type: event.name, quantity });
}

const DECK_KEYS = { deck: "prefix", network: "network" } as const satisfies Record<
  "deck" | "network",
  Deck["key"]
>;

function checkDeckPrice(
  price: Extract<EventPrice, { deck: string }>,
  decks: Catalogue["decks"],
  event: NamedType | null,
  path: Path,
  report: Report,
): void {
  const { model } = price;
  if (model === "network") checkDimension("network", event, [...path, "model"], report);
  if (model === "deck" || price.number !== undefined) checkNumbers(price, event, path, report);
  const at = [...path, "deck"];
  if (!Object.hasOwn(decks, price.deck)) {
    report(at, "catalogue.deck-unknown", { deck: price.deck });
    return;
  }
  const deck = decks[price.deck]!;
  const needed = DECK_KEYS[model];
  if (deck.key !== needed) {
    const detail = { deck: price.deck, key: deck.key, model, needed };
    report(at, "catalogue.deck-key-wrong", detail);
  }
  const unit = checkUnit(deck.per, at, () => {});
  if (unit !== null) checkQuantity(unit.quantity, event, at, report);
  if (price.model !== "deck" || price.call === undefined) return;
  const callPath = [...path, "call"];
  if (!isCallDeck(deck)) report(callPath, "catalogue.for-calls-only", { key: "call" });
  else {
    checkCallRules(price.call, callPath, report);
    checkRoundingScope(price.call, deck.per, callPath, report);
  }
}

function checkNumbers(
  price: Extract<EventPrice, { deck: string }>,
  event: NamedType | null,
  path: Path,
  report: Report,
): void {
  if (event === null) return;
  const { number } = price;
  const wanted: [Path, string][] = [
    [number === undefined ? path : [...path, "number"], number ?? "to"],
  ];
  if (price.model === "deck") {
    if (price.origin !== undefined) wanted.push([[...path, "origin"], price.origin]);
    if (price.rateOn === "lrn") wanted.push([[...path, "rateOn"], "lrn"]);
  }
  for (const [at, field] of wanted) {
    if ((event.type.numbers ?? []).includes(field)) continue;
    report(at, "catalogue.number-unknown", { type: event.name, field });
  }
}

const MINUS_HUNDRED_PERCENT = -100n * 10n ** BigInt(DECIMAL_PLACES);

/**
 * A negative markup is a discount off the base; a negative fixed part takes a sum off each event.
 */
function checkMarkup(percent: string, fixed: string | undefined, path: Path, report: Report): void {
  const value = checkDecimal(percent, [...path, "percent"], report);
  if (value !== null && value < MINUS_HUNDRED_PERCENT) {
    report([...path, "percent"], "catalogue.below-minus-hundred", { percent });
  }
  if (fixed !== undefined) checkDecimal(fixed, [...path, "fixed"], report);
}
