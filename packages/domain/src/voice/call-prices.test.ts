/** Calls by the decks and terms of a catalogue (handbook §2). */
import { expect, test } from "vitest";
import type { CallRules, Term } from "../catalogue/catalogue.ts";
import { BUILT_IN_TYPES } from "../events/built-in-types.ts";
import { compileMeasures, measureEvent } from "../events/measure-event.ts";
import { parseInstant } from "../instant.ts";
import {
  amounts,
  rate,
  smallBook,
  type TestDeck,
  type TestRow,
  type TestWorld,
  term,
} from "../rating/fixtures/small-book.ts";
import { rateEvent } from "../rating/rate-event.ts";
import { pico } from "./fixtures/call-rates.ts";

type DeckPrice = Extract<Term["price"], { model: "deck" }>;

function world(
  deck: TestDeck,
  price: Partial<DeckPrice> = {},
  more: readonly Term[] = [],
): TestWorld {
  const calls = term("voice.call", { model: "deck", deck: "voice", ...price }, { id: "calls" });
  return {
    decks: { voice: deck },
    agreements: { shop: { role: "customer", terms: [calls, ...more] } },
  };
}

function data(seconds: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    direction: "outbound",
    from: "+4915112345678",
    to: "+447400123456",
    status: "answered",
    durationSeconds: seconds,
    ...more,
  };
}

function cost(
  tested: TestWorld,
  call: Record<string, unknown>,
  time = "2026-10-01T12:00:00Z",
): { amount: string | bigint; billed: number; steps: string } {
  const rating = rate(smallBook(tested), "voice.call", call, { time: parseInstant(time) });
  if ("refused" in rating) return { amount: rating.refused, billed: 0, steps: "" };
  const { amount, billed, steps } = rating.charges[0]!;
  return { amount: BigInt(amount!), billed, steps };
}

const PEAK: TestDeck = {
  timeZone: "UTC",
  timeBands: { peak: { times: ["08:00-18:00"], weight: 1 }, offpeak: {} },
  rows: [],
};

function banded(increments: string): TestDeck {
  return {
    ...PEAK,
    rows: [
      { key: "44", rate: "0.10", increments, timeBand: "peak" },
      { key: "44", rate: "0.04", increments, timeBand: "offpeak" },
    ],
  };
}

test.each<[string, string, CallRules, string]>([
  ["cut at the edge", "1/1", {}, "0.12"],
  ["by the start of each increment", "60/60", { timeBandPolicy: "incrementStart" }, "0.14"],
  ["by the band at answer", "60/60", { timeBandPolicy: "callStart" }, "0.20"],
])("handbook V7: peak to off-peak, %s", (_, increments, call, amount) => {
  const tested = world(banded(increments), { call });
  expect(cost(tested, data(120), "2026-10-01T17:59:20Z").amount).toBe(pico(amount));
});

test("handbook V7 is recorded: each span with its row and its billed time", () => {
  const { steps } = cost(world(banded("1/1")), data(120), "2026-10-01T17:59:20Z");
  expect(steps).toBe("s1:1000:39000~s2:0:80000");
});

test("handbook V8: a call over the hour that is lived twice is one span of a minute", () => {
  const deck: TestDeck = {
    timeZone: "Europe/London",
    timeBands: { night: { times: ["01:00-02:00"] } },
    rows: [
      { key: "44", rate: "0.06", increments: "1/1", timeBand: "night" },
      { key: "44", rate: "9", increments: "1/1" },
    ],
  };
  expect(cost(world(deck), data(60), "2026-10-25T00:59:30Z")).toEqual({
    amount: pico("0.06"),
    billed: 60_000,
    steps: "",
  });
});

test("a call of days goes through all its bands", () => {
  const { amount, billed } = cost(world(banded("60/60")), data(2 * 86_400));
  expect(billed).toBe(2 * 86_400_000);
  expect(amount).toBe(pico("0.10") * 20n * 60n + pico("0.04") * 28n * 60n);
});

test("a call of more than 100 days waits if its price follows the time, and only then", () => {
  const long = data(101 * 86_400);
  expect(cost(world(banded("60/60")), long).amount).toBe("rating.call-too-long");
  const atAnswer = world(banded("60/60"), { call: { timeBandPolicy: "callStart" } });
  expect(cost(atAnswer, long).amount).toBe(pico("0.10") * 101n * 1440n);
});

test("a destination without a rate at that time is not free, nor another one's", () => {
  const deck: TestDeck = {
    ...PEAK,
    rows: [
      { key: "4", rate: "0.01" },
      { key: "44", rate: "0.10", timeBand: "peak" },
    ],
  };
  expect(cost(world(deck), data(60), "2026-10-01T20:00:00Z").amount).toBe("rating.no-rate");
  expect(cost(world(deck), data(120), "2026-10-01T17:59:00Z").amount).toBe("rating.no-rate");
  expect(cost(world(deck), data(60), "2026-10-01T17:59:00Z").amount).toBe(pico("0.10"));
});

test("the row of no band is for the times that no other has; a heavier band goes first", () => {
  const deck: TestDeck = {
    timeZone: "UTC",
    holidays: ["2026-12-25"],
    timeBands: {
      day: { times: ["08:00-18:00"] },
      feast: { holidays: "only", weight: 5 },
    },
    rows: [
      { key: "44", rate: "3", timeBand: "feast" },
      { key: "44", rate: "2", timeBand: "day" },
      { key: "44", rate: "1" },
    ],
  };
  const at = (time: string) => cost(world(deck), data(60), time).amount;
  expect(at("2026-12-24T20:00:00Z")).toBe(pico("1"));
  expect(at("2026-12-24T12:00:00Z")).toBe(pico("2"));
  expect(at("2026-12-25T12:00:00Z")).toBe(pico("3"));
});

const EEA_SURCHARGE = term(
  "voice.call",
  { model: "surcharge", on: "calls", rate: "0.25", per: "minute" },
  { id: "origin", where: { originClass: ["nonEea", "invalid", "unknown"] } },
);

test("handbook V10: a call from outside the EEA has its surcharge as a charge of its own", () => {
  const deck = { rows: [{ key: "49", rate: "0.02", increments: "1/1" }] };
  const tested = world(deck, {}, [EEA_SURCHARGE]);
  const rated = (from: string) => {
    const rating = rate(smallBook(tested), "voice.call", data(90, { from, to: "+493012345678" }));
    if ("refused" in rating) throw new Error(rating.refused);
    return rating.charges.map(
      ({
        term: {
          term: { id },
        },
        amount,
        billed,
      }) => [id, BigInt(amount!), billed],
    );
  };
  expect(rated("+12125550100")).toEqual([
    ["calls", pico("0.030"), 90_000],
    ["origin", pico("0.375"), 90_000],
  ]);
  expect(rated("")).toHaveLength(2);
  expect(rated("+33612345678")).toEqual([["calls", pico("0.030"), 90_000]]);
});

test("a surcharge is on what is billed, is rounded alone and is not within the call's bounds", () => {
  const deck = { rows: [{ key: "44", rate: "0.02", increments: "60/60" }] };
  const surcharge = term(
    "voice.call",
    {
      model: "surcharge",
      on: "calls",
      rate: "0.00333",
      per: "minute",
      roundingMode: "up",
      roundingDecimals: 4,
    },
    { id: "extra" },
  );
  const tested = world(deck, { call: { maxCharge: "0.03" } }, [surcharge]);
  const rating = rate(smallBook(tested), "voice.call", data(61));
  expect(rating).toMatchObject({
    charges: [
      { billed: 120_000, amount: Number(pico("0.03")) },
      { billed: 120_000, amount: Number(pico("0.0067")) },
    ],
  });
});

test("a surcharge on a call that its own term does not charge waits", () => {
  const deck = { rows: [{ key: "44", rate: "0.02" }] };
  const calls = term(
    "voice.call",
    { model: "deck", deck: "voice" },
    { id: "calls", where: { direction: "inbound" } },
  );
  const tested: TestWorld = {
    decks: { voice: deck },
    agreements: { shop: { role: "customer", terms: [calls, EEA_SURCHARGE] } },
  };
  expect(rate(smallBook(tested), "voice.call", data(9, { from: "" }))).toEqual({
    refused: "rating.base-missing",
    detail: "calls",
  });
});

test.each`
  dialled           | amount
  ${"447950123456"} | ${"0.040"}
  ${"447956123456"} | ${"rating.destination-blocked"}
  ${"442079460000"} | ${"0.010"}
  ${"447100123456"} | ${"0.150"}
`("handbook V11, with rules of calls: +$dialled is $amount", ({ dialled, amount }) => {
  const row = (key: string, price: string): TestRow => {
    return { key, rate: price, increments: "60/60" };
  };
  const rows: TestRow[] = [
    row("44", "0.010"),
    row("447", "0.150"),
    row("44795", "0.040"),
    { key: "447956", state: "blocked" },
  ];
  const tested = world({ rows }, { call: { durationRounding: "up" } });
  const found = cost(tested, data(30, { to: `+${dialled}` })).amount;
  expect(found).toBe(amount.startsWith("0") ? pico(amount) : amount);
});

const US: TestDeck = {
  rows: [
    {
      key: "1",
      rate: "0.0050",
      increments: "6/6",
      call: { interRate: "0.00225", intraRate: "0.0040" },
    },
  ],
};

test.each`
  from              | amount        | steps
  ${"+12125550100"} | ${"0.0044"}   | ${"j0"}
  ${"+12015550100"} | ${"0.002475"} | ${"j1"}
  ${"anonymous"}    | ${"0.0055"}   | ${"j2"}
`("handbook V12: from $from to New York costs $amount", ({ from, amount, steps }) => {
  const call = data(61, { from, to: "+17185550100" });
  expect(cost(world(US), call)).toEqual({ amount: pico(amount), billed: 66_000, steps });
});

test("handbook V12 up@4: 0.0025", () => {
  const call: CallRules = { roundingMode: "up", roundingDecimals: 4 };
  const inter = data(61, { from: "+12015550100", to: "+17185550100" });
  expect(cost(world(US, { call }), inter).amount).toBe(pico("0.0025"));
});

test("a ported number is rated on its LRN where the term says so", () => {
  const ported = data(61, { from: "+12125550100", to: "+12015550100", lrn: "+17185550199" });
  expect(cost(world(US), ported).amount).toBe(pico("0.002475"));
  expect(cost(world(US, { rateOn: "lrn" }), ported).amount).toBe(pico("0.0044"));
  const { lrn, ...unported } = ported;
  expect(lrn).toBeDefined();
  expect(cost(world(US, { rateOn: "lrn" }), unported).amount).toBe(pico("0.002475"));
});

test.each<[string, CallRules, string]>([
  ["at answer", {}, "0.010"],
  ["from when it is in force", { rateChange: "splitAtEffective" }, "0.012"],
])("handbook V13: a rate that changes in mid-call counts %s", (_, call, amount) => {
  const rows: TestRow[] = [
    { key: "44", rate: "0.010", increments: "1/1" },
    { key: "44", rate: "0.014", increments: "1/1", from: "2026-03-01T00:00:00Z" },
  ];
  const tested = world({ rows }, { call: { ...call, durationRounding: "nearest" } });
  expect(cost(tested, data(60), "2026-02-28T23:59:30Z").amount).toBe(pico(amount));
});

test("the connect fee is that at answer, whatever comes into force in mid-call", () => {
  const rows: TestRow[] = [
    { key: "44", rate: "0.010", connectFee: "1", increments: "1/1" },
    { key: "44", rate: "0.014", connectFee: "5", increments: "1/1", from: "2026-03-01T00:00:00Z" },
  ];
  const tested = world({ rows }, { call: { rateChange: "splitAtEffective" } });
  expect(cost(tested, data(60), "2026-02-28T23:59:30Z").amount).toBe(pico("1.012"));
});

test("what was used is charged, whatever word a type of its own has for its status", () => {
  const type = {
    ...BUILT_IN_TYPES["voice.call"]!,
    quantities: { milliseconds: { field: "durationSeconds", times: 1000 } },
  };
  const measured = measureEvent(
    { measures: compileMeasures(type) },
    data(60, { status: "completed" }),
    {},
  );
  if ("refused" in measured) throw new Error(measured.refused);
  const book = smallBook(
    world({ rows: [{ key: "44", rate: "1" }] }, { call: { graceSeconds: 1 } }),
  );
  const event = {
    account: book.accounts.get("shop")!,
    type: book.types.get("voice.call")!,
    time: parseInstant("2026-10-01T12:00:00Z"),
    ...measured,
  };
  expect(amounts(rateEvent(event, book))).toEqual({ shop: pico("1") });
});

test("a longer prefix that comes into force in mid-call takes over; one that ends leaves no rate", () => {
  const rows: TestRow[] = [
    { key: "44", rate: "0.010", increments: "1/1" },
    { key: "447", rate: "0.06", increments: "1/1", from: "2026-03-01T00:00:00Z" },
    { key: "33", rate: "0.010", increments: "1/1" },
    { key: "33", state: "withdrawn", from: "2026-03-01T00:00:00Z" },
  ];
  const tested = world({ rows }, { call: { rateChange: "splitAtEffective" } });
  const at = (to: string) => cost(tested, data(60, { to }), "2026-02-28T23:59:30Z").amount;
  expect(at("+447400123456")).toBe(pico("0.035"));
  expect(at("+33612345678")).toBe("rating.no-rate");
});

test("handbook V18: a forwarded call is two legs, each an event of its own", () => {
  const deck: TestDeck = {
    rows: [
      { key: "44", rate: "0.0085", increments: "60/60" },
      { key: "49", rate: "0.0140", increments: "60/60" },
    ],
  };
  const leg = (more: Record<string, unknown>) => cost(world(deck, { call: {} }), data(61, more));
  const legs = [leg({ direction: "inbound" }), leg({ to: "+493012345678" })];
  expect(legs.map(({ amount }) => amount)).toEqual([pico("0.017"), pico("0.028")]);
});

test("handbook V22, both sides with rules of their own", () => {
  const deal = (deck: string, call: CallRules) => term("voice.call", { model: "deck", deck, call });
  const book = smallBook({
    decks: {
      sell: { rows: [{ key: "44", rate: "0.020", increments: "60/60" }] },
      buy: { rows: [{ key: "44", rate: "0.0105", increments: "1/1" }] },
    },
    agreements: {
      shop: { role: "customer", terms: [deal("sell", { roundingDecimals: 4 })] },
      carrier: { role: "supplier", terms: [deal("buy", { durationRounding: "nearest" })] },
    },
  });
  expect(amounts(rate(book, "voice.call", data(61)))).toEqual({
    shop: pico("0.040"),
    carrier: pico("0.010675"),
  });
});

const GROUPS: TestDeck = {
  originGroups: { eea: ["49", "33"], bavaria: ["4989"], hidden: ["withheld"] },
  rows: [
    { key: "44", rate: "9" },
    { key: "44", rate: "1", originGroup: "eea" },
    { key: "44", rate: "2", originGroup: "bavaria" },
    { key: "44", rate: "3", originGroup: "hidden" },
    { key: "447", rate: "4", originGroup: "bavaria" },
  ],
};

test.each`
  from              | to                 | amount | because
  ${"+33612345678"} | ${"+447400123456"} | ${"1"} | ${"a prefix for others is passed over"}
  ${"+498912345"}   | ${"+447400123456"} | ${"4"} | ${"the longest destination goes first"}
  ${"+498912345"}   | ${"+442079460000"} | ${"2"} | ${"then the longest origin"}
  ${"+12125550100"} | ${"+447400123456"} | ${"9"} | ${"the row for all is for the rest"}
  ${""}             | ${"+447400123456"} | ${"3"} | ${"withheld numbers may be a group"}
`("from $from to $to costs $amount: $because", ({ from, to, amount }) => {
  expect(cost(world(GROUPS), data(60, { from, to })).amount).toBe(pico(amount));
});

test("a row's minimum stands, also above its term's maximum", () => {
  const rows: TestRow[] = [{ key: "44", rate: "0.60", call: { minCharge: "0.50" } }];
  const tested = world({ rows }, { call: { maxCharge: "0.20" } });
  expect([1, 60, 6000].map((seconds) => cost(tested, data(seconds)).amount)).toEqual([
    pico("0.50"),
    pico("0.50"),
    pico("0.50"),
  ]);
});

test("a row's own rules go before the term's", () => {
  const rows: TestRow[] = [
    { key: "44", rate: "0.60", call: { minCharge: "0.50", attemptFee: "0.01" } },
    { key: "49", rate: "0.60" },
  ];
  const tested = world({ rows }, { call: { minCharge: "0.10", attemptFee: "0.02" } });
  const to = "+493012345678";
  expect(cost(tested, data(1)).amount).toBe(pico("0.50"));
  expect(cost(tested, data(1, { to })).amount).toBe(pico("0.10"));
  expect(cost(tested, data(0, { status: "busy" })).amount).toBe(pico("0.01"));
  expect(cost(tested, data(0, { status: "busy", to })).amount).toBe(pico("0.02"));
});

test("an unanswered call to where the deck has no rate, or blocks, costs nothing and waits for none", () => {
  const rows: TestRow[] = [
    { key: "44", rate: "1" },
    { key: "447", state: "blocked" },
  ];
  const tested = world({ rows }, { call: { attemptFee: "0.02" } });
  for (const to of ["+447400123456", "+33612345678", "4711"]) {
    expect(cost(tested, data(0, { status: "failed", to })).amount).toBe(0n);
  }
  expect(cost(tested, data(1, { to: "+33612345678" })).amount).toBe("rating.no-rate");
});

test("early media is free: only an answered call has a duration", () => {
  const tested = world({ rows: [{ key: "44", rate: "1" }] }, { call: { connectOnZero: true } });
  expect(cost(tested, data(25, { status: "noAnswer" })).amount).toBe(0n);
});

test("a deck without any of it is rated as ever, and records nothing more", () => {
  const plain = world({ rows: [{ key: "44", rate: "0.012", increments: "60/60" }] });
  const book = smallBook(plain);
  expect(book.terms[0]!.price.kind).toBe("deck");
  expect(cost(plain, data(61))).toEqual({ amount: pico("0.024"), billed: 120_000, steps: "" });
});
