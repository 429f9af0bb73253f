import fc from "fast-check";
import { expect, test } from "vitest";
import type { Term } from "../catalogue/catalogue.ts";
import { measureEvent } from "../events/measure-event.ts";
import { type Instant, parseInstant } from "../instant.ts";
import type { Book } from "../rating/book.ts";
import {
  amounts,
  rate,
  smallBook,
  type TestDeck,
  TIME,
  term,
} from "../rating/fixtures/small-book.ts";
import type { RatableEvent } from "../rating/priced.ts";
import { settle } from "../rating/whole.ts";
import { pico } from "../voice/fixtures/call-rates.ts";
import { data, world } from "../voice/fixtures/call-world.ts";
import { type AuthorisedCall, authoriseCall } from "./authorise-call.ts";

type DeckPrice = Extract<Term["price"], { model: "deck" }>;

function callAt(book: Book, time: Instant): RatableEvent {
  const type = book.types.get("voice.call")!;
  const measured = measureEvent(type, data(1), {});
  if ("refused" in measured) throw new Error(measured.detail);
  return { account: book.accounts.get("shop")!, type, time, ...measured };
}

function authorised(book: Book, balance: string, time = TIME): AuthorisedCall {
  return authoriseCall(callAt(book, time), book, settle(pico(balance)));
}

const toUk = (row: Omit<TestDeck["rows"][number], "key">): TestDeck => {
  return { rows: [{ key: "44", ...row }] };
};
const atMost = (maxCharge: string): DeckPrice["call"] => {
  return { maxCharge, maxChargeStrategy: "disconnect" };
};

test.each<[string, Parameters<typeof toUk>[0], DeckPrice["call"], string, number, string | null]>([
  ["handbook V15: 10 s of 1.00 each", { rate: "60", increments: "1/1" }, {}, "10", 10, "balance"],
  [
    "V15: to a maximum of 10",
    { rate: "60", increments: "1/1" },
    atMost("10"),
    "99",
    10,
    "maxCharge",
  ],
  [
    "a maximum beyond which calls are free limits nothing",
    { rate: "60", increments: "1/1" },
    { maxCharge: "10" },
    "10",
    86_400,
    null,
  ],
  [
    "a connect fee comes off first",
    { rate: "60", connectFee: "4", increments: "1/1" },
    {},
    "10",
    6,
    "balance",
  ],
  ["only whole increments", { rate: "0.10", increments: "60/60" }, {}, "0.25", 120, "balance"],
  [
    "the rest at its own rate",
    { rate: "0.2", rateNext: "0.1", increments: "60/1" },
    {},
    "0.25",
    90,
    "balance",
  ],
  ["not even a second", { rate: "1", increments: "60/60" }, {}, "0.99", 0, "balance"],
  [
    "free seconds are on top",
    { rate: "1", increments: "60/60" },
    { freeSeconds: 30 },
    "1",
    90,
    "balance",
  ],
  ["a call within its grace is free", { rate: "1" }, { graceSeconds: 3 }, "0", 2, "balance"],
  ["free calls", { rate: "0" }, {}, "0", 86_400, null],
  [
    "at 30/18 by whole multiples",
    { rate: "0.06", increments: "30/18" },
    {},
    "0.0479",
    30,
    "balance",
  ],
])("%s", (_, row, call, balance, seconds, limitedBy) => {
  const book = smallBook(world(toUk(row), { call }));
  expect(authorised(book, balance)).toMatchObject({ seconds, limitedBy });
});

test("bands are followed: 40 s of peak, and the rest of the balance off peak", () => {
  const book = smallBook(
    world({
      timeZone: "UTC",
      timeBands: { peak: { times: ["08:00-18:00"], weight: 1 }, offpeak: {} },
      rows: [
        { key: "44", rate: "0.60", increments: "1/1", timeBand: "peak" },
        { key: "44", rate: "0.06", increments: "1/1", timeBand: "offpeak" },
      ],
    }),
  );
  const time = parseInstant("2026-10-01T17:59:20Z");
  // 40 × 0.01 + 100 × 0.001
  expect(authorised(book, "0.50", time)).toMatchObject({
    seconds: 140,
    limitedBy: "balance",
    amount: Number(pico("0.5")),
    amountNext: Number(pico("0.501")),
  });
});

test("what stands beside the call is paid from the balance, too", () => {
  const price = { model: "surcharge", on: "calls", rate: "0.60", per: "minute" } as const;
  const surcharge = term("voice.call", price, { id: "origin" });
  const deck = toUk({ rate: "0.60", increments: "1/1" });
  expect(authorised(smallBook(world(deck, {}, [surcharge])), "1").seconds).toBe(50);
});

test("only the account's own charges count: not what it costs, nor what its reseller pays", () => {
  const perMinute = (amount: string) =>
    term("voice.call", { model: "perUnit", rate: amount, per: "minute" });
  const book = smallBook({
    accounts: { shop: "reseller", reseller: null },
    agreements: {
      shop: { role: "customer", accounts: ["shop"], terms: [perMinute("0.60")] },
      reseller: { role: "reseller", accounts: ["reseller"], terms: [perMinute("6")] },
      carrier: { role: "supplier", terms: [perMinute("60")] },
    },
  });
  expect(authorised(book, "1")).toMatchObject({ agreement: "shop", seconds: 100 });
});

test("a price that is made at close, and a call without a rate, are refused", () => {
  const monthly = term("voice.call", {
    model: "graduated",
    per: "minute",
    tiers: [{ upTo: null, rate: "1" }],
  });
  const book = smallBook({ agreements: { shop: { role: "customer", terms: [monthly] } } });
  expect(() => authorised(book, "1")).toThrow("quote.balance-at-close");
  const elsewhere = smallBook(world({ rows: [{ key: "33", rate: "1" }] }));
  expect(() => authorised(elsewhere, "1")).toThrow("rating.no-rate");
});

test("the longest call is paid for, and a second more is not", () =>
  fc.assert(
    fc.property(
      fc.constantFrom("1/1", "6/6", "30/6", "30/18", "60/60", "60/1"),
      fc.constantFrom("initialThenSubsequent" as const, "wholeMultiple" as const),
      fc.integer({ min: 0, max: 500 }),
      fc.integer({ min: 0, max: 20 }),
      (increments, incrementMode, cents, freeSeconds) => {
        const row = { rate: "0.30", rateNext: "0.07", connectFee: "0.02", increments };
        const call = { freeSeconds, roundingMode: "up", roundingDecimals: 4 } as const;
        const book = smallBook(world({ ...toUk(row), incrementMode }, { call }));
        const balance = (cents / 100).toFixed(2);
        const { seconds } = authorised(book, balance);
        const costOf = (length: number) => amounts(rate(book, "voice.call", data(length))).shop!;
        if (seconds > 0) expect(costOf(seconds) <= pico(balance)).toBe(true);
        expect(costOf(seconds + 1) > pico(balance)).toBe(true);
      },
    ),
    { numRuns: 50 },
  ));
