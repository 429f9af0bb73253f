/** Prices of single events: by a matrix, by the price that the event carries, and within limits. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Price } from "../catalogue/catalogue.ts";
import { formatDecimal } from "../decimal.ts";
import { amounts, rate, smallBook, term } from "./fixtures/small-book.ts";
import { compileMatrix, findMatrixRate } from "./rate-matrix.ts";

const DE = "+4915112345678";
const FR = "+33612345678";
const US = "+12125550123";

function message(to: string, segments = 1): Record<string, unknown> {
  return { to, direction: "outbound", segments, status: "delivered" };
}

function costOf(price: Price, data: Record<string, unknown>): string {
  const book = smallBook({
    agreements: { shop: { role: "customer", terms: [term("sms.message", price)] } },
  });
  const rating = rate(book, "sms.message", data);
  if ("refused" in rating) return rating.refused;
  return formatDecimal(amounts(rating).shop ?? 0n, 12);
}

const MATRIX: Price = {
  model: "matrix",
  per: "segment",
  by: ["country", "direction"],
  rates: [
    { when: { country: "DE", direction: "outbound" }, rate: "0.07" },
    { when: { country: ["FR", "AT"], direction: ["outbound", "inbound"] }, rate: "0.05" },
  ],
};

test.each`
  to    | segments | otherwise    | cost                | because
  ${DE} | ${1}     | ${undefined} | ${"0.07"}           | ${"the cell of its country and direction"}
  ${DE} | ${3}     | ${undefined} | ${"0.21"}           | ${"each segment costs the rate"}
  ${FR} | ${2}     | ${undefined} | ${"0.1"}            | ${"a rate may stand for several cells"}
  ${US} | ${1}     | ${"0.02"}    | ${"0.02"}           | ${"what no rate names costs otherwise"}
  ${US} | ${1}     | ${undefined} | ${"rating.no-rate"} | ${"no rate is never zero"}
`("$segments segments to $to cost $cost: $because", ({ to, segments, otherwise, cost }) => {
  expect(costOf({ ...MATRIX, otherwise }, message(to, segments))).toBe(cost);
});

test("a matrix answers for each of its cells with that cell's rate, and for no other", () => {
  const values = fc.uniqueArray(fc.constantFrom<string>("A", "B", "C", "D"), { minLength: 1 });
  fc.assert(
    fc.property(values, values, (countries, senders) => {
      const when = { country: countries, sender: senders };
      const by = ["country", "sender"];
      const rates = [{ when, rate: "1" }];
      const matrix = compileMatrix({ model: "matrix", per: "segment", by, rates });
      for (const country of ["A", "B", "C", "D"]) {
        for (const sender of ["A", "B", "C", "D"]) {
          const named = countries.includes(country) && senders.includes(sender);
          expect(findMatrixRate(matrix, { country, sender }) !== null).toBe(named);
        }
      }
    }),
  );
});

const CARRIED: Price = { model: "dynamic", price: "segments", factor: "1.33333" };

test.each`
  more                                              | carried | cost         | because
  ${{}}                                             | ${50}   | ${"66.6665"} | ${"its own price times the factor"}
  ${{ fixed: "0.3" }}                               | ${50}   | ${"66.9665"} | ${"and a fixed part"}
  ${{ minimumPerEvent: "80" }}                      | ${50}   | ${"80"}      | ${"at least the minimum"}
  ${{ maximumPerEvent: "60" }}                      | ${50}   | ${"60"}      | ${"at most the maximum"}
  ${{ minimumPerEvent: "1", maximumPerEvent: "2" }} | ${1}    | ${"1.33333"} | ${"within both"}
`("an event that brings $carried costs $cost: $because", ({ more, carried, cost }) => {
  expect(costOf({ ...CARRIED, ...more }, message(DE, carried))).toBe(cost);
});

test.each`
  more                           | cost      | because
  ${{}}                          | ${"0.1"}  | ${"10 % of 1.00"}
  ${{ minimumPerEvent: "0.2" }}  | ${"0.2"}  | ${"at least the minimum"}
  ${{ maximumPerEvent: "0.05" }} | ${"0.05"} | ${"at most the maximum"}
`("a share of each event costs $cost: $because", ({ more, cost }) => {
  const own: Price = { model: "perUnit", rate: "1", per: "message" };
  const share: Price = { model: "percentage", of: "customerCharge", percent: "10", ...more };
  const book = smallBook({
    agreements: {
      shop: { role: "customer", terms: [term("sms.message", own)] },
      friend: { role: "referrer", terms: [term("sms.message", share)] },
    },
  });
  const rating = amounts(rate(book, "sms.message", message(DE)));
  expect(formatDecimal(rating.friend ?? 0n, 12)).toBe(cost);
});
