/**
 * Says what a plan costs, in sentences that a salesperson can read out and a customer can check.
 */
import { assert } from "../assert.ts";
import type { CallRules } from "../catalogue/call-rules.ts";
import type {
  CommitmentPrice,
  Deck,
  FixedFeePrice,
  MatrixPrice,
  PerEventLimits,
  Plan,
  Price,
  Term,
} from "../catalogue/catalogue.ts";
import type { ChargePolicy } from "../catalogue/charge-on.ts";
import { rampedPrices } from "../catalogue/patch-price.ts";
import type { RatioPrice } from "../catalogue/ratio-price.ts";
import type { DeckSummary } from "../decks/summarise-deck-rows.ts";
import { unitOf } from "../units.ts";
import { BASES } from "./charge-words.ts";
import { describePercentTiers, describeUsagePrice } from "./describe-usage-price.ts";
import { eachUnit, grouped, listed, type PriceOf, priceText, unitsOf } from "./price-words.ts";

export interface PlanContext {
  readonly currency: string;
  readonly decks: Readonly<Record<string, Deck>>;
  /** Of the rows in force, by deck; a deck that is not in it is only named. */
  readonly summaries: ReadonlyMap<string, DeckSummary>;
  /** The public is told list prices only: what stands on cost or margin is on request. */
  readonly audience: "provider" | "public";
}

export interface DescribedTerm {
  readonly term: string;
  readonly title: string;
  /** `Inbound calls (direction inbound): 0.0085 EUR a minute.` */
  readonly sentence: string;
}

export interface DescribedPlan {
  readonly title: string;
  /** The sentences of all terms as one text. */
  readonly summary: string;
  readonly terms: readonly DescribedTerm[];
}

export function describePlan(name: string, plan: Plan, context: PlanContext): DescribedPlan {
  const terms = plan.terms.map((term): DescribedTerm => {
    const title = term.title ?? term.id;
    const words = describeRampedPrice(term, context);
    return { term: term.id, title, sentence: `${title}${conditionsOf(term)}: ${words}.` };
  });
  return {
    title: plan.title ?? name,
    summary: terms.map(({ sentence }) => sentence).join(" "),
    terms,
  };
}

/** ` (direction outbound, tier hd or fullHd)` */
function conditionsOf({ where, meter }: Term): string {
  if (meter !== undefined) return ` (meter ${meter})`;
  const conditions = Object.entries(where ?? {}).map(([dimension, values]) => {
    return `${dimension} ${typeof values === "string" ? values : values.join(" or ")}`;
  });
  return conditions.length === 0 ? "" : ` (${conditions.join(", ")})`;
}

/** The price, and what it becomes in later months of the agreement. */
function describeRampedPrice(term: Term, context: PlanContext): string {
  const [first = "", ...later] = rampedPrices(term).map((one) => describePrice(one, context));
  const steps = later.map((words, at) => `; from month ${term.ramp?.[at]?.month}: ${words}`);
  return [first, ...steps, policyOf(term)].join("");
}

const ON_REQUEST = "on request";

/** One price in words. Each model has its own; the compiler asks for a new one's. */
function describePrice(price: Price, context: PlanContext): string {
  const { currency, audience } = context;
  const amount: PriceOf = (decimal) => priceText(decimal, currency);
  switch (price.model) {
    case "fixedFee":
      return describeFee(price, amount);
    case "commitment":
      return describeCommitment(price, amount);
    case "perUnit":
      return `${amount(price.rate)} ${eachUnit(price.per)}`;
    case "deck":
      return (
        describeDeckPrice(price.deck, "for the destination", context) +
        describeCallRules(price.call ?? {}, amount)
      );
    case "surcharge":
      return `${amount(price.rate)} ${eachUnit(price.per)} that ${price.on} bills, on top of it`;
    case "ratioSurcharge":
      return describeRatio(price, amount);
    case "network":
      return describeDeckPrice(
        price.deck,
        "for the recipient's network, else its country",
        context,
      );
    case "matrix":
      return describeMatrix(price, amount);
    case "dynamic": {
      const fixed = price.fixed === undefined ? "" : ` and ${amount(price.fixed)}`;
      const own = `the price that each event brings along times ${price.factor}${fixed}`;
      return `${own}${limitsOf(price, amount)}`;
    }
    case "percentage": {
      if (audience === "public") return ON_REQUEST;
      const { name, means } = BASES[price.of];
      return `${price.percent} % of the ${name} (${means})${limitsOf(price, amount)}`;
    }
    case "graduatedShare":
      if (audience === "public") return ON_REQUEST;
      return `${describePercentTiers(price.tiers, amount, `month's ${BASES[price.of].name}`)}`;
    case "markup":
      if (audience === "public") return ON_REQUEST;
      return `${describeMarkup(price, amount)}${limitsOf(price, amount)}`;
    case "graduated":
    case "volume":
    case "stairStep":
    case "package":
    case "graduatedBlocks":
    case "volumeBlocks":
    case "graduatedPercentage":
    case "periodPercentage":
      return describeUsagePrice(price, amount);
    default:
      return unknownModel(price);
  }
}

function unknownModel(price: never): never {
  assert(false, `every price model has its words: ${JSON.stringify(price)}`);
}

/** `49.00 EUR a quarter, in advance, by the day where it is not a whole one` */
function describeFee(
  { amount: fee, every = "month", begins, due, prorate }: FixedFeePrice,
  amount: PriceOf,
): string {
  return [
    `${amount(fee)} a ${every}`,
    begins === "anniversary" ? ", counted from the day it starts" : "",
    due === "inAdvance" ? ", in advance" : "",
    prorate === true ? ", by the day where it is not a whole one" : "",
  ].join("");
}

/** `at least 500.00 EUR a month over voice and sms` */
function describeCommitment(
  { minimum, maximum, months = 1, terms }: CommitmentPrice,
  amount: PriceOf,
): string {
  const window = months === 1 ? "a month" : `in ${months} months`;
  const over = terms === undefined ? "everything" : listed(terms);
  const limits = [
    ...(minimum === undefined ? [] : [`at least ${amount(minimum)} ${window}`]),
    ...(maximum === undefined ? [] : [`at most ${amount(maximum)} ${window}`]),
  ];
  return `${listed(limits)} over ${over}`;
}

/** `0.01 EUR a call for all of at most 6 s once they are more than 15 % of the month's calls` */
function describeRatio(
  { per, rate, matching, allowancePercent, mode, over = "period", eventsMin }: RatioPrice,
  amount: PriceOf,
): string {
  const { secondsMax, where = {} } = matching;
  const kind = [
    ...(secondsMax === undefined ? [] : [`of at most ${secondsMax} s`]),
    ...Object.entries(where).map(
      ([name, values]) => `with ${name} ${[values].flat().join(" or ")}`,
    ),
  ].join(" and ");
  const span = { period: "month", utcDay: "UTC day", localDay: "day" }[over];
  const whole = `${allowancePercent} % of ${over === "period" ? "the" : "a"} ${span}'s ${unitsOf(per)}`;
  const least =
    eventsMin === undefined ? "" : `, in a ${span} of ${grouped(`${eventsMin}`)} or more`;
  const charged =
    mode === "allMatching"
      ? `for all ${kind} once they are more than ${whole}`
      : `for those ${kind} that exceed ${whole}`;
  return `${amount(rate)} ${eachUnit(per)} ${charged}${least}`;
}

/** Which fate of a message a price is for. */
const CHARGE_POLICIES: Readonly<Record<ChargePolicy, string>> = {
  onSubmit: "when it is sent",
  onDelivered: "when it is delivered",
  onSubmitRefundRejected: "when it is sent, and given back when it is rejected",
  percentEarly: "in part when it is sent and the rest when it is delivered",
  onFailed: "when it fails",
};

function policyOf({ chargeOn }: Term): string {
  if (chargeOn === undefined) return "";
  const { policy, percent } =
    typeof chargeOn === "string" ? { policy: chargeOn, percent: undefined } : chargeOn;
  const part = percent === undefined ? "" : ` (${percent} % first)`;
  return `, due ${CHARGE_POLICIES[policy]}${part}`;
}

/** `0.07 EUR a segment for country DE or AT, 0.09 EUR otherwise` */
function describeMatrix({ per, by, rates, otherwise }: MatrixPrice, amount: PriceOf): string {
  const cells = rates.map(({ when, rate }, at) => {
    const values = by.map((name) => `${name} ${[when[name] ?? "any"].flat().join(" or ")}`);
    return `${amount(rate)}${at === 0 ? ` ${eachUnit(per)}` : ""} for ${values.join(", ")}`;
  });
  const rest =
    otherwise === undefined ? "nothing else has a price" : `${amount(otherwise)} otherwise`;
  return [...cells, rest].join("; ");
}

/** `, at least 0.20 EUR and at most 5.00 EUR an event` */
function limitsOf(
  { minimumPerEvent: least, maximumPerEvent: most }: PerEventLimits,
  amount: PriceOf,
): string {
  const limits = [
    ...(least === undefined ? [] : [`at least ${amount(least)}`]),
    ...(most === undefined ? [] : [`at most ${amount(most)}`]),
  ];
  return limits.length === 0 ? "" : `, ${listed(limits)} an event`;
}

/**
 * What a customer may notice of how calls are rated; a row may say otherwise of its destination.
 */
function describeCallRules(rules: CallRules, amount: PriceOf): string {
  const { graceSeconds, freeSeconds, minDuration, attemptFee, minCharge, maxCharge } = rules;
  const seconds = (number: number): string => `${grouped(`${number}`)} s`;
  const said = [
    graceSeconds ? `calls shorter than ${seconds(graceSeconds)} are free` : "",
    freeSeconds ? `the first ${seconds(freeSeconds)} of a call are free` : "",
    minDuration ? `at least ${seconds(minDuration)} are billed` : "",
    attemptFee === undefined ? "" : `${amount(attemptFee)} for a call that is not answered`,
    minCharge === undefined ? "" : `at least ${amount(minCharge)} a call`,
    maxCharge === undefined || rules.maxChargeStrategy === "disconnect"
      ? ""
      : `at most ${amount(maxCharge)} a call`,
  ].filter((part) => part !== "");
  return said.length === 0 ? "" : `; ${said.join(", ")}`;
}

function describeDeckPrice(
  name: string,
  found: string,
  { decks, summaries, currency }: PlanContext,
): string {
  const deck = Object.hasOwn(decks, name) ? decks[name] : undefined;
  const summary = summaries.get(name);
  const parts = [`the rate of deck ${name} ${found}`];
  if (deck === undefined || summary === undefined) return parts[0]!;
  const { lowest, highest, increments, connectFees } = summary;
  if (lowest !== null && highest !== null) {
    const range =
      lowest === highest
        ? priceText(lowest, currency)
        : `${priceText(lowest, currency)} to ${priceText(highest, currency)}`;
    parts.push(`${range} ${eachUnit(deck.per)}`);
  }
  const isTime = unitOf(deck.per).quantity === "milliseconds";
  if (isTime && increments !== null) parts.push(describeBilling(increments));
  if (connectFees) parts.push("plus the connect fee of the destination");
  const bands = Object.keys(deck.timeBands ?? {});
  if (bands.length > 0) parts.push(`by the time of the call (${bands.join(", ")})`);
  if (deck.originGroups !== undefined) parts.push("by where the caller is from");
  return parts.join(", ");
}

/** `billed per second after a first minute` */
function describeBilling({ initial, subsequent }: NonNullable<DeckSummary["increments"]>): string {
  const step = spanOf(subsequent);
  if (initial === subsequent)
    return `billed per ${subsequent === 1 ? "second" : `started ${step}`}`;
  const each = subsequent === 1 ? "second" : `started ${step}`;
  return `billed per ${each} after a first ${spanOf(initial)}`;
}

function spanOf(seconds: number): string {
  if (seconds === 1) return "second";
  if (seconds === 60) return "minute";
  return seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`;
}

function describeMarkup(
  { on, percent, fixed }: Extract<Price, { model: "markup" }>,
  amount: PriceOf,
): string {
  const { name, means } = BASES[on];
  const share = percent.startsWith("-") ? `less ${percent.slice(1)} %` : `plus ${percent} %`;
  if (fixed === undefined) return `the ${name} ${share} (${means})`;
  const each = fixed.startsWith("-") ? `less ${amount(fixed.slice(1))}` : `and ${amount(fixed)}`;
  return `the ${name} ${share} ${each} an event (${means})`;
}
