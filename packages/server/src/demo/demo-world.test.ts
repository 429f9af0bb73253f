import { fileURLToPath } from "node:url";
import type { Catalogue, DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import { checkCatalogue } from "@counterpart/domain/catalogue/check-catalogue.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import { countryOfNumber } from "@counterpart/domain/events/read-number.ts";
import { expect, test } from "vitest";
import { readCatalogueDirectory } from "../catalogue/read-directory.ts";
import { expressionChecks } from "../meters/expressions.ts";
import { DEMO_WORLD } from "./demo-world.ts";
import { seededRandom } from "./seeded-random.ts";
import { numberLike } from "./traffic-world.ts";

const directory = fileURLToPath(new URL("../../../../catalogues/demo", import.meta.url));
const read = await readCatalogueDirectory(directory);
const catalogue = read.catalogue as Catalogue;

/** Rows by key of each version of the decks of a kind, with the deck's name. */
function decksBy(key: "prefix" | "network", per: string): [string, Map<string, DeckRow>][] {
  return Object.entries(catalogue.decks)
    .filter(([, deck]) => deck.key === key && deck.per === per)
    .flatMap(([name, { versions }]) =>
      versions.map(({ from, rows }): [string, Map<string, DeckRow>] => [
        `${name} from ${from}`,
        new Map(read.deckRows.get(rows)!.map((row) => [row.key, row])),
      ]),
    );
}

function longestPrefix(rows: ReadonlyMap<string, DeckRow>, number: string): DeckRow | undefined {
  for (let length = number.length; length > 0; length--) {
    const row = rows.get(number.slice(0, length));
    if (row !== undefined) return row;
  }
  return undefined;
}

const random = seededRandom(1, "destinations");

function examples(patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => [0, 1, 2].map(() => numberLike(pattern, random)));
}

test("the demo catalogue has no problems", () => {
  expect(read.problems).toEqual([]);
  expect(checkCatalogue(catalogue, BUILT_IN_TYPES, expressionChecks)).toEqual([]);
});

test("every account of the traffic is in the catalogue, and so are its other names", () => {
  for (const { name, trunk, apiKey } of DEMO_WORLD.accounts) {
    const aliases = catalogue.accounts[name]?.aliases ?? [];
    const ofSource = (source: string) => aliases.find((alias) => alias.source === source)?.name;
    expect(catalogue.accounts, name).toHaveProperty([name]);
    expect(ofSource("voice-switch"), name).toBe(trunk);
    expect(ofSource("messaging"), name).toBe(apiKey);
  }
});

test("only the resellers' own accounts have no traffic", () => {
  const names = new Set(DEMO_WORLD.accounts.map(({ name }) => name));
  const silent = Object.keys(catalogue.accounts).filter((name) => !names.has(name));
  expect(silent).toEqual(["brightline", "rheinfunk"]);
});

test("the numbers of a country belong to it", () => {
  for (const { code, mobile, fixed } of DEMO_WORLD.countries) {
    for (const number of examples([...mobile, ...fixed])) {
      expect(countryOfNumber(number), number).toBe(code);
    }
  }
});

test("every destination has a rate in every voice and WhatsApp deck", () => {
  const patterns = DEMO_WORLD.countries.flatMap(({ mobile, fixed }) => [...mobile, ...fixed]);
  for (const [deck, rows] of [...decksBy("prefix", "minute"), ...decksBy("prefix", "message")]) {
    for (const number of examples(patterns)) {
      const rate = longestPrefix(rows, number)?.rate;
      expect(typeof rate, `${number} in ${deck}`).toBe("string");
    }
  }
});

test("every network has a rate in every SMS deck, its own or its country's", () => {
  for (const [deck, rows] of decksBy("network", "segment")) {
    for (const network of DEMO_WORLD.countries.flatMap(({ networks }) => networks)) {
      const row = rows.get(network) ?? rows.get(network.slice(0, 3));
      expect(row?.rate, `${network} in ${deck}`).toBeTypeOf("string");
    }
  }
});

test("every voice deck blocks the blocked destinations and has none of the unpriced ones", () => {
  for (const [deck, rows] of decksBy("prefix", "minute")) {
    for (const number of examples(DEMO_WORLD.blocked)) {
      expect(longestPrefix(rows, number)?.rate, `${number} in ${deck}`).toBeNull();
    }
    for (const number of examples(DEMO_WORLD.unpriced)) {
      expect(longestPrefix(rows, number), `${number} in ${deck}`).toBeUndefined();
    }
  }
});
