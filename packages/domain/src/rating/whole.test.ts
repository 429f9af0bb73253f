import fc from "fast-check";
import { expect, test } from "vitest";
import { divideRounded } from "../rounding.ts";
import { addWhole, multiplyDivide, negateWhole, reduce, settle } from "./whole.ts";

const EDGE = BigInt(Number.MAX_SAFE_INTEGER);
/** Most are near the edge of what a `number` holds exactly, where mistakes are. */
const whole = fc.oneof(
  fc.bigInt({ min: -1_000n, max: 1_000n }),
  fc.bigInt({ min: EDGE - 9n, max: EDGE + 9n }),
  fc.bigInt({ min: -EDGE - 9n, max: -EDGE + 9n }),
  fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
);
const divisor = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 10 ** 14 }));

test("equal values have one form, a number while it is exact", () => {
  expect(settle(EDGE)).toBe(Number.MAX_SAFE_INTEGER);
  expect(settle(EDGE + 1n)).toBe(EDGE + 1n);
  expect(settle(-EDGE - 1n)).toBe(-EDGE - 1n);
});

test("sums are those of bigint", () =>
  fc.assert(
    fc.property(whole, whole, (a, b) => {
      expect(addWhole(settle(a), settle(b))).toBe(settle(a + b));
    }),
  ));

test("negating is that of bigint, and zero has no sign", () => {
  expect(Object.is(negateWhole(0), 0)).toBe(true);
  fc.assert(fc.property(whole, (a) => negateWhole(settle(a)) === settle(-a)));
});

test("products and quotients are those of bigint, rounded once, half to even", () =>
  fc.assert(
    fc.property(whole, whole, divisor, (a, b, by) => {
      const exact = settle(divideRounded(a * b, BigInt(by)));
      expect(multiplyDivide(settle(a), settle(b), by) === exact).toBe(true);
    }),
    { numRuns: 500 },
  ));

test.each`
  a     | by   | quotient | because
  ${5}  | ${2} | ${2}     | ${"2.5 is between and 2 is even"}
  ${7}  | ${2} | ${4}     | ${"3.5 is between and 4 is even"}
  ${-5} | ${2} | ${-2}    | ${"the same below zero"}
  ${-7} | ${2} | ${-4}    | ${"the same below zero"}
  ${8}  | ${3} | ${3}     | ${"2.67 is nearer to 3"}
`("$a ÷ $by is $quotient: $because", ({ a, by, quotient }) => {
  expect(multiplyDivide(a, 1, by)).toBe(quotient);
});

test("a reduced fraction is the same fraction in lowest terms", () =>
  fc.assert(
    fc.property(whole, divisor, (a, b) => {
      const { numerator, by } = reduce(a, b);
      expect(BigInt(numerator) * BigInt(b)).toBe(a * BigInt(by));
      expect(reduce(BigInt(numerator), by)).toEqual({ numerator, by });
    }),
  ));
