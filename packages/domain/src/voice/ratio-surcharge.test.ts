import fc from "fast-check";
import { expect, test } from "vitest";
import type { RatioPrice } from "../catalogue/ratio-price.ts";
import { pico } from "./fixtures/call-rates.ts";
import { ratioSurcharge } from "./ratio-surcharge.ts";

const SHORT: RatioPrice = {
  model: "ratioSurcharge",
  per: "call",
  rate: "0.01",
  matching: { secondsMax: 6 },
  allowancePercent: "15",
  mode: "allMatching",
};
const EXCESS: RatioPrice = { ...SHORT, mode: "excessOnly" };

const calls = (matching: number, all: number) => {
  return { matching: BigInt(matching), all: BigInt(all), events: BigInt(all) };
};

test.each<[string, RatioPrice, number, number, string]>([
  ["handbook V14: all that match", SHORT, 200, 1000, "2.00"],
  ["handbook V14: the excess alone", EXCESS, 200, 1000, "0.50"],
  ["handbook V14: below the allowance", SHORT, 140, 1000, "0"],
  ["exactly the allowance is free", SHORT, 150, 1000, "0"],
  ["one more is not", SHORT, 151, 1000, "1.51"],
  ["one more is one in excess", EXCESS, 151, 1000, "0.01"],
  ["a call that is not wholly allowed exceeds", EXCESS, 151, 1001, "0.01"],
  ["no calls, no ratio", SHORT, 0, 0, "0"],
  ["nothing is allowed", { ...SHORT, allowancePercent: "0" }, 1, 1000, "0.01"],
  ["too few to count", { ...SHORT, eventsMin: 100 }, 99, 99, "0"],
  ["enough to count", { ...SHORT, eventsMin: 100 }, 100, 100, "1.00"],
])("%s", (_, price, matching, all, amount) => {
  expect(ratioSurcharge(price, calls(matching, all)).amount).toBe(pico(amount));
});

test("high-cost minutes beyond a fifth of all: 0.09 each (handbook §2.7)", () => {
  const price: RatioPrice = { ...EXCESS, per: "minute", rate: "0.09", allowancePercent: "20" };
  const minutes = (n: bigint): bigint => n * 60_000n;
  const use = { matching: minutes(250n), all: minutes(1000n), events: 400n };
  expect(ratioSurcharge(price, use)).toMatchObject({
    allowed: minutes(200n),
    charged: minutes(50n),
    amount: pico("4.5"),
  });
});

test("the excess never costs more than all, and one more that matches never less", () =>
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(1000), fc.integer({ min: 0, max: 100 }), (a, b, percent) => {
      const [matching, all] = [Math.min(a, b), Math.max(a, b) + 1];
      const allowancePercent = String(percent);
      const of = (price: RatioPrice, count: number) =>
        ratioSurcharge({ ...price, allowancePercent }, calls(count, all)).amount;
      expect(of(EXCESS, matching) <= of(SHORT, matching)).toBe(true);
      expect(of(EXCESS, matching + 1) >= of(EXCESS, matching)).toBe(true);
      expect(of(SHORT, matching + 1) >= of(SHORT, matching)).toBe(true);
    }),
  ));
