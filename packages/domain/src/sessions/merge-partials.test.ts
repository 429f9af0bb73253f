import fc from "fast-check";
import { expect, test } from "vitest";
import { type Instant, parseInstant } from "../instant.ts";
import type { Period } from "../period.ts";
import { mergePartials } from "./merge-partials.ts";

const START = parseInstant("2026-10-20T10:00:00Z");
const at = (second: number): Instant => (START + second * 1000) as Instant;
const part = (from: number, to: number): Period => ({ start: at(from), end: at(to) });

test.each`
  parts                      | from | to      | seconds | gaps            | overlaps        | because
  ${[[0, 600], [600, 1200]]} | ${0} | ${1200} | ${1200} | ${[]}           | ${[]}           | ${"they meet"}
  ${[[600, 1200], [0, 600]]} | ${0} | ${1200} | ${1200} | ${[]}           | ${[]}           | ${"order is nothing"}
  ${[[0, 600], [610, 700]]}  | ${0} | ${700}  | ${690}  | ${[[600, 610]]} | ${[]}           | ${"10 s are in none"}
  ${[[0, 600], [590, 900]]}  | ${0} | ${900}  | ${910}  | ${[]}           | ${[[590, 600]]} | ${"10 s are in both"}
  ${[[0, 900], [100, 200]]}  | ${0} | ${900}  | ${1000} | ${[]}           | ${[[100, 200]]} | ${"one lies in the other"}
  ${[[0, 60], [60, 60]]}     | ${0} | ${60}   | ${60}   | ${[]}           | ${[]}           | ${"the last is empty"}
`("parts $parts are one call of $seconds s: $because", (row) => {
  const periods = (pairs: [number, number][]): Period[] => pairs.map(([a, b]) => part(a, b));
  expect(mergePartials(periods(row.parts))).toEqual({
    start: at(row.from),
    end: at(row.to),
    milliseconds: row.seconds * 1000,
    gaps: periods(row.gaps),
    overlaps: periods(row.overlaps),
  });
});

test("a call cut anywhere is the same call again, whatever the order of its parts", () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 9_999 }), { maxLength: 20 });
  fc.assert(
    fc.property(cuts, fc.infiniteStream(fc.nat()), (points, order) => {
      const ends = [0, ...points.toSorted((a, b) => a - b), 10_000];
      const parts = ends.slice(1).map((end, place) => part(ends[place]!, end));
      const keys = new Map(parts.map((each) => [each, order.next().value as number]));
      const shuffled = parts.toSorted((a, b) => keys.get(a)! - keys.get(b)!);
      const { start, end, milliseconds, gaps, overlaps } = mergePartials(shuffled);
      expect([start, end, milliseconds]).toEqual([at(0), at(10_000), 10_000_000]);
      expect([...gaps, ...overlaps]).toEqual([]);
    }),
  );
});

test("a part that ends before it starts is our bug", () => {
  expect(() => mergePartials([part(10, 0)])).toThrow("does not end before it starts");
  expect(() => mergePartials([])).toThrow("at least one part");
});
