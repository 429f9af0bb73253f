import { createHash } from "node:crypto";
import { canonicalJson } from "@counterpart/domain/canonical-json.ts";
import type { DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";

/** Rows that go into the hash at once: their text would otherwise be as large as the file. */
const ROWS_AT_ONCE = 10_000;

/**
 * SHA-256 of the rows, in hexadecimal. `rows` are as `readDeckCsv` gives them, sorted and in their
 * shortest form, so that the same prices have the same hash whatever file they came from.
 */
export function deckRowsHash(rows: readonly DeckRow[]): string {
  const hash = createHash("sha256");
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    hash.update(
      rows
        .slice(at, at + ROWS_AT_ONCE)
        .map(lineOf)
        .join(""),
    );
  }
  return hash.digest("hex");
}

/** What few rows have follows what all have, and adds nothing to a row without it. */
function lineOf(row: DeckRow): string {
  const { key, name, rate, rateNext, connectFee, initialIncrement, subsequentIncrement } = row;
  const fields = [key, name, rate, rateNext, connectFee, initialIncrement, subsequentIncrement];
  const { originGroup, timeBand, call } = row;
  const isPlain = originGroup === undefined && timeBand === undefined && call === undefined;
  const more = isPlain ? "" : canonicalJson([originGroup ?? "", timeBand ?? "", call ?? {}]);
  return `${JSON.stringify(fields.map((field) => field ?? ""))}${more}\n`;
}
