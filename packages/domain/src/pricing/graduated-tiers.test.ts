import { expect, test } from "vitest";
import type { Tier } from "../catalogue/usage-price.ts";
import { compileTiers } from "./graduated-tiers.ts";

test("tiers of minutes are compiled to milliseconds and 12 places", () => {
  const tiers: Tier[] = [
    { upTo: "10000", rate: "0.010", flat: "5" },
    { upTo: null, rate: "0.008" },
  ];
  expect(compileTiers("EUR", "minute", tiers)).toEqual({
    currency: "EUR",
    unit: { quantity: "milliseconds", size: 60_000 },
    tiers: [
      { upTo: 600_000_000n, rate: 10_000_000_000n, flat: 5_000_000_000_000n },
      { upTo: null, rate: 8_000_000_000n, flat: 0n },
    ],
  });
});

const OPEN: Tier = { upTo: null, rate: "1" };

test.each`
  tiers                                                         | code                     | because
  ${[]}                                                         | ${"tiers.not-open"}      | ${"no tier"}
  ${[{ upTo: "5", rate: "1" }]}                                 | ${"tiers.not-open"}      | ${"the last is bounded"}
  ${[OPEN, OPEN]}                                               | ${"tiers.not-open"}      | ${"one before the last is open"}
  ${[OPEN, { upTo: "5", rate: "1" }]}                           | ${"tiers.not-open"}      | ${"the open one is first"}
  ${[{ upTo: "5", rate: "1" }, { upTo: "5", rate: "1" }, OPEN]} | ${"tiers.not-ascending"} | ${"an empty tier"}
  ${[{ upTo: "5", rate: "1" }, { upTo: "4", rate: "1" }, OPEN]} | ${"tiers.not-ascending"} | ${"descending"}
  ${[{ upTo: "0", rate: "1" }, OPEN]}                           | ${"tiers.not-ascending"} | ${"an empty first tier"}
  ${[{ upTo: "-1", rate: "1" }, OPEN]}                          | ${"unit.not-whole"}      | ${"a negative end"}
  ${[{ upTo: "1.5", rate: "1" }, OPEN]}                         | ${"unit.not-whole"}      | ${"half a segment"}
  ${[{ upTo: "x", rate: "1" }, OPEN]}                           | ${"decimal.malformed"}   | ${"no number"}
  ${[{ upTo: null, rate: "-1" }]}                               | ${"rate.negative"}       | ${"a negative rate"}
  ${[{ upTo: null, rate: "1", flat: "-1" }]}                    | ${"rate.negative"}       | ${"a negative flat fee"}
  ${[{ upTo: null, rate: "0.0000000000001" }]}                  | ${"decimal.too-precise"} | ${"a rate of 13 places"}
`("$because is refused: $code", ({ tiers, code }) => {
  expect(() => compileTiers("EUR", "segment", tiers)).toThrow(code);
});

test("an unknown unit or currency is refused", () => {
  expect(() => compileTiers("EUR", "fortnight", [OPEN])).toThrow("unit.unknown");
  expect(() => compileTiers("EUROS", "segment", [OPEN])).toThrow("currency.unknown");
});
