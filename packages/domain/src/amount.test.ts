import fc from "fast-check";
import { expect, test } from "vitest";
import { formatAmount, parseAmount, timesFraction } from "./amount.ts";

test("an amount keeps 12 places exactly and is written without needless zeros", () => {
  const rate = parseAmount("EUR", "0.008500000001");
  expect(rate).toEqual({ currency: "EUR", pico: 8_500_000_001n });
  expect(formatAmount(rate)).toBe("0.008500000001");
  expect(formatAmount(parseAmount("JPY", "-12.50"))).toBe("-12.5");
});

test("an amount of an unknown currency or with a 13th place is refused", () => {
  expect(() => parseAmount("EURO", "1")).toThrow("currency.unknown");
  expect(() => parseAmount("EUR", "0.0000000000001")).toThrow("decimal.too-precise");
  expect(() => parseAmount("EUR", "1,5")).toThrow("decimal.malformed");
});

test.each`
  rate        | milliseconds | expected            | because
  ${"0.012"}  | ${120_000n}  | ${"0.024"}          | ${"two whole minutes"}
  ${"0.0085"} | ${61_000n}   | ${"0.008641666667"} | ${"the 13th place is rounded once"}
  ${"0.0085"} | ${0n}        | ${"0"}              | ${"no time costs nothing"}
`("$rate a minute for $milliseconds ms is $expected: $because", (row) => {
  const { pico } = parseAmount("USD", row.rate);
  const product = timesFraction(pico, row.milliseconds, 60_000n);
  expect(formatAmount({ currency: "USD", pico: product })).toBe(row.expected);
});

test("a fraction with a tie in the 13th place goes to the even neighbour", () => {
  expect(timesFraction(1n, 1n, 2n)).toBe(0n);
  expect(timesFraction(3n, 1n, 2n)).toBe(2n);
});

const PICO = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });

test("a fraction of the same size above and below changes nothing", () => {
  fc.assert(
    fc.property(PICO, fc.bigInt({ min: 1n, max: 10n ** 12n }), (pico, size) => {
      expect(timesFraction(pico, size, size)).toBe(pico);
      expect(timesFraction(pico, 7n * size, size)).toBe(7n * pico);
    }),
  );
});
