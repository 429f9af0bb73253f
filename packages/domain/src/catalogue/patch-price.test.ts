import { expect, test } from "vitest";
import type { Price, Term } from "./catalogue.ts";
import { overrideTerm, patchPrice, rampedPrices } from "./patch-price.ts";

const SMS: Price = {
  model: "graduated",
  per: "segment",
  included: "100",
  convert: { divide: "1000", rounding: "up" },
  tiers: [
    { upTo: "1000", rate: "0.07" },
    { upTo: null, rate: "0.06" },
  ],
};
const TERM: Term = { id: "sms", title: "SMS", on: "sms.message", price: SMS };

test.each`
  patch                                        | field         | value                                     | because
  ${{ included: "500" }}                       | ${"included"} | ${"500"}                                  | ${"a value takes the other's place"}
  ${{ included: null }}                        | ${"included"} | ${undefined}                              | ${"null takes it away"}
  ${{ minimum: "10" }}                         | ${"minimum"}  | ${"10"}                                   | ${"a new field is added"}
  ${{ convert: { divide: "60" } }}             | ${"convert"}  | ${{ divide: "60", rounding: "up" }}       | ${"a map is merged"}
  ${{ tiers: [{ upTo: null, rate: "0.05" }] }} | ${"tiers"}    | ${[{ upTo: null, rate: "0.05" }]}         | ${"a list is replaced whole"}
  ${{}}                                        | ${"tiers"}    | ${"tiers" in SMS ? SMS.tiers : undefined} | ${"what is not named stays"}
`("a patch of $field: $because", ({ patch, field, value }) => {
  const patched: Record<string, unknown> = { ...patchPrice(SMS, patch) };
  expect(patched[field]).toEqual(value);
  expect(patched.model).toBe("graduated");
});

test("a patch that names another model is the whole price", () => {
  const patch = { model: "perUnit", rate: "0.08", per: "segment" };
  expect(patchPrice(SMS, patch)).toEqual(patch);
});

test("an override keeps what it does not name, and the plan's term as it is", () => {
  const before = structuredClone(TERM);
  const term = overrideTerm(TERM, { title: "SMS for Acme", price: { included: "500" } });
  expect(term).toEqual({ ...TERM, title: "SMS for Acme", price: { ...SMS, included: "500" } });
  expect(TERM).toEqual(before);
});

test("each step of a ramp changes the price before it", () => {
  const ramp = [
    { month: 2, price: { included: "200" } },
    { month: 3, price: { minimum: "10" } },
  ];
  expect(rampedPrices({ ...TERM, ramp })).toEqual([
    SMS,
    { ...SMS, included: "200" },
    { ...SMS, included: "200", minimum: "10" },
  ]);
});
