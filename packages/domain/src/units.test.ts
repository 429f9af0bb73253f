import { expect, test } from "vitest";
import { smallestUnits, UNIT_NAMES, unitOf } from "./units.ts";

test.each`
  per                   | quantity           | size
  ${"second"}           | ${"milliseconds"}  | ${1000}
  ${"minute"}           | ${"milliseconds"}  | ${60_000}
  ${"hour"}             | ${"milliseconds"}  | ${3_600_000}
  ${"segment"}          | ${"segments"}      | ${1}
  ${"message"}          | ${"messages"}      | ${1}
  ${"thousandMessages"} | ${"messages"}      | ${1000}
  ${"verification"}     | ${"verifications"} | ${1}
  ${"gigabyte"}         | ${"bytes"}         | ${1e9}
`("a $per is $size of $quantity", ({ per, quantity, size }) => {
  expect(unitOf(per)).toEqual({ quantity, size });
});

test("a unit may be given as a size of any quantity", () => {
  expect(unitOf({ quantity: "tokens", size: 1_000_000 })).toEqual({
    quantity: "tokens",
    size: 1_000_000,
  });
});

test.each(["", "minutes", "Minute", "constructor", "__proto__"])("no unit is named %j", (name) => {
  expect(() => unitOf(name)).toThrow("unit.unknown");
});

test.each([0, -1, 1.5, Number.NaN, 2 ** 53])("a unit of %d is refused", (size) => {
  expect(() => unitOf({ quantity: "tokens", size })).toThrow("unit.size-invalid");
});

test("every named unit is a whole number of a named quantity", () => {
  expect(UNIT_NAMES.length).toBeGreaterThan(10);
  for (const name of UNIT_NAMES) {
    const { quantity, size } = unitOf(name);
    expect(quantity).toMatch(/^[a-z][A-Za-z]*s$/);
    expect(unitOf({ quantity, size })).toEqual({ quantity, size });
  }
});

test.each`
  text          | per          | smallest
  ${"10000"}    | ${"minute"}  | ${600_000_000n}
  ${"100.5"}    | ${"minute"}  | ${6_030_000n}
  ${"0.001"}    | ${"second"}  | ${1n}
  ${"0"}        | ${"segment"} | ${0n}
  ${"1000.000"} | ${"segment"} | ${1000n}
`("$text × $per is $smallest smallest units", ({ text, per, smallest }) => {
  expect(smallestUnits(text, unitOf(per))).toBe(smallest);
});

test.each`
  text         | per          | code
  ${"0.5"}     | ${"segment"} | ${"unit.not-whole"}
  ${"0.00001"} | ${"minute"}  | ${"unit.not-whole"}
  ${"-1"}      | ${"segment"} | ${"unit.not-whole"}
  ${"many"}    | ${"segment"} | ${"decimal.malformed"}
  ${"1e3"}     | ${"segment"} | ${"decimal.malformed"}
`("$text × $per is refused: $code", ({ text, per, code }) => {
  expect(() => smallestUnits(text, unitOf(per))).toThrow(code);
});
