import fc from "fast-check";
import { expect, test } from "vitest";
import { type CarriedUnits, type RolloverRule, rollOver, sumOf } from "./roll-over-units.ts";

/** `free` and what goes on of each month of 100 included units. */
function months(rule: RolloverRule, quantities: readonly bigint[]): string[] {
  let carried: readonly CarriedUnits[] = [];
  return quantities.map((quantity) => {
    const { free, goesOn, expired } = rollOver(rule, carried, 100n, quantity);
    carried = goesOn;
    return `${free} free, ${sumOf(goesOn)} on, ${expired} lost`;
  });
}

test("units of one month go on for as many months as the rule says, the oldest used first", () => {
  expect(months({ months: 1, cap: null }, [60n, 120n, 0n, 0n])).toEqual([
    "60 free, 40 on, 0 lost",
    "120 free, 20 on, 0 lost",
    "0 free, 100 on, 20 lost",
    "0 free, 100 on, 100 lost",
  ]);
  expect(months({ months: 2, cap: null }, [60n, 0n, 250n])).toEqual([
    "60 free, 40 on, 0 lost",
    "0 free, 140 on, 0 lost",
    "240 free, 0 on, 0 lost",
  ]);
});

test("a cap cuts what goes on, the oldest first", () => {
  expect(months({ months: 2, cap: 120n }, [20n, 0n, 0n])).toEqual([
    "20 free, 80 on, 0 lost",
    "0 free, 120 on, 60 lost",
    "0 free, 120 on, 100 lost",
  ]);
});

test("rollover never creates units: all that was granted is free, goes on or is lost", () => {
  const units = fc.bigInt({ min: 0n, max: 1_000n });
  const rule = fc.record({
    months: fc.integer({ min: 1, max: 4 }),
    cap: fc.option(units),
  });
  fc.assert(
    fc.property(rule, fc.array(fc.tuple(units, units), { maxLength: 12 }), (one, history) => {
      let carried: readonly CarriedUnits[] = [];
      let granted = 0n;
      let spent = 0n;
      for (const [grant, quantity] of history) {
        const before = sumOf(carried);
        const { free, goesOn, expired } = rollOver(one, carried, grant, quantity);
        expect(free).toBe(quantity < before + grant ? quantity : before + grant);
        expect(free + sumOf(goesOn) + expired).toBe(before + grant);
        expect(one.cap === null || sumOf(goesOn) <= one.cap).toBe(true);
        carried = goesOn;
        granted += grant;
        spent += free + expired;
      }
      expect(spent + sumOf(carried)).toBe(granted);
    }),
  );
});
