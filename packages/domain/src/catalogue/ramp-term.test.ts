import fc from "fast-check";
import { expect, test } from "vitest";
import { formatInstant, type Instant, parseInstant } from "../instant.ts";
import { checkZone } from "../period.ts";
import type { Term } from "./catalogue.ts";
import { rampTerm } from "./ramp-term.ts";

const AGREEMENT = { zone: checkZone("Europe/Berlin"), start: parseInstant("2026-01-15T00:00:00Z") };
const FOREVER = Number.POSITIVE_INFINITY as Instant;
const FEE: Term = {
  id: "fee",
  price: { model: "fixedFee", amount: "10" },
  ramp: [
    { month: 4, price: { amount: "20" } },
    { month: 13, price: { amount: "30" } },
  ],
};

/** `amount from to` of each piece. */
function pieces(term: Term, from: Instant, to: Instant): string[] {
  return rampTerm(term, AGREEMENT, { from, to }).map((piece) => {
    const amount = piece.term.price.model === "fixedFee" ? piece.term.price.amount : "";
    const end = piece.to === FOREVER ? "on" : formatInstant(piece.to);
    return `${amount} ${formatInstant(piece.from)} ${end}`;
  });
}

test("service months are the agreement's calendar months, in its zone, the first one counted", () => {
  expect(pieces(FEE, AGREEMENT.start, FOREVER)).toEqual([
    "10 2026-01-15T00:00:00Z 2026-03-31T22:00:00Z",
    "20 2026-03-31T22:00:00Z 2026-12-31T23:00:00Z",
    "30 2026-12-31T23:00:00Z on",
  ]);
});

test("a version that begins later begins in its step, and one that ends before a step never sees it", () => {
  const may = parseInstant("2026-05-10T00:00:00Z");
  const june = parseInstant("2026-06-01T00:00:00Z");
  expect(pieces(FEE, may, june)).toEqual(["20 2026-05-10T00:00:00Z 2026-06-01T00:00:00Z"]);
});

test("a term without a ramp is itself", () => {
  const { ramp: _, ...plain } = FEE;
  const span = { from: AGREEMENT.start, to: FOREVER };
  expect(rampTerm(plain, AGREEMENT, span)).toEqual([{ term: plain, ...span }]);
});

test("the pieces of a ramp follow each other without gap, from its version's start to its end", () => {
  const day = 86_400_000;
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 1, max: 1000 }), (after, days) => {
      const from = (AGREEMENT.start + after * day) as Instant;
      const to = (from + days * day) as Instant;
      let next = from;
      for (const piece of rampTerm(FEE, AGREEMENT, { from, to })) {
        expect(piece.from).toBe(next);
        expect(piece.to > piece.from).toBe(true);
        next = piece.to;
      }
      expect(next).toBe(to);
    }),
  );
});
