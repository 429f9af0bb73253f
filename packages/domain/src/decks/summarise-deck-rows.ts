import type { DeckRow } from "../catalogue/catalogue.ts";
import { parseDecimal } from "../decimal.ts";

/** What can be said of all rows of a deck at once. */
export interface DeckSummary {
  /** Rows with a rate; blocked ones are not counted. */
  readonly priced: number;
  /** The lowest and the highest rate, as written; null when every row is blocked. */
  readonly lowest: string | null;
  readonly highest: string | null;
  /** Increments of every row; null when there are none, or not the same ones. */
  readonly increments: { readonly initial: number; readonly subsequent: number } | null;
  /** Whether a row charges a connect fee. */
  readonly connectFees: boolean;
}

export function summariseDeckRows(rows: readonly DeckRow[]): DeckSummary {
  const priced = rows.filter(({ rate }) => rate !== null);
  let [lowest, highest]: [Rate | null, Rate | null] = [null, null];
  for (const { rate } of priced) {
    const text = rate ?? "0";
    const pico = parseDecimal(text, 12);
    if (lowest === null || pico < lowest.pico) lowest = { text, pico };
    if (highest === null || pico > highest.pico) highest = { text, pico };
  }
  return {
    priced: priced.length,
    lowest: lowest?.text ?? null,
    highest: highest?.text ?? null,
    increments: commonIncrements(priced),
    connectFees: priced.some(({ connectFee }) => parseDecimal(connectFee ?? "0", 12) !== 0n),
  };
}

interface Rate {
  readonly text: string;
  readonly pico: bigint;
}

function commonIncrements(rows: readonly DeckRow[]): DeckSummary["increments"] {
  const initial = rows[0]?.initialIncrement;
  const subsequent = rows[0]?.subsequentIncrement ?? initial;
  if (initial === undefined || subsequent === undefined) return null;
  const isCommon = rows.every(
    (row) =>
      row.initialIncrement === initial && (row.subsequentIncrement ?? initial) === subsequent,
  );
  return isCommon ? { initial, subsequent } : null;
}
