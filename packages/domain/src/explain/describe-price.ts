import type { Agreement, Base, MatrixPrice, PerEventLimits, Term } from "../catalogue/catalogue.ts";
import { isMeteredTerm, measureOfMeter } from "../catalogue/metered-term.ts";
import { formatInstant, type Instant } from "../instant.ts";
import { formatLocalDay, localDayOf, startOfLocalDay, type Zone } from "../period.ts";
import { unitOf } from "../units.ts";
import { BASES } from "./charge-words.ts";
import { describeSpans, rateByJurisdiction } from "./describe-call.ts";
import { describeAmount, describeUnit } from "./describe-quantity.ts";
import type { RecordedCharge, RecordedDeck, RecordedDeckRow } from "./recorded.ts";
import { USAGE_MODELS } from "./usage-steps.ts";

/** Name of the quantity that a term is priced by; empty for shares and fees. */
export function measureOf(term: Term, deck: Pick<RecordedDeck, "body"> | null): string {
  if (isMeteredTerm(term)) return measureOfMeter(term);
  const { price } = term;
  switch (price.model) {
    case "dynamic":
      return price.price;
    case "deck":
    case "network":
      return deck === null ? "" : unitOf(deck.body.per).quantity;
    case "percentage":
    case "markup":
    case "graduatedShare":
    case "fixedFee":
    case "commitment":
      return "";
    default:
      return unitOf(price.per).quantity;
  }
}

/** What a charge is made at, as its term or deck row states it: `0.0120 EUR per minute`. */
export function describeRate(charge: RecordedCharge): string {
  const { term, agreement, deck, dimensions } = charge;
  const { price } = term;
  const { currency } = agreement.body;
  switch (price.model) {
    case "perUnit":
      return `${describeAmount(price.rate, currency)} per ${describeUnit(price.per)}`;
    case "surcharge":
      return (
        `${describeAmount(price.rate, currency)} per ${describeUnit(price.per)} ` +
        `that ${price.on} bills`
      );
    case "deck":
    case "network":
      return deck === null || deck.row === null ? "" : describeDeckRate(charge, deck, deck.row);
    case "matrix":
      return `${describeCell(price, dimensions, currency)} per ${describeUnit(price.per)}`;
    case "dynamic": {
      const factor = `its own price times ${price.factor}${fixedPart(price, currency)}`;
      return `${factor}${limitsPart(price, currency)}`;
    }
    case "percentage":
    case "markup":
      return describeShareRate(price, currency);
    case "graduatedShare":
      return `${USAGE_MODELS.graduatedPercentage.name} of the period's ${BASES[price.of].name}`;
    case "commitment": {
      const { minimum, maximum, months = 1 } = price;
      const limits = { minimumPerEvent: minimum, maximumPerEvent: maximum };
      const window = months === 1 ? "month" : `${months} months`;
      return `${limitsPart(limits, currency).slice(2)} per ${window}`;
    }
    case "ratioSurcharge":
      return (
        `${describeAmount(price.rate, currency)} per ${describeUnit(price.per)} ` +
        `beyond ${price.allowancePercent} %`
      );
    case "fixedFee":
      return `${describeAmount(price.amount, currency)} per ${price.every ?? "month"}`;
    default:
      return `${USAGE_MODELS[price.model].name} per ${describeUnit(price.per)}`;
  }
}

function describeDeckRate(
  charge: RecordedCharge,
  deck: RecordedDeck,
  row: RecordedDeckRow,
): string {
  const { currency } = charge.agreement.body;
  const spans = describeSpans(charge);
  if (spans !== null) return spans;
  const own = rateByJurisdiction(charge);
  if (own === null) return describeRowRate(deck, row, currency);
  return `${describeAmount(own.rate, currency)} per ${describeUnit(deck.body.per)} (${own.is})`;
}

function describeRowRate({ body }: RecordedDeck, row: RecordedDeckRow, currency: string): string {
  const first = `${describeAmount(row.rate ?? "0", currency)} per ${describeUnit(body.per)}`;
  if (row.rateNext === null) return first;
  const initial = describeIncrement(body, row.initialIncrement ?? 0);
  const next = describeAmount(row.rateNext, currency);
  return `${first} for the first ${initial} and ${next} after that`;
}

/** Increments of a deck by time are seconds; those of another count its quantity. */
function describeIncrement(body: RecordedDeck["body"], increment: number): string {
  return unitOf(body.per).quantity === "milliseconds" ? `${increment} s` : `${increment}`;
}

/** `60/60`, or null when the row bills what was used. */
export function describeIncrements({ deck }: RecordedCharge): string | null {
  const initial = deck?.row?.initialIncrement ?? null;
  if (initial === null || initial === 0) return null;
  return `${initial}/${deck?.row?.subsequentIncrement ?? initial}`;
}

/** `deck voice-basic-eur prefix 49 from 2026-07-01` */
export function describeLookup(deck: RecordedDeck, row: RecordedDeckRow, zone: Zone): string {
  const since = describeDate(zone, row.from);
  return `deck ${deck.name} ${describeKey(deck, row)} from ${since}`;
}

/** `network 262-01`, `prefix +49` of a network deck, `prefix 49 for callers of eea at peak` */
export function describeKey(
  { body }: RecordedDeck,
  { key, originGroup, timeBand }: RecordedDeckRow,
): string {
  const group = originGroup ?? null;
  const band = timeBand ?? null;
  const callers = group === null ? "" : ` for callers of ${group}`;
  const kind = key.startsWith("+") ? "prefix" : body.key;
  return `${kind} ${key}${callers}${band === null ? "" : ` at ${band}`}`;
}

/** What a share is taken of, and how: `10 % of the margin of 0.0120 EUR`. */
export function describeShare(
  price: SharePrice,
  base: string,
  { currency }: Pick<Agreement, "currency">,
): string {
  const of = `${BASES[baseOf(price)].name} of ${describeAmount(base, currency)}`;
  const limits = limitsPart(price, currency);
  if (price.model === "percentage") return `${price.percent} % of the ${of}${limits}`;
  return `the ${of} plus ${price.percent} %${fixedPart(price, currency)}${limits}`;
}

function describeShareRate(price: SharePrice, currency: string): string {
  const limits = limitsPart(price, currency);
  if (price.model === "percentage")
    return `${price.percent} % of the ${BASES[price.of].name}${limits}`;
  return `${BASES[price.on].name} plus ${price.percent} %${fixedPart(price, currency)}${limits}`;
}

/** The rate of the cell that the event's dimensions lead to: `0.0700 EUR (country DE, sender alpha)`. */
function describeCell(price: MatrixPrice, dimensions: Dimensions, currency: string): string {
  const named = (when: MatrixPrice["rates"][number]["when"]): boolean =>
    price.by.every((name) => [when[name] ?? []].flat().includes(dimensions[name] ?? ""));
  const cell = price.rates.find(({ when }) => named(when));
  const values = price.by.map((name) => `${name} ${dimensions[name] ?? "none"}`).join(", ");
  const rate = describeAmount(cell?.rate ?? price.otherwise ?? "0", currency);
  return `${rate} (${cell === undefined ? `otherwise: ${values}` : values})`;
}

type Dimensions = Readonly<Record<string, string>>;

/** `, at least 0.2000 EUR and at most 5.0000 EUR` */
function limitsPart(price: PerEventLimits, currency: string): string {
  const { minimumPerEvent: least, maximumPerEvent: most } = price;
  const parts = [
    least === undefined ? [] : [`at least ${describeAmount(least, currency)}`],
    most === undefined ? [] : [`at most ${describeAmount(most, currency)}`],
  ].flat();
  return parts.length === 0 ? "" : `, ${parts.join(" and ")}`;
}

export type SharePrice = Extract<Term["price"], { model: "percentage" | "markup" }>;

export function baseOf(price: SharePrice): Base {
  return price.model === "percentage" ? price.of : price.on;
}

function fixedPart({ fixed }: { readonly fixed?: string | undefined }, currency: string): string {
  return fixed === undefined ? "" : ` and ${describeAmount(fixed, currency)}`;
}

/** A date where the instant is the midnight that begins it, the instant otherwise. */
export function describeDate(zone: Zone, instant: Instant): string {
  const day = localDayOf(zone, instant);
  return startOfLocalDay(zone, day) === instant ? formatLocalDay(day) : formatInstant(instant);
}
