/**
 * What is left of a catalogue when what is malformed is taken out, so that a problem of form hides
 * none of the others.
 */
import type { CatalogueProblem, Path } from "@counterpart/domain/catalogue/problems.ts";
import { type Bundle, bundleSchema } from "./catalogue-schema.ts";
import { problemsOfIssues } from "./schema-problems.ts";

export interface SoundPart {
  readonly bundle: Bundle;
  readonly doubts: Doubts;
}

/** Where the sense of what is there cannot be judged, because something is missing. */
export interface Doubts {
  /** Maps of which a key was taken out. */
  readonly maps: readonly Path[];
  /** Objects that were taken out: of what names one of them, nothing is known. */
  readonly objects: readonly Path[];
}

/** In place of a malformed one: nothing that is checked without it depends on it. */
const STAND_IN = { name: "provider", homeCurrency: "EUR", timeZone: "UTC" };

/**
 * The bundle without unknown keys and malformed objects (`problems` of the schema), or null when whole
 * sections are malformed.
 */
export function soundPart(raw: unknown, problems: readonly CatalogueProblem[]): SoundPart | null {
  const copy: unknown = structuredClone(raw);
  const maps: Path[] = [];
  const objects: Path[] = [];
  const takeOut = (path: Path): boolean => {
    objects.push(path.slice(0, 2));
    return takeOutObject(copy, path);
  };
  for (const { path, code } of problems) {
    if (code === "catalogue.unknown-key" && path.length > 2 && path[0] !== "exchangeRates") {
      maps.push(path.slice(0, -1));
      removeAt(copy, path);
    } else if (!takeOut(path)) return null;
  }
  const first = bundleSchema.safeParse(copy, { reportInput: true });
  if (first.success) return { bundle: first.data, doubts: { maps, objects } };
  // Without a key that it does not know, a price may be taken for one of another model.
  for (const { path } of problemsOfIssues(first.error.issues)) if (!takeOut(path)) return null;
  const second = bundleSchema.safeParse(copy);
  return second.success ? { bundle: second.data, doubts: { maps, objects } } : null;
}

/** False when it is no object of a section. */
function takeOutObject(bundle: unknown, path: Path): boolean {
  if (!isMap(bundle)) return false;
  const [section] = path;
  if (section === "provider") bundle.provider = STAND_IN;
  else if (section === "exchangeRates") bundle.exchangeRates = [];
  else if (path.length < 2) return false;
  else removeAt(bundle, path.slice(0, 2));
  return true;
}

function removeAt(root: unknown, path: Path): void {
  const parent = valueAt(root, path.slice(0, -1));
  if (isMap(parent)) delete parent[String(path.at(-1))];
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isMap(value) && Object.hasOwn(value, key) ? value[String(key)] : undefined;
  }
  return value;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Those problems of sense that hold whatever the malformed parts turn out to be. */
export function withoutDoubtful(
  found: readonly CatalogueProblem[],
  raw: unknown,
  { maps, objects }: Doubts,
): readonly CatalogueProblem[] {
  const names = objects.flatMap((path) => namesOf(path, valueAt(raw, path)));
  const naming = new Map<string, boolean>();
  const namesOne = (path: Path): boolean => {
    const key = path.slice(0, 2).join("\0");
    const known = naming.get(key);
    if (known !== undefined) return known;
    const text = JSON.stringify(valueAt(raw, path.slice(0, 2))) ?? "";
    const answer = names.some((name) => text.includes(name));
    naming.set(key, answer);
    return answer;
  };
  const places = [...maps, ...objects];
  return found.filter(
    ({ path }) => !places.some((place) => isWithin(path, place)) && !namesOne(path),
  );
}

/** What others call an object; an agreement is also what makes its party a reseller. */
function namesOf([section, id]: Path, value: unknown): string[] {
  if (section === "provider" || section === "exchangeRates") return [];
  const party = section === "agreements" && isMap(value) ? value.party : undefined;
  return [String(id), ...(typeof party === "string" ? [party] : [])];
}

function isWithin(path: Path, place: Path): boolean {
  return place.every((key, at) => String(path[at]) === String(key));
}
