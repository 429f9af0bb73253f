import fc from "fast-check";
import { expect, test } from "vitest";
import type { DeckRow } from "../catalogue/catalogue.ts";
import { type Instant, parseInstant } from "../instant.ts";
import { compileDeck } from "../rating/compile-deck.ts";
import { findByPrefix, rowId } from "../rating/deck-index.ts";
import { datedRow } from "../rating/fixtures/small-book.ts";
import { unitOf } from "../units.ts";
import { findDeckRows } from "./find-deck-rows.ts";
import { lintAgainstSupplier, type PricedDeck } from "./lint-against-supplier.ts";
import { lintDeckAge, lintDeckRows } from "./lint-deck.ts";

const rows = (rates: Readonly<Record<string, string | null>>): DeckRow[] =>
  Object.entries(rates).map(([key, rate]) => ({ key, rate }));

const found = (findings: readonly { rule: string; key: string }[]) =>
  findings.map(({ rule, key }) => `${rule} ${key}`);

test("a rate of nothing, a rate far above its country's, and a row that changes nothing", () => {
  const deck = rows({
    "49": "0.01",
    "4915": "0.02",
    "4916": "0.02",
    "491511": "0.02",
    "49900": "2",
    "4932": "0",
    "33": "5",
    "881": "9",
    "4989": null,
  });
  expect(found(lintDeckRows("prefix", deck))).toEqual([
    "zero-rate 4932",
    "absurd-rate 49900",
    "redundant 491511",
  ]);
});

test("a row with other increments than the shorter prefix is not redundant", () => {
  const deck = [
    { key: "49", rate: "1", initialIncrement: 60 },
    { key: "4915", rate: "1", initialIncrement: 1 },
  ];
  expect(lintDeckRows("prefix", deck)).toEqual([]);
  const networks = rows({
    "262": "1",
    "262-01": "1",
    "262-02": "99",
    "262-03": "2",
    "+4915": "99",
  });
  expect(found(lintDeckRows("network", networks))).toEqual([
    "redundant 262-01",
    "absurd-rate 262-02",
  ]);
});

test("a deck that has not changed for a year is stale", () => {
  const dates = [parseInstant("2025-01-01T00:00:00Z"), parseInstant("2025-06-01T00:00:00Z")];
  const at = (text: string) => found(lintDeckAge(dates, parseInstant(text)));
  expect(at("2026-06-01T00:00:00Z")).toEqual([]);
  expect(at("2026-06-01T00:00:00.001Z")).toEqual(["stale "]);
});

function side(rates: Readonly<Record<string, string | null>>, more: Partial<PricedDeck> = {}) {
  return { name: "atlas", rows: rows(rates), unitSize: 60_000, worth: 10n ** 12n, ...more };
}

test("sold and bought are compared at every key of either deck, as rating would look it up", () => {
  const sell = side({ "49": "0.02", "4915": "0.03", "33": "1", "34": null, "39": "1" });
  const buy = side({
    "4": "0.01",
    "491": "0.025",
    "49151": "0.031",
    "34": "1",
    "31": "1",
    "39": null,
  });
  expect(found(lintAgainstSupplier(sell, buy))).toEqual([
    "not-sold 31",
    "not-bought 33",
    "supplier-blocks 39",
    "not-sold 4",
    "below-cost 491",
    "below-cost 49151",
  ]);
});

test("units and currencies are brought together before prices are compared", () => {
  const perSecond = side({ "49": "0.001" }, { unitSize: 1000 });
  expect(lintAgainstSupplier(side({ "49": "0.06" }), perSecond)).toEqual([]);
  expect(found(lintAgainstSupplier(side({ "49": "0.059" }), perSecond))).toEqual(["below-cost 49"]);
  const dollars = side({ "49": "1.1" }, { worth: 900_000_000_000n });
  expect(lintAgainstSupplier(side({ "49": "0.99" }), dollars)).toEqual([]);
  expect(found(lintAgainstSupplier(side({ "49": "0.98" }), dollars))).toEqual(["below-cost 49"]);
});

test("of rows for other callers or times the lowest sold and the highest bought are compared", () => {
  const peak = { key: "49", rate: "0.03", timeBand: "peak" };
  const sell = { ...side({}), rows: [...rows({ "49": "0.02" }), peak] };
  expect(lintAgainstSupplier(sell, side({ "49": "0.02" }))).toEqual([]);
  const buy = { ...side({ "49": "0.01" }), rows: [...rows({ "49": "0.01" }), peak] };
  expect(found(lintAgainstSupplier(sell, buy))).toEqual(["below-cost 49"]);
});

test("what follows the first increment is compared, too", () => {
  const sell = { ...side({}), rows: [{ key: "49", rate: "2", rateNext: "1" }] };
  const buy = { ...side({}), rows: [{ key: "49", rate: "1.5" }] };
  expect(found(lintAgainstSupplier(sell, buy))).toEqual(["below-cost 49"]);
});

test("the first row that is found is the one that rating takes", () => {
  const keys = fc.uniqueArray(fc.stringMatching(/^[12]{1,5}$/), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(keys, fc.stringMatching(/^[12]{5,8}$/), (prefixes, number) => {
      const deck = prefixes.map((key) => ({ key, rate: "1" }));
      const index = compileDeck("prefix", unitOf("minute"), deck.map(datedRow));
      const at = findByPrefix(index, number, parseInstant("2026-06-01T00:00:00Z") as Instant);
      const [first] = findDeckRows("prefix", deck, number);
      expect(first?.key).toBe(at < 0 ? undefined : deck[rowId(index, at) - 1]!.key);
    }),
  );
});

test("a network is found by itself, then by its country", () => {
  const deck = rows({ "262": "1", "262-01": "2", "262-02": "3" });
  expect(findDeckRows("network", deck, "262-01").map(({ key }) => key)).toEqual(["262-01", "262"]);
  expect(findDeckRows("network", deck, "262-99").map(({ key }) => key)).toEqual(["262"]);
});
