import { expect, test } from "vitest";
import { formatAmount } from "../amount.ts";
import { compileTiers } from "./graduated-tiers.ts";
import { rateGraduated } from "./rate-graduated.ts";

const MINUTE = 60_000n;
const PRICE = compileTiers("USD", "minute", [
  { upTo: "10000", rate: "0.010" },
  { upTo: "50000", rate: "0.008" },
  { upTo: null, rate: "0.006" },
]);

test("V19 62,500 minutes graduated cost 495.00: 100 + 320 + 75", () => {
  const rated = rateGraduated(PRICE, 62_500n * MINUTE);
  expect(formatAmount(rated.total)).toBe("495");
  const amounts = rated.tiers.map(({ amount: pico }) => formatAmount({ currency: "USD", pico }));
  expect(amounts).toEqual(["100", "320", "75"]);
});

test.each`
  milliseconds        | total               | because
  ${0n}               | ${"0"}              | ${"no usage costs nothing"}
  ${10_000n * MINUTE} | ${"100"}            | ${"V19: minute 10,000 still costs 0.010"}
  ${10_001n * MINUTE} | ${"100.008"}        | ${"only the next minute gets the second rate"}
  ${61_000n}          | ${"0.010166666667"} | ${"rounded once, at the 12th place"}
`("$milliseconds ms cost $total: $because", ({ milliseconds, total }) => {
  expect(formatAmount(rateGraduated(PRICE, milliseconds).total)).toBe(total);
});

test("the sum is rounded, not each tier", () => {
  // 3 ms cost a third of 10^-12 in either tier: 0 and 0 if rounded alone, but 0.67 together.
  const price = compileTiers("USD", "minute", [
    { upTo: "0.00005", rate: "0.000000006667" },
    { upTo: null, rate: "0.000000006667" },
  ]);
  const rated = rateGraduated(price, 6n);
  expect(rated.tiers.map(({ amount }) => amount)).toEqual([0n, 1n]);
  expect(rated.total.pico).toBe(1n);
});

const WITH_FLAT = compileTiers("USD", "segment", [
  { upTo: "5", rate: "0", flat: "100" },
  { upTo: "10", rate: "0", flat: "50" },
  { upTo: null, rate: "1" },
]);

test.each`
  segments | total    | because
  ${0n}    | ${"100"} | ${"tier 1 is reached without usage"}
  ${5n}    | ${"100"} | ${"tier 2 is not reached yet"}
  ${6n}    | ${"150"} | ${"tier 2 is reached"}
  ${12n}   | ${"152"} | ${"each flat fee is due once"}
`("with flat fees $segments segments cost $total: $because", ({ segments, total }) => {
  expect(formatAmount(rateGraduated(WITH_FLAT, segments).total)).toBe(total);
});

test("a negative quantity is our bug", () => {
  expect(() => rateGraduated(PRICE, -1n)).toThrow("a priced quantity is not negative");
});
