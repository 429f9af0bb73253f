import fc from "fast-check";
import { expect, test } from "vitest";
import type { CallRules } from "../catalogue/call-rules.ts";
import { authorisedDuration } from "./authorised-duration.ts";
import { callRate, MINUTE, pico, rated, rules, type TestRate } from "./fixtures/call-rates.ts";

const disconnect = (maxCharge: string, more: CallRules = {}): CallRules => {
  return { maxCharge, maxChargeStrategy: "disconnect", ...more };
};

test.each<[string, TestRate, CallRules, number]>([
  ["handbook V15: 10 s of 1.00 each", { rate: "60.00", increments: "1/1" }, disconnect("10"), 10],
  [
    "a connect fee comes off first",
    { rate: "60", connectFee: "4", increments: "1/1" },
    disconnect("10"),
    6,
  ],
  ["only whole increments", { rate: "0.10", increments: "60/60" }, disconnect("0.25"), 120],
  [
    "the rest at its own rate",
    { rate: "0.2", rateNext: "0.1", increments: "60/1" },
    disconnect("0.25"),
    90,
  ],
  ["not even the initial increment", { rate: "1", increments: "60/60" }, disconnect("0.99"), 0],
  ["nor the connect fee", { rate: "1", connectFee: "2" }, disconnect("1", { freeSeconds: 5 }), 0],
  [
    "free seconds are on top",
    { rate: "1", increments: "60/60" },
    disconnect("1", { freeSeconds: 30 }),
    90,
  ],
  [
    "free seconds alone",
    { rate: "1", increments: "60/60" },
    disconnect("0", { freeSeconds: 30 }),
    30,
  ],
  ["by the millisecond", { rate: "0.06" }, disconnect("0.0615"), 61.5],
  ["no maximum", { rate: "1" }, {}, Number.POSITIVE_INFINITY],
  ["one that is free beyond", { rate: "1" }, { maxCharge: "1" }, Number.POSITIVE_INFINITY],
  [
    "what costs nothing more",
    { rate: "1", rateNext: "0", increments: "60/1" },
    disconnect("1"),
    Number.POSITIVE_INFINITY,
  ],
])("%s", (_, rate, by, seconds) => {
  expect(authorisedDuration(callRate(rate), rules(by), MINUTE)).toBe(seconds * 1000);
});

test("a call that ends there costs no more than the maximum, and one increment longer costs more", () =>
  fc.assert(
    fc.property(
      fc.constantFrom("1/1", "6/6", "30/6", "30/18", "60/60", "60/1"),
      fc.constantFrom("initialThenSubsequent" as const, "wholeMultiple" as const),
      fc.integer({ min: 0, max: 500 }),
      (increments, mode, cents) => {
        const rate = { rate: "0.30", rateNext: "0.07", connectFee: "0.02", increments };
        const by = disconnect((cents / 100).toFixed(2));
        const longest = authorisedDuration(callRate(rate), rules(by, mode), MINUTE);
        const costOf = (milliseconds: number) =>
          rated({ answered: true, milliseconds }, rate, by, mode).amount;
        const max = pico(by.maxCharge!);
        if (longest > 0) expect(costOf(longest) <= max).toBe(true);
        expect(costOf(longest + 1) > max).toBe(true);
      },
    ),
  ));
