import fc from "fast-check";
import { expect, test } from "vitest";
import { billedDuration } from "./billed-duration.ts";

test.each`
  raw    | initial | subsequent | billed | because
  ${0}   | ${60}   | ${60}      | ${0}   | ${"nothing was used"}
  ${1}   | ${60}   | ${60}      | ${60}  | ${"the initial increment is the least"}
  ${60}  | ${60}   | ${60}      | ${60}  | ${"it is full"}
  ${61}  | ${60}   | ${60}      | ${120} | ${"the next one has begun"}
  ${61}  | ${6}    | ${6}       | ${66}  | ${"61 is between 60 and 66"}
  ${31}  | ${30}   | ${18}      | ${48}  | ${"18 are counted from the end of 30"}
  ${100} | ${30}   | ${1}       | ${100} | ${"each unit is whole"}
`("$raw at $initial/$subsequent are $billed: $because", ({ raw, initial, subsequent, billed }) => {
  expect(billedDuration(raw, initial, subsequent)).toBe(billed);
});

const increment = fc.integer({ min: 1, max: 120 });

test("as little as covers what was used, in whole increments", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), increment, increment, (raw, first, next) => {
      const billed = billedDuration(raw, first, next);
      expect(billed).toBeGreaterThanOrEqual(Math.max(raw, first));
      expect((billed - first) % next).toBe(0);
      expect(billed - raw < next || billed === first).toBe(true);
    }),
  ));

test("one unit more never costs less", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10_000 }),
      increment,
      increment,
      fc.constantFrom("initialThenSubsequent" as const, "wholeMultiple" as const),
      (raw, first, next, mode) => {
        const more = billedDuration(raw + 1, first, next, mode);
        expect(more).toBeGreaterThanOrEqual(billedDuration(raw, first, next, mode));
      },
    ),
  ));
