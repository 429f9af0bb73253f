import fc from "fast-check";
import { expect, test } from "vitest";
import { ROUNDING_MODES } from "../rounding.ts";
import { type CallStep, readCallSteps, writeCallSteps } from "./call-steps.ts";
import { JURISDICTIONS } from "./jurisdiction.ts";

const whole = fc.maxSafeNat();
const amount = fc.bigInt({ min: 0n, max: 10n ** 30n });
const arbitraryStep: fc.Arbitrary<CallStep> = fc.oneof(
  fc.record({ kind: fc.constantFrom("unanswered" as const, "grace", "zero") }),
  fc.record({
    kind: fc.constantFrom("rounded" as const, "offset", "free", "minimum"),
    duration: whole,
  }),
  fc.record({
    kind: fc.constant("jurisdiction" as const),
    is: fc.constantFrom(...JURISDICTIONS),
    from: fc.constantFrom("", "NY"),
    to: fc.constantFrom("", "VA"),
  }),
  fc.record({ kind: fc.constant("span" as const), row: whole, initial: whole, next: whole }),
  fc.record({ kind: fc.constantFrom("minCharge" as const, "maxCharge"), before: amount }),
  fc.record({
    kind: fc.constant("leg" as const),
    before: amount,
    decimals: fc.integer({ min: 0, max: 12 }),
    mode: fc.constantFrom(...ROUNDING_MODES),
  }),
);

test("steps are read as they were written, and never hold what parts charges", () =>
  fc.assert(
    fc.property(fc.array(arbitraryStep, { maxLength: 8 }), (steps) => {
      const text = writeCallSteps(steps);
      expect(readCallSteps(text)).toEqual(steps);
      expect(text).not.toMatch(/[,;]/);
    }),
  ));

test("what is stored keeps its meaning", () => {
  expect(readCallSteps("r62000~o60000~f30000~n90000~j1:NJ:NY~s7:60000:0~l5~h6~x24000:4:0")).toEqual(
    [
      { kind: "rounded", duration: 62_000 },
      { kind: "offset", duration: 60_000 },
      { kind: "free", duration: 30_000 },
      { kind: "minimum", duration: 90_000 },
      { kind: "jurisdiction", is: "inter", from: "NJ", to: "NY" },
      { kind: "span", row: 7, initial: 60_000, next: 0 },
      { kind: "minCharge", before: 5n },
      { kind: "maxCharge", before: 6n },
      { kind: "leg", before: 24_000n, decimals: 4, mode: "up" },
    ],
  );
  expect(readCallSteps("u~g~z").map(({ kind }) => kind)).toEqual(["unanswered", "grace", "zero"]);
});
