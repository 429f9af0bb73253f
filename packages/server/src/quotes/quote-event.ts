/**
 * Prices one hypothetical event or quantity by the code that bills, and says why. Stores nothing.
 */
import type { PerUnit } from "@counterpart/domain/catalogue/catalogue.ts";
import { attempt } from "@counterpart/domain/catalogue/check-values.ts";
import { parseDecimal } from "@counterpart/domain/decimal.ts";
import { measureEvent } from "@counterpart/domain/events/measure-event.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { checkZone } from "@counterpart/domain/period.ts";
import { QUANTITY_MAX } from "@counterpart/domain/quantity.ts";
import { authoriseCall } from "@counterpart/domain/quotes/authorise-call.ts";
import {
  type ExplainedQuote,
  explainAuthorisation,
  explainQuote,
  type QuotedMonthPart,
} from "@counterpart/domain/quotes/explain-quote.ts";
import { priceTally, startTally, tallyCharge } from "@counterpart/domain/quotes/quote-tally.ts";
import type { BookAccount, BookType } from "@counterpart/domain/rating/book.ts";
import type { Charge } from "@counterpart/domain/rating/charge.ts";
import { rateEvent } from "@counterpart/domain/rating/rate-event.ts";
import { settle } from "@counterpart/domain/rating/whole.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { smallestUnits, type Unit, unitOf } from "@counterpart/domain/units.ts";
import { plain, rateUse, type Unrated, type Use } from "../events/prepare-event.ts";
import { toEvent } from "../events/read-event.ts";
import type { SchemaChecks } from "../events/schema-checks.ts";
import type { Db } from "../platform/database.ts";
import type { QuotedBook } from "./quote-target.ts";
import { type QuotedUse, recordQuote } from "./record-quote.ts";

export interface QuoteQuestion {
  /** A CloudEvent, or as much of one as `type` and `data`. */
  readonly event?: Readonly<Record<string, unknown>> | undefined;
  readonly quantity?: AskedQuantity | undefined;
  /** Of the event: how long a call this decimal amount allows. */
  readonly balance?: string | undefined;
}

/**
 * So much usage, as if it came in one event. Fields of the event type and dimensions say what of, as far
 * as prices ask.
 */
export interface AskedQuantity {
  /** May be left out where only one event type that is priced counts the unit. */
  readonly type?: string | undefined;
  /** A decimal number of units. */
  readonly quantity: string;
  readonly unit: PerUnit;
  /** How many events it comes in, for prices that are made at close. Default 1. */
  readonly events?: number | undefined;
  readonly time?: string | undefined;
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/** When the usage is that is asked about. Refuses `event.*`. */
export function timeOfQuestion({ event, quantity }: QuoteQuestion, now: Instant): Instant {
  const time = event?.time ?? quantity?.time;
  return completeEvent({ type: "quote", ...(time === undefined ? {} : { time }) }, now).time;
}

/**
 * The charges of what is asked, each explained. Refuses what an event would be refused or
 * quarantined for, by the same codes, and `quote.*`.
 */
export async function quoteEvent(
  db: Db,
  quoted: QuotedBook,
  checks: SchemaChecks,
  question: QuoteQuestion,
  now: Instant,
): Promise<ExplainedQuote> {
  const { balance, ...asked } = question;
  if (balance !== undefined) return quoteWithin(db, quoted, checks, { ...asked, balance }, now);
  return explainUse(db, quoted, priceQuestion(quoted, checks, asked, now));
}

/**
 * The longest call that a balance allows, priced; where it allows none, the call of one second, which tells
 * why.
 */
async function quoteWithin(
  db: Db,
  quoted: QuotedBook,
  checks: SchemaChecks,
  { event, quantity, balance: text }: QuoteQuestion & { readonly balance: string },
  now: Instant,
): Promise<ExplainedQuote> {
  if (event === undefined || quantity !== undefined)
    throw new Refusal("quote.balance-without-call");
  const balance = attempt(() => parseDecimal(text, 12));
  if (balance === null || balance < 0n) {
    throw new Refusal("quote.balance-malformed", { balance: text.slice(0, 64) });
  }
  const callOf = (seconds: number) => answeredCall(quoted, event, seconds);
  const call = identifyEvent(quoted, checks, completeEvent(callOf(1), now));
  if ("quarantined" in call) throw refusal(call.quarantined, call.detail);
  const measured = measureEvent(call.type, call.data, call.plan);
  if ("refused" in measured) throw refusal(measured.refused, measured.detail);
  const authorised = authoriseCall({ ...call, ...measured }, quoted.book, settle(balance));
  const longest = callOf(Math.max(1, authorised.seconds));
  const use = priceAskedEvent(quoted, checks, longest, now);
  if (!use.charges.some(({ term }) => term.agreement.name === authorised.agreement)) {
    throw new Refusal("quote.balance-unclear");
  }
  const quote = await explainUse(db, quoted, use);
  return { ...quote, authorised: explainAuthorisation(authorised, balance) };
}

/**
 * The event as an answered call of so many seconds. Refuses `event.type-unknown` and
 * `quote.balance-without-call`.
 */
function answeredCall(
  { book }: QuotedBook,
  event: Readonly<Record<string, unknown>>,
  seconds: number,
): Record<string, unknown> {
  const type = book.types.get(String(event.type));
  if (type === undefined) throw refusal("event.type-unknown", String(event.type));
  const { field, times = 1, when = {} } = type.body.quantities.milliseconds ?? {};
  if (field === undefined || 1000 % times !== 0) throw new Refusal("quote.balance-without-call");
  const data: Record<string, unknown> = { ...Object(event.data) };
  for (const [name, values] of Object.entries(when)) data[name] = [values].flat()[0];
  return { ...event, data: { ...data, [field]: seconds * (1000 / times) } };
}

async function explainUse(db: Db, quoted: QuotedBook, use: QuotedUse): Promise<ExplainedQuote> {
  if (use.charges.length === 0) {
    const detail = `${use.type} of account ${use.account}`;
    throw new Refusal("rating.no-agreement", { detail });
  }
  const event = await recordQuote(db, quoted, use);
  const { provider } = quoted.catalogue;
  return explainQuote({
    event,
    provider: { name: provider.name, timeZone: checkZone(provider.timeZone) },
    months: monthsOf(quoted, use),
    termsFrom: quoted.termsFrom,
  });
}

function priceQuestion(
  quoted: QuotedBook,
  checks: SchemaChecks,
  { event, quantity }: QuoteQuestion,
  now: Instant,
): QuotedUse {
  if ((event === undefined) === (quantity === undefined)) {
    throw new Refusal("quote.question-unclear");
  }
  if (quantity !== undefined) return priceQuantity(quoted, quantity, now);
  return priceAskedEvent(quoted, checks, event ?? {}, now);
}

/** What an event's envelope needs and a price does not depend on. */
const ANONYMOUS = { id: "quote", source: "quote" };

/** An event as it may be asked about, completed. Refuses `event.*`. */
export function completeEvent(
  event: Readonly<Record<string, unknown>>,
  now: Instant,
): Exclude<ReturnType<typeof toEvent>, { readonly refused: unknown }> {
  const time = new Date(now).toISOString();
  const read = toEvent({ ...ANONYMOUS, time, ...event });
  if ("refused" in read) throw refusal(read.refused, read.detail);
  return read;
}

function priceAskedEvent(
  quoted: QuotedBook,
  checks: SchemaChecks,
  asked: Readonly<Record<string, unknown>>,
  now: Instant,
): QuotedUse {
  const event = completeEvent(asked, now);
  const priced = priceCompleteEvent(quoted, checks, event);
  if ("quarantined" in priced) throw refusal(priced.quarantined, priced.detail);
  return priced;
}

/** As ingest prices it, but for the window of its source: a quote may be for any day. */
export function priceCompleteEvent(
  quoted: QuotedBook,
  checks: SchemaChecks,
  event: ReturnType<typeof completeEvent>,
): QuotedUse | Unrated {
  const use = identifyEvent(quoted, checks, event);
  if ("quarantined" in use) return use;
  const priced = rateUse(use, quoted.book);
  if ("quarantined" in priced) return priced;
  return quotedUse(quoted, use.account, use.type, use.time, use.data, priced.charges);
}

/** Whose and what it is, as ingest finds it. */
function identifyEvent(
  quoted: QuotedBook,
  checks: SchemaChecks,
  event: ReturnType<typeof completeEvent>,
): Use | Unrated {
  const { book } = quoted;
  const type = book.types.get(event.type);
  if (type === undefined) return { quarantined: "event.type-unknown", detail: event.type };
  const source = book.sources.get(event.source);
  if (source === undefined && event.source !== ANONYMOUS.source) {
    return { quarantined: "event.source-unknown", detail: event.source };
  }
  const subject = event.subject === "" ? (source?.body.account ?? "") : event.subject;
  const account = quoted.accountOf({ source: event.source, subject, time: event.time });
  if (account === null) {
    if (subject === "") return { quarantined: "event.subject-missing", detail: "" };
    return { quarantined: "event.account-unknown", detail: subject };
  }
  const data = plain(event.data) as typeof event.data;
  const plan = source?.body.dialPlan ?? {};
  const invalid = checks.check(type, data);
  if (invalid !== null) return { quarantined: "event.data-invalid", detail: invalid };
  return { account, type, time: event.time, data, plan };
}

function quotedUse(
  { isShown }: QuotedBook,
  account: BookAccount,
  type: BookType,
  time: Instant,
  data: QuotedUse["data"],
  charges: readonly Charge[],
): QuotedUse {
  const shown = charges.filter(({ term }) => isShown(term.agreement));
  return { type: type.name, account: account.name, time, data, charges: shown, events: 1n };
}

function priceQuantity(quoted: QuotedBook, asked: AskedQuantity, now: Instant): QuotedUse {
  const { book } = quoted;
  const unit = unitOf(asked.unit);
  const type = typeOf(quoted, asked, unit);
  const smallest = attempt(() => smallestUnits(asked.quantity, unit));
  if (smallest === null || smallest > BigInt(QUANTITY_MAX)) {
    const detail = { quantity: asked.quantity.slice(0, 64), smallestUnit: unit.quantity };
    throw new Refusal("quote.quantity-malformed", { ...detail, quantityMax: QUANTITY_MAX });
  }
  const { time } = completeEvent(
    { type: type.name, ...(asked.time === undefined ? {} : { time: asked.time }) },
    now,
  );
  const account = quoted.accountOf({ source: ANONYMOUS.source, subject: "", time });
  if (account === null) throw new Refusal("quote.target-unclear");
  const { data, dimensions } = fieldsOf(type, asked.fields ?? {});
  const measured = measureEvent(type, data, {});
  if ("refused" in measured) throw refusal(measured.refused, measured.detail);
  const rating = rateEvent(
    {
      account,
      type,
      time,
      quantities: { ...measured.quantities, [unit.quantity]: Number(smallest) },
      dimensions: { ...measured.dimensions, ...dimensions },
      numbers: measured.numbers,
    },
    book,
  );
  if ("refused" in rating) throw refusal(rating.refused, rating.detail);
  const use = quotedUse(quoted, account, type, time, data, rating.charges);
  if (asked.events === undefined) return use;
  // What each event costs would need each event's quantity.
  const each = use.charges.find(({ amount }) => amount !== null);
  if (each !== undefined) {
    throw new Refusal("quote.events-without-month", { term: each.term.term.id });
  }
  return { ...use, events: BigInt(asked.events) };
}

/** Refuses `event.type-unknown`, `quote.type-missing` and `quote.quantity-unknown`. */
function typeOf({ book, isShown }: QuotedBook, { type }: AskedQuantity, unit: Unit): BookType {
  if (type !== undefined) {
    const named = book.types.get(type);
    if (named === undefined) throw refusal("event.type-unknown", type);
    if (Object.hasOwn(named.body.quantities, unit.quantity)) return named;
    const counted = Object.keys(named.body.quantities);
    throw new Refusal("quote.quantity-unknown", { type, unit: unit.quantity, counted });
  }
  const priced = new Set(
    book.terms.filter(({ agreement }) => isShown(agreement)).map(({ term }) => term.on ?? ""),
  );
  const counting = [...book.types.values()].filter(
    ({ name, body }) => priced.has(name) && Object.hasOwn(body.quantities, unit.quantity),
  );
  if (counting.length === 1) return counting[0]!;
  const types = counting.map(({ name }) => name);
  if (types.length === 0 && priced.size > 0) {
    throw new Refusal("quote.quantity-unknown", { unit: unit.quantity, types: [...priced] });
  }
  throw new Refusal("quote.type-missing", { unit: unit.quantity, types });
}

/**
 * A name is a field of the type's data, else one of its dimensions. Refuses `quote.field-unknown`.
 */
function fieldsOf(
  { name: type, body }: BookType,
  fields: Readonly<Record<string, string>>,
): { data: Record<string, string>; dimensions: Record<string, string> } {
  const known = Object(body.schema.properties) as Readonly<Record<string, unknown>>;
  const data: Record<string, string> = {};
  const dimensions: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (Object.hasOwn(known, name)) data[name] = value;
    else if (Object.hasOwn(body.dimensions, name)) dimensions[name] = value;
    else {
      const names = [...Object.keys(known), ...Object.keys(body.dimensions)];
      throw new Refusal("quote.field-unknown", { type, field: name, known: [...new Set(names)] });
    }
  }
  return { data, dimensions };
}

/** What the month of each charge that is priced at close comes to, by the code of a close. */
function monthsOf(
  { book }: QuotedBook,
  { charges, account, events }: QuotedUse,
): ReadonlyMap<number, QuotedMonthPart> {
  const months = new Map<number, QuotedMonthPart>();
  for (const [at, charge] of charges.entries()) {
    // What a meter comes to is known of stored events only.
    if (charge.amount !== null || charge.term.price.kind === "metered") continue;
    const tally = startTally();
    tallyCharge(tally, charge, account, events);
    const [month] = priceTally(tally, book.terms, false);
    const line = month!.lines.find(({ term }) => term === charge.term.term.id)!;
    months.set(at, { amount: line.amount, derivation: line.derivation });
  }
  return months;
}

function refusal(code: Refusal["code"], detail: string): Refusal {
  return new Refusal(code, detail === "" ? {} : { detail });
}
