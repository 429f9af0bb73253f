import fc from "fast-check";
import { expect, test } from "vitest";
import { takeIncludedUnits } from "./included-units.ts";

test.each`
  included | quantity | free    | billable | unused
  ${100n}  | ${130n}  | ${100n} | ${30n}   | ${0n}
  ${100n}  | ${100n}  | ${100n} | ${0n}    | ${0n}
  ${100n}  | ${40n}   | ${40n}  | ${0n}    | ${60n}
  ${100n}  | ${0n}    | ${0n}   | ${0n}    | ${100n}
  ${0n}    | ${40n}   | ${0n}   | ${40n}   | ${0n}
`(
  "of $quantity units with $included included $billable are billed",
  ({ included, quantity, free, billable, unused }) => {
    expect(takeIncludedUnits(included, quantity)).toEqual({ free, billable, unused });
  },
);

test("every unit is either free or billed, and units are billed only when none is left free", () => {
  const units = fc.bigInt({ min: 0n, max: 10n ** 15n });
  fc.assert(
    fc.property(units, units, (included, quantity) => {
      const { free, billable, unused } = takeIncludedUnits(included, quantity);
      expect(free + billable).toBe(quantity);
      expect(free + unused).toBe(included);
      expect(billable === 0n || unused === 0n).toBe(true);
    }),
  );
});

test("negative quantities are our bug", () => {
  expect(() => takeIncludedUnits(-1n, 0n)).toThrow("quantities are not negative");
  expect(() => takeIncludedUnits(0n, -1n)).toThrow("quantities are not negative");
});
