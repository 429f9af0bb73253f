import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import { checkCatalogue } from "@counterpart/domain/catalogue/check-catalogue.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import { applicableTerms } from "@counterpart/domain/rating/applicable-terms.ts";
import { compileBook } from "@counterpart/domain/rating/compile-book.ts";
import { compileDeck } from "@counterpart/domain/rating/compile-deck.ts";
import { unitOf } from "@counterpart/domain/units.ts";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { expressionChecks } from "../meters/expressions.ts";
import { readCatalogueBundle } from "./read-bundle.ts";
import { readCatalogueDirectory } from "./read-directory.ts";
import { readYaml } from "./read-yaml.ts";

const GOOD = join(import.meta.dirname, "fixtures/provider");
const TEXT = readFileSync(join(GOOD, "catalogue.yaml"), "utf8");

let good: Catalogue;
let places: readonly (string | number)[][];
beforeAll(async () => {
  const { catalogue } = await readCatalogueDirectory(GOOD);
  good = catalogue!;
  places = placesIn(good, []);
});

function placesIn(value: unknown, path: (string | number)[]): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  const parts: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return [path, ...parts.flatMap(([key, part]) => placesIn(part, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: (string | number)[], by: unknown): unknown {
  if (key === undefined) return by;
  const swap = (part: unknown, name: string | number): unknown =>
    String(name) === String(key) ? replaced(part, rest, by) : part;
  if (Array.isArray(value)) return value.map(swap);
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  return Object.fromEntries(entries.map(([name, part]) => [name, swap(part, name)]));
}

const isKept = () => true;

test("whatever stands in one place, the catalogue is refused or compiles", async () => {
  const words = ["all", "sms-out", "basic", "acme-main", "northwind", "USD", "customer", "0"];
  const bases = ["cost", "customerCharge", "parentCharge", "margin"];
  const dates = ["2026-01-01", "2026-06-30", "0001-01-01", "9999-12-31T23:59:59+23:59"];
  const value = fc.oneof(
    fc.constantFrom<unknown>(...words, ...bases, ...dates),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const index = fc.nat(places.length - 1);
  await fc.assert(
    fc.asyncProperty(index, value, async (at, by) => {
      const read = await readCatalogueBundle(replaced(good, places[at]!, by), isKept);
      for (const { path, message } of read.problems) {
        expect(path === "" || path.startsWith("/"), message).toBe(true);
      }
      if (read.catalogue === null) return;
      const problems = checkCatalogue(read.catalogue, BUILT_IN_TYPES, expressionChecks);
      if (problems.length === 0) expect(compiles(read.catalogue)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

function compiles(catalogue: Catalogue): boolean {
  const book = compileBook({
    revision: 1,
    catalogue,
    builtInTypes: BUILT_IN_TYPES,
    handleOf: () => 1,
    termVersionOf: () => 1,
    deckOf: (name) => compileDeck(catalogue.decks[name]!.key, unitOf("call"), []),
  });
  for (const account of book.accounts.values()) {
    for (const type of book.types.keys()) applicableTerms(book, account, type);
  }
  return book.types.size > 0;
}

test("no text makes the YAML reader throw", () => {
  const marks = [..."{}[]:,-?&*!|>'\"%@`# \n\t\0\ufeff\ud800", "<<: ", "- ", "--- \n", "&a ", "*a"];
  const scribble = fc.string({ unit: fc.constantFrom("a", "1", ...marks), maxLength: 40 });
  const cut = fc.record({ at: fc.nat(TEXT.length), text: scribble });
  fc.assert(
    fc.property(cut, ({ at, text }) => {
      readYaml(text);
      const { value, problems } = readYaml(TEXT.slice(0, at) + text + TEXT.slice(at + text.length));
      expect(value !== null || problems.length > 0).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("an opening bracket without end is malformed, not a crash", () => {
  for (const text of [
    "[".repeat(20_000),
    "- ".repeat(20_000),
    "{a: ".repeat(5_000),
    "? ".repeat(5_000),
  ]) {
    expect(readYaml(text).problems).not.toEqual([]);
  }
});
