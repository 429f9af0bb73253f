import fc from "fast-check";
import { expect, test } from "vitest";
import type { DeckRowCall } from "../catalogue/call-rules.ts";
import { compileTariff } from "../rating/tariff.ts";
import { divideRounded } from "../rounding.ts";
import { unitOf } from "../units.ts";
import { compileCallTariffs } from "./call-tariff.ts";
import { answered, MINUTE, pico, ratedAt } from "./fixtures/call-rates.ts";

function compiled(rates: readonly string[], call: DeckRowCall | null = null) {
  const tariffs = rates.map((rate) =>
    compileTariff(
      {
        rate,
        rateNext: null,
        connectFee: "0.02",
        initialIncrement: 30,
        subsequentIncrement: 6,
        call,
      },
      unitOf("minute"),
    ),
  );
  return compileCallTariffs(tariffs, MINUTE, {}, "initialThenSubsequent");
}

test.each<[string, readonly string[], number, readonly (number | bigint)[]]>([
  ["0.0100 a minute is no whole number a millisecond", ["0.0100"], 3, [500_000]],
  ["0.0120 is", ["0.0120"], 1, [200_000]],
  ["of several, the divisor of all", ["0.0120", "0.0100", "0.0000001"], 3, [600_000, 500_000, 5]],
  ["the last place of all needs the whole minute", ["0.000000000001"], MINUTE, [1]],
  ["a large one is beyond 2^53", ["1000000000"], 3, [50_000_000_000_000_000n]],
])("%s", (_, rates, size, expected) => {
  const { size: found, tariffs } = compiled(rates);
  expect(found).toBe(size);
  expect(tariffs.map(({ rate }) => rate.rate)).toEqual(expected);
});

test("rates of jurisdictions count for the divisor, and the plain one is the indeterminate one", () => {
  const { size, tariffs } = compiled(["0.0060"], { interRate: "0.00225", intraRate: "0.0001" });
  expect(size).toBe(3);
  const { inter, intra, indeterminate } = tariffs[0]!.byJurisdiction!;
  expect([inter.rate, intra.rate, indeterminate.rate]).toEqual([112_500, 5_000, 300_000]);
  expect(compiled(["0.0060"]).tariffs[0]!.byJurisdiction).toBeNull();
});

const decimal = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 10n ** 6n }).map((mills) => mills * 10n ** 7n),
    fc.bigInt({ min: 0n, max: 10n ** 15n }),
  )
  .map((value) => {
    const digits = String(value).padStart(13, "0");
    return `${digits.slice(0, -12)}.${digits.slice(-12)}`;
  });

test("small numbers give what exact fractions of a minute give", () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(decimal, decimal, decimal), { minLength: 1, maxLength: 4 }),
      fc.constantFrom("1/1", "6/6", "30/6", "60/60", "60/1"),
      fc.integer({ min: 0, max: 100_000 }),
      (prices, increments, seconds) => {
        const [initial, subsequent] = increments.split("/").map(Number);
        const columns = prices.map(([rate, rateNext, connectFee]) => ({
          ...{ rate, rateNext, connectFee },
          ...{ initialIncrement: initial!, subsequentIncrement: subsequent! },
        }));
        const tariffs = columns.map((one) => compileTariff(one, unitOf("minute")));
        const deck = compileCallTariffs(tariffs, MINUTE, {}, "initialThenSubsequent");
        for (const [at, { rate, rules }] of deck.tariffs.entries()) {
          const rateAt = () => ({ row: 1, rate, until: Number.POSITIVE_INFINITY });
          const call = ratedAt(answered(seconds), rules, rateAt, deck.size)!;
          const first = Math.min(call.billed, initial! * 1000);
          const used =
            BigInt(first) * pico(columns[at]!.rate) +
            BigInt(call.billed - first) * pico(columns[at]!.rateNext);
          const fee = seconds === 0 ? 0n : pico(columns[at]!.connectFee);
          expect(call.amount).toBe(divideRounded(fee * 60_000n + used, 60_000n));
        }
      },
    ),
    { numRuns: 300 },
  ));
