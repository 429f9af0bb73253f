/** What terms that are priced at close come to when totals change: for previews of what has no amount yet. */
import {
  formatLocalDay,
  monthDays,
  monthPeriod,
  type Period,
  parseMonth,
} from "@counterpart/domain/period.ts";
import type { Book, Handle } from "@counterpart/domain/rating/book.ts";
import { priceServicePeriod } from "@counterpart/domain/statements/price-service-period.ts";
import type { PeriodPricing } from "@counterpart/domain/statements/walk-versions.ts";
import type { Db } from "../platform/database.ts";
import {
  listMonthTotals,
  listRetiredTerms,
  listStatedTiers,
  loadCut,
  type MonthTotal,
} from "./statements.repo.ts";

/** Pico-units of the agreement's currency, of all its months that change. */
export interface ChangeAtClose {
  readonly before: bigint;
  readonly after: bigint;
}

/** `changes`: what totals are raised by, negative for what is taken back. By agreement. */
export async function changesAtClose(
  db: Db,
  book: Book,
  changes: readonly MonthTotal[],
): Promise<ReadonlyMap<Handle, ChangeAtClose>> {
  const months = [...new Set(changes.map(({ month }) => month))].sort();
  if (months.length === 0) return new Map();
  const totals = await loadTotals(db, changes, months);
  const pricingOf = await loadPricing(db, book, [...totals, ...changes], months[0]!);
  const sums = new Map<Handle, ChangeAtClose>();
  const standing = byPlace(totals);
  for (const [place, changed] of byPlace(changes)) {
    const { agreement, month } = changed[0]!;
    const before = standing.get(place) ?? [];
    const pricing = pricingOf(agreement, month);
    const period = monthPeriod(book.agreements.get(agreement)!.zone, parseMonth(month));
    const amount = (rows: readonly MonthTotal[]): bigint => amountAtClose(pricing, rows, period);
    const sum = sums.get(agreement) ?? { before: 0n, after: 0n };
    sums.set(agreement, {
      before: sum.before + amount(before),
      after: sum.after + amount(addTotals(before, changed)),
    });
  }
  return sums;
}

/** Of the agreements and the months between the first and the last that change. */
async function loadTotals(
  db: Db,
  changes: readonly MonthTotal[],
  months: readonly string[],
): Promise<MonthTotal[]> {
  const agreements = [...new Set(changes.map(({ agreement }) => agreement))];
  const end = formatLocalDay(monthDays(parseMonth(months.at(-1)!)).end);
  return await listMonthTotals(db, agreements, {
    first: `${months[0]!}-01`,
    end,
    cut: await loadCut(db),
  });
}

/** What each month of each agreement is priced by, with the tiers that it was stated by. */
async function loadPricing(
  db: Db,
  book: Book,
  totals: readonly MonthTotal[],
  oldest: string,
): Promise<(agreement: Handle, month: string) => PeriodPricing> {
  const agreements = [...new Set(totals.map(({ agreement }) => agreement))];
  const stated = await listStatedTiers(db, agreements, oldest);
  const walked = stated.flatMap(({ tiers }) => tiers.map(({ termVersion }) => termVersion));
  const used = totals.map(({ termVersion }) => termVersion);
  const current = new Set(book.terms.map(({ id }) => id));
  const retired = [...new Set([...walked, ...used])].filter((version) => !current.has(version));
  const retiredTerms = await listRetiredTerms(db, retired);
  return (agreement, month) => {
    const here = stated.filter((row) => row.agreement === agreement && row.servicePeriod === month);
    const { currency, zone } = book.agreements.get(agreement)!;
    return {
      currency,
      zone,
      terms: book.terms.filter((term) => term.agreement.handle === agreement),
      retired: retiredTerms,
      stated: new Map(here.map(({ term, tiers }) => [term, tiers])),
    };
  };
}

/** Of line groups that are priced at close; fees of the month are no part of it. */
function amountAtClose(
  pricing: PeriodPricing,
  totals: readonly MonthTotal[],
  period: Period,
): bigint {
  return priceServicePeriod(pricing, totals, period, false)
    .filter(({ derivation }) => derivation.some(({ kind }) => kind !== "events"))
    .reduce((sum, { amount }) => sum + amount, 0n);
}

/** Totals by agreement and month. */
function byPlace(totals: readonly MonthTotal[]): Map<string, MonthTotal[]> {
  const places = new Map<string, MonthTotal[]>();
  for (const total of totals) {
    const place = `${total.agreement}/${total.month}`;
    const same = places.get(place);
    if (same === undefined) places.set(place, [total]);
    else same.push(total);
  }
  return places;
}

/** One row for each agreement, month, term version and tuple. */
export function addTotals(
  totals: readonly MonthTotal[],
  more: readonly MonthTotal[],
): MonthTotal[] {
  const sums = new Map<string, MonthTotal>();
  for (const total of [...totals, ...more]) {
    const { agreement, month, termVersion, tuple } = total;
    const key = `${agreement}/${month}/${termVersion}/${tuple}`;
    const sum = sums.get(key);
    if (sum === undefined) {
      sums.set(key, total);
      continue;
    }
    sums.set(key, {
      ...total,
      count: sum.count + total.count,
      quantity: sum.quantity + total.quantity,
      amount: sum.amount + total.amount,
      base: sum.base + total.base,
    });
  }
  return [...sums.values()];
}
