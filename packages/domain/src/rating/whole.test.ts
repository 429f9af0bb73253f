import fc from "fast-check";
import { expect, test } from "vitest";
import { divideRounded, ROUNDING_MODES } from "../rounding.ts";
import {
  addWhole,
  divideWhole,
  multiplyDivide,
  multiplyWhole,
  negateWhole,
  reduce,
  settle,
} from "./whole.ts";

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

test("products alone are those of bigint", () =>
  fc.assert(
    fc.property(whole, whole, (a, b) => {
      expect(multiplyWhole(settle(a), settle(b)) === settle(a * b)).toBe(true);
    }),
    { numRuns: 500 },
  ));

test("quotients alone are those of bigint, by any mode, and zero has no sign", () =>
  fc.assert(
    fc.property(
      whole,
      fc.oneof(divisor.map(BigInt), fc.bigInt({ min: EDGE - 9n, max: EDGE + 9n })),
      fc.constantFrom(...ROUNDING_MODES),
      fc.integer({ min: -2, max: 2 }),
      (near, by, mode, aside) => {
        // Next to whole quotients and to their middles is where a double may be wrong.
        for (const a of [near, (near / by) * by + BigInt(aside), (near / by) * by + by / 2n]) {
          const quotient = divideWhole(settle(a), settle(by), mode);
          expect(quotient === settle(divideRounded(a, by, mode))).toBe(true);
          expect(Object.is(quotient, -0)).toBe(false);
        }
      },
    ),
    { numRuns: 1000 },
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
