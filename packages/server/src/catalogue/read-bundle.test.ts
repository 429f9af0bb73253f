import type {
  Account,
  Agreement,
  Catalogue,
  Deck,
  ExchangeRate,
  Party,
  Plan,
  Provider,
} from "@counterpart/domain/catalogue/catalogue.ts";
import { checkCatalogue } from "@counterpart/domain/catalogue/check-catalogue.ts";
import type { Source } from "@counterpart/domain/catalogue/source.ts";
import { formatDecimal } from "@counterpart/domain/decimal.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import type { EventType } from "@counterpart/domain/events/event-type.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { Meter } from "@counterpart/domain/meters/meter.ts";
import { compileDeck } from "@counterpart/domain/rating/compile-deck.ts";
import { unitOf } from "@counterpart/domain/units.ts";
import fc from "fast-check";
import { expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import { expressionChecks } from "../meters/expressions.ts";
import type {
  accountSchema,
  agreementSchema,
  catalogueSchema,
  deckSchema,
  eventTypeSchema,
  exchangeRateSchema,
  meterSchema,
  partySchema,
  planSchema,
  providerSchema,
  sourceSchema,
} from "./catalogue-schema.ts";
import { deckRowsHash } from "./deck-rows-hash.ts";
import { readCatalogueBundle } from "./read-bundle.ts";
import { readDeckCsv } from "./read-deck-csv.ts";

/**
 * Schemas make values that may be changed; the domain promises not to. Otherwise they are equal.
 */
type Changeable<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined | bigint
    ? T
    : { -readonly [Key in keyof T]: Changeable<T[Key]> };

test("each schema makes exactly the domain's type", () => {
  expectTypeOf<z.output<typeof providerSchema>>().toEqualTypeOf<Changeable<Provider>>();
  expectTypeOf<z.output<typeof partySchema>>().toEqualTypeOf<Changeable<Party>>();
  expectTypeOf<z.output<typeof accountSchema>>().toEqualTypeOf<Changeable<Account>>();
  expectTypeOf<z.output<typeof sourceSchema>>().toEqualTypeOf<Changeable<Source>>();
  expectTypeOf<z.output<typeof deckSchema>>().toEqualTypeOf<Changeable<Deck>>();
  expectTypeOf<z.output<typeof planSchema>>().toEqualTypeOf<Changeable<Plan>>();
  expectTypeOf<z.output<typeof agreementSchema>>().toEqualTypeOf<Changeable<Agreement>>();
  expectTypeOf<z.output<typeof exchangeRateSchema>>().toEqualTypeOf<Changeable<ExchangeRate>>();
  expectTypeOf<z.output<typeof eventTypeSchema>>().toEqualTypeOf<Changeable<EventType>>();
  expectTypeOf<z.output<typeof meterSchema>>().toEqualTypeOf<Changeable<Meter>>();
  expectTypeOf<z.output<typeof catalogueSchema>>().toEqualTypeOf<Changeable<Catalogue>>();
});

const PROVIDER = { name: "P", homeCurrency: "EUR", timeZone: "UTC" };

function withDeck(version: object): object {
  const versions = [{ from: "2026-01-01", ...version }];
  return {
    provider: PROVIDER,
    decks: { sms: { key: "network", currency: "EUR", per: "segment", versions } },
  };
}

test("a bundle holds its rows as text, or names rows that are kept already", async () => {
  const first = await readCatalogueBundle(withDeck({ csv: "key,rate\n26201,0.0500\n262,0.06\n" }));
  expect(first.problems).toEqual([]);
  expect(checkCatalogue(first.catalogue!, BUILT_IN_TYPES, expressionChecks)).toEqual([]);
  const [hash] = [...first.deckRows.keys()];
  expect(first.deckRows.get(hash!)).toEqual([
    { key: "262", rate: "0.06" },
    { key: "262-01", rate: "0.05" },
  ]);
  const again = await readCatalogueBundle(first.catalogue, (rows) => rows === hash);
  expect(again).toMatchObject({ catalogue: first.catalogue, problems: [] });
  const unknown = await readCatalogueBundle(first.catalogue);
  expect(unknown.problems).toMatchObject([
    { code: "catalogue.rows-unknown", path: "/decks/sms/versions/0/rows", file: null },
  ]);
});

test("only a directory can name files", async () => {
  const { problems } = await readCatalogueBundle(withDeck({ file: "/etc/passwd" }));
  expect(problems).toMatchObject([
    { code: "catalogue.file-not-here", path: "/decks/sms/versions/0/file" },
  ]);
});

test("a problem in rows of a bundle names their line", async () => {
  const { problems } = await readCatalogueBundle(withDeck({ csv: "key,rate\n262,1\n262,2\n" }));
  expect(problems).toEqual([
    {
      file: null,
      line: null,
      column: null,
      path: "/decks/sms/versions/0/csv",
      code: "catalogue.csv-key-twice",
      message: "Line 3 of the CSV: 262 is already in line 2.",
    },
  ]);
});

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

test.each([
  [null, "", "catalogue.wrong-type"],
  [[], "", "catalogue.wrong-type"],
  ["catalogue", "", "catalogue.wrong-type"],
  [{}, "/provider", "catalogue.missing"],
  [{ provider: PROVIDER, plans: null }, "/plans", "catalogue.wrong-type"],
  [{ provider: { ...PROVIDER, name: "\0" } }, "/provider/name", "catalogue.text-not-storable"],
  [{ provider: { ...PROVIDER, name: "\ud800" } }, "/provider/name", "catalogue.text-not-storable"],
  [{ provider: { ...PROVIDER, name: "" } }, "/provider/name", "catalogue.out-of-range"],
  [{ provider: { ...PROVIDER, "a/b~": 1 } }, "/provider/a~1b~0", "catalogue.unknown-key"],
  [JSON.parse('{"plans": {"__proto__": {}}}'), "/plans/__proto__", "catalogue.unknown-key"],
  [
    { provider: PROVIDER, exchangeRates: [{ currency: "USD", from: "2026-01-01", rate: 0.91 }] },
    "/exchangeRates/0/rate",
    "catalogue.wrong-type",
  ],
  [
    { provider: PROVIDER, plans: { a: { terms: [{ id: "x", price: { model: "gift" } }] } } },
    "/plans/a/terms/0/price/model",
    "catalogue.wrong-value",
  ],
  [
    {
      provider: PROVIDER,
      plans: {
        a: { terms: [{ id: "x", price: { model: "perUnit", rate: "1", per: { quantity: "x" } } }] },
      },
    },
    "/plans/a/terms/0/price/per/size",
    "catalogue.missing",
  ],
])("naughty input %j is a problem at %s", async (json, path, code) => {
  const { catalogue, problems } = await readCatalogueBundle(json);
  expect(catalogue).toBeNull();
  expect(problems).toMatchObject([{ path, code }]);
});

test("a value nested without end is refused before anything looks into it", async () => {
  const { problems } = await readCatalogueBundle({ plans: nested(5000) });
  expect(problems).toMatchObject([{ code: "catalogue.too-deep" }]);
});

test("the same prices have the same hash, however they are written", () => {
  const hash = (csv: string) =>
    deckRowsHash(readDeckCsv(csv, { key: "prefix", per: "minute" }).rows);
  const plain = hash("key,rate\n49,0.1\n43,0.25\n");
  expect(hash("\ufeffrate,key\r\n0.2500,43\r\n\r\n0.10,49\r\n")).toBe(plain);
  expect(hash("key,rate\n49,0.1\n43,0.26\n")).not.toBe(plain);
  expect(hash("key,rate,blocked\n49,0.1,\n43,0.25,yes\n")).not.toBe(plain);
});

test("a blocked row needs no rate, and keys can be given a prefix", () => {
  const csv = "key,rate,blocked\n900,,yes\n201,0.01,no\n";
  expect(readDeckCsv(csv, { key: "prefix", per: "minute", keyPrefix: "1" })).toEqual({
    problems: [],
    rows: [
      { key: "1201", rate: "0.01" },
      { key: "1900", rate: null },
    ],
  });
});

const CALLS = {
  key: "prefix",
  per: "minute",
  timeBands: { peak: { times: ["08:00-18:00"], weight: 1 }, rest: {} },
  originGroups: { eea: ["49"] },
} as const;

test("a row may be for callers and times, and have rules of calls of its own", () => {
  const csv = [
    "key,rate,timeBand,originGroup,graceSeconds,attemptFee,minCharge,roundingMode,roundingDecimals",
    "44,0.10,peak,,,,,,",
    "44,0.04,rest,,3,0.001,0.01,up,4",
    "44,0.02,,eea,,,,,",
  ].join("\n");
  expect(readDeckCsv(csv, CALLS)).toEqual({
    problems: [],
    rows: [
      { key: "44", rate: "0.1", timeBand: "peak" },
      {
        key: "44",
        rate: "0.04",
        timeBand: "rest",
        call: {
          graceSeconds: 3,
          attemptFee: "0.001",
          minCharge: "0.01",
          roundingMode: "up",
          roundingDecimals: 4,
        },
      },
      { key: "44", rate: "0.02", originGroup: "eea" },
    ],
  });
});

test("the rate of a jurisdiction that cannot be told is said, or is the higher of the two", () => {
  const csv =
    "key,interRate,intraRate,indeterminateRate\n1212,0.002,0.004,0.005\n1213,0.003,0.001,\n";
  expect(readDeckCsv(csv, CALLS)).toEqual({
    problems: [],
    rows: [
      { key: "1212", rate: "0.005", call: { intraRate: "0.004", interRate: "0.002" } },
      { key: "1213", rate: "0.003", call: { intraRate: "0.001", interRate: "0.003" } },
    ],
  });
});

test("each prefix, group and band has one row; the gap in its bands is told where it starts", () => {
  const problems = (csv: string) =>
    readDeckCsv(csv, CALLS).problems.map(({ line, code }) => [line, code]);
  expect(problems("key,rate,timeBand\n44,1,peak\n44,2,rest\n44,3,peak\n")).toEqual([
    [4, "catalogue.csv-key-twice"],
  ]);
  expect(problems("key,rate,timeBand,originGroup\n44,1,,\n44,2,peak,eea\n")).toEqual([
    [3, "catalogue.csv-band-gap"],
  ]);
  expect(problems("key,rate,timeBand,originGroup\n44,1,peak,eea\n44,2,,eea\n")).toEqual([]);
});

test("rows that differ in what only calls have have another hash", () => {
  const hash = (csv: string) => deckRowsHash(readDeckCsv(csv, CALLS).rows);
  const csvs = [
    "key,rate\n44,1\n",
    "key,rate,timeBand\n44,1,\n44,1,peak\n",
    "key,rate,originGroup\n44,1,\n44,1,eea\n",
    "key,rate,minCharge\n44,1,2\n",
    "key,rate,maxCharge\n44,1,2\n",
  ];
  expect(new Set(csvs.map(hash)).size).toBe(csvs.length);
  expect(hash("key,rate,minCharge\n44,1,\n")).toBe(hash("key,rate\n44,1\n"));
});

test("a rate that is too precise is told; what is read, compiles", () => {
  const per = fc.constantFrom<Deck["per"]>("minute", "call", { quantity: "bytes", size: 2 ** 40 });
  const price = fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.nat(12))
    .map(([digits, places]) => formatDecimal(digits, places));
  const told = new Set<string>();
  fc.assert(
    fc.property(per, price, price, price, (unit, rate, rateNext, connectFee) => {
      const csv = `key,rate,rateNext,connectFee,initialIncrement\n49,${rate},${rateNext},${connectFee},1\n`;
      const { rows, problems } = readDeckCsv(csv, { key: "prefix", per: unit });
      for (const { code } of problems) told.add(code);
      if (problems.length > 0) return;
      const dated = rows.map((row) => ({
        id: 1,
        key: row.key,
        from: 0 as Instant,
        state: "rate" as const,
        rate: row.rate,
        rateNext: row.rateNext!,
        connectFee: row.connectFee!,
        initialIncrement: 1,
        subsequentIncrement: null,
      }));
      expect(compileDeck("prefix", unitOf(unit), dated).tariffs).toHaveLength(1);
    }),
    { numRuns: 500 },
  );
  expect([...told]).toEqual(["catalogue.csv-rate-too-precise"]);
});

test("a line number counts the line feeds inside quotes and the empty lines", () => {
  const csv = 'key,name,rate\n49,"two\nlines",1\n\n50,x,free\n';
  expect(readDeckCsv(csv, { key: "prefix", per: "minute" }).problems).toMatchObject([
    { line: 5, code: "catalogue.csv-rate-malformed" },
  ]);
});

test.each(["", "\n\n", '"', "key", "\0", 'key,rate\n"', "\r", ",,,\n,,,", "key,rate\n1,1,1\n1"])(
  "naughty CSV %j is told and gives no rows",
  (csv) => {
    const { rows, problems } = readDeckCsv(csv, { key: "prefix", per: "minute" });
    expect(rows).toEqual([]);
    expect(problems).not.toEqual([]);
  },
);

test("170,000 rows are read, each of them", () => {
  const lines = Array.from(
    { length: 170_000 },
    (_, at) => `${1_000_000 + at},Place,0.0${at % 900},60`,
  );
  const csv = ["key,name,rate,initialIncrement", ...lines].join("\n");
  const { rows } = readDeckCsv(csv, { key: "prefix", per: "minute" });
  expect(rows).toHaveLength(170_000);
});
