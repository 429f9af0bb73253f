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
  const byKey = new Map(rows.map((row) => [deckRowKey(row), row]));
  const medians = mediansOf(kind, rows);
  const findings: LintFinding[] = [];
  for (const row of rows) {
    const find = (rule: LintRule, message: string): void => {
      findings.push({ rule, key: row.key, name: row.name ?? null, message });
    };
    const shorter = shorterRow(byKey, row);
    if (shorter !== null && isSameBut(shorter, row, ["key", "name"])) {
      find("redundant", `says the same as ${shorter.key}`);
    }
    if (row.rate === null) continue;
    const pico = picoOf(row.rate);
    if (pico === 0n) find("zero-rate", "costs nothing: block it, or give it a rate");
    const country = countryOf(kind, row.key);
    const median = country === null ? undefined : medians.get(country);
    if (median !== undefined && pico > median.pico * BigInt(timesMedian)) {
      find(
        "absurd-rate",
        `${row.rate} is over ${timesMedian} times the median of ${country} (${median.text})`,
      );
    }
  }
  return findings;
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
function mediansOf(kind: Deck["key"], rows: readonly DeckRow[]): Map<string, Median> {
  const rates = new Map<string, Median[]>();
  for (const { key, rate } of rows) {
    const country = rate === null ? null : countryOf(kind, key);
    if (rate === null || country === null) continue;
    const one = { pico: picoOf(rate), text: rate };
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
  const at = (shorter: string): DeckRow | undefined =>
    byKey.get(deckRowKey({ ...row, key: shorter }));
  if (key.includes("-")) return at(key.slice(0, 3)) ?? null;
  for (let length = key.length - 1; length > 0; length--) {
    const found = at(key.slice(0, length));
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

function picoOf(rate: string): bigint {
  return parseDecimal(rate, DECIMAL_PLACES);
}
