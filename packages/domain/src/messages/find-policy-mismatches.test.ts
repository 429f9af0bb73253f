import { expect, test } from "vitest";
import type { Term } from "../catalogue/catalogue.ts";
import { catalogueOf, term } from "../rating/fixtures/small-book.ts";
import { describeMismatch, findPolicyMismatches } from "./find-policy-mismatches.ts";

const PRICE = { model: "perUnit", rate: "0.05", per: "message" } as const;

function told(sold: Partial<Term>, bought: Partial<Term>): string[] {
  const catalogue = catalogueOf({
    agreements: {
      hub: { role: "supplier", terms: [term("sms.message", PRICE, bought)] },
      shop: { role: "customer", terms: [term("sms.message", PRICE, sold)] },
    },
  });
  return findPolicyMismatches(catalogue).map(describeMismatch);
}

test("S17: bought on submission and sold on delivery, what is not delivered costs only", () => {
  expect(told({ chargeOn: "onDelivered" }, { chargeOn: "onSubmit" })).toEqual([
    "sms.message is bought (hub/usage) and sold (shop/usage) by other fates: " +
      "undelivered, expired and rejected ones cost and bring nothing.",
  ]);
});

test("sold whatever happens and bought unless rejected, what is rejected brings only", () => {
  expect(told({}, { chargeOn: "onSubmitRefundRejected" })).toEqual([
    "sms.message is bought (hub/usage) and sold (shop/usage) by other fates: " +
      "rejected ones bring and cost nothing.",
  ]);
});

test.each<[string, Partial<Term>, Partial<Term>]>([
  ["the same fate", { chargeOn: "onDelivered" }, { chargeOn: "onDelivered" }],
  ["every fate on both sides", {}, { chargeOn: "onSubmit" }],
  ["a fee on failure", { chargeOn: "onFailed" }, { chargeOn: "onSubmit" }],
  ["a surcharge", { chargeOn: "onDelivered", passThrough: true }, {}],
  [
    "other events",
    { chargeOn: "onDelivered", where: { direction: "outbound" } },
    { where: { direction: ["inbound"] } },
  ],
])("%s is no mismatch", (_, sold, bought) => {
  expect(told(sold, bought)).toEqual([]);
});
