import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDecimal } from "./decimal.ts";
import { divideRounded, type RoundingMode } from "./rounding.ts";

const MODES = ["up", "down", "halfUp", "halfEven"] as const satisfies RoundingMode[];

test.each`
  mode          | expected
  ${"up"}       | ${"0.0093"}
  ${"down"}     | ${"0.0092"}
  ${"halfUp"}   | ${"0.0093"}
  ${"halfEven"} | ${"0.0092"}
`("V6 0.00925 at 4 places, $mode, is $expected", ({ mode, expected }) => {
  const tied = parseDecimal("0.00925", 5);
  expect(divideRounded(tied, 10n, mode)).toBe(parseDecimal(expected, 4));
});

test.each`
  numerator | denominator | up     | down   | halfUp | halfEven
  ${0n}     | ${3n}       | ${0n}  | ${0n}  | ${0n}  | ${0n}
  ${6n}     | ${3n}       | ${2n}  | ${2n}  | ${2n}  | ${2n}
  ${1n}     | ${3n}       | ${1n}  | ${0n}  | ${0n}  | ${0n}
  ${2n}     | ${3n}       | ${1n}  | ${0n}  | ${1n}  | ${1n}
  ${1n}     | ${2n}       | ${1n}  | ${0n}  | ${1n}  | ${0n}
  ${3n}     | ${2n}       | ${2n}  | ${1n}  | ${2n}  | ${2n}
  ${5n}     | ${2n}       | ${3n}  | ${2n}  | ${3n}  | ${2n}
  ${-1n}    | ${2n}       | ${-1n} | ${0n}  | ${-1n} | ${0n}
  ${-3n}    | ${2n}       | ${-2n} | ${-1n} | ${-2n} | ${-2n}
  ${-5n}    | ${2n}       | ${-3n} | ${-2n} | ${-3n} | ${-2n}
`("$numerator ÷ $denominator in each mode", ({ numerator, denominator, ...expected }) => {
  for (const mode of MODES) {
    expect(divideRounded(numerator, denominator, mode)).toBe(expected[mode]);
  }
});

test("without a mode a tie goes to the even neighbour", () => {
  expect(divideRounded(5n, 10n)).toBe(0n);
  expect(divideRounded(15n, 10n)).toBe(2n);
});

test("a divisor of zero or less is our bug", () => {
  expect(() => divideRounded(1n, 0n)).toThrow("a divisor is positive");
  expect(() => divideRounded(1n, -1n)).toThrow("a divisor is positive");
});

// Small divisors make ties frequent.
const NUMERATOR = fc.oneof(
  fc.bigInt({ min: -100n, max: 100n }),
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
);
const DENOMINATOR = fc.oneof(
  fc.bigInt({ min: 1n, max: 12n }),
  fc.bigInt({ min: 1n, max: 10n ** 20n }),
);
const MODE = fc.constantFrom(...MODES);

test("rounding moves a quotient by less than one, and by at most a half in the half modes", () => {
  fc.assert(
    fc.property(NUMERATOR, DENOMINATOR, MODE, (numerator, denominator, mode) => {
      const error = magnitude(
        divideRounded(numerator, denominator, mode) * denominator - numerator,
      );
      expect(error < denominator).toBe(true);
      if (mode === "halfUp" || mode === "halfEven") expect(2n * error <= denominator).toBe(true);
    }),
  );
});

test("up never makes a magnitude smaller, down never larger", () => {
  fc.assert(
    fc.property(NUMERATOR, DENOMINATOR, (numerator, denominator) => {
      const up = divideRounded(numerator, denominator, "up");
      const down = divideRounded(numerator, denominator, "down");
      expect(magnitude(up) * denominator >= magnitude(numerator)).toBe(true);
      expect(magnitude(down) * denominator <= magnitude(numerator)).toBe(true);
    }),
  );
});

test("a tie goes away from zero in halfUp and to the even neighbour in halfEven", () => {
  fc.assert(
    fc.property(NUMERATOR, (below) => {
      const tied = 2n * below + 1n;
      expect(divideRounded(tied, 2n, "halfEven") % 2n).toBe(0n);
      expect(divideRounded(tied, 2n, "halfUp")).toBe(tied > 0n ? below + 1n : below);
    }),
  );
});

test("negative values mirror", () => {
  fc.assert(
    fc.property(NUMERATOR, DENOMINATOR, MODE, (numerator, denominator, mode) => {
      expect(divideRounded(-numerator, denominator, mode)).toBe(
        -divideRounded(numerator, denominator, mode),
      );
    }),
  );
});

test("a larger numerator never has a smaller quotient", () => {
  fc.assert(
    fc.property(NUMERATOR, DENOMINATOR, MODE, (numerator, denominator, mode) => {
      expect(
        divideRounded(numerator + 1n, denominator, mode) >=
          divideRounded(numerator, denominator, mode),
      ).toBe(true);
    }),
  );
});

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
