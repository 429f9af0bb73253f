import { parseLocalDay } from "../period.ts";
import type { Catalogue } from "./catalogue.ts";
import { attempt, checkCurrency, checkDecimal } from "./check-values.ts";
import type { Report } from "./problems.ts";

/** One positive rate a currency and date, and one in force whenever an agreement in it is. */
export function checkExchangeRates(catalogue: Catalogue, report: Report): void {
  const home = catalogue.provider.homeCurrency;
  const seen = new Set<string>();
  /** The first day with a rate; text, because such dates sort as texts. */
  const firstDays = new Map<string, string>();
  for (const [at, { currency, from, rate }] of catalogue.exchangeRates.entries()) {
    const path = ["exchangeRates", at];
    checkCurrency(currency, [...path, "currency"], report);
    if (currency === home) {
      report([...path, "currency"], "catalogue.rate-of-home-currency", { currency });
    }
    const value = checkDecimal(rate, [...path, "rate"], report);
    if (value !== null && value <= 0n) {
      report([...path, "rate"], "catalogue.not-positive", { text: rate });
    }
    if (attempt(() => parseLocalDay(from)) === null) {
      report([...path, "from"], "catalogue.date-malformed", { text: from });
      continue;
    }
    const key = `${currency} ${from}`;
    if (seen.has(key)) report(path, "catalogue.rate-twice", { currency, from });
    seen.add(key);
    const first = firstDays.get(currency);
    if (first === undefined || from < first) firstDays.set(currency, from);
  }
  checkRatesOfAgreements(catalogue, firstDays, report);
}

/** Told once a currency, at the first agreement that lacks it. */
function checkRatesOfAgreements(
  { agreements, provider }: Catalogue,
  firstDays: ReadonlyMap<string, string>,
  report: Report,
): void {
  const told = new Set<string>([provider.homeCurrency]);
  for (const [id, { currency, versions }] of Object.entries(agreements)) {
    // An instant starts with its day, which is exact enough: rates count from a day.
    const from = versions[0]?.from.slice(0, "2026-10-01".length);
    const first = firstDays.get(currency);
    if (from === undefined || told.has(currency)) continue;
    if (first !== undefined && first <= from) continue;
    told.add(currency);
    const detail = { currency, home: provider.homeCurrency, from };
    report(["agreements", id, "currency"], "catalogue.currency-without-rate", detail);
  }
}
