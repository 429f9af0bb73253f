import { KIND_OF_SECTION, SECTIONS } from "@counterpart/domain/catalogue/check-catalogue.ts";
import {
  type CatalogueProblem,
  type Path,
  problem,
} from "@counterpart/domain/catalogue/problems.ts";
import { CSV_BYTES_MAX, listYamlFiles, readTextInside, YAML_BYTES_MAX } from "./catalogue-files.ts";
import { type Locate, locateProblem, NOWHERE, type Place, type Problem } from "./locate-problem.ts";
import { readYaml, type YamlText } from "./read-yaml.ts";
import { type ReadCatalogue, resolveBundle } from "./resolve-bundle.ts";

/**
 * Reads a directory as a catalogue: every YAML file in the tree holds some of its objects, and
 * decks name their CSV files relative to the directory. All problems are told at once.
 */
export async function readCatalogueDirectory(directory: string): Promise<ReadCatalogue> {
  const { files, problems: unlisted } = await listYamlFiles(directory);
  const merging: Merging = { bundle: startBundle(), origins: new Map(), problems: [] };
  merging.problems.push(...unlisted.map((each) => locateProblem(each, () => NOWHERE)));
  for (const file of files) {
    const text = await readTextInside(directory, file, YAML_BYTES_MAX, []);
    if (typeof text !== "string") {
      merging.problems.push(locateProblem(text, () => ({ ...NOWHERE, file })));
      continue;
    }
    const yaml = readYaml(text);
    for (const { line, column, ...found } of yaml.problems) {
      merging.problems.push(locateProblem(found, () => ({ file, line, column })));
    }
    mergeFile(merging, { file, yaml });
  }
  const locate = locateIn(merging);
  return await resolveBundle(merging.bundle, {
    locate,
    readFile: (file, path) => readTextInside(directory, file, CSV_BYTES_MAX, path),
    isKept: () => false,
    found: merging.problems,
  });
}

interface SourceFile {
  readonly file: string;
  readonly yaml: YamlText;
}

/** The file that an object is in, and its path there. */
interface Origin {
  readonly source: SourceFile;
  readonly path: Path;
}

type MergedBundle = Record<Section, Record<string, unknown>> & {
  provider?: unknown;
  exchangeRates: unknown[];
};

function startBundle(): MergedBundle {
  return {
    parties: {},
    accounts: {},
    sources: {},
    eventTypes: {},
    exchangeTables: {},
    decks: {},
    plans: {},
    agreements: {},
    meters: {},
    exchangeRates: [],
  };
}

interface Merging {
  readonly bundle: MergedBundle;
  /** By section and id, or index among the exchange rates. */
  readonly origins: Map<string, Origin>;
  readonly problems: Problem[];
}

function mergeFile(merging: Merging, source: SourceFile): void {
  const { value } = source.yaml;
  // A file of comments is empty, and so is a section without a body.
  if (value === null) return;
  if (!isObject(value)) {
    tell(merging, source, problem([], "catalogue.wrong-type", { expected: "a map of sections" }));
    return;
  }
  for (const [section, body] of Object.entries(value)) {
    if (body === null) continue;
    if (section === "provider") mergeObject(merging, source, [section], body);
    else if (section === "exchangeRates") mergeRates(merging, source, body);
    else if (!isSection(section)) {
      tell(merging, source, problem([section], "catalogue.unknown-key", { key: section }));
    } else if (!isObject(body)) {
      tell(merging, source, problem([section], "catalogue.wrong-type", { expected: "a map" }));
    } else {
      for (const [id, object] of Object.entries(body)) {
        mergeObject(merging, source, [section, id], object);
      }
    }
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Section = (typeof SECTIONS)[number];

function isSection(name: string): name is Section {
  return (SECTIONS as readonly string[]).includes(name);
}

function mergeObject(
  { bundle, origins, problems }: Merging,
  source: SourceFile,
  path: readonly ["provider"] | readonly [section: Section, id: string],
  object: unknown,
): void {
  const [section, id] = path;
  const first = origins.get(originKey(path));
  if (first !== undefined) {
    const kind = section === "provider" ? section : KIND_OF_SECTION[section];
    const { file, line } = placeOf(first, path);
    const detail = { kind, id: id ?? "", place: `${file}:${line}` };
    const found = problem(path, "catalogue.id-twice", detail);
    problems.push(locateProblem(found, () => placeOf({ source, path }, path)));
    return;
  }
  origins.set(originKey(path), { source, path });
  if (section === "provider") bundle.provider = object;
  else bundle[section][id] = object;
}

function mergeRates(merging: Merging, source: SourceFile, body: unknown): void {
  if (!Array.isArray(body)) {
    const found = problem(["exchangeRates"], "catalogue.wrong-type", { expected: "a list" });
    tell(merging, source, found);
    return;
  }
  const rates = merging.bundle.exchangeRates;
  for (const [at, rate] of body.entries()) {
    const origin = { source, path: ["exchangeRates", at] };
    merging.origins.set(originKey(["exchangeRates", rates.length]), origin);
    rates.push(rate);
  }
}

function tell({ problems }: Merging, source: SourceFile, found: CatalogueProblem): void {
  problems.push(locateProblem(found, (path) => placeOf({ source, path }, path)));
}

function originKey(path: Path): string {
  return path.slice(0, 2).join("\0");
}

function placeOf({ source }: Origin, path: Path): Place {
  return { file: source.file, ...source.yaml.locate(path) };
}

/**
 * The path in the merged catalogue is the path in the file, but for the index of an exchange rate.
 */
function locateIn({ origins }: Merging): Locate {
  return (path) => {
    const isProvider = path[0] === "provider";
    const origin = origins.get(originKey(isProvider ? ["provider"] : path));
    if (origin === undefined) return NOWHERE;
    return placeOf(origin, [...origin.path, ...path.slice(origin.path.length)]);
  };
}
