/** Puts a recorded event and its charges into words. Computes nothing (design: six promises, 4). */
import { formatDecimal } from "../decimal.ts";
import { formatInstant } from "../instant.ts";
import { formatLocalDay } from "../period.ts";
import { chargeRef } from "./charge-ref.ts";
import { chargeSentence } from "./charge-sentence.ts";
import { chargeSteps } from "./charge-steps.ts";
import { describeUse, isUnused } from "./charge-words.ts";
import { describeRate, measureOf } from "./describe-price.ts";
import { describeQuantity } from "./describe-quantity.ts";
import { describeFact, explainFact, FACT_DONE } from "./explain-fact.ts";
import type { ExplainedCharge, ExplainedEvent, Step } from "./explained.ts";
import type { RecordedCharge, RecordedEvent, RecordedProvider } from "./recorded.ts";

/** What became of an event, for every party that it concerns. */
export function explainEvent(event: RecordedEvent, provider: RecordedProvider): ExplainedEvent {
  const { key, source, id, type, account, isVoid } = event;
  const charges = isVoid ? [] : explainCharges(event, provider);
  const count = charges.length === 1 ? "1 charge" : `${charges.length} charges`;
  const stands = isVoid ? "is void: it counts for nothing" : `has ${count}`;
  const time = formatInstant(event.time);
  return {
    kind: "event",
    ref: key,
    isVoid,
    facts: event.facts.map(explainFact),
    source,
    id,
    type,
    account,
    time,
    receivedAt: formatInstant(event.receivedAt),
    sentence: `The ${describeUse(event)} of ${account} at ${time} (${source}/${id}) ${stands}.`,
    steps: eventSteps(event),
    charges,
  };
}

/** The charges of what is recorded, whether it is void by now or not. */
export function explainCharges(
  event: RecordedEvent,
  provider: RecordedProvider,
): ExplainedCharge[] {
  return event.charges.map((charge, at) => explainCharge(event, charge, at + 1, provider));
}

/** One charge of an event, or of a quote. */
export function explainCharge(
  event: RecordedEvent,
  charge: RecordedCharge,
  ordinal: number,
  provider: RecordedProvider,
): ExplainedCharge {
  const { stored, term, agreement, deck } = charge;
  const { party, role, seller, currency } = agreement.body;
  const measure = measureOf(term, deck);
  return {
    kind: "charge",
    ref: chargeRef(event.key, event.statedBy, ordinal),
    agreement: agreement.name,
    party,
    role,
    seller: seller ?? provider.name,
    term: term.id,
    title: term.title ?? term.id,
    termVersion: stored.termVersion,
    day: formatLocalDay(stored.day),
    currency,
    amount: stored.amount === null ? null : formatDecimal(stored.amount, 12),
    quantity: measure === "" ? "" : describeQuantity(measure, stored.raw),
    billed: measure === "" ? "" : describeQuantity(measure, stored.billed),
    rate: isUnused(charge) ? "" : describeRate(charge),
    sentence: chargeSentence(event, charge, provider),
    steps: [...eventSteps(event), ...chargeSteps(event, charge, provider)],
  };
}

function eventSteps(event: RecordedEvent): Step[] {
  const { key, source, id, type, time, receivedAt, subject, account, waited, conflicting } = event;
  const steps: Step[] = [
    { name: "event", value: `${id} of source ${source}, ${type}`, from: `event ${key}` },
    { name: "time", value: formatInstant(time), from: "event" },
    { name: "received", value: formatInstant(receivedAt), from: "event" },
  ];
  if (waited !== null) {
    const value = `in quarantine since ${formatInstant(waited.since)}: ${waited.code}`;
    steps.push({ name: "waited", value, from: "quarantine" });
  }
  if (conflicting > 0) {
    const value = `the id also came ${conflicting} times with another content, which is kept apart`;
    steps.push({ name: "conflict", value, from: "quarantine" });
  }
  steps.push({ name: "identified", value: `${subject} is account ${account}`, from: "event" });
  const data = describeData(event);
  if (data !== "") steps.push({ name: "data", value: data, from: "event" });
  for (const fact of event.facts) {
    const told = describeFact(explainFact(fact));
    steps.push({ name: FACT_DONE[fact.kind], value: told, from: `fact ${fact.ordinal}` });
  }
  return steps;
}

/** The flat fields, personal ones as dots. Attributes are kept and never priced. */
function describeData({ data, personal }: RecordedEvent): string {
  const hidden = new Set(personal);
  const shown = Object.entries(data)
    .filter(([name, value]) => !hidden.has(name) && typeof value !== "object")
    .map(([name, value]) => `${name} ${String(value)}`);
  return [...shown, ...personal.map((name) => `${name} •••`)].join(", ");
}
