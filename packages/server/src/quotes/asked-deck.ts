/** A rate deck that is given with a question: its price is asked before the deck is in any catalogue. */
import type { Catalogue, Deck } from "@counterpart/domain/catalogue/catalogue.ts";
import { checkDecks } from "@counterpart/domain/catalogue/check-decks.ts";
import { problem } from "@counterpart/domain/catalogue/problems.ts";
import { FIRST_ASKED_ROW } from "@counterpart/domain/explain/deck-row-ref.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { compileDeck } from "@counterpart/domain/rating/compile-deck.ts";
import type { DeckIndex } from "@counterpart/domain/rating/deck-index.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { unitOf } from "@counterpart/domain/units.ts";
import { z } from "zod";
import { bundleDeckVersionSchema, deckFields } from "../catalogue/catalogue-schema.ts";
import type { StoredDeckRow } from "../catalogue/deck-rows.repo.ts";
import { deckRowsToWrite } from "../catalogue/deck-rows-to-write.ts";
import { locateProblem, NOWHERE, type Problem } from "../catalogue/locate-problem.ts";
import { readDeckCsv } from "../catalogue/read-deck-csv.ts";

/** As a deck of a catalogue, with the rows of its only version. */
export const askedDeckSchema = z.strictObject({
  ...deckFields,
  ...bundleDeckVersionSchema.pick({ columns: true, delimiter: true, keyPrefix: true }).shape,
  csv: z.string().describe("Its rows, with the columns of a deck's CSV"),
});

export type DeckInQuestion = z.output<typeof askedDeckSchema>;

export interface AskedDeck {
  /** The name that the price says. */
  readonly name: string;
  readonly body: Deck;
  readonly rows: readonly StoredDeckRow[];
  readonly index: DeckIndex;
}

/** Its rows were always in force. */
const EVER = 0 as Instant;

/** Refuses `quote.price-invalid` with every problem of the deck. */
export function readAskedDeck(catalogue: Catalogue, name: string, deck: DeckInQuestion): AskedDeck {
  const { csv, columns, delimiter, keyPrefix, ...fields } = deck;
  const body: Deck = { ...fields, versions: [{ from: "1970-01-01", rows: "" }] };
  const read = readDeckCsv(csv, deck);
  const problems: Problem[] = read.problems.map(({ line, code, message }) => {
    const told = { path: ["deck", "csv"], code, message: `Line ${line} of the CSV: ${message}` };
    return locateProblem(told, () => NOWHERE);
  });
  checkDecks({ ...catalogue, decks: { [name]: body } }, ([, , ...path], code, detail) => {
    problems.push(locateProblem(problem(["deck", ...path], code, detail), () => NOWHERE));
  });
  if (problems.length > 0) throw new Refusal("quote.price-invalid", { problems });
  const rows = deckRowsToWrite([], [{ from: EVER, rows: read.rows }]).map((row, at) => ({
    ...row,
    id: FIRST_ASKED_ROW + at,
  }));
  return { name, body, rows, index: compileDeck(body.key, unitOf(body.per), rows) };
}
