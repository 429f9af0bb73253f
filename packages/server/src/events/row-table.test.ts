import fc from "fast-check";
import { expect, test } from "vitest";
import { clearRows, rowOf, rowTable } from "./row-table.ts";

const few = fc.integer({ min: -3, max: 3 });
const many = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

test.each([
  ["few values, many repeats", few],
  ["any 32-bit values", many],
])("rows are numbered as a map would, in order of arrival: %s", (_, value) =>
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value, value, value), { maxLength: 5_000 }), (keys) => {
      const table = rowTable();
      const model = new Map<string, number>();
      for (const key of keys) {
        const text = key.join();
        if (!model.has(text)) model.set(text, model.size);
        expect(rowOf(table, ...key)).toBe(model.get(text));
      }
      expect(table.count).toBe(model.size);
    }),
    { numRuns: 20 },
  ),
);

test("it grows, and is used again", () => {
  const table = rowTable();
  for (let round = 0; round < 2; round++) {
    clearRows(table);
    for (let n = 0; n < 10_000; n++) expect(rowOf(table, n % 7, n, -n, 0)).toBe(n);
    for (let n = 0; n < 10_000; n++) expect(rowOf(table, n % 7, n, -n, 0)).toBe(n);
  }
});
