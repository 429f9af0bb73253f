/** Puts a hypothetical event and its charges into words. Computes nothing: the charges are made. */
import type { Role } from "../catalogue/catalogue.ts";
import { formatDecimal } from "../decimal.ts";
import { chargeSteps } from "../explain/charge-steps.ts";
import { describeUse, isReceivable } from "../explain/charge-words.ts";
import { measureOf } from "../explain/describe-price.ts";
import { describeAmount } from "../explain/describe-quantity.ts";
import { explainCharge } from "../explain/explain-event.ts";
import { explainPart } from "../explain/explain-line.ts";
import type { ExplainedCharge, Step } from "../explain/explained.ts";
import type { RecordedCharge, RecordedEvent, RecordedProvider } from "../explain/recorded.ts";
import { formatInstant } from "../instant.ts";
import type { Whole } from "../rating/whole.ts";
import type { Derivation } from "../statements/derivation.ts";

import type { AuthorisedCall } from "./authorise-call.ts";

/** A charge of a quote: like one of an event, and also when its price is made at close. */
export interface ExplainedQuoteCharge
  extends Pick<
    ExplainedCharge,
    | "ref"
    | "agreement"
    | "party"
    | "role"
    | "seller"
    | "term"
    | "title"
    | "currency"
    | "quantity"
    | "billed"
    | "rate"
    | "sentence"
    | "steps"
  > {
  /** Exact. */
  readonly amount: string;
  /**
   * Whether it is priced over the month, and this is what the month comes to with nothing else in
   * it.
   */
  readonly aloneInMonth: boolean;
}

/** How long the call that is quoted may last: see `AuthorisedCall`. */
export interface ExplainedAuthorisation {
  readonly seconds: number;
  readonly limitedBy: NonNullable<AuthorisedCall["limitedBy"]> | "";
  readonly balance: string;
  readonly agreement: string;
  readonly currency: string;
  readonly sentence: string;
}

export interface ExplainedQuote {
  readonly type: string;
  readonly account: string;
  readonly time: string;
  readonly sentence: string;
  readonly charges: readonly ExplainedQuoteCharge[];
  readonly totals: readonly QuoteTotal[];
  /** Where a balance was asked about. */
  readonly authorised?: ExplainedAuthorisation | undefined;
}

/** What one agreement comes to: its charges, added exactly. */
export interface QuoteTotal {
  readonly agreement: string;
  readonly party: string;
  readonly role: Role;
  readonly currency: string;
  readonly amount: string;
}

export interface MadeQuote {
  /**
   * The hypothetical event with the charges that are shown; its identity and times of receipt are
   * not.
   */
  readonly event: RecordedEvent;
  readonly provider: RecordedProvider;
  /** What the month comes to of each charge whose price is made at close, by its place. */
  readonly months: ReadonlyMap<number, QuotedMonthPart>;
  /** What the terms are called where they are in no catalogue; null for those in force. */
  readonly termsFrom: string | null;
}

export interface QuotedMonthPart {
  /** Pico-units. */
  readonly amount: bigint;
  readonly derivation: readonly Derivation[];
}

/** Steps that tell where a stored charge counts: a quote counts nowhere. */
const STORED_STEPS: ReadonlySet<string> = new Set(["day", "total"]);

export function explainQuote(quote: MadeQuote): ExplainedQuote {
  const { event } = quote;
  const charges = event.charges.map((charge, at) => explainQuoteCharge(quote, charge, at));
  const totals = totalsOf(event.charges, quote);
  const time = formatInstant(event.time);
  return {
    type: event.type,
    account: event.account,
    time,
    sentence: `A quote for the ${describeUse(event)} of ${event.account} at ${time}: ${totals
      .map(sentenceOfTotal)
      .join(", ")}.`,
    charges,
    totals,
  };
}

/** `5.0000 EUR allow a call of 83 s for 4.9800 EUR; a second more would cost 5.0400 EUR.` */
export function explainAuthorisation(
  { seconds, limitedBy, agreement, currency, amount, amountNext }: AuthorisedCall,
  balance: bigint,
): ExplainedAuthorisation {
  const show = (pico: Whole): string => describeAmount(formatDecimal(BigInt(pico), 12), currency);
  const allowed = seconds === 0 ? "no call" : `a call of ${seconds} s for ${show(amount)}`;
  const more = seconds === 0 ? "its first second" : "a second more";
  const why = {
    balance: `${more} would cost ${show(amountNext ?? 0)}`,
    maxCharge: `${more} would exceed the maximum charge at which the switch is to end it`,
    rate: `${more} has no rate`,
  };
  const after = limitedBy === null ? "no question needs more" : why[limitedBy];
  return {
    seconds,
    limitedBy: limitedBy ?? "",
    balance: formatDecimal(balance, 12),
    agreement,
    currency,
    sentence: `${show(balance)} allow ${allowed}; ${after}.`,
  };
}

function explainQuoteCharge(
  { event, provider, months, termsFrom }: MadeQuote,
  charge: RecordedCharge,
  at: number,
): ExplainedQuoteCharge {
  const explained = explainCharge(event, charge, at + 1, provider);
  const { agreement, party, role, seller, term, title, currency } = explained;
  const { quantity, billed, rate, sentence } = explained;
  const steps = chargeSteps(event, charge, provider)
    .filter(({ name }) => !STORED_STEPS.has(name))
    .map((step) => withOrigin(step, termsFrom));
  const shown = { agreement, party, role, seller, term, title, currency, quantity, billed, rate };
  const ref = `#${at + 1}`;
  const month = months.get(at);
  if (month === undefined) {
    const { amount: made } = charge.stored;
    const amount = formatDecimal(made ?? 0n, 12);
    const said = made === null ? `${sentence} It is not in this quote.` : sentence;
    return { ...shown, ref, sentence: said, steps, amount, aloneInMonth: false };
  }
  const amount = formatDecimal(month.amount, 12);
  const sum = describeAmount(amount, currency);
  const line = {
    term,
    terms: new Map([[charge.stored.termVersion, charge.term]]),
    measure: measureOf(charge.term, charge.deck),
  };
  const parts = month.derivation.flatMap((part) => explainPart(part, line, currency).steps);
  return {
    ...shown,
    ref,
    sentence: `${sentence} With nothing else in the month that is ${sum}.`,
    steps: [
      ...steps.filter(({ name }) => name !== "amount"),
      ...parts.map((step) => withOrigin(step, termsFrom)),
      {
        name: "amount",
        value: `${sum} with nothing else in the month`,
      },
    ],
    amount,
    aloneInMonth: true,
  };
}

/**
 * A hypothetical term has no version: what is said of it comes from the plan or price asked about.
 */
function withOrigin(step: Step, termsFrom: string | null): Step {
  if (termsFrom === null || step.from === undefined) return step;
  return step.from.startsWith("term version") ? { ...step, from: termsFrom } : step;
}

function totalsOf(charges: readonly RecordedCharge[], { months }: MadeQuote): QuoteTotal[] {
  const totals = new Map<string, { charge: RecordedCharge; amount: bigint }>();
  for (const [at, charge] of charges.entries()) {
    const { name } = charge.agreement;
    const amount = months.get(at)?.amount ?? charge.stored.amount ?? 0n;
    const before = totals.get(name)?.amount ?? 0n;
    totals.set(name, { charge, amount: before + amount });
  }
  return [...totals].map(([agreement, { charge, amount }]) => {
    const { party, role, currency } = charge.agreement.body;
    return { agreement, party, role, currency, amount: formatDecimal(amount, 12) };
  });
}

function sentenceOfTotal({ party, role, currency, amount }: QuoteTotal): string {
  const negative = amount.startsWith("-");
  const sum = describeAmount(negative ? amount.slice(1) : amount, currency);
  if (isReceivable(role)) return `${party} ${negative ? "gets back" : "owes"} ${sum}`;
  return `${party} ${negative ? "gives back" : "earns"} ${sum}`;
}
