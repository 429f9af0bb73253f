/** What is committed over one or several months and several terms, once their lines are money. */

import { PICO_PLACES, parseAmount } from "../amount.ts";
import type { CommitmentPrice } from "../catalogue/catalogue.ts";
import { minorPlaces } from "../currencies.ts";
import { formatDecimal, parseDecimal } from "../decimal.ts";
import { INSTANT_LAST, type Instant } from "../instant.ts";
import { localDayOf, type MonthText, monthOfDay, nextMonth, type Zone } from "../period.ts";
import { limitSpend } from "../pricing/spend-limits.ts";
import { divideRounded } from "../rounding.ts";
import type { CommitmentPart } from "./derivation.ts";
import type { FeeFacts } from "./fee-groups.ts";
import type { LineGroup } from "./line-group.ts";

/** A commitment whose window ends with a month. */
export interface DueCommitment {
  readonly term: string;
  /** The month that it is stated for: the last one of its window. */
  readonly month: MonthText;
  readonly window: Pick<
    CommitmentPart,
    "termVersion" | "minimum" | "maximum" | "from" | "until" | "terms"
  >;
}

/** Minor units that are stated of a term for a service month, up to and with this statement. */
export interface StatedMoney {
  readonly servicePeriod: string;
  readonly term: string;
  readonly minor: bigint;
}

/**
 * The commitments whose window ends with a month. Windows follow each other from the month in which the
 * term starts; one that the term's end cuts short is committed to by its months: of 1,200 a year, 5 months
 * are 500. The version in force at the window's end counts.
 */
export function commitmentsDue(
  { currency, zone, terms }: FeeFacts,
  month: MonthText,
): DueCommitment[] {
  const due: DueCommitment[] = [];
  for (const [term, versions] of versionsOf({ currency, zone, terms })) {
    const last = versions.findLast((version) => version.first <= month);
    const [first] = versions;
    if (last === undefined || first === undefined) continue;
    const { months = 1 } = last.price;
    const end = versions.at(-1)?.last ?? null;
    const window = windowOf(first.first, end, months, month);
    if (window.until !== month || window.from > month) continue;
    due.push({ term, month, window: committedIn(currency, last, window) });
  }
  return due;
}

/** A commitment as an earlier statement has it. */
export interface StatedCommitment {
  readonly month: MonthText;
  readonly term: string;
  readonly window: DueCommitment["window"];
}

/** What was stated of an agreement before. */
export interface StatedBefore {
  readonly commitments: readonly StatedCommitment[];
  readonly money: readonly StatedMoney[];
}

/**
 * Commitments whose term has been ended since, in a month that was stated already: the window that the end
 * cuts short, by its months, if something of it was stated and not yet its commitment; and those of windows
 * that reach beyond the end, which are given back. Of 1,200 a year that ended in its fifth month, 500.
 */
export function commitmentsCutShort(
  facts: FeeFacts,
  month: MonthText,
  { commitments, money }: StatedBefore,
): DueCommitment[] {
  const due: DueCommitment[] = [];
  for (const [term, versions] of versionsOf(facts)) {
    const [first] = versions;
    const last = versions.at(-1);
    const end = last?.last ?? null;
    if (first === undefined || last === undefined || end === null || end >= month) continue;
    const own = commitments.filter((one) => one.term === term);
    for (const { month: stated, window } of own) {
      if (window.until <= end) continue;
      const limits = { minimum: undefined, maximum: undefined };
      due.push({ term, month: stated, window: { ...window, ...limits } });
    }
    const window = windowOf(first.first, end, last.price.months ?? 1, end);
    const isStated = money.some((line) => {
      return line.servicePeriod >= window.from && line.servicePeriod <= end;
    });
    if (!isStated || own.some((one) => one.month === end)) continue;
    due.push({ term, month: end, window: committedIn(facts.currency, last, window) });
  }
  return due;
}

/** A version's limits for a window: those of its full length by the months that it has. */
function committedIn(
  currency: string,
  { id, price }: CommitmentVersion,
  { from, until, months }: Window,
): DueCommitment["window"] {
  const share = (sum: string | undefined): string | undefined => {
    if (sum === undefined) return undefined;
    const { pico } = parseAmount(currency, sum);
    const part = divideRounded(pico * BigInt(months), BigInt(price.months ?? 1));
    return formatDecimal(part, PICO_PLACES);
  };
  const { minimum, maximum, terms } = price;
  const limits = { minimum: share(minimum), maximum: share(maximum) };
  return { termVersion: id, ...limits, from, until, terms };
}

/**
 * What tops up to the minimum or is given back above the maximum: the limits less what the lines of the
 * window's months come to, as money. So a statement adds up to its minimum to the cent.
 */
export function commitmentGroup(
  currency: string,
  { term, window }: DueCommitment,
  money: readonly StatedMoney[],
): LineGroup {
  const { from, until, terms } = window;
  const counts = (line: StatedMoney): boolean =>
    line.servicePeriod >= from &&
    line.servicePeriod <= until &&
    line.term !== term &&
    (terms === undefined || terms.includes(line.term));
  const minor = money.filter(counts).reduce((sum, line) => sum + line.minor, 0n);
  const spent = minor * 10n ** BigInt(PICO_PLACES - minorPlaces(currency));
  const limit = (text: string | undefined): bigint | null =>
    text === undefined ? null : parseDecimal(text, PICO_PLACES);
  const limits = { minimum: limit(window.minimum), maximum: limit(window.maximum) };
  const { limited } = limitSpend(limits, spent);
  const part: CommitmentPart = {
    kind: "commitment",
    ...window,
    spent: formatDecimal(spent, PICO_PLACES),
    amount: formatDecimal(limited, PICO_PLACES),
  };
  return { term, tuple: 0, count: 0n, quantity: 0n, amount: limited, derivation: [part] };
}

interface CommitmentVersion {
  readonly id: number;
  readonly price: CommitmentPrice;
  /** First and last month in which it is in force; null: it goes on. */
  readonly first: MonthText;
  readonly last: MonthText | null;
}

function versionsOf({ zone, terms }: FeeFacts): Map<string, CommitmentVersion[]> {
  const versions = new Map<string, CommitmentVersion[]>();
  for (const { id, term, from, to } of terms) {
    if (term.price.model !== "commitment") continue;
    const last = to > INSTANT_LAST ? null : monthAt(zone, (to - 1) as Instant);
    const version = { id, price: term.price, first: monthAt(zone, from), last };
    versions.set(term.id, [...(versions.get(term.id) ?? []), version]);
  }
  return versions;
}

function monthAt(zone: Zone, instant: Instant): MonthText {
  return monthOfDay(localDayOf(zone, instant));
}

interface Window {
  readonly from: MonthText;
  readonly until: MonthText;
  /** How many months it has. */
  readonly months: number;
}

/** The window that a month lies in, of those that follow each other from `start`, cut at `end`. */
function windowOf(
  start: MonthText,
  end: MonthText | null,
  months: number,
  month: MonthText,
): Window {
  let window: Window = { from: start, until: start, months: 1 };
  for (;;) {
    while (window.months < months && window.until !== end) {
      window = { ...window, until: nextMonth(window.until), months: window.months + 1 };
    }
    if (window.until >= month || window.until === end) return window;
    const from = nextMonth(window.until);
    window = { from, until: from, months: 1 };
  }
}
