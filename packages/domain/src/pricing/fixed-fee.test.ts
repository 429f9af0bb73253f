import { expect, test } from "vitest";
import { fixedFee } from "./fixed-fee.ts";

test("a fixed fee is its amount, in the agreement's currency", () => {
  const total = { currency: "EUR", pico: 49_900_000_000_000n };
  expect(fixedFee("EUR", "49.90")).toEqual({ model: "fixedFee", total });
});

test("a fixed fee below zero is a credit", () => {
  expect(fixedFee("JPY", "-500").total).toEqual({ currency: "JPY", pico: -(5n * 10n ** 14n) });
});

test("a fee that is no decimal or of no currency is refused", () => {
  expect(() => fixedFee("EUR", "49,90")).toThrow("decimal.malformed");
  expect(() => fixedFee("XXX", "1")).toThrow("currency.unknown");
});
