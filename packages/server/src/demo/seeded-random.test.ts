import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "./seeded-random.ts";

const FIRST = [3_416_889_622, 3_256_923_421, 1_192_502_507, 3_785_143_049];

function firstOf(seed: number, stream: string): number[] {
  const random = seededRandom(seed, stream);
  return Array.from({ length: 4 }, () => random.next());
}

test("a seed gives the same numbers on every machine", () => {
  expect(firstOf(1, "2026-10")).toEqual(FIRST);
});

test("another seed or stream gives others", () => {
  expect(firstOf(2, "2026-10")).not.toEqual(FIRST);
  expect(firstOf(1, "2026-11")).not.toEqual(FIRST);
});

test("a number is a whole one below its limit", () => {
  const limit = fc.integer({ min: 1, max: 2 ** 32 });
  fc.assert(
    fc.property(fc.integer(), limit, (seed, most) => {
      const number = seededRandom(seed, "any").below(most);
      expect(Number.isSafeInteger(number)).toBe(true);
      expect(number).toBeGreaterThanOrEqual(0);
      expect(number).toBeLessThan(most);
    }),
  );
});

test("numbers are spread evenly", () => {
  const random = seededRandom(7, "spread");
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) counts[random.below(10)]!++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});
