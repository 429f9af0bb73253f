import { formatDecimal } from "../decimal.ts";
import { checkZone, formatLocalDay, localDayOf } from "../period.ts";
import { BASES, isUnused, statusOf } from "./charge-words.ts";
import { deckRowRef } from "./deck-row-ref.ts";
import {
  amountStepsOfCall,
  callStepsOf,
  describePart,
  durationSteps,
  endOf,
  partOf,
} from "./describe-call.ts";
import { describeDimensions } from "./describe-dimensions.ts";
import { describeFate } from "./describe-fate.ts";
import {
  baseOf,
  describeDate,
  describeIncrements,
  describeKey,
  describeRate,
  describeShare,
  measureOf,
} from "./describe-price.ts";
import { describeAmount, describeQuantity } from "./describe-quantity.ts";
import type { Step } from "./explained.ts";
import type { RecordedCharge, RecordedDeck, RecordedEvent, RecordedProvider } from "./recorded.ts";

/** How amounts of per-event terms are rounded, each once (design: exact). */
const ROUNDED = "rounded once, half-even at 12 places";
const ROUNDED_BY_LINE = "half-even at 12 places; its line is rounded from the exact sum";

/** Every step of a charge in order, from the agreement to the total that it moved. */
export function chargeSteps(
  event: RecordedEvent,
  charge: RecordedCharge,
  provider: RecordedProvider,
): Step[] {
  return [
    ...termSteps(event, charge),
    ...quantitySteps(event, charge),
    ...(isUnused(charge) ? [] : priceSteps(charge, provider)),
    ...fateSteps(event, charge),
    ...amountSteps(charge),
    ...totalSteps(event, charge),
  ];
}

function termSteps(
  { revision }: RecordedEvent,
  { agreement, term, stored }: RecordedCharge,
): Step[] {
  const { name, body } = agreement;
  const { party, role, currency, timeZone, seller } = body;
  const billedBy = seller === undefined ? "" : `, billed by ${seller}`;
  const version = `term version ${stored.termVersion}`;
  const title = term.title === undefined ? "" : `, ${term.title}`;
  return [
    {
      name: "agreement",
      value: `${name} with ${party} as ${role}, ${currency}, ${timeZone}${billedBy}`,
      from: `catalogue revision ${revision}`,
    },
    { name: "term", value: `${term.id}${title}`, from: version },
    { name: "applies to", value: describeConditions(term), from: version },
  ];
}

function describeConditions({ on, where, meter }: RecordedCharge["term"]): string {
  if (meter !== undefined) return `what the meter ${meter} reads`;
  const conditions = Object.entries(where ?? {}).map(
    ([dimension, values]) =>
      `${dimension} ${typeof values === "string" ? values : values.join(" or ")}`,
  );
  return [`every ${on ?? "event"}`, ...conditions].join(", ");
}

function quantitySteps(event: RecordedEvent, charge: RecordedCharge): Step[] {
  const { term, deck, stored } = charge;
  const measure = measureOf(term, deck);
  if (measure === "") return [];
  const used = describeQuantity(measure, stored.raw);
  if (!isUnused(charge)) return [{ name: "quantity", value: used, from: "charge" }];
  const status = statusOf(event, charge);
  const because = status === null ? "" : ` (${status})`;
  return [
    {
      name: "quantity",
      value: `${used}: nothing was used${because}, no rate needed`,
      from: "charge",
    },
  ];
}

function priceSteps(charge: RecordedCharge, { timeZone }: RecordedProvider): Step[] {
  const { term, deck, stored, agreement } = charge;
  const { price } = term;
  const version = `term version ${stored.termVersion}`;
  const rate = { name: "rate", value: describeRate(charge) };
  if (price.model === "graduatedShare") {
    const base = formatDecimal(stored.base ?? 0n, 12);
    const { name, means } = BASES[price.of];
    const value = `${name} ${describeAmount(base, agreement.body.currency)}: ${means}`;
    return [
      { name: "base", value, from: "charge" },
      { ...rate, from: version },
    ];
  }
  if (price.model === "percentage" || price.model === "markup") {
    const base = formatDecimal(stored.base ?? 0n, 12);
    const { name, means } = BASES[baseOf(price)];
    const value = `${name} ${describeAmount(base, agreement.body.currency)}: ${means}`;
    return [
      { name: "base", value, from: "charge" },
      { name: "share", value: describeShare(price, base, agreement.body), from: version },
    ];
  }
  if (deck === null) return [{ ...rate, from: version }];
  return deckSteps(charge, deck, timeZone);
}

function deckSteps(
  charge: RecordedCharge,
  deck: RecordedDeck,
  zone: RecordedProvider["timeZone"],
): Step[] {
  const { row, body, name } = deck;
  if (row === null) return [];
  const { stored, term, agreement } = charge;
  const from = deckRowRef(row.id);
  const destination = row.name === null ? "" : ` ${row.name}`;
  // Of a number no more is shown than the prefix that gave the rate.
  const asked = describeAsked(term, row.key);
  const longest =
    body.key === "prefix" ? "longest prefix" : "network, else its country, else longest prefix,";
  const steps: Step[] = [
    {
      name: "lookup",
      value: `${asked} in deck ${name}, ${longest} in force at the event's time`,
      from: `term version ${stored.termVersion}`,
    },
    {
      name: "row",
      value: `${describeKey(deck, row)}${destination}, from ${describeDate(zone, row.from)}`,
      from,
    },
  ];
  steps.push(...durationSteps(charge));
  if (endOf(callStepsOf(charge)) !== null) return steps;
  const billed = describeQuantity(measureOf(term, deck), stored.billed);
  const increments = describeIncrements(charge);
  const mode = body.incrementMode === "wholeMultiple" ? " by whole multiples" : "";
  steps.push(
    increments === null
      ? { name: "increments", value: `none: ${billed} billed`, from }
      : { name: "increments", value: `${increments}${mode}: ${billed} billed`, from },
    { name: "rate", value: describeRate(charge), from },
  );
  if (row.connectFee !== null && (partOf(charge)?.from ?? 0) === 0) {
    const fee = describeAmount(row.connectFee, agreement.body.currency);
    steps.push({ name: "connect fee", value: fee, from });
  }
  return [...steps, ...amountStepsOfCall(charge)];
}

function isShare({ price }: RecordedCharge["term"]): boolean {
  return price.model === "percentage" || price.model === "markup";
}

function describeAsked({ price }: RecordedCharge["term"], key: string): string {
  if (price.model !== "deck" && price.model !== "network") return "";
  const digits = price.model === "deck" ? key : key.replace(/^\+/, "");
  const isNumber = price.model === "deck" || digits !== key;
  return isNumber ? `${price.number ?? "to"} +${digits}•••` : `network of ${key}`;
}

function fateSteps(event: RecordedEvent, charge: RecordedCharge): Step[] {
  const { term, stored, agreement } = charge;
  const fate = describeFate(event, charge);
  if (fate === null) return [];
  const step = { name: "charged on", value: fate, from: `term version ${stored.termVersion}` };
  if (stored.base === null) return [step];
  const whole = describeAmount(formatDecimal(stored.base, 12), agreement.body.currency);
  return [step, { name: "whole price", value: `${whole}, of which this is a part`, from: term.id }];
}

function amountSteps(charge: RecordedCharge): Step[] {
  const { stored, agreement } = charge;
  if (stored.amount === null) {
    return [{ name: "amount", value: "made from the period's total when it is closed" }];
  }
  const amount = describeAmount(formatDecimal(stored.amount, 12), agreement.body.currency);
  const isExact = callStepsOf(charge).some(({ kind }) => kind === "leg" || kind === "unanswered");
  // Beside the amount of a charge that is no share stands what it leaves over for the line.
  const rounded = stored.base === null || isShare(charge.term) ? ROUNDED : ROUNDED_BY_LINE;
  const how = isUnused(charge) || isExact ? "" : `, ${rounded}`;
  return [{ name: "amount", value: `${amount}${how}`, from: "charge" }];
}

/** Why an event counts on another day than the one of its time. */
function describeDayOf({ time }: RecordedEvent, charge: RecordedCharge): string {
  const { timeZone } = charge.agreement.body;
  const part = describePart(charge);
  if (part !== null) return `, ${part}`;
  const isLater = charge.stored.day > localDayOf(checkZone(timeZone), time);
  return isLater ? ", on which it ends" : "";
}

function totalSteps(event: RecordedEvent, charge: RecordedCharge): Step[] {
  const { cut } = event;
  const { stored, agreement, dimensions, term } = charge;
  const day = formatLocalDay(stored.day);
  return [
    {
      name: "day",
      value: `${day} in ${agreement.body.timeZone}${describeDayOf(event, charge)}`,
      from: "charge",
    },
    {
      name: "total",
      value: `${agreement.name}, ${term.id}, ${day}, ${describeDimensions(dimensions)}`,
      from: `tuple ${stored.tuple}, cut ${cut}`,
    },
  ];
}
