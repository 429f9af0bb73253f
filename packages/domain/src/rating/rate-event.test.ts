import { expect, test } from "vitest";
import { parseDecimal } from "../decimal.ts";
import { parseInstant } from "../instant.ts";
import {
  amounts,
  rate,
  smallBook,
  type TestDeck,
  type TestRow,
  type TestWorld,
  term,
} from "./fixtures/small-book.ts";

const pico = (decimal: string): bigint => parseDecimal(decimal, 12);

function call(seconds: number, to = "447400123456"): Record<string, unknown> {
  const status = seconds === 0 ? "noAnswer" : "answered";
  return { direction: "outbound", from: "", to, status, durationSeconds: seconds };
}

function voiceWorld(row: Omit<TestRow, "key">, deck: Partial<TestDeck> = {}): TestWorld {
  return {
    decks: { voice: { rows: [{ key: "44", ...row }], ...deck } },
    agreements: {
      shop: { role: "customer", terms: [term("voice.call", { model: "deck", deck: "voice" })] },
    },
  };
}

test.each`
  case      | row                                                                        | seconds | billed  | amount
  ${"V1"}   | ${{ rate: "0.012", increments: "60/60" }}                                  | ${61}   | ${120}  | ${"0.024"}
  ${"V2"}   | ${{ rate: "0.0085", increments: "6/6" }}                                   | ${61}   | ${66}   | ${"0.00935"}
  ${"V3"}   | ${{ rate: "0.006", increments: "30/6" }}                                   | ${32}   | ${36}   | ${"0.0036"}
  ${"V3"}   | ${{ rate: "0.006", increments: "30/6" }}                                   | ${57}   | ${60}   | ${"0.006"}
  ${"V3"}   | ${{ rate: "0.006", increments: "30/6" }}                                   | ${75}   | ${78}   | ${"0.0078"}
  ${"V4"}   | ${{ rate: "0.0085", increments: "1/1" }}                                   | ${47}   | ${47}   | ${"0.006658333333"}
  ${"V5"}   | ${{ rate: "0.2", rateNext: "0.1", connectFee: "0.4", increments: "60/1" }} | ${20}   | ${60}   | ${"0.6"}
  ${"V5"}   | ${{ rate: "0.2", rateNext: "0.1", connectFee: "0.4", increments: "60/1" }} | ${85}   | ${85}   | ${"0.641666666667"}
  ${"V5"}   | ${{ rate: "0.2", rateNext: "0.1", connectFee: "0.4", increments: "60/1" }} | ${130}  | ${130}  | ${"0.716666666667"}
  ${"V17"}  | ${{ rate: "0.06", increments: "30/18" }}                                   | ${31}   | ${48}   | ${"0.048"}
  ${"V21"}  | ${{ rate: "0.06", connectFee: "1.00", increments: "1/1" }}                 | ${0}    | ${0}    | ${"0"}
  ${"none"} | ${{ rate: "0.06" }}                                                        | ${31.5} | ${31.5} | ${"0.0315"}
`("handbook $case: $seconds s cost $amount", ({ row, seconds, billed, amount }) => {
  const rating = rate(smallBook(voiceWorld(row)), "voice.call", call(seconds));
  expect(rating).toMatchObject({ charges: [{ raw: seconds * 1000, billed: billed * 1000 }] });
  expect(amounts(rating)).toEqual({ shop: pico(amount) });
});

test("handbook V17, the whole rounded up to a multiple: 31 s at 30/18 are 36 s", () => {
  const world = voiceWorld(
    { rate: "0.06", increments: "30/18" },
    { incrementMode: "wholeMultiple" },
  );
  const rating = rate(smallBook(world), "voice.call", call(31));
  expect(rating).toMatchObject({ charges: [{ billed: 36_000 }] });
  expect(amounts(rating)).toEqual({ shop: pico("0.036") });
});

test.each`
  dialled           | result
  ${"447950123456"} | ${"0.04"}
  ${"447956123456"} | ${"rating.destination-blocked"}
  ${"442079460000"} | ${"0.01"}
  ${"447100123456"} | ${"0.15"}
  ${"331234567890"} | ${"rating.no-rate"}
`("handbook V11: +$dialled is $result", ({ dialled, result }) => {
  const row = (key: string, rate: string) => ({ key, rate, increments: "60/60" });
  const rows: TestRow[] = [
    row("44", "0.010"),
    row("447", "0.150"),
    row("44795", "0.040"),
    { key: "447956", state: "blocked" },
  ];
  const world = { ...voiceWorld({}), decks: { voice: { rows } } };
  const rating = rate(smallBook(world), "voice.call", call(30, dialled));
  if ("refused" in rating) expect(rating.refused).toBe(result);
  else expect(amounts(rating)).toEqual({ shop: pico(result) });
});

test("handbook V20: an unanswered call costs its attempt fee and no time", () => {
  const world = voiceWorld({ rate: "0.06", connectFee: "0.10", increments: "60/60" });
  const fee = term(
    "voice.call",
    { model: "perUnit", rate: "0.0005", per: "call" },
    { id: "attempt" },
  );
  const { shop } = world.agreements;
  const book = smallBook({
    ...world,
    agreements: { shop: { ...shop!, terms: [...shop!.terms, fee] } },
  });
  const rating = rate(book, "voice.call", call(0));
  expect(rating).toMatchObject({
    charges: [
      { billed: 0, amount: 0 },
      { billed: 1, amount: Number(pico("0.0005")) },
    ],
  });
});

const RESALE: TestWorld = {
  decks: {
    sell: { rows: [{ key: "44", rate: "0.020", increments: "60/60" }] },
    buy: { rows: [{ key: "44", rate: "0.0105", increments: "1/1" }] },
  },
  agreements: {
    shop: { role: "customer", terms: [term("voice.call", { model: "deck", deck: "sell" })] },
    carrier: { role: "supplier", terms: [term("voice.call", { model: "deck", deck: "buy" })] },
  },
};

test("handbook V22 and P1: one call sold and bought, and ten thousand of them", () => {
  const book = smallBook(RESALE);
  const once = amounts(rate(book, "voice.call", call(61)));
  expect(once).toEqual({ shop: pico("0.04"), carrier: pico("0.010675") });
  let revenue = 0n;
  let cost = 0n;
  for (let n = 0; n < 10_000; n++) {
    const { shop, carrier } = amounts(rate(book, "voice.call", call(61)));
    revenue += shop!;
    cost += carrier!;
  }
  expect([revenue, cost, revenue - cost]).toEqual([pico("400"), pico("106.75"), pico("293.25")]);
});

test("handbook P2: each party of a chain adds its part to the price that it pays", () => {
  const minutes = 10_000;
  const book = smallBook({
    accounts: { resale: null, shop: "resale" },
    agreements: {
      carrier: {
        role: "supplier",
        terms: [term("voice.call", { model: "perUnit", rate: "0.0050", per: "minute" })],
      },
      resale: {
        role: "reseller",
        accounts: ["resale"],
        terms: [term("voice.call", { model: "markup", on: "cost", percent: "20" })],
      },
      shop: {
        role: "customer",
        accounts: ["shop"],
        seller: "resale",
        terms: [term("voice.call", { model: "markup", on: "parentCharge", percent: "50" })],
      },
    },
  });
  const rated = amounts(rate(book, "voice.call", call(minutes * 60)));
  expect(rated).toEqual({ carrier: pico("50"), resale: pico("60"), shop: pico("90") });
});

function messageWorld(): TestWorld {
  const sms = (rate: string) => term("sms.message", { model: "perUnit", rate, per: "segment" });
  return {
    accounts: { resale: null, shop: "resale" },
    agreements: {
      shop: { role: "customer", accounts: ["shop"], seller: "resale", terms: [sms("0.0500")] },
      resale: { role: "reseller", accounts: ["resale"], terms: [sms("0.0400")] },
      hub: { role: "supplier", terms: [sms("0.0280")] },
      app: {
        role: "partner",
        terms: [term("sms.message", { model: "percentage", of: "margin", percent: "10" })],
      },
      friend: { role: "referrer", terms: [sms("0.0005")] },
    },
  };
}

const SMS = {
  direction: "outbound",
  from: "SHOP",
  to: "447400123456",
  segments: 1,
  status: "sent",
};

test("handbook P13: every party of one message, and the wholesale price is shared out whole", () => {
  const rated = amounts(rate(smallBook(messageWorld()), "sms.message", SMS));
  expect(rated).toEqual({
    shop: pico("0.05"),
    resale: pico("0.04"),
    hub: pico("0.028"),
    app: pico("0.0012"),
    friend: pico("0.0005"),
  });
  const platform = rated.resale! - rated.hub! - rated.app! - rated.friend!;
  expect(platform).toBe(pico("0.0103"));
  expect(platform * 1_000_000n).toBe(pico("10300"));
});

test("a link of the chain without an agreement is not free of charge", () => {
  const { shop, hub } = messageWorld().agreements;
  const others = { shop: shop!, hub: hub! };
  const rating = rate(smallBook({ ...messageWorld(), agreements: others }), "sms.message", SMS);
  expect(rating).toEqual({
    refused: "rating.no-agreement",
    detail: "sms.message of account resale",
  });
});

test("an event that names a carrier has a cost", () => {
  const rating = rate(smallBook(voiceWorld({ rate: "1" })), "voice.call", {
    ...call(10),
    carrier: "atlas",
  });
  expect(rating).toEqual({ refused: "rating.no-agreement", detail: "supplier atlas" });
});

test("conditions choose among terms; a value that none names meets no condition", () => {
  const priced = (id: string, rate: string, where: Record<string, string | string[]>) =>
    term("sms.message", { model: "perUnit", rate, per: "segment" }, { id, where });
  const book = smallBook({
    agreements: {
      shop: {
        role: "customer",
        terms: [
          priced("out", "0.05", { direction: "outbound", status: ["sent", "delivered"] }),
          priced("in", "0.01", { direction: "inbound" }),
        ],
      },
    },
  });
  const rated = (data: object) => rate(book, "sms.message", { ...SMS, ...data });
  expect(amounts(rated({}))).toEqual({ shop: pico("0.05") });
  expect(amounts(rated({ status: "delivered" }))).toEqual({ shop: pico("0.05") });
  expect(amounts(rated({ direction: "inbound", status: "odd" }))).toEqual({ shop: pico("0.01") });
  expect(rated({ status: "odd" })).toMatchObject({ refused: "rating.no-agreement" });
  // Asked again, from what is remembered.
  expect(amounts(rated({}))).toEqual({ shop: pico("0.05") });
});

test("a version applies from its start to the next one's, by the time of the event", () => {
  const rows = [
    { key: "44", rate: "0.010", from: "2026-01-01T00:00:00Z" },
    { key: "44", rate: "0.014", from: "2026-03-01T00:00:00Z" },
  ];
  const book = smallBook({ ...voiceWorld({}), decks: { voice: { rows } } });
  const at = (time: string) =>
    amounts(rate(book, "voice.call", call(60), { time: parseInstant(time) }));
  expect(at("2026-02-28T23:59:59.999Z")).toEqual({ shop: pico("0.010") });
  expect(at("2026-03-01T00:00:00Z")).toEqual({ shop: pico("0.014") });
});

test("a charge counts on the local day of its agreement, before and after it was asked for", () => {
  const book = smallBook(voiceWorld({ rate: "1" }));
  const dayAt = (time: string) => {
    const rating = rate(book, "voice.call", call(0.001), { time: parseInstant(time) });
    return "charges" in rating ? rating.charges[0]!.day : null;
  };
  const first = dayAt("2026-10-01T00:00:00Z")!;
  expect(dayAt("2026-10-02T00:00:00Z")).toBe(first + 1);
  expect(dayAt("2026-10-01T23:59:59.999Z")).toBe(first);
  expect(dayAt("2026-09-30T23:59:59.999Z")).toBe(first - 1);
});

test("equal dimensions share one tuple, and only named ones split", () => {
  const lines = ["country"];
  const sms = term("sms.message", { model: "perUnit", rate: "1", per: "segment" }, { lines });
  const book = smallBook({ agreements: { shop: { role: "customer", terms: [sms] } } });
  const tupleOf = (data: object) => {
    const rating = rate(book, "sms.message", { ...SMS, ...data });
    return "charges" in rating ? rating.charges[0]!.tuple : null;
  };
  expect(tupleOf({})).toBe(tupleOf({ status: "odd" }));
  expect(tupleOf({})).not.toBe(tupleOf({ to: "33612345678" }));
  expect(tupleOf({})?.text).toBe('{"channel":"sms.outbound","country":"GB"}');
  expect(tupleOf({ to: "" })?.text).toBe('{"channel":"sms.outbound"}');
});
