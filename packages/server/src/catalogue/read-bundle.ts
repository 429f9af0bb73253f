import {
  type CatalogueProblem,
  type Path,
  problem,
} from "@counterpart/domain/catalogue/problems.ts";
import { locateProblem, NOWHERE } from "./locate-problem.ts";
import { DEPTH_MAX, isStorable } from "./read-yaml.ts";
import { type ReadCatalogue, resolveBundle } from "./resolve-bundle.ts";

/**
 * Reads a catalogue that came as one JSON value, its decks with their rows as `csv` or by the hash
 * of rows that are kept already. Problems have no file and no line, only their JSON Pointer.
 */
export async function readCatalogueBundle(
  json: unknown,
  isKept: (rowsHash: string) => boolean = () => false,
): Promise<ReadCatalogue> {
  const locate = () => NOWHERE;
  const found = checkJson(json, []);
  if (found.length > 0) {
    const problems = found.map((each) => locateProblem(each, locate));
    return { catalogue: null, deckRows: new Map(), problems, locate };
  }
  return await resolveBundle(json, { locate, readFile: null, isKept });
}

/**
 * What YAML is refused for while it is read: depth, names that change objects, texts no store
 * takes.
 */
function checkJson(value: unknown, path: Path): readonly CatalogueProblem[] {
  if (path.length > DEPTH_MAX) {
    return [problem(path, "catalogue.too-deep", { depthMax: DEPTH_MAX })];
  }
  if (typeof value === "string") {
    return isStorable(value) ? [] : [problem(path, "catalogue.text-not-storable", {})];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, at) => checkJson(item, [...path, at]));
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = [...path, key];
    if (key === "__proto__") return [problem(at, "catalogue.unknown-key", { key })];
    if (!isStorable(key)) return [problem(path, "catalogue.text-not-storable", {})];
    return checkJson(item, at);
  });
}
