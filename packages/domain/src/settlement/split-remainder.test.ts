import fc from "fast-check";
import { expect, test } from "vitest";
import { type Share, splitRemainder } from "./split-remainder.ts";

/** Shares of these weights, in order of priority. */
function shares(...weights: number[]): Share[] {
  return weights.map((weight, index) => ({
    weight: BigInt(weight),
    priority: index + 1,
    id: `party-${index + 1}`,
  }));
}

test.each`
  cents       | weights                  | parts
  ${10_000n}  | ${[1, 1, 1]}             | ${[3334n, 3333n, 3333n]}
  ${5n}       | ${[50, 30, 20]}          | ${[3n, 1n, 1n]}
  ${1000n}    | ${[1, 2, 4]}             | ${[143n, 286n, 571n]}
  ${-1000n}   | ${[1, 2, 4]}             | ${[-143n, -286n, -571n]}
  ${100_000n} | ${[1, 1, 1, 1, 1, 1, 1]} | ${[14_286n, 14_286n, 14_286n, 14_286n, 14_286n, 14_285n, 14_285n]}
  ${1n}       | ${[1, 1, 1]}             | ${[1n, 0n, 0n]}
`("P8 $cents cents by $weights is $parts", ({ cents, weights, parts }) => {
  expect(splitRemainder(cents, shares(...weights))).toEqual(parts);
});

test("of equal fractions the lower priority number comes first, then the lower id", () => {
  const equal = (priority: number, id: string): Share => ({ weight: 1n, priority, id });
  expect(splitRemainder(1n, [equal(2, "a"), equal(1, "b")])).toEqual([0n, 1n]);
  expect(splitRemainder(1n, [equal(1, "b"), equal(1, "a")])).toEqual([0n, 1n]);
  expect(splitRemainder(1n, [equal(1, "a"), equal(1, "B")])).toEqual([0n, 1n]);
});

test("a larger fraction comes before any priority", () => {
  const small = { weight: 1n, priority: 1, id: "small" };
  const large = { weight: 9n, priority: 2, id: "large" };
  expect(splitRemainder(1n, [small, large])).toEqual([0n, 1n]);
});

test("nothing is split into nothing, with or without weights", () => {
  expect(splitRemainder(0n, shares(0, 0))).toEqual([0n, 0n]);
  expect(splitRemainder(0n, [])).toEqual([]);
});

test("something for nobody, or a negative weight, is our bug", () => {
  expect(() => splitRemainder(1n, [])).toThrow("somebody takes part");
  expect(() => splitRemainder(1n, shares(0, 0))).toThrow("somebody takes part");
  expect(() => splitRemainder(1n, shares(2, -1))).toThrow("a weight is not negative");
});

const TOTAL = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
const SHARES = fc
  .array(
    fc.record({
      // Small weights make equal fractions and shares without weight frequent.
      weight: fc.oneof(fc.bigInt({ min: 0n, max: 3n }), fc.bigInt({ min: 0n, max: 10n ** 12n })),
      priority: fc.integer({ min: 1, max: 3 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((all) => all.map((share, index) => ({ ...share, id: `party-${index}` })))
  .filter((all) => all.some(({ weight }) => weight > 0n));

test("the parts add up to the whole", () => {
  fc.assert(
    fc.property(TOTAL, SHARES, (total, all) => {
      expect(splitRemainder(total, all).reduce((sum, part) => sum + part, 0n)).toBe(total);
    }),
  );
});

test("each part is its exact share or one unit from it, and nothing without weight", () => {
  fc.assert(
    fc.property(TOTAL, SHARES, (total, all) => {
      const weights = all.reduce((sum, { weight }) => sum + weight, 0n);
      for (const [index, part] of splitRemainder(total, all).entries()) {
        const { weight } = all[index]!;
        const error = part * weights - total * weight;
        expect(error < weights && error > -weights).toBe(true);
        if (weight === 0n) expect(part).toBe(0n);
      }
    }),
  );
});

test("a reversal cancels what it reverses, part by part", () => {
  fc.assert(
    fc.property(TOTAL, SHARES, (total, all) => {
      const reversed = splitRemainder(-total, all);
      const cancelled = splitRemainder(total, all).map((part, index) => part + reversed[index]!);
      expect(cancelled.every((rest) => rest === 0n)).toBe(true);
    }),
  );
});

test("the order in which shares are listed changes no part", () => {
  fc.assert(
    fc.property(TOTAL, SHARES, (total, all) => {
      const turned = splitRemainder(total, all.toReversed()).toReversed();
      expect(turned).toEqual(splitRemainder(total, all));
    }),
  );
});
