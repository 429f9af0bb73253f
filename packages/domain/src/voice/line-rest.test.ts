import fc from "fast-check";
import { expect, test } from "vitest";
import { parseInstant } from "../instant.ts";
import { roundToMoney } from "../money.ts";
import { checkZone } from "../period.ts";
import { FOREVER } from "../rating/compile-book.ts";
import { rate, smallBook, term } from "../rating/fixtures/small-book.ts";
import { divideRounded, ROUNDING_MODES } from "../rounding.ts";
import { priceServicePeriod } from "../statements/price-service-period.ts";
import { answered, pico, rated } from "./fixtures/call-rates.ts";
import { amountOfLine, PARTS } from "./line-rest.ts";

const RATE = { rate: "0.0100", increments: "1/1" };

function line(legs: number): bigint {
  const { amount, rest } = rated(answered(10), RATE, { roundingScope: "perInvoiceLine" });
  return amountOfLine(amount * BigInt(legs), rest! * BigInt(legs));
}

test("handbook V16: a thousand legs of 10 s are 5/3 exactly, and 1.67 on the line", () => {
  expect(line(1000)).toBe(pico("1.666666666666"));
  expect(roundToMoney({ currency: "EUR", pico: line(1000) }, "halfEven").minor).toBe(167n);
});

test("handbook §2.3: three legs of 10 s are 0.005 exactly, half-even 0.00", () => {
  expect(line(3)).toBe(pico("0.005"));
  expect(roundToMoney({ currency: "EUR", pico: line(3) }, "halfEven").minor).toBe(0n);
});

test("rounding a line gives what rounding its exact sum gives, by any mode", () =>
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 13n), max: 10n ** 13n }),
      fc.bigInt({ min: -5_000_000n, max: 5_000_000n }),
      fc.constantFrom(...ROUNDING_MODES),
      fc.constantFrom(10n, 100n, 10n ** 10n),
      (near, rest, mode, place) => {
        // Sums next to a tie or to a whole place are those that rounding twice gets wrong.
        const amount = (near / (place / 2n)) * (place / 2n);
        const exact = divideRounded(amount * BigInt(PARTS) + rest, BigInt(PARTS) * place, mode);
        expect(divideRounded(amountOfLine(amount, rest), place, mode)).toBe(exact);
      },
    ),
  ));

test("a line of a term by the line is the exact sum of its legs", () => {
  const calls = term(
    "voice.call",
    { model: "deck", deck: "voice", call: { roundingScope: "perInvoiceLine" } },
    { id: "calls" },
  );
  const extra = term(
    "voice.call",
    {
      model: "surcharge",
      on: "calls",
      rate: "0.0100",
      per: "minute",
      roundingScope: "perInvoiceLine",
    },
    { id: "extra" },
  );
  const book = smallBook({
    decks: { voice: { rows: [{ key: "44", ...RATE }] } },
    agreements: { shop: { role: "customer", terms: [calls, extra] } },
  });
  const call = { direction: "outbound", from: "", to: "+447400123456", status: "answered" };
  const rating = rate(book, "voice.call", { ...call, durationSeconds: 10 });
  if ("refused" in rating) throw new Error(rating.refused);
  const totals = rating.charges.map(({ term: { id }, amount, base, billed }) => {
    const legs = 1000n;
    return {
      termVersion: id,
      tuple: 1,
      count: legs,
      quantity: BigInt(billed) * legs,
      amount: BigInt(amount!) * legs,
      base: BigInt(base!) * legs,
    };
  });
  const pricing = {
    currency: "EUR",
    zone: checkZone("UTC"),
    terms: book.terms.map((one) => ({ ...one, to: FOREVER })),
    retired: new Map(),
    stated: new Map(),
  };
  const period = {
    start: parseInstant("2026-10-01T00:00:00Z"),
    end: parseInstant("2026-11-01T00:00:00Z"),
  };
  const groups = priceServicePeriod(pricing, totals, period, true);
  expect(groups.map(({ term: id, amount }) => [id, amount])).toEqual([
    ["calls", pico("1.666666666666")],
    ["extra", pico("1.666666666666")],
  ]);
});
