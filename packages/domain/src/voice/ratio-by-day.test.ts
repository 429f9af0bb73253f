import fc from "fast-check";
import { expect, test } from "vitest";
import type { RatioPrice } from "../catalogue/ratio-price.ts";
import { type Instant, parseInstant } from "../instant.ts";
import { priceTally, startTally, tallyCharge } from "../quotes/quote-tally.ts";
import { rate, smallBook, term } from "../rating/fixtures/small-book.ts";
import { data } from "./fixtures/call-world.ts";

const SHORT: RatioPrice = {
  model: "ratioSurcharge",
  per: "call",
  rate: "0.01",
  matching: { secondsMax: 6 },
  allowancePercent: "15",
  mode: "allMatching",
};

interface Calls {
  readonly at: string | Instant;
  readonly short: number;
  readonly long: number;
}

/** Lines of the surcharge by month: the day it is for, its units and its money in minor units. */
function surcharges(price: Partial<RatioPrice>, calls: readonly Calls[], timeZone = "UTC") {
  const terms = [
    term("voice.call", { model: "perUnit", rate: "0", per: "minute" }, { id: "calls" }),
    term("voice.call", { ...SHORT, ...price }, { id: "short" }),
  ];
  const book = smallBook({ agreements: { shop: { role: "customer", timeZone, terms } } });
  const tally = startTally();
  for (const { at, short, long } of calls) {
    const time = typeof at === "string" ? parseInstant(at) : at;
    for (let i = 0; i < short + long; i++) {
      const rating = rate(book, "voice.call", data(i < short ? 6 : 60), { time });
      if ("refused" in rating) throw new Error(rating.detail);
      for (const charge of rating.charges) tallyCharge(tally, charge, "shop");
    }
  }
  return priceTally(tally, book.terms, true).flatMap(({ month, lines }) =>
    lines
      .filter((line) => line.term === "short")
      .map(({ dimensions, quantity, money }) => [dimensions.day ?? month, quantity, money]),
  );
}

const TWO_DAYS: readonly Calls[] = [
  { at: "2026-10-02T12:00:00Z", short: 20, long: 80 },
  { at: "2026-10-03T12:00:00Z", short: 5, long: 95 },
];

test("a day of too many short calls is charged though the month has not too many (handbook §2.7)", () => {
  expect(surcharges({}, TWO_DAYS)).toEqual([["2026-10", 0n, 0n]]);
  expect(surcharges({ over: "utcDay" }, TWO_DAYS)).toEqual([["2026-10-02", 20n, 20n]]);
  expect(surcharges({ over: "localDay", mode: "excessOnly" }, TWO_DAYS)).toEqual([
    ["2026-10-02", 5n, 5n],
  ]);
});

test("exactly the allowance of a day is free", () => {
  const day = { at: "2026-10-02T12:00:00Z", short: 15, long: 85 };
  expect(surcharges({ over: "utcDay" }, [day])).toEqual([]);
  expect(surcharges({ over: "utcDay" }, [{ ...day, long: 84 }])).toHaveLength(1);
});

test("a day of few calls does not count", () => {
  const of = (eventsMin: number) => surcharges({ over: "utcDay", eventsMin }, TWO_DAYS);
  expect(of(100)).toHaveLength(1);
  expect(of(101)).toEqual([]);
});

// 20:00 in New York is midnight of UTC until 1 November.
const EVENING: readonly Calls[] = [
  { at: "2026-10-31T23:59:59Z", short: 0, long: 10 },
  { at: "2026-11-01T00:00:00Z", short: 10, long: 10 },
  { at: "2026-11-01T12:00:00Z", short: 0, long: 20 },
];

test.each<[RatioPrice["over"], ReturnType<typeof surcharges>]>([
  ["utcDay", [["2026-11-01", 10n, 10n]]],
  ["localDay", [["2026-10-31", 10n, 10n]]],
])("by %s the evening of a month's last day is of its own day and month", (over, lines) => {
  expect(surcharges({ over }, EVENING, "America/New_York")).toEqual(lines);
});

test("a whole UTC day is compared at once, whatever the agreement's zone makes of it", () =>
  fc.assert(
    fc.property(
      fc.constantFrom("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia"),
      fc.array(fc.integer({ min: 0, max: 24 * 60 - 1 }), { minLength: 1, maxLength: 20 }),
      (zone, minutes) => {
        const start = parseInstant("2026-11-01T00:00:00Z");
        const calls = minutes.map((minute) => ({
          at: (start + minute * 60_000) as Instant,
          short: 1,
          long: 3,
        }));
        const count = BigInt(calls.length);
        const expected = [["2026-11-01", count, count]];
        expect(surcharges({ over: "utcDay" }, calls, zone)).toEqual(expected);
      },
    ),
    { numRuns: 30 },
  ));
