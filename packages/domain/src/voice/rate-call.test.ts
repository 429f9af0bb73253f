import fc from "fast-check";
import { expect, test } from "vitest";
import type { CallRules } from "../catalogue/call-rules.ts";
import { ROUNDING_MODES } from "../rounding.ts";
import { answered, pico, rated, type TestRate } from "./fixtures/call-rates.ts";

interface Case {
  readonly v: string;
  readonly seconds: number;
  readonly rate: TestRate;
  readonly by?: CallRules;
  readonly billed: number;
  readonly amount: string;
}

const V5: TestRate = { rate: "0.2", rateNext: "0.1", connectFee: "0.4", increments: "60/1" };
const V9: TestRate = { rate: "0.15", connectFee: "0.10", increments: "60/30" };
const GRACE: CallRules = { graceSeconds: 3 };
const SIX: CallRules = { roundingDecimals: 6 };
const legs = (roundingMode: "up" | "down" | "halfUp" | "halfEven"): CallRules => {
  return { roundingMode, roundingDecimals: 4 };
};

const CASES: readonly Case[] = [
  {
    v: "V1",
    seconds: 61,
    rate: { rate: "0.012", increments: "60/60" },
    billed: 120,
    amount: "0.024",
  },
  {
    v: "V2",
    seconds: 61,
    rate: { rate: "0.0085", increments: "6/6" },
    billed: 66,
    amount: "0.00935",
  },
  {
    v: "V2 up@4",
    seconds: 61,
    rate: { rate: "0.0085", increments: "6/6" },
    by: legs("up"),
    billed: 66,
    amount: "0.0094",
  },
  {
    v: "V3",
    seconds: 32,
    rate: { rate: "0.006", increments: "30/6" },
    billed: 36,
    amount: "0.0036",
  },
  {
    v: "V3",
    seconds: 57,
    rate: { rate: "0.006", increments: "30/6" },
    billed: 60,
    amount: "0.006",
  },
  {
    v: "V3",
    seconds: 75,
    rate: { rate: "0.006", increments: "30/6" },
    billed: 78,
    amount: "0.0078",
  },
  {
    v: "V4",
    seconds: 47,
    rate: { rate: "0.0085", increments: "1/1" },
    by: SIX,
    billed: 47,
    amount: "0.006658",
  },
  {
    v: "V4 up@4",
    seconds: 47,
    rate: { rate: "0.0085", increments: "1/1" },
    by: legs("up"),
    billed: 47,
    amount: "0.0067",
  },
  {
    v: "V4 down@4",
    seconds: 47,
    rate: { rate: "0.0085", increments: "1/1" },
    by: legs("down"),
    billed: 47,
    amount: "0.0066",
  },
  { v: "V5", seconds: 20, rate: V5, by: SIX, billed: 60, amount: "0.6" },
  { v: "V5", seconds: 60, rate: V5, by: SIX, billed: 60, amount: "0.6" },
  { v: "V5", seconds: 85, rate: V5, by: SIX, billed: 85, amount: "0.641667" },
  { v: "V5", seconds: 120, rate: V5, by: SIX, billed: 120, amount: "0.7" },
  { v: "V5", seconds: 130, rate: V5, by: SIX, billed: 130, amount: "0.716667" },
  {
    v: "V6 up",
    seconds: 60,
    rate: { rate: "0.00925" },
    by: legs("up"),
    billed: 60,
    amount: "0.0093",
  },
  {
    v: "V6 down",
    seconds: 60,
    rate: { rate: "0.00925" },
    by: legs("down"),
    billed: 60,
    amount: "0.0092",
  },
  {
    v: "V6 half up",
    seconds: 60,
    rate: { rate: "0.00925" },
    by: legs("halfUp"),
    billed: 60,
    amount: "0.0093",
  },
  {
    v: "V6 half even",
    seconds: 60,
    rate: { rate: "0.00925" },
    by: legs("halfEven"),
    billed: 60,
    amount: "0.0092",
  },
  { v: "V9", seconds: 2, rate: V9, by: GRACE, billed: 0, amount: "0" },
  { v: "V9", seconds: 43, rate: V9, by: GRACE, billed: 60, amount: "0.25" },
  { v: "V9", seconds: 61, rate: V9, by: GRACE, billed: 90, amount: "0.325" },
  { v: "V9, as long as the grace", seconds: 3, rate: V9, by: GRACE, billed: 60, amount: "0.25" },
  {
    v: "V15 free",
    seconds: 1800,
    rate: { rate: "60.00", increments: "1/1" },
    by: { maxCharge: "10" },
    billed: 1800,
    amount: "10",
  },
  {
    v: "V15 disconnect",
    seconds: 1800,
    rate: { rate: "60.00", increments: "1/1" },
    by: { maxCharge: "10", maxChargeStrategy: "disconnect" },
    billed: 1800,
    amount: "1800",
  },
  {
    v: "V17",
    seconds: 31,
    rate: { rate: "0.06", increments: "30/18" },
    billed: 48,
    amount: "0.048",
  },
  {
    v: "V21",
    seconds: 0,
    rate: { rate: "1", connectFee: "1.00", increments: "1/1" },
    billed: 0,
    amount: "0",
  },
  {
    v: "V21 connectOnZero",
    seconds: 0,
    rate: { rate: "1", connectFee: "1.00", increments: "1/1" },
    by: { connectOnZero: true },
    billed: 0,
    amount: "1.00",
  },
];

test.each(CASES)("handbook $v: $seconds s are $billed s and cost $amount", (one) => {
  const { billed, amount } = rated(answered(one.seconds), one.rate, one.by);
  expect([billed, amount]).toEqual([one.billed * 1000, pico(one.amount)]);
});

test("handbook V16: a thousand legs of 10 s, each rounded, and their sum", () => {
  const rate = { rate: "0.0100", increments: "1/1" };
  const sum = (by: CallRules) => rated(answered(10), rate, by).amount * 1000n;
  expect(sum({ roundingMode: "up", roundingDecimals: 4 })).toBe(pico("1.70"));
  expect(sum({ roundingMode: "halfEven", roundingDecimals: 6 })).toBe(pico("1.667"));
});

test("handbook V17, by whole multiples: 31 s at 30/18 are 36 s", () => {
  const { billed, amount } = rated(
    answered(31),
    { rate: "0.06", increments: "30/18" },
    {},
    "wholeMultiple",
  );
  expect([billed, amount]).toEqual([36_000, pico("0.036")]);
});

test("handbook V20: an unanswered call costs its attempt fee and no time", () => {
  const call = { answered: false, milliseconds: 0 };
  const fee = { attemptFee: "0.0005", minCharge: "1", graceSeconds: 5 };
  expect(rated(call, { rate: "1", connectFee: "9" }, fee)).toEqual({
    billed: 0,
    amount: pico("0.0005"),
    rest: null,
    steps: [{ kind: "unanswered" }],
  });
});

test.each<[string, number, CallRules, number, string]>([
  ["free seconds come off, the connect fee stays", 61, { freeSeconds: 60 }, 30, "0.175"],
  ["a call that they cover pays the connect fee alone", 60, { freeSeconds: 60 }, 0, "0.10"],
  ["the least duration does not revive it", 60, { freeSeconds: 60, minDuration: 90 }, 0, "0.10"],
  ["the least duration is billed in increments", 10, { minDuration: 40 }, 60, "0.25"],
  ["an offset comes before the grace", 5, { durationOffset: -3, graceSeconds: 3 }, 0, "0"],
  ["an offset never makes a duration negative", 2, { durationOffset: -9 }, 0, "0"],
  ["a minimum charge raises", 1, { minCharge: "0.30" }, 30, "0.30"],
  ["a maximum charge lowers", 61, { maxCharge: "0.20" }, 90, "0.20"],
  ["a grace is free of the minimum charge", 1, { graceSeconds: 2, minCharge: "1" }, 0, "0"],
])("%s", (_, seconds, by, billed, amount) => {
  const rate = { rate: "0.15", connectFee: "0.10", increments: "30/30" };
  const result = rated(answered(seconds), rate, by);
  expect([result.billed, result.amount]).toEqual([billed * 1000, pico(amount)]);
});

test("every step that changed something is recorded, in order", () => {
  const by: CallRules = {
    durationRounding: "up",
    durationOffset: 2,
    freeSeconds: 5,
    minDuration: 90,
    minCharge: "0.5",
    roundingMode: "up",
    roundingDecimals: 2,
  };
  const call = { answered: true, milliseconds: 60_500 };
  expect(rated(call, { rate: "0.12", increments: "60/1" }, by).steps).toEqual([
    { kind: "rounded", duration: 61_000 },
    { kind: "offset", duration: 63_000 },
    { kind: "free", duration: 58_000 },
    { kind: "minimum", duration: 90_000 },
    { kind: "minCharge", before: pico("0.18") },
    { kind: "leg", before: pico("0.5"), decimals: 2, mode: "up" },
  ]);
});

const seconds = fc.integer({ min: 0, max: 100 });
const arbitraryRules: fc.Arbitrary<CallRules> = fc.record(
  {
    durationRounding: fc.constantFrom("none" as const, "up", "nearest", "down"),
    durationOffset: fc.integer({ min: -30, max: 30 }),
    graceSeconds: seconds,
    freeSeconds: seconds,
    minDuration: seconds,
    connectOnZero: fc.boolean(),
    minCharge: fc.constantFrom("0", "0.05"),
    maxCharge: fc.constantFrom("0.05", "3"),
    roundingMode: fc.constantFrom(...ROUNDING_MODES),
    roundingDecimals: fc.integer({ min: 2, max: 12 }),
  },
  { requiredKeys: [] },
);
const arbitraryRate: fc.Arbitrary<TestRate> = fc.record({
  rate: fc.constantFrom("0.0001", "0.0175", "0.6"),
  rateNext: fc.constantFrom("0.0001", "0.007", "1.2"),
  connectFee: fc.constantFrom("0", "0.04"),
  increments: fc.constantFrom("", "1/1", "6/6", "30/6", "30/18", "60/60", "60/1"),
});

test("a millisecond more never costs less, nor is billed shorter", () =>
  fc.assert(
    fc.property(fc.nat(400_000), arbitraryRate, arbitraryRules, (milliseconds, rate, by) => {
      const [less, more] = [milliseconds, milliseconds + 1].map((ms) =>
        rated({ answered: true, milliseconds: ms }, rate, by),
      );
      expect(more!.billed).toBeGreaterThanOrEqual(less!.billed);
      expect(more!.amount >= less!.amount).toBe(true);
    }),
  ));

test("what has a rate is never free once time is billed", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400_000 }), arbitraryRate, (milliseconds, rate) => {
      const { billed, amount } = rated({ answered: true, milliseconds }, rate);
      expect(billed).toBeGreaterThanOrEqual(milliseconds);
      expect(amount > 0n).toBe(true);
    }),
  ));

test("a charge stays within its bounds, whatever the rounding of the leg", () =>
  fc.assert(
    fc.property(fc.nat(400_000), arbitraryRate, arbitraryRules, (milliseconds, rate, by) => {
      const bounded = { ...by, minCharge: "0.02", maxCharge: "0.30", graceSeconds: 0 };
      const { amount, steps } = rated({ answered: true, milliseconds }, rate, bounded);
      if (steps.some(({ kind }) => kind === "zero")) return;
      expect(amount >= pico("0.02") && amount <= pico("0.30")).toBe(true);
    }),
  ));
