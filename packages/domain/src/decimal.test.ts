import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDecimal, formatFixed, parseDecimal } from "./decimal.ts";

test.each`
  text                  | places | value
  ${"0"}                | ${0}   | ${0n}
  ${"-0"}               | ${2}   | ${0n}
  ${"12"}               | ${2}   | ${1200n}
  ${"0.0085"}           | ${12}  | ${8_500_000_000n}
  ${"-0.05"}            | ${2}   | ${-5n}
  ${"1.500"}            | ${1}   | ${15n}
  ${"7.000"}            | ${0}   | ${7n}
  ${"007.5"}            | ${1}   | ${75n}
  ${"0.000000000001"}   | ${12}  | ${1n}
  ${"9".repeat(38)}     | ${0}   | ${10n ** 38n - 1n}
  ${"9007199254740993"} | ${0}   | ${9007199254740993n}
`("$text is $value in place $places", ({ text, places, value }) => {
  expect(parseDecimal(text, places)).toBe(value);
});

test.each([
  "",
  " ",
  "-",
  "+1",
  ".5",
  "5.",
  "1e3",
  "1E3",
  "0x10",
  "1,5",
  "1_000",
  " 1",
  "1 ",
  "1\n",
  "--1",
  "1.2.3",
  "NaN",
  "Infinity",
  "١",
  "1١",
  "１",
  "−1",
  "1\u0000",
  "-.",
  "- 1",
])("%j is not a plain decimal", (text) => {
  expect(() => parseDecimal(text, 12)).toThrow("decimal.malformed");
});

test("more than 38 digits are refused, wherever the point is", () => {
  const twenty = "9".repeat(20);
  expect(() => parseDecimal(`${twenty}${twenty}`, 0)).toThrow("decimal.too-long");
  expect(() => parseDecimal(`${twenty}.${"9".repeat(19)}`, 19)).toThrow("decimal.too-long");
  expect(parseDecimal(`-${"9".repeat(38)}`, 0)).toBe(1n - 10n ** 38n);
});

test("a digit beyond the kept places is refused, never rounded away", () => {
  expect(() => parseDecimal("0.0000000000001", 12)).toThrow("decimal.too-precise");
  expect(() => parseDecimal("1.1", 0)).toThrow("decimal.too-precise");
});

test("a refusal repeats only the beginning of a long text", () => {
  const refusal = expect.objectContaining({ detail: { text: "x".repeat(64) } });
  expect(() => parseDecimal("x".repeat(100_000), 2)).toThrow(refusal);
});

test.each`
  value             | places | text
  ${0n}             | ${12}  | ${"0"}
  ${8_500_000_000n} | ${12}  | ${"0.0085"}
  ${-5n}            | ${2}   | ${"-0.05"}
  ${1200n}          | ${2}   | ${"12"}
  ${1200n}          | ${0}   | ${"1200"}
  ${10n ** 40n}     | ${0}   | ${`1${"0".repeat(40)}`}
`("$value in place $places is written $text", ({ value, places, text }) => {
  expect(formatDecimal(value, places)).toBe(text);
});

test.each`
  value     | places | shown | text
  ${5n}     | ${2}   | ${2}  | ${"0.05"}
  ${-1234n} | ${2}   | ${2}  | ${"-12.34"}
  ${1200n}  | ${2}   | ${0}  | ${"12"}
  ${12n}    | ${0}   | ${2}  | ${"12.00"}
  ${120n}   | ${2}   | ${4}  | ${"1.2000"}
  ${0n}     | ${3}   | ${3}  | ${"0.000"}
`("$value in place $places, shown with $shown, is $text", ({ value, places, shown, text }) => {
  expect(formatFixed(value, places, shown)).toBe(text);
});

test("showing fewer places than the value has is our bug", () => {
  expect(() => formatFixed(1234n, 2, 1)).toThrow("showing a decimal loses no digit");
});

const PLACES = fc.integer({ min: 0, max: 18 });
const VALUE = fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n });

test("every value is read back as it was written", () => {
  fc.assert(
    fc.property(VALUE, PLACES, (value, places) => {
      expect(parseDecimal(formatDecimal(value, places), places)).toBe(value);
      expect(parseDecimal(formatFixed(value, places, places), places)).toBe(value);
    }),
  );
});

test("the written form has no needless zero and no exponent", () => {
  fc.assert(
    fc.property(VALUE, PLACES, (value, places) => {
      expect(formatDecimal(value, places)).toMatch(/^(0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d*[1-9])$/);
    }),
  );
});

test("more kept places scale the value by tens", () => {
  fc.assert(
    fc.property(VALUE, PLACES, PLACES, (value, places, more) => {
      const text = formatDecimal(value, places);
      expect(parseDecimal(text, places + more)).toBe(value * 10n ** BigInt(more));
    }),
  );
});
