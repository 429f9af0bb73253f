import type { Term } from "../catalogue/catalogue.ts";
import { formatDecimal } from "../decimal.ts";
import { isByDay } from "../voice/ratio-surcharge.ts";
import { BASES, describeUse, isReceivable, isUnused, statusOf } from "./charge-words.ts";
import {
  callStepsOf,
  describeChanges,
  describeEnd,
  describePart,
  endOf,
  partOf,
} from "./describe-call.ts";
import { describeFate } from "./describe-fate.ts";
import {
  describeIncrements,
  describeLookup,
  describeRate,
  describeShare,
  measureOf,
} from "./describe-price.ts";
import { describeAmount, describeQuantity } from "./describe-quantity.ts";
import type { RecordedCharge, RecordedEvent, RecordedProvider } from "./recorded.ts";

/**
 * A charge in one sentence: `acme owes 0.0240 EUR for its call to DE: 61 s billed as 120 s (60/60)
 * at 0.0120 EUR per minute, deck voice-basic prefix 49 from 2026-07-01.`
 */
export function chargeSentence(
  event: RecordedEvent,
  charge: RecordedCharge,
  provider: RecordedProvider,
): string {
  const { amount } = charge.stored;
  if (amount === null) return atCloseSentence(event, charge);
  const why = isUnused(charge)
    ? "nothing was used, so no rate was needed"
    : describeMaking(event, charge, provider);
  return `${describeDebt(event, charge, amount)}: ${why}.`;
}

/** Who owes or earns what: a negative amount turns the direction around. */
function describeDebt(event: RecordedEvent, charge: RecordedCharge, amount: bigint): string {
  const { party, role, seller, currency } = charge.agreement.body;
  const size = formatDecimal(amount < 0n ? -amount : amount, 12);
  const sum = amount === 0n ? "nothing" : describeAmount(size, currency);
  const status = statusOf(event, charge);
  const use = `${describeUse(event)}${status === null ? "" : ` (${status})`}`;
  const what = `${role === "customer" ? "its" : "the"} ${use}`;
  if (!isReceivable(role)) {
    return amount < 0n
      ? `${party} gives back ${sum} for ${what}`
      : `${party} earns ${sum} from ${what}`;
  }
  if (amount < 0n) return `${party} gets back ${sum} for ${what}`;
  const creditor = seller === undefined ? "" : ` ${seller}`;
  return `${party} owes${creditor} ${sum} for ${what}`;
}

function describeBase(base: bigint, { currency }: RecordedCharge["agreement"]["body"]): string {
  return describeAmount(formatDecimal(base, 12), currency);
}

function atCloseSentence(event: RecordedEvent, charge: RecordedCharge): string {
  const { stored, term, agreement } = charge;
  if (term.meter !== undefined) {
    return (
      `${agreement.body.party} has the meter ${term.meter} for ${describeUse(event)}: its value ` +
      `over the whole period is priced when it is closed, ${describeRate(charge)}.`
    );
  }
  const counted =
    stored.base === null || term.price.model !== "graduatedShare"
      ? describeQuantity(measureOf(term, charge.deck), stored.billed)
      : `a ${BASES[term.price.of].name} of ${describeBase(stored.base, agreement.body)}`;
  const whose = agreement.body.role === "customer" ? "its" : "the";
  return (
    `${agreement.body.party} has ${counted} counted for ${whose} ${describeUse(event)}: ` +
    `${describeRate(charge)} over ${describeSpan(term)}, priced when it is closed.`
  );
}

function describeSpan({ price }: Term): string {
  if (price.model !== "ratioSurcharge" || !isByDay(price)) return "the whole period";
  return price.over === "utcDay" ? "its UTC day" : "its day";
}

/** `61 s billed as 120 s (60/60) at 0.0120 EUR per minute, deck … prefix 49 from 2026-07-01` */
function describeMaking(
  event: RecordedEvent,
  charge: RecordedCharge,
  { timeZone }: RecordedProvider,
): string {
  const { stored, term, deck, agreement } = charge;
  const { price } = term;
  if (price.model === "percentage" || price.model === "markup") {
    return describeShare(price, formatDecimal(stored.base ?? 0n, 12), agreement.body);
  }
  const fate = describeFate(event, charge);
  const row = deck?.row ?? null;
  const lookup = deck === null || row === null ? "" : `, ${describeLookup(deck, row, timeZone)}`;
  const after = `${lookup}${fate === null ? "" : `, ${fate}`}`;
  if (fate !== null && stored.base !== null) {
    const whole = describeAmount(formatDecimal(stored.base, 12), agreement.body.currency);
    return `part of ${whole} at ${describeRate(charge)}${after}`;
  }
  const measure = measureOf(term, deck);
  const raw = describeQuantity(measure, stored.raw);
  const end = endOf(callStepsOf(charge));
  if (end !== null) return describeEnded(charge, end, raw, timeZone);
  const billed =
    stored.billed === stored.raw ? "" : ` billed as ${describeQuantity(measure, stored.billed)}`;
  const increments = describeIncrements(charge);
  const connectFee = row?.connectFee ?? null;
  const part = describePart(charge);
  return [
    connectFee === null || (partOf(charge)?.from ?? 0) > 0
      ? ""
      : `connect fee ${describeAmount(connectFee, agreement.body.currency)} and `,
    raw,
    billed,
    increments === null ? "" : ` (${increments})`,
    ` at ${describeRate(charge)}`,
    after,
    describeChanges(charge),
    part === null ? "" : `, ${part}`,
  ].join("");
}

/** `2 s, shorter than the grace of 3 s, deck … prefix 49 from 2026-07-01` */
function describeEnded(
  charge: RecordedCharge,
  end: "unanswered" | "grace" | "zero",
  raw: string,
  zone: RecordedProvider["timeZone"],
): string {
  const { deck } = charge;
  const row = deck?.row ?? null;
  const used = end === "unanswered" ? "" : `${raw}, `;
  const lookup = deck === null || row === null ? "" : `, ${describeLookup(deck, row, zone)}`;
  return `${used}${describeEnd(charge, end)}${lookup}`;
}
