/** Gathers what margin is made of: per-event amounts by day, and what only a close has priced. */
import { parseDecimal } from "@counterpart/domain/decimal.ts";
import type { LocalDay } from "@counterpart/domain/period.ts";
import {
  type MonthText,
  monthDays,
  monthPeriod,
  parseLocalDay,
} from "@counterpart/domain/period.ts";
import type { Book, BookAgreement } from "@counterpart/domain/rating/book.ts";
import type { Derivation } from "@counterpart/domain/statements/derivation.ts";
import {
  type ChannelMargin,
  type MarginEntry,
  marginByChannel,
} from "@counterpart/domain/statements/margin.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import type { Db } from "../platform/database.ts";
import { listChannelTotals, listPeriodAmounts } from "./margin.repo.ts";
import { listStated } from "./statements.repo.ts";

export interface MarginReport {
  readonly period: MonthText;
  readonly currency: string;
  readonly channels: readonly ChannelMargin[];
  /** Some agreement of the month is not closed: its fees and tiers are not in it yet. */
  readonly provisional: boolean;
}

const FEES = "fees";

export async function reportMargin(
  db: Db,
  keeper: BookKeeper,
  period: MonthText,
): Promise<MarginReport> {
  const book = keeper.book();
  const { provider, exchangeRates } = keeper.catalogue();
  const days = monthDays(period);
  const entries: MarginEntry[] = [];
  for (const total of await listChannelTotals(db, period)) {
    const agreement = book.agreements.get(total.agreement);
    if (agreement === undefined || !isProviders(agreement)) continue;
    entries.push({
      channel: channelOfTuple(total.tuple),
      role: agreement.role,
      currency: agreement.currency,
      day: parseLocalDay(total.day),
      amount: total.amount,
      charges: total.count,
    });
  }
  const last = (days.end - 1) as LocalDay;
  const closed = await listPeriodAmounts(db, period);
  for (const { agreement: handle, term, derivation } of closed) {
    const agreement = book.agreements.get(handle);
    if (agreement === undefined || !isProviders(agreement)) continue;
    const amount = derivation.reduce((sum, part) => sum + closeAmount(part), 0n);
    if (amount === 0n) continue;
    const channel = channelOf(book, handle, term);
    const { role, currency } = agreement;
    entries.push({ channel, role, currency, day: last, amount, charges: 0n });
  }
  return {
    period,
    currency: provider.homeCurrency,
    channels: marginByChannel(entries, provider.homeCurrency, exchangeRates),
    provisional: await hasOpenAgreements(db, book, period),
  };
}

/** Whether an agreement of the provider's own is in force in the month and has no statement for it. */
async function hasOpenAgreements(db: Db, book: Book, period: MonthText): Promise<boolean> {
  const stated = await listStated(db, period);
  return book.terms.some(({ agreement, from, to }) => {
    const { start, end } = monthPeriod(agreement.zone, period);
    return isProviders(agreement) && from < end && to > start && !stated.has(agreement.handle);
  });
}

function channelOfTuple(tuple: string): string {
  return (JSON.parse(tuple) as { channel?: string }).channel ?? "";
}

/** What a reseller receives from its own customers is not the provider's. */
function isProviders({ body }: BookAgreement): boolean {
  return body.seller === undefined;
}

function closeAmount(part: Derivation): bigint {
  return part.kind === "events" ? 0n : parseDecimal(part.amount, 12);
}

/** The channel of a term that is priced at close: its event type's, as far as its filter names it. */
function channelOf(book: Book, agreement: number, term: string): string {
  const compiled = book.terms.find(
    (one) => one.agreement.handle === agreement && one.term.id === term,
  );
  const on = compiled?.term.on;
  if (compiled === undefined || on === undefined) return FEES;
  const { channel } = book.types.get(on)!.body;
  return channel.replace(/\{(\w+)\}/g, (_, name: string) => {
    const values = compiled.where.find(([dimension]) => dimension === name)?.[1];
    return values?.size === 1 ? [...values][0]! : "all";
  });
}
