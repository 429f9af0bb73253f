import fc from "fast-check";
import { expect, test } from "vitest";
import { grantUnits, shareFreeUnits } from "./grant-units.ts";
import { takeIncludedUnits } from "./included-units.ts";

const USED = [
  { account: "a", quantity: 250n },
  { account: "b", quantity: 40n },
  { account: "c", quantity: 10n },
];
const POOL = { each: 100n, pooled: true };
const OWN = { each: 100n, pooled: false };

test.each`
  own    | units   | granted | because
  ${0n}  | ${POOL} | ${300n} | ${"three accounts with 100 each share a pool"}
  ${50n} | ${POOL} | ${350n} | ${"the term's own units join the pool"}
  ${0n}  | ${OWN}  | ${150n} | ${"100, 40 and 10: nobody uses another's units"}
  ${50n} | ${null} | ${50n}  | ${"no account brings any"}
`("$granted units are granted: $because", ({ own, units, granted }) => {
  expect(grantUnits(own, units, USED)).toBe(granted);
});

test("a pool that is too small is shared by use, to the last unit", () => {
  expect(shareFreeUnits(100n, { each: 30n, pooled: true }, USED)).toEqual([84n, 13n, 3n]);
});

test("an account has its own units first", () => {
  expect(shareFreeUnits(150n, OWN, USED)).toEqual([100n, 40n, 10n]);
});

test("shares add up to what was free, and none is more than its account used", () => {
  const units = fc.record({ each: fc.bigInt({ min: 0n, max: 500n }), pooled: fc.boolean() });
  const quantities = fc.array(fc.bigInt({ min: 0n, max: 1_000n }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(units, quantities, fc.bigInt({ min: 0n, max: 900n }), (one, list, own) => {
      const used = list.map((quantity, at) => ({ account: `account-${at}`, quantity }));
      const total = list.reduce((sum, quantity) => sum + quantity, 0n);
      const { free } = takeIncludedUnits(grantUnits(own, one, used), total);
      const shares = shareFreeUnits(free, one, used);
      expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(free);
      for (const [at, share] of shares.entries()) expect(share <= list[at]!).toBe(true);
    }),
  );
});
