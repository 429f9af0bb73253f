/** Laws of prices from the event to the month: how usage comes in changes nothing of what it costs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Price } from "../catalogue/catalogue.ts";
import { parseDecimal } from "../decimal.ts";
import { rate, smallBook, term } from "../rating/fixtures/small-book.ts";
import { priceTally, startTally, tallyCharge } from "./quote-tally.ts";

const call = (milliseconds: number): Record<string, unknown> => ({
  direction: "outbound",
  from: "+4930123456",
  to: "+4915112345678",
  status: "answered",
  durationSeconds: milliseconds / 1000,
});

function bookOf(price: Price): ReturnType<typeof smallBook> {
  return smallBook({
    decks: { voice: { rows: [{ key: "49", rate: "0.0085" }] } },
    agreements: {
      shop: { role: "customer", accounts: ["shop"], terms: [term("voice.call", price)] },
    },
  });
}

/** What a month with these calls comes to, in pico-units, and its line. */
function monthOf(book: ReturnType<typeof smallBook>, calls: readonly number[]) {
  const tally = startTally();
  for (const milliseconds of calls) {
    const rating = rate(book, "voice.call", call(milliseconds));
    if ("refused" in rating) throw new Error(rating.refused);
    for (const charge of rating.charges) tallyCharge(tally, charge, "shop");
  }
  const [month] = priceTally(tally, book.terms, false);
  return month!;
}

/** Rates that no number of milliseconds makes a whole pico-unit. */
const RATE = fc.constantFrom("0.0085", "0.010000000001", "0.03", "7");

const EACH: fc.Arbitrary<Price> = RATE.chain((own) =>
  fc.constantFrom<Price>(
    { model: "perUnit", rate: own, per: "minute" },
    { model: "deck", deck: "voice" },
    {
      model: "matrix",
      per: "minute",
      by: ["country"],
      rates: [{ when: { country: "DE" }, rate: own }],
    },
    { model: "dynamic", price: "milliseconds", factor: own },
  ),
);

const AT_CLOSE: fc.Arbitrary<Price> = RATE.chain((own) => {
  const per = "minute";
  const tiers = [
    { upTo: "1", rate: "0.02" },
    { upTo: "3.5", rate: "0.01", flat: "1" },
    { upTo: null, rate: own },
  ];
  const convert = { divide: "7", rounding: "up" as const };
  const blocks = [
    { blocks: "2", size: "0.5", rate: own },
    { blocks: null, size: "1.5", rate: own },
  ];
  return fc.constantFrom<Price>(
    { model: "graduated", per, tiers },
    { model: "volume", per, tiers, included: "0.25", discountPercent: "12.5" },
    { model: "graduated", per, tiers: [{ upTo: null, rate: own }], convert, minimum: "2" },
    { model: "stairStep", per, tiers: tiers.map(({ upTo }) => ({ upTo, flat: upTo ?? own })) },
    { model: "package", per, size: "0.7", rate: own, maximum: "3" },
    { model: "graduatedBlocks", per, tiers: blocks },
    { model: "volumeBlocks", per, tiers: blocks },
    {
      model: "graduatedPercentage",
      per,
      tiers: [
        { upTo: "2", percent: "3" },
        { upTo: null, percent: "2.9" },
      ],
    },
    { model: "periodPercentage", per, percent: "2.99" },
  );
});

const CALLS = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 12 });
const total = (calls: readonly number[]): number => calls.reduce((sum, one) => sum + one, 0);

test("a price at close: any split of a quantity into events gives the same total", () => {
  fc.assert(
    fc.property(AT_CLOSE, CALLS, (price, calls) => {
      const book = bookOf(price);
      expect(monthOf(book, calls).amount).toBe(monthOf(book, [total(calls)]).amount);
    }),
  );
});

test("a price of each event: a split is off by no more than half a pico-unit for each event", () => {
  fc.assert(
    fc.property(EACH, CALLS, (price, calls) => {
      const book = bookOf(price);
      const error = monthOf(book, calls).amount - monthOf(book, [total(calls)]).amount;
      const bound = BigInt(calls.length + 1);
      expect(2n * error <= bound && -2n * error <= bound).toBe(true);
    }),
  );
});

test("the order of events changes nothing of a month, nor of how it came about", () => {
  const shuffled = CALLS.chain((calls) =>
    fc.tuple(
      fc.constant(calls),
      fc.shuffledSubarray(calls, { minLength: calls.length, maxLength: calls.length }),
    ),
  );
  fc.assert(
    fc.property(fc.oneof(EACH, AT_CLOSE), shuffled, (price, [calls, otherwise]) => {
      const book = bookOf(price);
      expect(monthOf(book, otherwise)).toEqual(monthOf(book, calls));
    }),
  );
});

test("a quantity in so many events costs what these events cost", () => {
  fc.assert(
    fc.property(CALLS, (calls) => {
      const fees = { percent: "2.99", feePerEvent: "0.30", freeEvents: 3 };
      const book = bookOf({ model: "periodPercentage", per: "minute", ...fees });
      const whole = startTally();
      const rating = rate(book, "voice.call", call(total(calls)));
      if ("refused" in rating) throw new Error(rating.refused);
      for (const one of rating.charges) tallyCharge(whole, one, "shop", BigInt(calls.length));
      expect(priceTally(whole, book.terms, false)[0]).toEqual(monthOf(book, calls));
    }),
  );
});

test("the parts of a line's derivation re-add to its amount", () => {
  fc.assert(
    fc.property(fc.oneof(EACH, AT_CLOSE), CALLS, (price, calls) => {
      for (const { amount, derivation } of monthOf(bookOf(price), calls).lines) {
        const parts = derivation.map((part) => parseDecimal(part.amount, 12));
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(amount);
      }
    }),
  );
});
