import fc from "fast-check";
import { expect, test } from "vitest";
import type { DeckRow } from "../catalogue/catalogue.ts";
import {
  compareDecks,
  formatTenths,
  isDearer,
  largestChanges,
  ROW_CHANGES,
  rateChangeTenths,
} from "./compare-decks.ts";

const row = (more: Partial<DeckRow> = {}): DeckRow => ({ key: "49", rate: "0.01", ...more });

test.each<[change: string, dearer: boolean, before: DeckRow, after: DeckRow]>([
  ["increased", true, row(), row({ rate: "0.011" })],
  ["decreased", false, row(), row({ rate: "0.009" })],
  ["unchanged", false, row(), row({ rate: "0.010" })],
  ["unchanged", false, row({ name: undefined }), row()],
  ["otherwise", false, row({ name: "Germany" }), row({ name: "Deutschland" })],
  ["otherwise", true, row(), row({ connectFee: "0.02" })],
  ["otherwise", true, row({ initialIncrement: 1 }), row({ initialIncrement: 60 })],
  ["otherwise", true, row({ rateNext: "0.005" }), row()],
  ["otherwise", false, row(), row({ rate: null })],
  ["otherwise", true, row({ rate: null }), row()],
  ["decreased", true, row(), row({ rate: "0.009", connectFee: "1" })],
  ["otherwise", true, row(), row({ call: { attemptFee: "0.01" } })],
  ["otherwise", true, row({ call: { freeSeconds: 10 } }), row()],
  ["otherwise", true, row({ call: { maxCharge: "5" } }), row()],
  ["otherwise", false, row(), row({ call: { maxCharge: "5" } })],
  ["otherwise", true, row(), row({ call: { intraRate: "0.001", interRate: "0.02" } })],
  ["unchanged", false, row({ call: { graceSeconds: 3 } }), row({ call: { graceSeconds: 3 } })],
])("%s, dearer %s: %j to %j", (change, dearer, before, after) => {
  const { changes } = compareDecks([before], [after]);
  expect(changes.map((one) => one.change)).toEqual(change === "unchanged" ? [] : [change]);
  expect(changes.some(isDearer)).toBe(dearer);
});

test("new and deleted rows are told, and are not dearer than before", () => {
  const { counts, changes } = compareDecks([row()], [row({ key: "33" })]);
  expect(counts).toMatchObject({ added: 1, deleted: 1, unchanged: 0 });
  expect(changes.map(({ key, change }) => [key, change])).toEqual([
    ["33", "added"],
    ["49", "deleted"],
  ]);
  expect(changes.some(isDearer)).toBe(false);
});

test("rows of one prefix for other callers or times are rows of their own", () => {
  const peak = row({ timeBand: "peak" });
  const { counts, changes } = compareDecks([row(), peak], [{ ...peak, rate: "0.02" }]);
  expect(counts).toMatchObject({ increased: 1, deleted: 1 });
  expect(changes.map(({ key, change }) => [key, change])).toEqual([
    ["49//peak", "increased"],
    ["49", "deleted"],
  ]);
});

test.each([
  ["0.0075", "0.0079", "5.3"],
  ["0.01", "0.0097", "-3.0"],
  ["1", "1.0005", "0.0"],
  ["0.01", "0.02", "100.0"],
])("%s to %s is %s percent", (before, after, percent) => {
  const change = { key: "49", change: "otherwise" } as const;
  const tenths = rateChangeTenths({
    ...change,
    before: row({ rate: before }),
    after: row({ rate: after }),
  });
  expect(tenths === null ? null : formatTenths(tenths)).toBe(percent);
});

const rates = fc.constantFrom("0", "0.001", "0.01", "0.011", "0.5", "3");
const decks = fc.uniqueArray(
  fc.record({ key: fc.constantFrom("1", "2", "3", "4", "5"), rate: rates }),
  {
    selector: ({ key }) => key,
  },
);

test("every row is counted once, and there and back again mirrors", () => {
  fc.assert(
    fc.property(decks, decks, (before, after) => {
      const there = compareDecks(before, after).counts;
      const back = compareDecks(after, before).counts;
      const all = ROW_CHANGES.reduce((sum, change) => sum + there[change], 0);
      expect(all).toBe(new Set([...before, ...after].map(({ key }) => key)).size);
      expect([back.added, back.increased, back.decreased, back.deleted]).toEqual([
        there.deleted,
        there.decreased,
        there.increased,
        there.added,
      ]);
    }),
  );
});

test("the largest increases come first, those from zero before all", () => {
  const before = ["0.01", "0", "0", "0.02", "0.1"].map((rate, n) => row({ key: `${n}`, rate }));
  const after = ["0.02", "1", "2", "0.05", "0.05"].map((rate, n) => row({ key: `${n}`, rate }));
  const { changes } = compareDecks(before, after);
  const keys = (direction: "increased" | "decreased", count: number) =>
    largestChanges(changes, direction, count).map(({ key }) => key);
  expect(keys("increased", 9)).toEqual(["2", "1", "3", "0"]);
  expect(keys("increased", 2)).toEqual(["2", "1"]);
  expect(keys("decreased", 9)).toEqual(["4"]);
});
