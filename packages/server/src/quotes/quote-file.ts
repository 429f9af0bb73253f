/**
 * Prices a stream of hypothetical events in bounded memory, and adds up what they would come to.
 */
import { attempt } from "@counterpart/domain/catalogue/check-values.ts";
import { formatDecimal } from "@counterpart/domain/decimal.ts";
import { measureOf } from "@counterpart/domain/explain/describe-price.ts";
import { type Instant, parseInstant } from "@counterpart/domain/instant.ts";
import { formatMoney } from "@counterpart/domain/money.ts";
import {
  priceTally,
  type QuotedMonth,
  startTally,
  tallyCharge,
} from "@counterpart/domain/quotes/quote-tally.ts";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import { EVENT_BYTES_MAX, readObject, TOO_DEEP } from "../events/read-event.ts";
import type { SchemaChecks } from "../events/schema-checks.ts";
import type { SplitLine } from "../imports/split-lines.ts";
import { completeEvent, priceCompleteEvent } from "./quote-event.ts";
import type { QuotedBook } from "./quote-target.ts";

export interface FileQuote {
  readonly events: number;
  readonly priced: number;
  /** Priced, but not charged by the agreement that was asked about. */
  readonly uncharged: number;
  readonly unpriced: readonly Unpriced[];
  /** By agreement and month: what a statement would state if the events were all there is. */
  readonly months: readonly FileQuoteMonth[];
}

/** Events that have no price, by reason. */
export interface Unpriced {
  readonly code: RefusalCode;
  readonly count: number;
  /** The first such line, and what is special about it. */
  readonly line: number;
  readonly detail: string;
}

export interface FileQuoteMonth {
  readonly agreement: string;
  readonly party: string;
  readonly role: string;
  readonly month: string;
  readonly currency: string;
  /** Money: the lines, each rounded as on a statement. */
  readonly total: string;
  /** Exact, before any rounding. */
  readonly amount: string;
  readonly lines: readonly FileQuoteLine[];
  /** Terms on meters: what these come to is worked out of stored events, and not in it. */
  readonly unmeasured: readonly string[];
}

export interface FileQuoteLine {
  readonly term: string;
  readonly title: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly events: string;
  /** Name of the quantity, and smallest units of it; empty for shares and fees. */
  readonly unit: string;
  readonly quantity: string;
  readonly amount: string;
  readonly money: string;
}

export interface FileQuoteOptions {
  readonly checks: SchemaChecks;
  /** For events without a time. */
  readonly now: Instant;
  /** Whether the fixed fees of each month are due. */
  readonly fees: boolean;
  readonly onProgress?: (events: number) => void;
}

/** The book is that of the earliest time in the first lines: files mostly begin with it. */
export async function quoteFile(
  quotedAt: (at: Instant) => QuotedBook,
  lines: AsyncIterable<readonly SplitLine[]>,
  { checks, now, fees, onProgress }: FileQuoteOptions,
): Promise<FileQuote> {
  const tally = startTally();
  const unpriced = new Map<RefusalCode, { -readonly [K in keyof Unpriced]: Unpriced[K] }>();
  let [events, priced, uncharged] = [0, 0, 0];
  let quoted: QuotedBook | null = null;
  for await (const split of lines) {
    quoted ??= quotedAt(earliestOf(split, now));
    for (const line of split) {
      if ("text" in line && line.text.trim() === "") continue;
      events += 1;
      const outcome = priceLine(quoted, checks, line, now);
      if ("quarantined" in outcome) {
        const { quarantined: code, detail } = outcome;
        const known = unpriced.get(code);
        if (known === undefined) unpriced.set(code, { code, count: 1, line: line.line, detail });
        else known.count += 1;
        continue;
      }
      priced += 1;
      if (outcome.charges.length === 0) uncharged += 1;
      for (const charge of outcome.charges) tallyCharge(tally, charge, outcome.account);
    }
    onProgress?.(events);
  }
  const { book, ...facts } = quoted ?? quotedAt(now);
  const months = priceTally(tally, book.terms, fees);
  return {
    events,
    priced,
    uncharged,
    unpriced: [...unpriced.values()].sort((a, b) => b.count - a.count),
    months: months.map((month) => monthToWire({ book, ...facts }, month)),
  };
}

function earliestOf(lines: readonly SplitLine[], now: Instant): Instant {
  let earliest: Instant | null = null;
  for (const line of lines) {
    const read = "text" in line ? readObject(line.text) : "";
    if (typeof read === "string") continue;
    const { time } = read;
    const at = typeof time === "string" ? attempt(() => parseInstant(time)) : null;
    if (at !== null && (earliest === null || at < earliest)) earliest = at;
  }
  return earliest ?? now;
}

function priceLine(
  quoted: QuotedBook,
  checks: SchemaChecks,
  line: SplitLine,
  now: Instant,
): ReturnType<typeof priceCompleteEvent> {
  if ("problem" in line) return { quarantined: line.problem, detail: line.detail };
  if (line.text.length > EVENT_BYTES_MAX) return { quarantined: "event.too-large", detail: "" };
  const read = readObject(line.text);
  if (read === TOO_DEEP) return { quarantined: "event.too-deep", detail: "" };
  if (typeof read === "string") return { quarantined: "event.unreadable", detail: read };
  try {
    return priceCompleteEvent(quoted, checks, completeEvent(read, now));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { quarantined: error.code, detail: String(error.detail.detail ?? "") };
  }
}

function monthToWire(
  { book, catalogue }: QuotedBook,
  { agreement, month, lines, unmeasured, total, amount }: QuotedMonth,
): FileQuoteMonth {
  const { name, body, currency } = agreement;
  const terms = new Map(
    book.terms
      .filter((term) => term.agreement.handle === agreement.handle)
      .map(({ term }) => [term.id, term]),
  );
  return {
    agreement: name,
    party: body.party,
    role: body.role,
    month,
    currency,
    total: formatMoney(total),
    amount: formatDecimal(amount, 12),
    unmeasured,
    lines: lines.map((line) => {
      const term = terms.get(line.term)!;
      const { price } = term;
      const deck = "deck" in price ? { body: catalogue.decks[price.deck]! } : null;
      const { channel: _, ...dimensions } = line.dimensions;
      const unit = measureOf(term, deck);
      return {
        term: line.term,
        title: term.title ?? term.id,
        dimensions,
        events:
          line.count === 0n || line.derivation.every(({ kind }) => kind === "fee")
            ? "0"
            : `${line.count}`,
        unit,
        quantity: unit === "" ? "" : `${line.quantity}`,
        amount: formatDecimal(line.amount, 12),
        money: formatMoney({ currency, minor: line.money }),
      };
    }),
  };
}
