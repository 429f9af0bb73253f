/** What is allowed in a deck and is most likely a mistake all the same. */

import { DAY_MS } from "../calendar.ts";
import type { Deck, DeckRow } from "../catalogue/catalogue.ts";
import { DECIMAL_PLACES } from "../catalogue/check-values.ts";
import { deckRowKey } from "../catalogue/deck-row-key.ts";
import { parseDecimal } from "../decimal.ts";
import { countryOfNumber } from "../events/read-number.ts";
import { formatInstant, type Instant } from "../instant.ts";
import { isSameBut } from "./compare-decks.ts";

export const LINT_RULES = [
  /** Sold for less than it costs. */
  "below-cost",
  /** The supplier blocks what is sold. */
  "supplier-blocks",
  /** Bought, and not reached by what is sold: calls there wait in quarantine. */
  "not-sold",
  /** Sold, and not reached by what is bought. */
  "not-bought",
  /** Priced at nothing. */
  "zero-rate",
  /** Far above what else its country costs. */
  "absurd-rate",
  /** The shorter prefix says the same: the row changes nothing. */
  "redundant",
  /** The deck has not changed for long. */
  "stale",
] as const;

export type LintRule = (typeof LINT_RULES)[number];

export interface LintFinding {
  readonly rule: LintRule;
  /** Empty for the deck as a whole. */
  readonly key: string;
  readonly name: string | null;
  readonly message: string;
}

export interface LintLimits {
  /** A rate above so many times its country's median is absurd. */
  readonly timesMedian: number;
  /** A deck that has not changed for so many days is stale. */
  readonly staleDays: number;
}

export const LINT_LIMITS: LintLimits = { timesMedian: 20, staleDays: 365 };

/** With fewer rows a country has no usual price. */
const ROWS_FOR_MEDIAN = 3;

/**
 * Findings in the rows of one version, in their order. Prefixes are looked at as far as they are
 * digits.
 */
export function lintDeckRows(
  kind: Deck["key"],
  rows: readonly DeckRow[],
  { timesMedian }: LintLimits = LINT_LIMITS,
): LintFinding[] {
  const byKey = new Map<string, DeckRow>();
  for (const row of rows) byKey.set(deckRowKey(row), row);
  const picos = picosOf(rows);
  const countries = rows.map(({ key }) => countryOf(kind, key));
  const medians = mediansOf(rows, countries, picos);
  const findings: LintFinding[] = [];
  const find = (row: DeckRow, rule: LintRule, message: string): void => {
    findings.push({ rule, key: row.key, name: row.name ?? null, message });
  };
  for (const [at, row] of rows.entries()) {
    const shorter = shorterRow(byKey, row);
    if (shorter !== null && isSameBut(shorter, row, ["key", "name"])) {
      find(row, "redundant", `says the same as ${shorter.key}`);
    }
    if (row.rate === null) continue;
    const pico = picos.get(row.rate)!;
    if (pico === 0n) find(row, "zero-rate", "costs nothing: block it, or give it a rate");
    const country = countries[at] ?? null;
    const median = country === null ? undefined : medians.get(country);
    if (median !== undefined && pico > median.pico * BigInt(timesMedian)) {
      const usual = `${timesMedian} times the median of ${country} (${median.text})`;
      find(row, "absurd-rate", `${row.rate} is over ${usual}`);
    }
  }
  return findings;
}

/** Of each different rate: price lists repeat theirs. */
function picosOf(rows: readonly DeckRow[]): ReadonlyMap<string, bigint> {
  const picos = new Map<string, bigint>();
  for (const { rate } of rows) {
    if (rate !== null && !picos.has(rate)) picos.set(rate, parseDecimal(rate, DECIMAL_PLACES));
  }
  return picos;
}

/** Whether nothing has changed for long. `dates`: the instants at which its versions take over. */
export function lintDeckAge(
  dates: readonly Instant[],
  at: Instant,
  { staleDays }: LintLimits = LINT_LIMITS,
): LintFinding[] {
  const last = Math.max(...dates);
  if (dates.length === 0 || at - last <= staleDays * DAY_MS) return [];
  const days = Math.floor((at - last) / DAY_MS);
  const since = formatInstant(last as Instant);
  return [
    { rule: "stale", key: "", name: null, message: `unchanged for ${days} days, since ${since}` },
  ];
}

interface Median {
  readonly pico: bigint;
  readonly text: string;
}

/** Of the rates of each country, the lower one of two in the middle. */
function mediansOf(
  rows: readonly DeckRow[],
  countries: readonly (string | null)[],
  picos: ReadonlyMap<string, bigint>,
): Map<string, Median> {
  const rates = new Map<string, Median[]>();
  for (const [at, { rate }] of rows.entries()) {
    const country = countries[at] ?? null;
    if (rate === null || country === null) continue;
    const one = { pico: picos.get(rate)!, text: rate };
    const same = rates.get(country);
    if (same === undefined) rates.set(country, [one]);
    else same.push(one);
  }
  const medians = new Map<string, Median>();
  for (const [country, all] of rates) {
    if (all.length < ROWS_FOR_MEDIAN) continue;
    all.sort((a, b) => (a.pico < b.pico ? -1 : a.pico > b.pico ? 1 : 0));
    medians.set(country, all[Math.floor((all.length - 1) / 2)]!);
  }
  return medians;
}

/** The row of the longest shorter prefix, for the same callers and times; an MCC for a network. */
function shorterRow(byKey: ReadonlyMap<string, DeckRow>, row: DeckRow): DeckRow | null {
  const { key } = row;
  const whomAndWhen = deckRowKey(row).slice(key.length);
  if (key.includes("-")) return byKey.get(key.slice(0, 3) + whomAndWhen) ?? null;
  for (let length = key.length - 1; length > 0; length--) {
    const found = byKey.get(key.slice(0, length) + whomAndWhen);
    if (found !== undefined) return found;
  }
  return null;
}

/**
 * Of a prefix by its country; of a network by its MCC, and of a number in a network deck as a
 * prefix.
 */
function countryOf(kind: Deck["key"], key: string): string | null {
  if (kind === "prefix") return countryOfNumber(key);
  return key.startsWith("+") ? countryOfNumber(key.slice(1)) : key.slice(0, 3);
}
