import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "../canonical-json.ts";
import type { DeckRow } from "./catalogue.ts";
import { diffDeckRows, diffDeckVersions } from "./diff-decks.ts";
import { diffFields } from "./diff-fields.ts";

test.each([
  ["a value", { a: 1 }, { a: 2 }, [{ path: "a", before: 1, after: 2 }]],
  ["a key that comes", {}, { a: null }, [{ path: "a", after: null }]],
  ["a key that goes", { a: { b: 1 } }, {}, [{ path: "a.b", before: 1 }]],
  [
    "a list's item by its id",
    { t: [{ id: "x", r: 1 }] },
    { t: [{ id: "x", r: 2 }] },
    [{ path: "t.x.r", before: 1, after: 2 }],
  ],
  [
    "an item put in front of others",
    { t: [{ id: "x" }] },
    { t: [{ id: "y" }, { id: "x" }] },
    [{ path: "t.y.id", after: "y" }],
  ],
  [
    "items that nothing names, by position",
    { t: [{ u: 1 }] },
    { t: [{ u: 2 }] },
    [{ path: "t.1.u", before: 1, after: 2 }],
  ],
  ["a text that joins a list", { l: ["a"] }, { l: ["a", "b"] }, [{ path: "l", after: "b" }]],
  [
    "texts in another order",
    { l: ["a", "b"] },
    { l: ["b", "a"] },
    [{ path: "l", before: ["a", "b"], after: ["b", "a"] }],
  ],
  [
    "all accounts instead of some",
    { l: ["a"] },
    { l: "all" },
    [{ path: "l", before: ["a"], after: "all" }],
  ],
  [
    "an object instead of a text",
    { p: "minute" },
    { p: { size: 1 } },
    [{ path: "p", before: "minute", after: { size: 1 } }],
  ],
  ["a list that becomes empty", { l: [{ id: "x" }] }, { l: [] }, [{ path: "l.x.id", before: "x" }]],
  ["an empty list instead of none", {}, { l: [] }, [{ path: "l", after: [] }]],
])("%s is one change", (_, before, after, fields) => {
  expect(diffFields(before, after)).toEqual(fields);
});

const arbitraryObject = fc.letrec<{ object: unknown; value: unknown }>((tie) => ({
  object: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { noNullPrototype: true }),
  value: fc.oneof({ maxDepth: 3 }, fc.constantFrom("x", "y", 1, null), tie("object")),
})).object;

test("two objects are the same exactly if there is no change between them", () => {
  fc.assert(
    fc.property(arbitraryObject, arbitraryObject, (a, b) => {
      expect(diffFields(a, structuredClone(a))).toEqual([]);
      expect(diffFields(a, b).length === 0).toBe(canonicalJson(a) === canonicalJson(b));
    }),
  );
});

const arbitraryRow: fc.Arbitrary<DeckRow> = fc.record({
  key: fc.constantFrom("1", "2", "3", "4", "5"),
  rate: fc.option(fc.constantFrom("0", "0.5", "1", "2")),
});
const arbitraryRows = fc.uniqueArray(arbitraryRow, { selector: ({ key }) => key });

test("each row before and after is counted once", () => {
  fc.assert(
    fc.property(arbitraryRows, arbitraryRows, (before, after) => {
      const { added, deleted, ...kept } = diffDeckRows(before, after);
      const both = kept.increased + kept.decreased + kept.otherwise + kept.unchanged;
      expect(added + both).toBe(after.length);
      expect(deleted + both).toBe(before.length);
    }),
  );
});

test("what increases one way decreases the other way", () => {
  fc.assert(
    fc.property(arbitraryRows, arbitraryRows, (before, after) => {
      const there = diffDeckRows(before, after);
      const back = diffDeckRows(after, before);
      expect(there.increased).toBe(back.decreased);
      expect(there.added).toBe(back.deleted);
      expect(there.otherwise).toBe(back.otherwise);
    }),
  );
});

test.each`
  before      | after       | percent    | because
  ${"0.0075"} | ${"0.0079"} | ${"5.3"}   | ${"4 of 75 are 5.33 %"}
  ${"1"}      | ${"2"}      | ${"100.0"} | ${"twice is 100 % more"}
  ${"1"}      | ${"1.0004"} | ${"0.0"}   | ${"it is shown to a tenth"}
  ${"0"}      | ${"0.01"}   | ${null}    | ${"nothing has no percent"}
`("$before to $after is +$percent %: $because", ({ before, after, percent }) => {
  const rows = (rate: string) => [{ key: "49", rate }];
  expect(diffDeckRows(rows(before), rows(after)).largestIncrease).toMatchObject({ percent });
});

test("the largest increase is by percent, and one from zero is beyond any", () => {
  const before = [
    { key: "1", rate: "1" },
    { key: "2", rate: "10" },
    { key: "3", rate: "0" },
  ];
  const rise = (one: string, two: string, three: string) =>
    diffDeckRows(before, [
      { key: "1", rate: one },
      { key: "2", rate: two },
      { key: "3", rate: three },
    ]).largestIncrease?.key;
  expect(rise("1.5", "14", "0")).toBe("1");
  expect(rise("1.3", "14", "0")).toBe("2");
  expect(rise("9", "99", "0.001")).toBe("3");
  expect(rise("0.9", "10", "0")).toBeUndefined();
});

test("a block, a fee or an increment is a change of another kind", () => {
  const row = { key: "49", rate: "1" };
  for (const after of [
    { key: "49", rate: null },
    { ...row, connectFee: "1" },
    { ...row, initialIncrement: 6 },
  ]) {
    expect(diffDeckRows([row], [after])).toMatchObject({
      otherwise: 1,
      increased: 0,
      unchanged: 0,
    });
  }
});

test("a new version is compared with the one that it takes over from", () => {
  const rows: Record<string, DeckRow[]> = {
    a: [{ key: "1", rate: "1" }],
    b: [{ key: "1", rate: "2" }],
  };
  const first = { from: "2026-01-01", rows: "a" };
  const second = { from: "2026-07-01", rows: "b" };
  const diff = (before: (typeof first)[], after: (typeof first)[]) =>
    diffDeckVersions(before, after, (hash) => rows[hash]);
  expect(diff([first], [first, second])).toMatchObject([
    { from: "2026-07-01", change: "added", rows: { increased: 1, added: 0 } },
  ]);
  expect(diff([first], [{ ...first, rows: "b" }])).toMatchObject([
    { from: "2026-01-01", change: "changed", rows: { increased: 1 } },
  ]);
  expect(diff([first, second], [first])).toEqual([
    { from: "2026-07-01", change: "removed", rows: null },
  ]);
  expect(diff([first], [{ ...first, rows: "unknown" }])).toMatchObject([{ rows: null }]);
});
