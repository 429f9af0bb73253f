/** Compares what is sold with what it costs, over the union of both decks' keys. */
import type { DeckRow } from "../catalogue/catalogue.ts";
import { DECIMAL_PLACES } from "../catalogue/check-values.ts";
import { parseDecimal } from "../decimal.ts";
import type { LintFinding, LintRule } from "./lint-deck.ts";

/** One side: its rows, and how its prices compare with the other side's. */
export interface PricedDeck {
  readonly name: string;
  readonly rows: readonly DeckRow[];
  /** Smallest units of the same quantity that a rate is for. */
  readonly unitSize: number;
  /** What one unit of its currency is worth, in 10^-12 of a currency that both are compared in. */
  readonly worth: bigint;
}

/**
 * What is bought and not sold, sold and not bought, and sold below cost. A key of either deck is
 * looked up in both as rating would look it up: between two keys of the union both prices stay the
 * same, so that no number is left out. The first rate and that of what follows are each compared.
 */
export function lintAgainstSupplier(sell: PricedDeck, buy: PricedDeck): LintFinding[] {
  const sold = worstRows(sell.rows, (row, other) => isCheaper(row, other));
  const bought = worstRows(buy.rows, (row, other) => isCheaper(other, row));
  const keys = [...new Set([...sold.keys(), ...bought.keys()])].sort();
  const findings: LintFinding[] = [];
  for (const key of keys) {
    const ours = rowFor(sold, key);
    const theirs = rowFor(bought, key);
    const find = (rule: LintRule, message: string): void => {
      const name = sold.get(key)?.name ?? bought.get(key)?.name ?? null;
      findings.push({ rule, key, name, message });
    };
    if (ours === null) {
      if (theirs !== null && theirs.rate !== null) find("not-sold", `${buy.name} has a rate`);
      continue;
    }
    if (ours.rate === null) continue;
    if (theirs === null) find("not-bought", `${buy.name} has no rate`);
    else if (theirs.rate === null) find("supplier-blocks", `${buy.name} blocks ${theirs.key}`);
    else if (isBelow(ours, sell, theirs, buy)) {
      find("below-cost", `sold at ${priceOf(ours)}, ${buy.name} charges ${priceOf(theirs)}`);
    }
  }
  return findings;
}

/**
 * One row for each key: of those for other callers or times the one that is worst for the seller,
 * and a blocked one only where all are.
 */
function worstRows(
  rows: readonly DeckRow[],
  isWorse: (row: DeckRow, other: DeckRow) => boolean,
): Map<string, DeckRow> {
  const worst = new Map<string, DeckRow>();
  for (const row of rows) {
    const known = worst.get(row.key);
    if (known === undefined || known.rate === null) worst.set(row.key, row);
    else if (row.rate !== null && isWorse(row, known)) worst.set(row.key, row);
  }
  return worst;
}

function isCheaper({ rate: a }: DeckRow, { rate: b }: DeckRow): boolean {
  return picoOf(a) < picoOf(b);
}

/** As rating finds it: the longest prefix, or the network and then its country. */
function rowFor(rows: ReadonlyMap<string, DeckRow>, key: string): DeckRow | null {
  if (/^\d{3}-/.test(key)) return rows.get(key) ?? rows.get(key.slice(0, 3)) ?? null;
  for (let length = key.length; length > 0; length--) {
    const row = rows.get(key.slice(0, length));
    if (row !== undefined) return row;
  }
  return null;
}

function isBelow(ours: DeckRow, sell: PricedDeck, theirs: DeckRow, buy: PricedDeck): boolean {
  const below = (sold: string | null, bought: string | null): boolean =>
    picoOf(sold) * sell.worth * BigInt(buy.unitSize) <
    picoOf(bought) * buy.worth * BigInt(sell.unitSize);
  return (
    below(ours.rate, theirs.rate) ||
    below(ours.rateNext ?? ours.rate, theirs.rateNext ?? theirs.rate)
  );
}

/** `0.012 (44)`, `0.02 then 0.01 (44)` */
function priceOf({ key, rate, rateNext }: DeckRow): string {
  return `${rate}${rateNext === undefined ? "" : ` then ${rateNext}`} (${key})`;
}

function picoOf(rate: string | null): bigint {
  return parseDecimal(rate ?? "0", DECIMAL_PLACES);
}
