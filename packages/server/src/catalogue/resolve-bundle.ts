import type {
  Catalogue,
  Deck,
  DeckRow,
  DeckVersion,
} from "@counterpart/domain/catalogue/catalogue.ts";
import { type ExchangeTable, exchangeTable } from "@counterpart/domain/catalogue/exchange-table.ts";
import {
  type CatalogueProblem,
  type Path,
  problem,
  toPointer,
} from "@counterpart/domain/catalogue/problems.ts";
import { type BundleDeckVersion, bundleSchema } from "./catalogue-schema.ts";
import { deckRowsHash } from "./deck-rows-hash.ts";
import { type Locate, locateProblem, type Problem, sortProblems } from "./locate-problem.ts";
import type { LineProblem } from "./parse-deck-table.ts";
import { readDeckCsv } from "./read-deck-csv.ts";
import { readExchangesCsv } from "./read-exchanges-csv.ts";
import { readPatches } from "./read-patches.ts";
import { problemsOfIssues } from "./schema-problems.ts";

export interface ReadCatalogue {
  /**
   * null if something has not the shape of a catalogue. Whether it makes sense is not asked here.
   */
  readonly catalogue: Catalogue | null;
  /** The rows that came along, by their hash. */
  readonly deckRows: ReadonlyMap<string, readonly DeckRow[]>;
  readonly problems: readonly Problem[];
  /** For problems that are found later, such as those of `checkCatalogue`. */
  readonly locate: Locate;
}

export interface Resolving {
  readonly locate: Locate;
  /**
   * The text of a CSV file that a version names, or what is wrong with it; null where there are
   * none.
   */
  readonly readFile: ((file: string, path: Path) => Promise<string | CatalogueProblem>) | null;
  /** Whether rows of this hash are kept already. */
  readonly isKept: (rowsHash: string) => boolean;
}

/** Checks the shape of a bundle and reads the rows of its decks. */
export async function resolveBundle(
  raw: unknown,
  { locate, readFile, isKept }: Resolving,
): Promise<ReadCatalogue> {
  const parsed = bundleSchema.safeParse(raw, { reportInput: true });
  if (!parsed.success) {
    const found = problemsOfIssues(parsed.error.issues).map((each) => locateProblem(each, locate));
    return { catalogue: null, deckRows: new Map(), problems: sortProblems(found), locate };
  }
  const { problems: found, ...patched } = readPatches(parsed.data);
  const problems: Problem[] = found.map((each) => locateProblem(each, locate));
  const deckRows = new Map<string, readonly DeckRow[]>();
  const decks: Record<string, Deck> = {};
  for (const [id, { versions, ...deck }] of Object.entries(parsed.data.decks)) {
    const resolved: DeckVersion[] = [];
    for (const [at, version] of versions.entries()) {
      const path = ["decks", id, "versions", at];
      const source = await findRows(version, path, { locate, readFile, isKept });
      if ("rows" in source) resolved.push({ from: version.from, rows: source.rows });
      else if ("problem" in source) problems.push(locateProblem(source.problem, locate));
      else {
        const csv = readDeckCsv(source.text, { ...version, ...deck });
        const hash = deckRowsHash(csv.rows);
        deckRows.set(hash, csv.rows);
        resolved.push({ from: version.from, rows: hash });
        problems.push(...csv.problems.map((each) => placeLine(each, source.file, path, locate)));
      }
    }
    decks[id] = { ...deck, versions: resolved };
  }
  const exchangeTables: Record<string, ExchangeTable> = {};
  for (const [id, table] of Object.entries(parsed.data.exchangeTables)) {
    const path = ["exchangeTables", id];
    const source = await findRows({ ...table, rows: undefined }, path, {
      locate,
      readFile,
      isKept,
    });
    if ("problem" in source) problems.push(locateProblem(source.problem, locate));
    if (!("text" in source)) continue;
    const csv = readExchangesCsv(source.text, table);
    exchangeTables[id] = exchangeTable(csv.exchanges);
    problems.push(...csv.problems.map((each) => placeLine(each, source.file, path, locate)));
  }
  // A price without the shape of one cannot be checked for sense.
  const catalogue = found.length > 0 ? null : { ...parsed.data, ...patched, decks, exchangeTables };
  return { catalogue, deckRows, problems: sortProblems(problems), locate };
}

type RowsSource =
  | { readonly rows: string }
  | { readonly text: string; readonly file: string | null }
  | { readonly problem: CatalogueProblem };

async function findRows(
  { file, csv, rows }: Pick<BundleDeckVersion, "file" | "csv" | "rows">,
  path: Path,
  { readFile, isKept }: Resolving,
): Promise<RowsSource> {
  if ([file, csv, rows].filter((source) => source !== undefined).length !== 1) {
    return { problem: problem(path, "catalogue.rows-missing", {}) };
  }
  if (csv !== undefined) return { text: csv, file: null };
  if (rows !== undefined) {
    if (isKept(rows)) return { rows };
    return { problem: problem([...path, "rows"], "catalogue.rows-unknown", { rows }) };
  }
  const filePath = [...path, "file"];
  if (readFile === null) return { problem: problem(filePath, "catalogue.file-not-here", {}) };
  const text = await readFile(file ?? "", filePath);
  return typeof text === "string" ? { text, file: file ?? "" } : { problem: text };
}

/** A line of a file is a place of its own; a line of CSV inside something else is told in words. */
function placeLine(
  { line, code, message }: LineProblem,
  file: string | null,
  path: Path,
  locate: Locate,
): Problem {
  if (file !== null) return { file, line, column: 1, path: toPointer(path), code, message };
  const told = { path: [...path, "csv"], code, message: `Line ${line} of the CSV: ${message}` };
  return locateProblem(told, locate);
}
