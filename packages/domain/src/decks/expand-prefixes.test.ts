import fc from "fast-check";
import { expect, test } from "vitest";
import { expandPrefixes, PREFIXES_PER_CELL_MAX } from "./expand-prefixes.ts";

test.each<[cell: string, lead: string, prefixes: string[]]>([
  ["44", "", ["44"]],
  ["+44", "", ["44"]],
  ["44, 4420-4423", "", ["44", "4420", "4421", "4422", "4423"]],
  ["4420-23", "", ["4420", "4421", "4422", "4423"]],
  ["4479–4480", "", ["4479", "4480"]],
  ["20;7|9/11,", "44", ["4420", "447", "449", "4411"]],
  ["020-022", "39", ["39020", "39021", "39022"]],
  ["099-101", "1", ["1099", "1100", "1101"]],
  ["", "44", ["44"]],
  ["7-7", "", ["7"]],
])("%j with the country code %j", (cell, lead, prefixes) => {
  expect(expandPrefixes(cell, lead)).toEqual({ prefixes });
});

test.each<[cell: string, problem: string, text: string]>([
  ["", "malformed", ""],
  [",", "malformed", ","],
  ["44 20", "malformed", "44 20"],
  ["mobile", "malformed", "mobile"],
  ["44*", "malformed", "44*"],
  ["44-4420", "malformed", "44-4420"],
  ["4420-", "malformed", "4420-"],
  ["4425-4420", "backwards", "4425-4420"],
  ["4429-21", "backwards", "4429-21"],
  ["100000-199999", "too-many", "100000-199999"],
  ["1000-9999, 20000-29999", "too-many", "20000-29999"],
  ["1234567890123456", "too-long", "1234567890123456"],
  ["9".repeat(400), "too-long", "9".repeat(400)],
  [`${"9".repeat(400)}-${"9".repeat(400)}`, "too-long", `${"9".repeat(400)}-${"9".repeat(400)}`],
])("%j is refused: %s", (cell, problem, text) => {
  expect(expandPrefixes(cell)).toEqual({ problem, text });
});

test("a range holds as many prefixes as its ends say, each as long as the first", () => {
  const ends = fc.tuple(
    fc.integer({ min: 0, max: 99_999 }),
    fc.integer({ min: 0, max: PREFIXES_PER_CELL_MAX - 1 }),
  );
  fc.assert(
    fc.property(ends, ([start, more]) => {
      const [first, last] = [start, start + more].map((n) => String(n).padStart(6, "0"));
      const expanded = expandPrefixes(`${first}-${last}`);
      const prefixes = "prefixes" in expanded ? expanded.prefixes : [];
      expect([prefixes.length, prefixes[0], prefixes.at(-1)]).toEqual([more + 1, first, last]);
      expect(new Set(prefixes).size).toBe(prefixes.length);
      expect(prefixes.every((prefix) => prefix.length === 6)).toBe(true);
    }),
  );
});
