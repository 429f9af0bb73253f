import fc from "fast-check";
import { expect, test } from "vitest";
import { formatAmount } from "../amount.ts";
import { compileTiers, type GraduatedTiers } from "./graduated-tiers.ts";
import { rateGraduated } from "./rate-graduated.ts";
import { rateVolume } from "./rate-volume.ts";

/** Tiers in minutes or segments, with flat fees in some and rates that need not fall. */
const PRICE: fc.Arbitrary<GraduatedTiers> = fc
  .record({
    per: fc.constantFrom("minute", "segment", "thousandMessages"),
    steps: fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 4 }),
    rates: fc.array(fc.integer({ min: 0, max: 999_999 }), { minLength: 5, maxLength: 5 }),
    flats: fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 5, maxLength: 5 }),
  })
  .map(({ per, steps, rates, flats }) => {
    let end = 0;
    const price = (index: number) => ({
      rate: `0.${String(rates[index]).padStart(6, "0")}`,
      flat: String(flats[index]),
    });
    const bounded = steps.map((step, index) => {
      end += step;
      return { upTo: String(end), ...price(index) };
    });
    return compileTiers("EUR", per, [...bounded, { upTo: null, ...price(steps.length) }]);
  });
const QUANTITY = fc.bigInt({ min: 0n, max: 10_000_000n });

test("graduated: every unit is in exactly one tier, and each in its own", () => {
  fc.assert(
    fc.property(PRICE, QUANTITY, (price, quantity) => {
      const rated = rateGraduated(price, quantity);
      expect(rated.tiers.reduce((sum, tier) => sum + tier.quantity, 0n)).toBe(quantity);
      let end = 0n;
      for (const [index, { tier, quantity: held }] of rated.tiers.entries()) {
        expect(tier).toBe(index + 1);
        end += held;
        const { upTo } = price.tiers[index]!;
        if (index < rated.tiers.length - 1) expect(end).toBe(upTo);
        else if (upTo !== null) expect(end <= upTo).toBe(true);
      }
    }),
  );
});

test("a derivation re-adds to its total, each tier within one unit of its exact amount", () => {
  fc.assert(
    fc.property(PRICE, QUANTITY, fc.constantFrom(rateGraduated, rateVolume), (price, q, rate) => {
      const { tiers, total, unit } = rate(price, q);
      expect(tiers.reduce((sum, { amount }) => sum + amount, 0n)).toBe(total.pico);
      const size = BigInt(unit.size);
      let exact = 0n;
      for (const tier of tiers) {
        const exactTier = tier.rate * tier.quantity + tier.flat * size;
        const error = tier.amount * size - exactTier;
        expect(error < size && error > -size).toBe(true);
        exact += exactTier;
      }
      const error = 2n * (total.pico * size - exact);
      expect(error <= size && error >= -size).toBe(true);
    }),
  );
});

test("graduated: one more unit never costs less", () => {
  fc.assert(
    fc.property(PRICE, QUANTITY, (price, quantity) => {
      const more = rateGraduated(price, quantity + 1n).total.pico;
      expect(more >= rateGraduated(price, quantity).total.pico).toBe(true);
    }),
  );
});

test("volume: one more unit can cost less, when it crosses into a cheaper tier", () => {
  const price = compileTiers("EUR", "segment", [
    { upTo: "100", rate: "0.1" },
    { upTo: null, rate: "0.05" },
  ]);
  expect(formatAmount(rateVolume(price, 100n).total)).toBe("10");
  expect(formatAmount(rateVolume(price, 101n).total)).toBe("5.05");
});

test("a single rate for whole units costs the same whole or split", () => {
  const price = compileTiers("EUR", "segment", [{ upTo: null, rate: "0.008500000001" }]);
  fc.assert(
    fc.property(QUANTITY, QUANTITY, fc.constantFrom(rateGraduated, rateVolume), (a, b, rate) => {
      const split = rate(price, a).total.pico + rate(price, b).total.pico;
      expect(rate(price, a + b).total.pico).toBe(split);
    }),
  );
});

test("graduated: a period that is split puts the same units into the same tiers", () => {
  fc.assert(
    fc.property(PRICE, QUANTITY, QUANTITY, (price, a, b) => {
      const first = rateGraduated(price, a).tiers;
      for (const [index, whole] of rateGraduated(price, a + b).tiers.entries()) {
        const before = first[index]?.quantity ?? 0n;
        expect(whole.quantity >= before).toBe(true);
        if (index < first.length - 1) expect(whole.quantity).toBe(before);
      }
    }),
  );
});

test("with one tier, graduated and volume are the same price", () => {
  fc.assert(
    fc.property(QUANTITY, (quantity) => {
      const price = compileTiers("EUR", "minute", [{ upTo: null, rate: "0.0085", flat: "2" }]);
      const { total } = rateVolume(price, quantity);
      expect(rateGraduated(price, quantity).total).toEqual(total);
    }),
  );
});
