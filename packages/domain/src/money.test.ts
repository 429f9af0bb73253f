import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAmount } from "./amount.ts";
import { minorPlaces } from "./currencies.ts";
import { formatMoney, roundToMoney } from "./money.ts";

test.each`
  currency | amount        | mode          | expected
  ${"EUR"} | ${"229.125"}  | ${"halfEven"} | ${"229.12"}
  ${"EUR"} | ${"229.125"}  | ${"halfUp"}   | ${"229.13"}
  ${"EUR"} | ${"-229.125"} | ${"halfUp"}   | ${"-229.13"}
  ${"EUR"} | ${"0.001"}    | ${"up"}       | ${"0.01"}
  ${"EUR"} | ${"0.009"}    | ${"down"}     | ${"0.00"}
  ${"EUR"} | ${"-0.05"}    | ${"halfEven"} | ${"-0.05"}
  ${"EUR"} | ${"-0.001"}   | ${"halfEven"} | ${"0.00"}
  ${"JPY"} | ${"12.5"}     | ${"halfEven"} | ${"12"}
  ${"KWD"} | ${"1.2345"}   | ${"halfEven"} | ${"1.234"}
  ${"CLF"} | ${"1.2"}      | ${"halfEven"} | ${"1.2000"}
`("$amount $currency becomes $expected, $mode", ({ currency, amount, mode, expected }) => {
  expect(formatMoney(roundToMoney(parseAmount(currency, amount), mode))).toBe(expected);
});

test("P3 a share of 229.125 is 229.12 half-even and 229.13 half-up", () => {
  const share = parseAmount("EUR", "229.125");
  expect(roundToMoney(share, "halfEven").minor).toBe(22_912n);
  expect(roundToMoney(share, "halfUp").minor).toBe(22_913n);
});

test("an amount of whole minor units is the same money in every currency and mode", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("JPY", "EUR", "KWD", "CLF"),
      fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
      fc.constantFrom("up", "down", "halfUp", "halfEven"),
      (currency, minor, mode) => {
        const pico = minor * 10n ** BigInt(12 - minorPlaces(currency));
        expect(roundToMoney({ currency, pico }, mode)).toEqual({ currency, minor });
      },
    ),
  );
});
