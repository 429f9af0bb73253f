import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDecimal } from "./decimal.ts";
import { QUANTITY_MAX, quantityFromDecimal } from "./quantity.ts";

test.each`
  value                               | times         | quantity        | because
  ${61}                               | ${1000}       | ${61_000}       | ${"seconds in milliseconds"}
  ${61.5}                             | ${1000}       | ${61_500}       | ${"half a second"}
  ${"61.5"}                           | ${1000}       | ${61_500}       | ${"the same as text"}
  ${1.005}                            | ${1000}       | ${1005}         | ${"not 1004.9999999999999"}
  ${0.07}                             | ${100}        | ${7}            | ${"not 7.000000000000001"}
  ${4.35}                             | ${100}        | ${435}          | ${"not 434.99999999999994"}
  ${"1.0050"}                         | ${1000}       | ${1005}         | ${"trailing zeros"}
  ${"61.500000000000000000"}          | ${1000}       | ${61_500}       | ${"many trailing zeros"}
  ${"007"}                            | ${1}          | ${7}            | ${"leading zeros"}
  ${0}                                | ${1000}       | ${0}            | ${"nothing"}
  ${-0}                               | ${1000}       | ${0}            | ${"minus nothing is nothing"}
  ${"0.0"}                            | ${1}          | ${0}            | ${"nothing"}
  ${0.0001}                           | ${60_000}     | ${6}            | ${"a scale that is no power of ten"}
  ${0.000016666666666666667}          | ${60_000}     | ${null}         | ${"that decimal is not one millisecond"}
  ${1e-7}                             | ${10_000_000} | ${1}            | ${"a number with an exponent"}
  ${1e-7}                             | ${60_000_000} | ${6}            | ${"the same in another scale"}
  ${"1e-7"}                           | ${10_000_000} | ${null}         | ${"a text is plain digits"}
  ${1e15}                             | ${1}          | ${QUANTITY_MAX} | ${"the most"}
  ${"1000000000000000"}               | ${1}          | ${QUANTITY_MAX} | ${"the most"}
  ${"1000000000000.000"}              | ${1000}       | ${QUANTITY_MAX} | ${"the most"}
  ${999999999999.9999}                | ${1000}       | ${null}         | ${"a tenth of a millisecond"}
  ${1e15 + 1}                         | ${1}          | ${null}         | ${"one too many"}
  ${"1000000000000001"}               | ${1}          | ${null}         | ${"one too many"}
  ${1e12 + 1}                         | ${1000}       | ${null}         | ${"too many once scaled"}
  ${Number.MAX_VALUE}                 | ${1000}       | ${null}         | ${"far too many"}
  ${0.0005}                           | ${1000}       | ${null}         | ${"half a millisecond"}
  ${"0.0005"}                         | ${1000}       | ${null}         | ${"half a millisecond"}
  ${"0.0000000000000000000000000001"} | ${1000}       | ${null}         | ${"next to nothing"}
  ${0.5}                              | ${1}          | ${null}         | ${"half a message"}
  ${-1}                               | ${1}          | ${null}         | ${"negative"}
  ${-0.5}                             | ${1000}       | ${null}         | ${"negative"}
  ${"-1"}                             | ${1}          | ${null}         | ${"negative"}
  ${Number.NaN}                       | ${1}          | ${null}         | ${"no number"}
  ${Number.POSITIVE_INFINITY}         | ${1}          | ${null}         | ${"no number"}
  ${Number.POSITIVE_INFINITY}         | ${60}         | ${null}         | ${"no number"}
  ${""}                               | ${1}          | ${null}         | ${"no digits"}
  ${"."}                              | ${1}          | ${null}         | ${"no digits"}
  ${"5."}                             | ${1}          | ${null}         | ${"a bare point"}
  ${".5"}                             | ${1000}       | ${null}         | ${"a bare point"}
  ${"1.2.3"}                          | ${1000}       | ${null}         | ${"two points"}
  ${"+1"}                             | ${1}          | ${null}         | ${"a sign"}
  ${" 1"}                             | ${1}          | ${null}         | ${"a blank"}
  ${"1,5"}                            | ${1000}       | ${null}         | ${"a comma"}
  ${"0x10"}                           | ${1}          | ${null}         | ${"hexadecimal"}
  ${"9".repeat(39)}                   | ${1}          | ${null}         | ${"more than 38 digits"}
`("$value times $times is $quantity: $because", ({ value, times, quantity }) => {
  expect(quantityFromDecimal(value, times)).toBe(quantity);
});

test("a scale of zero, below or between is our bug", () => {
  for (const times of [0, -1, 0.5]) {
    expect(() => quantityFromDecimal(1, times)).toThrow("a scale is a whole number above zero");
  }
});

const TIMES = fc.constantFrom(1, 10, 60, 1000, 3600, 60_000, 1_000_000, 3_600_000);

test("every quantity of milliseconds is read exactly from seconds, as number and as text", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: QUANTITY_MAX - 1 }), (milliseconds) => {
      const seconds = formatDecimal(BigInt(milliseconds), 3);
      expect(quantityFromDecimal(seconds, 1000)).toBe(milliseconds);
      expect(quantityFromDecimal(Number(seconds), 1000)).toBe(milliseconds);
    }),
  );
});

test("number and text mean the same, and both are exact or nothing", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 14n }),
      fc.integer({ min: 0, max: 9 }),
      TIMES,
      (unscaled, places, times) => {
        const text = formatDecimal(unscaled, places);
        const product = unscaled * BigInt(times);
        const divisor = 10n ** BigInt(places);
        const valid = product % divisor === 0n && product / divisor <= BigInt(QUANTITY_MAX);
        const exact = valid ? Number(product / divisor) : null;
        expect(quantityFromDecimal(text, times)).toBe(exact);
        expect(quantityFromDecimal(Number(text), times)).toBe(exact);
      },
    ),
  );
});

test("a fraction counts what its shortest decimal form says, whatever its digits", () => {
  const value = fc.oneof(
    fc.double({ min: 1e-6, max: 1e16, noNaN: true }),
    fc
      .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 1000 }))
      .map(([a, b]) => a / b),
  );
  fc.assert(
    fc.property(value, TIMES, (value, times) => {
      expect(quantityFromDecimal(value, times)).toBe(quantityFromDecimal(String(value), times));
    }),
    { numRuns: 2000 },
  );
});
