import { expect, test } from "vitest";
import { formatAmount } from "../amount.ts";
import { compileTiers } from "./graduated-tiers.ts";
import { rateVolume } from "./rate-volume.ts";

const MINUTE = 60_000n;
const PRICE = compileTiers("USD", "minute", [
  { upTo: "10000", rate: "0.010", flat: "1" },
  { upTo: "50000", rate: "0.008" },
  { upTo: null, rate: "0.006" },
]);

test("V19 62,500 minutes by volume cost 375.00, all at the third rate", () => {
  const rated = rateVolume(PRICE, 62_500n * MINUTE);
  expect(formatAmount(rated.total)).toBe("375");
  expect(rated.tiers).toEqual([
    {
      tier: 3,
      quantity: 62_500n * MINUTE,
      rate: 6_000_000_000n,
      flat: 0n,
      blocks: null,
      amount: rated.total.pico,
    },
  ]);
});

test.each`
  milliseconds             | tier | total                | because
  ${0n}                    | ${1} | ${"1"}               | ${"no usage is in tier 1 and owes its flat fee"}
  ${10_000n * MINUTE}      | ${1} | ${"101"}             | ${"upTo is inclusive"}
  ${10_000n * MINUTE + 1n} | ${2} | ${"80.000000133333"} | ${"one more millisecond lowers the total"}
`("$milliseconds ms are in tier $tier and cost $total: $because", (row) => {
  const rated = rateVolume(PRICE, row.milliseconds);
  expect(rated.tiers.map(({ tier }) => tier)).toEqual([row.tier]);
  expect(formatAmount(rated.total)).toBe(row.total);
});

test("a negative quantity is our bug", () => {
  expect(() => rateVolume(PRICE, -1n)).toThrow("a priced quantity is not negative");
});
