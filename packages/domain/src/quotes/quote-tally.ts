/** Adds up hypothetical charges, and prices their months as a close would. */
import type { Money } from "../money.ts";
import { type MonthText, monthOfDay, monthPeriod } from "../period.ts";
import type { BookAgreement, CompiledTerm, Handle } from "../rating/book.ts";
import type { Charge } from "../rating/charge.ts";
import { Refusal } from "../refusals.ts";
import { commitmentGroup, commitmentsDue, type StatedMoney } from "../statements/commitments.ts";
import type { ServiceTotal } from "../statements/line-group.ts";
import { priceServicePeriod } from "../statements/price-service-period.ts";
import {
  type LineRules,
  type StatementLine,
  statementLines,
  statementTotal,
} from "../statements/statement-lines.ts";

/** Line groups that a quote adds up at most; a month of a provider's has some thousands. */
export const QUOTE_GROUPS_MAX = 100_000;

/** Charges by agreement, month and line group. Grows with groups, not with events. */
export interface QuoteTally {
  readonly months: Map<string, TalliedMonth>;
  groups: number;
}

interface TalliedMonth {
  readonly agreement: BookAgreement;
  readonly month: MonthText;
  /** By term version and tuple. */
  readonly totals: Map<string, MutableTotal>;
  /** Number of each tuple's text, from 1. */
  readonly tuples: Map<string, number>;
  /** By term version and account: accounts may bring units along. */
  readonly accounts: Map<string, AccountTotal>;
}

interface AccountTotal {
  readonly termVersion: number;
  readonly account: string;
  quantity: bigint;
}

type MutableTotal = { -readonly [K in keyof ServiceTotal]: ServiceTotal[K] };

export function startTally(): QuoteTally {
  return { months: new Map(), groups: 0 };
}

/**
 * Adds a charge as ingest adds it to the totals; `events` is how many it is taken for. Refuses
 * `quote.too-many-lines`.
 */
export function tallyCharge(tally: QuoteTally, charge: Charge, account: string, events = 1n): void {
  const { agreement } = charge.term;
  const month = monthOfDay(charge.day);
  const key = `${agreement.handle}/${month}`;
  let tallied = tally.months.get(key);
  if (tallied === undefined) {
    tallied = { agreement, month, totals: new Map(), tuples: new Map(), accounts: new Map() };
    tally.months.set(key, tallied);
  }
  const group = `${charge.term.id}/${charge.tuple.text}`;
  let total = tallied.totals.get(group);
  if (total === undefined) {
    tally.groups += 1;
    if (tally.groups > QUOTE_GROUPS_MAX) {
      throw new Refusal("quote.too-many-lines", { linesMax: QUOTE_GROUPS_MAX });
    }
    const { text } = charge.tuple;
    const tuple = tallied.tuples.get(text) ?? tallied.tuples.size + 1;
    tallied.tuples.set(text, tuple);
    const none = { count: 0n, quantity: 0n, amount: 0n, base: 0n };
    total = { termVersion: charge.term.id, tuple, ...none };
    tallied.totals.set(group, total);
  }
  total.count += events * BigInt(charge.count);
  total.quantity += BigInt(charge.billed);
  total.amount += BigInt(charge.amount ?? 0);
  total.base += BigInt(charge.base ?? 0);
  // Only prices of a month look at accounts.
  if (charge.amount === null) tallyAccount(tallied, charge, account);
}

function tallyAccount({ accounts }: TalliedMonth, { term, billed }: Charge, account: string): void {
  const key = `${term.id}/${account}`;
  const known = accounts.get(key) ?? { termVersion: term.id, account, quantity: 0n };
  known.quantity += BigInt(billed);
  accounts.set(key, known);
}

/** What a month would be stated at, if the tallied charges were all there is. */
export interface QuotedMonth {
  readonly agreement: BookAgreement;
  readonly month: MonthText;
  readonly lines: readonly QuotedLine[];
  /** Terms on meters, whose values are worked out of stored events: they are not in it. */
  readonly unmeasured: readonly string[];
  readonly total: Money;
  /** Exact, in pico-units: before a statement rounds each line. */
  readonly amount: bigint;
}

export interface QuotedLine extends StatementLine {
  readonly dimensions: Readonly<Record<string, string>>;
}

/**
 * The months of every agreement by the rules of a close, in order. `terms`: all of the book that
 * made the charges; `fees`: whether fees and commitments are due, as they are for a whole month and
 * not for a single event. Units that months before the quote would have left over are not known.
 */
export function priceTally(
  tally: QuoteTally,
  terms: readonly CompiledTerm[],
  fees: boolean,
): QuotedMonth[] {
  const inOrder = [...tally.months.values()].sort((a, b) => (a.month < b.month ? -1 : 1));
  /** By agreement, what its months state: commitments of several months add it up. */
  const stated = new Map<Handle, StatedMoney[]>();
  return inOrder.map((tallied) => {
    const { agreement, month } = tallied;
    const own = terms.filter((term) => term.agreement.handle === agreement.handle);
    const used = linesOf(tallied, own, fees);
    const money = [...(stated.get(agreement.handle) ?? []), ...used.map(moneyOf)];
    stated.set(agreement.handle, money);
    const lines = fees ? [...used, ...commitmentLines(agreement, own, month, money)] : used;
    const counted = new Set(Array.from(tallied.totals.values(), (total) => total.termVersion));
    const metered = own.filter(({ id, price }) => price.kind === "metered" && counted.has(id));
    const texts = new Map([...tallied.tuples].map(([text, tuple]) => [tuple, text]));
    return {
      agreement,
      month,
      lines: lines.map((line) => ({ ...line, dimensions: dimensionsOf(texts.get(line.tuple)) })),
      unmeasured: [...new Set(metered.map(({ term }) => term.id))],
      total: statementTotal(agreement.currency, lines),
      amount: lines.reduce((sum, line) => sum + line.amount, 0n),
    };
  });
}

function linesOf(
  { agreement, month, totals, accounts }: TalliedMonth,
  terms: readonly CompiledTerm[],
  fees: boolean,
): StatementLine[] {
  const { currency, zone } = agreement;
  const byVersion = new Map<number, AccountTotal[]>();
  for (const one of accounts.values()) {
    byVersion.set(one.termVersion, [...(byVersion.get(one.termVersion) ?? []), one]);
  }
  const nothing = { retired: new Map(), stated: new Map() };
  const pricing = { currency, zone, terms, ...nothing, accounts: byVersion };
  const period = monthPeriod(zone, month);
  const groups = priceServicePeriod(pricing, [...totals.values()], period, fees);
  return statementLines(rulesOf(agreement), month, groups, new Map());
}

function commitmentLines(
  agreement: BookAgreement,
  terms: readonly CompiledTerm[],
  month: MonthText,
  money: readonly StatedMoney[],
): StatementLine[] {
  const { currency, zone } = agreement;
  return commitmentsDue({ currency, zone, terms }, month).flatMap((due) => {
    const group = commitmentGroup(currency, due, money);
    return statementLines(rulesOf(agreement), month, [group], new Map());
  });
}

function rulesOf({ currency, body }: BookAgreement): LineRules {
  return { currency, rounding: body.rounding ?? "halfEven" };
}

function moneyOf({ servicePeriod, term, money }: StatementLine): StatedMoney {
  return { servicePeriod, term, minor: money };
}

function dimensionsOf(text: string | undefined): Record<string, string> {
  return text === undefined ? {} : (JSON.parse(text) as Record<string, string>);
}
