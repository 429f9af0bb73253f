import fc from "fast-check";
import { expect, test } from "vitest";
import type { Base } from "../catalogue/catalogue.ts";
import { checkBases } from "../catalogue/check-bases.ts";
import { type CatalogueProblem, problem } from "../catalogue/problems.ts";
import { applicableTerms } from "./applicable-terms.ts";
import {
  amounts,
  catalogueOf,
  rate,
  smallBook,
  type TestWorld,
  term,
} from "./fixtures/small-book.ts";

const SMS = { direction: "outbound", from: "Shop", to: "4915112345678", segments: 1 };
const CHAIN = { shop: "resale", resale: "top", top: null };

const own = term("sms.message", { model: "perUnit", rate: "0.01", per: "segment" }, { id: "own" });
const shareOf = (of: Base, percent: string) =>
  term("sms.message", { model: "percentage", of, percent }, { id: `of-${of}` });

function problemsOf(world: TestWorld): readonly CatalogueProblem[] {
  const problems: CatalogueProblem[] = [];
  checkBases(catalogueOf(world), (path, code, detail) =>
    problems.push(problem(path, code, detail)),
  );
  return problems;
}

function resaleWorld(terms: TestWorld["agreements"][string]["terms"]): TestWorld {
  return {
    accounts: { shop: "resale", resale: null },
    agreements: {
      shop: { role: "customer", accounts: ["shop"], terms: [own] },
      resale: { role: "reseller", accounts: ["resale"], terms },
    },
  };
}

test("a reseller that pays of its customers' charges pays nothing so for its own use", () => {
  const share = shareOf("customerCharge", "60");
  expect(problemsOf(resaleWorld([share]))).toEqual([]);
  const alone = smallBook(resaleWorld([share]));
  expect(amounts(rate(alone, "sms.message", SMS))).toEqual({
    shop: 10_000_000_000n,
    resale: 6_000_000_000n,
  });
  // No rate is never zero: without a price for its own use, the event waits.
  const ofItself = rate(alone, "sms.message", SMS, { account: "resale" });
  expect(ofItself).toMatchObject({ refused: "rating.no-agreement" });
  const besides = smallBook(resaleWorld([own, share]));
  const charged = rate(besides, "sms.message", SMS, { account: "resale" });
  expect(charged).toMatchObject({ charges: [{ term: { term: { id: "own" } } }] });
});

test("a supplier's share of the customer's charge, and resale at cost, are a circle of own use", () => {
  const atlas = {
    role: "supplier",
    accounts: "all",
    terms: [shareOf("customerCharge", "30")],
  } as const;
  const { agreements, ...world } = resaleWorld([shareOf("cost", "110")]);
  expect(problemsOf({ ...world, agreements: { ...agreements, atlas } })).toMatchObject([
    { code: "catalogue.base-cycle" },
  ]);
});

const terms = fc
  .subarray<Base>(["cost", "customerCharge", "parentCharge", "margin"], { maxLength: 2 })
  .map((bases) => [own, ...bases.map((base) => shareOf(base, "10"))]);

test("where no circle is told, the terms of every account have an order", () => {
  let accepted = 0;
  fc.assert(
    fc.property(terms, terms, terms, terms, (customer, reseller, upper, supplier) => {
      const world: TestWorld = {
        accounts: CHAIN,
        agreements: {
          shop: { role: "customer", accounts: ["shop"], terms: customer },
          resale: { role: "reseller", accounts: ["resale"], terms: reseller },
          top: { role: "reseller", accounts: ["top"], terms: upper },
          atlas: { role: "supplier", terms: supplier },
          referrer: { role: "referrer", terms: [shareOf("margin", "5")] },
        },
      };
      if (problemsOf(world).length > 0) return;
      accepted++;
      const book = smallBook(world);
      for (const account of book.accounts.values()) applicableTerms(book, account, "sms.message");
    }),
    { numRuns: 1000 },
  );
  expect(accepted).toBeGreaterThan(10);
});
