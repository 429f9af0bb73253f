/** Calls by the decks and terms of a catalogue (handbook §2). */
import { expect, test } from "vitest";
import type { CallRules } from "../catalogue/call-rules.ts";
import { exchangeTable } from "../catalogue/exchange-table.ts";
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
import { cost, data, world } from "./fixtures/call-world.ts";

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
  ${"+12125550100"} | ${"0.0044"}   | ${"j0:NY:NY"}
  ${"+12015550100"} | ${"0.002475"} | ${"j1:NJ:NY"}
  ${"anonymous"}    | ${"0.0055"}   | ${"j2::NY"}
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

test("a deck with a table of exchanges tells states by it alone, and the charge says which", () => {
  const exchanges = [
    { code: "423", state: "TN" },
    { code: "423239", state: "VA" },
    { code: "276", state: "VA" },
  ];
  const tested = {
    ...world({ ...US, exchanges: "us" }),
    exchangeTables: { us: exchangeTable(exchanges) },
  };
  const from = (caller: string) => cost(tested, data(61, { from: caller, to: "+12765550100" }));
  expect(from("+14232390100")).toMatchObject({ amount: pico("0.0044"), steps: "j0:VA:VA" });
  expect(from("+14235550100")).toMatchObject({ amount: pico("0.002475"), steps: "j1:TN:VA" });
  expect(from("+12125550100")).toMatchObject({ amount: pico("0.0055"), steps: "j2::VA" });
});

test("a toll-free call is looked up by its caller, and no state is at its other end", () => {
  const tollFree = world(US, { number: "from" });
  const call = data(61, { direction: "inbound", from: "+12125550100", to: "+18005550100" });
  expect(cost(tollFree, call)).toEqual({ amount: pico("0.0055"), billed: 66_000, steps: "j2:NY:" });
  // Of a number of a place it can be told.
  expect(cost(tollFree, { ...call, to: "+17185550100" }).amount).toBe(pico("0.0044"));
});

test("rates by jurisdiction that come into force during a call count from then on", () => {
  const [row] = US.rows;
  const deck: TestDeck = {
    rows: [
      { key: "1", rate: "0.0060", increments: "1/1" },
      { ...row!, increments: "1/1", from: "2026-03-01T00:00:00Z" },
    ],
  };
  const call = data(60, { from: "+12125550100", to: "+17185550100" });
  const at = "2026-02-28T23:59:30Z";
  const follows = world(deck, { call: { rateChange: "splitAtEffective" } });
  expect(cost(follows, call, at).amount).toBe(pico("0.005"));
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

test("a ratio counts calls beside the terms that charge them, and no share stands on it", () => {
  const short = term(
    "voice.call",
    {
      model: "ratioSurcharge",
      per: "minute",
      rate: "1",
      matching: { secondsMax: 6, where: { country: "GB" } },
      allowancePercent: "15",
      mode: "allMatching",
    },
    { id: "short" },
  );
  const share = term("voice.call", { model: "percentage", of: "customerCharge", percent: "10" });
  const deck = { rows: [{ key: "4", rate: "1" }] };
  const { decks, agreements } = world(deck, {}, [short]);
  const book = smallBook({
    decks: decks!,
    agreements: { ...agreements, friend: { role: "referrer", terms: [share] } },
  });
  const counted = (call: Record<string, unknown>) => {
    const rating = rate(book, "voice.call", call);
    if ("refused" in rating) throw new Error(rating.refused);
    const { amount, billed, base } = rating.charges.find((one) => one.term.term.id === "short")!;
    return { amount, billed, base };
  };
  expect(amounts(rate(book, "voice.call", data(6)))).toMatchObject({ friend: pico("0.01") });
  expect(counted(data(6))).toEqual({ amount: null, billed: 6000, base: 6000 });
  expect(counted(data(7))).toEqual({ amount: null, billed: 0, base: 7000 });
  expect(counted(data(6, { to: "+493012345678" }))).toEqual({
    amount: null,
    billed: 0,
    base: 6000,
  });
});

test("a ratio alone is no price for a call", () => {
  const short = term("voice.call", {
    model: "ratioSurcharge",
    per: "call",
    rate: "1",
    matching: { secondsMax: 6 },
    allowancePercent: "15",
    mode: "allMatching",
  });
  const book = smallBook({ agreements: { shop: { role: "customer", terms: [short] } } });
  expect(rate(book, "voice.call", data(6))).toMatchObject({ refused: "rating.no-agreement" });
});
