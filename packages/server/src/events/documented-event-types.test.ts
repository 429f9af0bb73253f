import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import { checkCatalogue } from "@counterpart/domain/catalogue/check-catalogue.ts";
import { formatDecimal } from "@counterpart/domain/decimal.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import type { EventType } from "@counterpart/domain/events/event-type.ts";
import { parseInstant } from "@counterpart/domain/instant.ts";
import type { Book } from "@counterpart/domain/rating/book.ts";
import { compileBook } from "@counterpart/domain/rating/compile-book.ts";
import { compileDeck } from "@counterpart/domain/rating/compile-deck.ts";
import { unitOf } from "@counterpart/domain/units.ts";
import { expect, test } from "vitest";
import { readCatalogueDirectory } from "../catalogue/read-directory.ts";
import type { ReadCatalogue } from "../catalogue/resolve-bundle.ts";
import { expressionChecks } from "../meters/expressions.ts";
import { prepareEvent } from "./prepare-event.ts";
import { schemaChecks } from "./schema-checks.ts";

const ROOT = new URL("../../../../", import.meta.url);
const read = await readCatalogueDirectory(fileURLToPath(new URL("catalogues/channels", ROOT)));
const catalogue = read.catalogue!;
const book = bookOf(catalogue, read.deckRows);
const guide = await readFile(new URL("docs/EVENT-TYPES.md", ROOT), "utf8");

const TYPES: Readonly<Record<string, EventType>> = { ...BUILT_IN_TYPES, ...catalogue.eventTypes };
const SECTIONS = guide
  .split("\n### ")
  .slice(1)
  .map((section) => ({ name: section.slice(0, section.indexOf("\n")), section }));

test("the catalogue of channels can be applied as it stands", () => {
  expect(read.problems).toEqual([]);
  expect(checkCatalogue(catalogue, BUILT_IN_TYPES, expressionChecks)).toEqual([]);
});

test("every event type has its section, and no other has", () => {
  expect(SECTIONS.map(({ name }) => name).toSorted()).toEqual(Object.keys(TYPES).toSorted());
});

test.each(SECTIONS)(
  "$name: what its event holds, and what the sample costs",
  ({ name, section }) => {
    expect(section).toContain(`\n\n${factsOf(TYPES[name]!)}\n\n`);
    const [, sample = ""] = /```json\n([\s\S]*?)```/.exec(section) ?? [];
    const [, costs] = /```text\n([\s\S]*?)```/.exec(section) ?? [];
    expect(JSON.parse(sample).type).toBe(name);
    expect(costs).toBe(costsOf(JSON.stringify(JSON.parse(sample))));
  },
);

/** Quantities, dimensions and personal fields, a line each. */
function factsOf({ quantities, dimensions, personal = [] }: EventType): string {
  const names = (all: readonly string[]) => all.map((name) => `\`${name}\``).join(", ");
  const lines = [`- Counts ${names(Object.keys(quantities))}.`];
  const split = Object.keys(dimensions);
  if (split.length > 0) lines.push(`- Dimensions ${names(split)}.`);
  if (personal.length > 0) lines.push(`- Personal ${names(personal)}.`);
  return lines.join("\n");
}

/** What each term of the catalogue charges for an event, aligned. */
function costsOf(body: string): string {
  const receivedAt = parseInstant("2026-10-02T00:00:00Z");
  const prepared = prepareEvent(body, { book, checks: schemaChecks(), receivedAt, sources: null });
  if (!("verdict" in prepared)) throw new Error(prepared.refused);
  const { verdict } = prepared;
  if (!("charges" in verdict)) throw new Error(`${verdict.quarantined}: ${verdict.detail}`);
  const rows = verdict.charges.map(({ term, amount }) => ({
    term: term.term.id,
    amount: amount === null ? "at close" : money(BigInt(amount), term.agreement.currency),
  }));
  const width = Math.max(...rows.map(({ term }) => term.length));
  return rows.map(({ term, amount }) => `${term.padEnd(width)}  ${amount}\n`).join("");
}

function money(amount: bigint, currency: string): string {
  return `${formatDecimal(amount, 12)} ${currency}`;
}

function bookOf(from: Catalogue, rows: ReadCatalogue["deckRows"]): Book {
  const names = new Map<string, number>();
  const number = (name: string): number => {
    names.set(name, names.get(name) ?? names.size + 1);
    return names.get(name)!;
  };
  return compileBook({
    revision: 1,
    catalogue: from,
    builtInTypes: BUILT_IN_TYPES,
    handleOf: (kind, name) => number(`${kind}/${name}`),
    termVersionOf: ({ content }) => number(content),
    deckOf: (name) => {
      const { key, per, versions } = from.decks[name]!;
      const dated = versions.flatMap((version) =>
        rows.get(version.rows)!.map((row) => ({
          id: 1,
          key: row.key,
          from: parseInstant(`${version.from}T00:00:00Z`),
          state: row.rate === null ? ("blocked" as const) : ("rate" as const),
          rate: row.rate,
          rateNext: row.rateNext ?? null,
          connectFee: row.connectFee ?? null,
          initialIncrement: row.initialIncrement ?? null,
          subsequentIncrement: row.subsequentIncrement ?? null,
        })),
      );
      return compileDeck(key, unitOf(per), dated);
    },
  });
}
