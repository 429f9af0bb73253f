import fc from "fast-check";
import { expect, test } from "vitest";
import type { Instant } from "../instant.ts";
import { unitOf } from "../units.ts";
import { addDeckRows, compileDeck, finishDeck, growDeck } from "./compile-deck.ts";
import {
  BLOCKED,
  type DatedDeckRow,
  type DeckIndex,
  findByNetwork,
  findByPrefix,
  NO_RATE,
  rowId,
} from "./deck-index.ts";
import { rateByTariff } from "./tariff.ts";

const MINUTE = unitOf("minute");

const dated = fc.record({
  key: fc.string({ unit: fc.constantFrom("1", "2", "3"), minLength: 1, maxLength: 4 }),
  from: fc.integer({ min: 0, max: 4 }),
  state: fc.constantFrom(
    "rate" as const,
    "rate" as const,
    "blocked" as const,
    "withdrawn" as const,
  ),
});

interface RowFacts {
  readonly key: string;
  readonly from: number;
  readonly state: DatedDeckRow["state"];
}

function toRows(facts: readonly RowFacts[]): DatedDeckRow[] {
  return facts.map(
    ({ key, from, state }, at): DatedDeckRow => ({
      id: at + 1,
      key,
      from: from as Instant,
      state,
      rate: state === "rate" ? "0.01" : null,
      rateNext: null,
      connectFee: null,
      initialIncrement: null,
      subsequentIncrement: null,
    }),
  );
}

/** Of the keys given, longest first, the newest row in force that is not withdrawn. */
function naive(
  rows: readonly DatedDeckRow[],
  keys: readonly string[],
  at: number,
): DatedDeckRow | null {
  for (const key of keys) {
    const inForce = rows
      .filter((row) => row.key === key && row.from <= at)
      .sort((a, b) => a.from - b.from || a.id - b.id)
      .at(-1);
    if (inForce !== undefined && inForce.state !== "withdrawn") return inForce;
  }
  return null;
}

function expected(row: DatedDeckRow | null): number {
  if (row === null) return NO_RATE;
  return row.state === "blocked" ? BLOCKED : row.id;
}

test("the longest prefix in force wins; a withdrawn one leaves the shorter, a blocked one blocks", () =>
  fc.assert(
    fc.property(
      fc.array(dated, { maxLength: 30 }),
      fc.string({ unit: fc.constantFrom("1", "2", "3"), minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 5 }),
      (facts, digits, at) => {
        const rows = toRows(facts);
        const deck = compileDeck("prefix", MINUTE, rows);
        const found = findByPrefix(deck, digits, at as Instant);
        const prefixes = Array.from(digits, (_, n) => digits.slice(0, digits.length - n));
        const id = found >= 0 ? rowId(deck, found) : found;
        expect(id).toBe(expected(naive(rows, prefixes, at)));
      },
    ),
    { numRuns: 500 },
  ));

const network = fc.record({
  key: fc.constantFrom("262", "262-01", "262-02", "310", "310-260", "+1", "+12", "+123", "+310"),
  from: fc.integer({ min: 0, max: 4 }),
  state: dated.map(({ state }) => state),
});

test("a network's own row wins, then its country's, then the longest prefix's (handbook §3.2)", () =>
  fc.assert(
    fc.property(
      fc.array(network, { maxLength: 20 }),
      fc.constantFrom("262-01", "262-03", "262", "310-260", "404-01", undefined),
      fc.constantFrom("12399999", "31099999", "49999999", undefined),
      fc.integer({ min: 0, max: 5 }),
      (facts, key, digits, at) => {
        const rows = toRows(facts);
        const deck = compileDeck("network", unitOf("segment"), rows);
        const found = findByNetwork(deck, key, digits, at as Instant);
        const id = found >= 0 ? rowId(deck, found) : found;
        const networks = key === undefined ? [] : [key, key.slice(0, 3)];
        const prefixes = Array.from(
          digits ?? "",
          (_, n) => `+${digits?.slice(0, -n || undefined)}`,
        );
        expect(id).toBe(expected(naive(rows, [...networks, ...prefixes], at)));
      },
    ),
    { numRuns: 500 },
  ));

test("a deck that grows finds what it would if its rows had come at once, and the one before stays", () =>
  fc.assert(
    fc.property(
      fc.array(dated, { maxLength: 30 }),
      fc.nat({ max: 30 }),
      fc.string({ unit: fc.constantFrom("1", "2", "3"), minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 5 }),
      (facts, first, digits, at) => {
        const rows = toRows(facts);
        const idIn = (deck: DeckIndex) => {
          const found = findByPrefix(deck, digits, at as Instant);
          return found >= 0 ? rowId(deck, found) : found;
        };
        const before = compileDeck("prefix", MINUTE, rows.slice(0, first));
        const idBefore = idIn(before);
        const growing = growDeck("prefix", MINUTE, before, 0);
        for (const row of rows.slice(first)) addDeckRows(growing, [row]);
        expect(idIn(finishDeck(growing))).toBe(idIn(compileDeck("prefix", MINUTE, rows)));
        expect(idIn(before)).toBe(idBefore);
      },
    ),
    { numRuns: 500 },
  ));

test("rows that are not in order of their dates are found all the same", () => {
  const rows = toRows([
    { key: "1", from: 3, state: "rate" },
    { key: "1", from: 1, state: "rate" },
  ]);
  const deck = compileDeck("prefix", MINUTE, rows);
  const idAt = (at: number) => rowId(deck, findByPrefix(deck, "1", at as Instant));
  expect([idAt(1), idAt(2), idAt(3)]).toEqual([2, 2, 1]);
});

test("a price per minute is exact at each millisecond, and two rates are rounded once", () => {
  const row = { ...toRows([{ key: "1", from: 0, state: "rate" }])[0]!, initialIncrement: 60 };
  const rows = [{ ...row, rate: "0.000001", rateNext: "0.000007", subsequentIncrement: 1 }];
  const deck = compileDeck("prefix", MINUTE, rows);
  // 60 s at 0.000001 and 7 s at 0.000007 a minute: 1,000,000 + 816,666.67 pico-units.
  expect(rateByTariff(deck.tariffs[0]!, 67_000, "initialThenSubsequent")).toEqual({
    billed: 67_000,
    amount: 1_816_667,
  });
});

test("a price with more digits than a column holds is refused", () => {
  const row = { ...toRows([{ key: "1", from: 0, state: "rate" }])[0]!, rate: "9007.199254740993" };
  expect(() => compileDeck("prefix", unitOf("call"), [row])).toThrow("decimal.too-precise");
});

test.each`
  key          | per                                      | written     | raw       | billed     | because
  ${"prefix"}  | ${"minute"}                              | ${"60/60"}  | ${61_000} | ${120_000} | ${"time is written in seconds"}
  ${"network"} | ${"minute"}                              | ${"60/60"}  | ${61_000} | ${120_000} | ${"also by network"}
  ${"prefix"}  | ${{ quantity: "milliseconds", size: 1 }} | ${"1/1"}    | ${1_001}  | ${2_000}   | ${"whatever time it is per"}
  ${"prefix"}  | ${"thousandMessages"}                    | ${"1/1"}    | ${1}      | ${1}       | ${"a message is a message"}
  ${"network"} | ${"megabyte"}                            | ${"1000/1"} | ${10}     | ${1000}    | ${"a byte is a byte"}
`("increments of a $key deck per $per: $because", ({ key, per, written, raw, billed }) => {
  const [initialIncrement, subsequentIncrement] = written.split("/").map(Number);
  const plain = toRows([{ key: "262", from: 0, state: "rate" }])[0]!;
  const row = { ...plain, initialIncrement, subsequentIncrement };
  const deck = compileDeck(key, unitOf(per), [row]);
  expect(rateByTariff(deck.tariffs[0]!, raw, "initialThenSubsequent").billed).toBe(billed);
});

test("a price per 2^40 bytes is exact at each byte", () => {
  const row = { ...toRows([{ key: "262", from: 0, state: "rate" }])[0]!, rate: "0.005" };
  const deck = compileDeck("network", { quantity: "bytes", size: 2 ** 40 }, [row]);
  expect(rateByTariff(deck.tariffs[0]!, 2 ** 40, "initialThenSubsequent").amount).toBe(
    5_000_000_000,
  );
});

test("two prices per 10^15 bytes are rounded once, a half to even", () => {
  const row = { ...toRows([{ key: "262", from: 0, state: "rate" }])[0]!, initialIncrement: 5 };
  const rates = { rate: "0.000000000007", rateNext: "0.000000000001", subsequentIncrement: 1 };
  const petabyte = { quantity: "bytes", size: 10 ** 15 };
  const deck = compileDeck("network", petabyte, [{ ...row, ...rates }]);
  // (5 × 7 + 7,499,999,999,999,965 × 1) ÷ 10^15 = 7.5 pico-units.
  const rated = rateByTariff(deck.tariffs[0]!, 7_499_999_999_999_970, "initialThenSubsequent");
  expect(rated.amount).toBe(8);
});
