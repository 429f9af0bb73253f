import type {
  Catalogue,
  Deck,
  DeckRow,
  DeckVersion,
} from "@counterpart/domain/catalogue/catalogue.ts";
import { checkObjects } from "@counterpart/domain/catalogue/check-catalogue.ts";
import { type ExchangeTable, exchangeTable } from "@counterpart/domain/catalogue/exchange-table.ts";
import {
  type CatalogueProblem,
  type Path,
  problem,
  toPointer,
} from "@counterpart/domain/catalogue/problems.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import { expressionChecks } from "../meters/expressions.ts";
import { type Bundle, type BundleDeckVersion, bundleSchema } from "./catalogue-schema.ts";
import { deckRowsHash } from "./deck-rows-hash.ts";
import { type Locate, locateProblem, type Problem, sortProblems } from "./locate-problem.ts";
import type { LineProblem } from "./parse-deck-table.ts";
import { readDeckCsv } from "./read-deck-csv.ts";
import { readExchangesCsv } from "./read-exchanges-csv.ts";
import { readPatches } from "./read-patches.ts";
import { problemsOfIssues } from "./schema-problems.ts";
import { type SoundPart, soundPart, withoutDoubtful } from "./sound-part.ts";

export interface ReadCatalogue {
  /**
   * null if something has not the shape of a catalogue. Whether it makes sense is not asked here
   * otherwise; `problems` have what is certain of the rest.
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
  /** Problems of form that were found while it was read. */
  readonly found?: readonly Problem[];
}

/**
 * Checks the shape of a bundle and reads the rows of its decks. What is malformed hides nothing of
 * the rest: its rows are read, and the sense of each object that can be judged is checked.
 */
export async function resolveBundle(raw: unknown, resolving: Resolving): Promise<ReadCatalogue> {
  const { locate, found = [] } = resolving;
  const { sound, problems: malformed } = readShape(raw, found);
  const problems: Problem[] = [...found, ...malformed.map((each) => locateProblem(each, locate))];
  if (sound === null) {
    return { catalogue: null, deckRows: new Map(), problems: sortProblems(problems), locate };
  }
  const { problems: unpatched, ...patched } = readPatches(sound.bundle);
  problems.push(...unpatched.map((each) => locateProblem(each, locate)));
  const isFormed = problems.length === 0;
  const rows = await readRows(sound.bundle, resolving);
  problems.push(...rows.problems);
  const { decks, exchangeTables, deckRows } = rows;
  const catalogue: Catalogue = { ...sound.bundle, ...patched, decks, exchangeTables };
  if (isFormed) return { catalogue, deckRows, problems: sortProblems(problems), locate };
  if (isWhole(found)) {
    // A price without the shape of one cannot be checked for sense.
    const unpriced = unpatched.map(({ path }) => path.slice(0, 2));
    const { maps, objects } = sound.doubts;
    const sense = checkObjects(without(catalogue, unpriced), BUILT_IN_TYPES, expressionChecks);
    const certain = withoutDoubtful(sense, raw, { maps, objects: [...objects, ...unpriced] });
    problems.push(...certain.map((each) => locateProblem(each, locate)));
  }
  return { catalogue: null, deckRows, problems: sortProblems(problems), locate };
}

/** The catalogue without these plans and agreements. */
function without(catalogue: Catalogue, objects: readonly Path[]): Catalogue {
  const out = new Set(objects.map(toPointer));
  const rest = <Item>(section: string, items: Readonly<Record<string, Item>>) =>
    Object.fromEntries(Object.entries(items).filter(([id]) => !out.has(toPointer([section, id]))));
  const { plans, agreements } = catalogue;
  return { ...catalogue, plans: rest("plans", plans), agreements: rest("agreements", agreements) };
}

interface Shape {
  /** null when nothing of it can be looked at. */
  readonly sound: SoundPart | null;
  readonly problems: readonly CatalogueProblem[];
}

function readShape(raw: unknown, found: readonly Problem[]): Shape {
  const parsed = bundleSchema.safeParse(raw, { reportInput: true });
  if (parsed.success) {
    return { sound: { bundle: parsed.data, doubts: { maps: [], objects: [] } }, problems: [] };
  }
  const problems = problemsOfIssues(parsed.error.issues);
  // What could not be read is told once; and a file that could not be may hold the provider.
  const told = new Set(found.map(({ path }) => path));
  if (!isWhole(found)) told.add("/provider");
  const fresh = problems.filter(({ path }) => !told.has(toPointer(path)));
  return { sound: soundPart(raw, problems), problems: fresh };
}

/** Whether all objects are there: a file or section that cannot be read may hold what is named. */
function isWhole(found: readonly Problem[]): boolean {
  return found.every(({ path }) => path.split("/").length > 2);
}

interface ReadRows {
  readonly decks: Readonly<Record<string, Deck>>;
  readonly exchangeTables: Readonly<Record<string, ExchangeTable>>;
  readonly deckRows: ReadonlyMap<string, readonly DeckRow[]>;
  readonly problems: readonly Problem[];
}

async function readRows(bundle: Bundle, resolving: Resolving): Promise<ReadRows> {
  const { locate } = resolving;
  const problems: Problem[] = [];
  const deckRows = new Map<string, readonly DeckRow[]>();
  const decks: Record<string, Deck> = {};
  for (const [id, { versions, ...deck }] of Object.entries(bundle.decks)) {
    const resolved: DeckVersion[] = [];
    for (const [at, version] of versions.entries()) {
      const path = ["decks", id, "versions", at];
      const source = await findRows(version, path, resolving);
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
  for (const [id, table] of Object.entries(bundle.exchangeTables)) {
    const path = ["exchangeTables", id];
    const source = await findRows({ ...table, rows: undefined }, path, resolving);
    if ("problem" in source) problems.push(locateProblem(source.problem, locate));
    if (!("text" in source)) continue;
    const csv = readExchangesCsv(source.text, table);
    exchangeTables[id] = exchangeTable(csv.exchanges);
    problems.push(...csv.problems.map((each) => placeLine(each, source.file, path, locate)));
  }
  return { decks, exchangeTables, deckRows, problems };
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
