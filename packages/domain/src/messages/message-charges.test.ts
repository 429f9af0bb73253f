import fc from "fast-check";
import { expect, test } from "vitest";
import type { Price, Term } from "../catalogue/catalogue.ts";
import type { ChargeOn, ChargePolicy } from "../catalogue/charge-on.ts";
import { formatDecimal, parseDecimal } from "../decimal.ts";
import type { Book } from "../rating/book.ts";
import { rate, smallBook, type TestWorld, term } from "../rating/fixtures/small-book.ts";

const SMS = { direction: "outbound", from: "ACME", to: "12125550142", messageId: "m-1" };

function sms(status: string, more: object = {}): Record<string, unknown> {
  return { ...SMS, segments: 1, status, ...more };
}

function perUnit(amount: string, per: string): Price {
  return { model: "perUnit", rate: amount, per };
}

/** A customer's agreement with these terms on SMS. */
function bookOf(...terms: readonly Term[]): Book {
  return smallBook({ agreements: { shop: { role: "customer", terms } } });
}

function onFate(price: Price, chargeOn: ChargePolicy | ChargeOn, on = "sms.message"): Term {
  return term(on, price, { chargeOn });
}

/** Pico-units of every charge, by agreement and term. */
function charges(
  book: Book,
  data: Readonly<Record<string, unknown>>,
  type = "sms.message",
): Record<string, bigint> {
  const rating = rate(book, type, data);
  if ("refused" in rating) throw new Error(`${rating.refused}: ${rating.detail}`);
  return Object.fromEntries(
    rating.charges.map(({ term: { agreement, term: own }, amount }) => [
      `${agreement.name}/${own.id}`,
      BigInt(amount ?? 0),
    ]),
  );
}

function shown(amounts: Readonly<Record<string, bigint>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(amounts).map(([name, amount]) => [name, formatDecimal(amount, 12)]),
  );
}

function sumOf(amounts: Readonly<Record<string, bigint>>): bigint {
  return Object.values(amounts).reduce((sum, amount) => sum + amount, 0n);
}

const SURCHARGED: TestWorld = {
  decks: {
    base: { key: "network", per: "segment", rows: [{ key: "310", rate: "0.0079" }] },
    fees: { key: "network", per: "segment", rows: [{ key: "310-260", rate: "0.0030" }] },
  },
  agreements: {
    shop: {
      role: "customer",
      terms: [
        term("sms.message", { model: "network", deck: "base" }),
        term(
          "sms.message",
          { model: "network", deck: "fees" },
          { id: "carrier-fee", passThrough: true, where: { country: "US", senderType: "tenDlc" } },
        ),
      ],
    },
  },
};
const TO_US_CARRIER = { segments: 2, mcc: "310", mnc: "260", senderType: "tenDlc" };

test("S9: two segments at 0.0079 and the carrier's 0.0030 each are lines of 0.0158 and 0.0060", () => {
  const amounts = charges(smallBook(SURCHARGED), sms("submitted", TO_US_CARRIER));
  expect(shown(amounts)).toEqual({ "shop/usage": "0.0158", "shop/carrier-fee": "0.006" });
  expect(formatDecimal(sumOf(amounts), 12)).toBe("0.0218");
});

test("S10: an MMS at 0.0220 and the carrier's 0.0100 a message, whatever its media, are 0.0320", () => {
  const book = bookOf(
    term("mms.message", perUnit("0.0220", "message")),
    term("mms.message", perUnit("0.0100", "message"), { id: "carrier-fee", passThrough: true }),
  );
  const amounts = charges(book, { ...SMS, media: 3, status: "delivered" }, "mms.message");
  expect(shown(amounts)).toEqual({ "shop/usage": "0.022", "shop/carrier-fee": "0.01" });
  expect(formatDecimal(sumOf(amounts), 12)).toBe("0.032");
});

test("a surcharge that is handed on is no price of its own, and no markup stands on it", () => {
  const onlyFee = { ...SURCHARGED, agreements: { shop: SURCHARGED.agreements.shop! } };
  const [, fee] = onlyFee.agreements.shop.terms;
  const without = smallBook({
    ...onlyFee,
    agreements: { shop: { role: "customer", terms: [fee!] } },
  });
  expect(rate(without, "sms.message", sms("submitted", TO_US_CARRIER))).toMatchObject({
    refused: "rating.no-agreement",
  });
  const marked = smallBook({
    ...SURCHARGED,
    agreements: {
      hub: { role: "supplier", terms: SURCHARGED.agreements.shop!.terms },
      shop: {
        role: "customer",
        terms: [term("sms.message", { model: "markup", on: "cost", percent: "25" })],
      },
    },
  });
  expect(shown(charges(marked, sms("submitted", TO_US_CARRIER)))).toMatchObject({
    "hub/carrier-fee": "0.006",
    "shop/usage": "0.01975",
  });
});

test("S11: a failed message of two segments costs its fee of 0.001 and nothing else", () => {
  const book = bookOf(
    onFate(perUnit("0.0079", "segment"), "onSubmit"),
    term("sms.message", perUnit("0.001", "message"), { id: "failed-fee", chargeOn: "onFailed" }),
  );
  expect(shown(charges(book, sms("failed", { segments: 2 })))).toEqual({
    "shop/failed-fee": "0.001",
  });
  expect(shown(charges(book, sms("delivered", { segments: 2 })))).toEqual({
    "shop/usage": "0.0158",
  });
});

test("a fee on failure alone prices no message: it waits for its price", () => {
  const book = bookOf(
    term("sms.message", perUnit("0.001", "message"), { chargeOn: "onFailed" }),
    term("sms.message", perUnit("0.05", "message"), {
      id: "otp",
      where: { trafficType: "otp" },
      chargeOn: "onDelivered",
    }),
  );
  for (const status of ["submitted", "failed"]) {
    expect(rate(book, "sms.message", sms(status))).toMatchObject({
      refused: "rating.no-agreement",
    });
  }
  expect(charges(book, sms("submitted", { trafficType: "otp" }))).toEqual({});
});

const THOUSAND: readonly (readonly [count: number, status: string])[] = [
  [900, "delivered"],
  [60, "undelivered"],
  [25, "expired"],
  [15, "unconfirmed"],
];

test.each<[ChargePolicy | ChargeOn, string]>([
  ["onSubmit", "50"],
  [{ policy: "onDelivered", treatMissingDlrAs: "delivered" }, "45.75"],
  [{ policy: "onDelivered", treatMissingDlrAs: "unknownBillable" }, "45.75"],
  [{ policy: "onDelivered", treatMissingDlrAs: "undelivered" }, "45"],
  ["onDelivered", "45"],
])(
  "S12: of 1,000 messages at 0.05, %j charges %s, told at once or by receipts",
  (policy, total) => {
    const book = bookOf(onFate(perUnit("0.05", "message"), policy));
    let atOnce = 0n;
    let byReceipts = 0n;
    for (const [count, status] of THOUSAND) {
      const times = BigInt(count);
      atOnce += times * sumOf(charges(book, sms(status)));
      byReceipts += times * sumOf(charges(book, sms("submitted")));
      byReceipts += times * sumOf(charges(book, receipt("submitted", status), "sms.receipt"));
    }
    expect(formatDecimal(atOnce, 12)).toBe(total);
    expect(formatDecimal(byReceipts, 12)).toBe(total);
  },
);

function receipt(after: string, status: string): Record<string, unknown> {
  return sms(status, { after });
}

test.each([
  ["1.2", 1, "0.3", "0.9"],
  ["0.2", 5, "0.25", "0.75"],
])("S13: 25 %% early of %s, %i times: %s at once, then %s", (price, times, early, rest) => {
  const book = bookOf(onFate(perUnit(price, "message"), { policy: "percentEarly", percent: "25" }));
  const first = charges(book, sms("submitted"));
  const then = charges(book, receipt("submitted", "accepted"), "sms.receipt");
  const all = BigInt(times);
  expect(formatDecimal(sumOf(first) * all, 12)).toBe(early);
  expect(formatDecimal(sumOf(then) * all, 12)).toBe(rest);
  expect(charges(book, receipt("accepted", "delivered"), "sms.receipt")).toEqual({});
});

test.each<[object, string, string]>([
  [{ mcc: "310", mnc: "410" }, "0.008", "S14: ported to another network of the country"],
  [{ mcc: "310", mnc: "260" }, "0.009", "its own row"],
  [{}, "0.0075", "the network is not known"],
  [{ mcc: "302", mnc: "720" }, "0.0075", "a network of another country under the same prefix"],
])("of %j an SMS to +1 costs %s: %s", (network, price) => {
  const rows = [
    { key: "310-260", rate: "0.0090" },
    { key: "310", rate: "0.0080" },
    { key: "+1", rate: "0.0075" },
  ];
  const book = smallBook({
    decks: { sms: { key: "network", per: "segment", rows } },
    agreements: {
      shop: { role: "customer", terms: [term("sms.message", { model: "network", deck: "sms" })] },
    },
  });
  expect(shown(charges(book, sms("submitted", network)))).toEqual({ "shop/usage": price });
  expect(rate(book, "sms.message", sms("submitted", { to: "491511234567" }))).toMatchObject({
    refused: "rating.no-rate",
  });
});

test("S15: an RCS text of 300 octets is two segments, a rich card of any length one message", () => {
  const book = bookOf(
    term("rcs.message", perUnit("0.01", "segment"), { where: { messageType: "richText" } }),
    term("rcs.message", perUnit("0.03", "message"), {
      id: "media",
      where: { messageType: "richMedia" },
    }),
  );
  const rcs = { direction: "outbound", to: "12125550142", status: "delivered" };
  const text = { ...rcs, messageType: "richText", text: "é".repeat(150) };
  expect(shown(charges(book, text, "rcs.message"))).toEqual({ "shop/usage": "0.02" });
  const card = { ...rcs, messageType: "richMedia", text: "x".repeat(3000) };
  expect(shown(charges(book, card, "rcs.message"))).toEqual({ "shop/media": "0.03" });
});

test("S16: a marketing message to a group of five that reached four costs 4 × 0.025 = 0.100", () => {
  const book = bookOf(term("whatsapp.message", perUnit("0.025", "message")));
  const statuses = ["delivered", "read", "delivered", "delivered", "failed"];
  const total = statuses
    .map((status) => ({ to: "491511234567", category: "marketing", market: "DE", status }))
    .reduce((sum, data) => sum + sumOf(charges(book, data, "whatsapp.message")), 0n);
  expect(formatDecimal(total, 12)).toBe("0.1");
});

test("S17: bought on submission, sold on delivery: 45.00 of revenue, 28.00 of cost, 17.00 left", () => {
  const book = smallBook({
    agreements: {
      hub: { role: "supplier", terms: [onFate(perUnit("0.028", "message"), "onSubmit")] },
      shop: { role: "customer", terms: [onFate(perUnit("0.05", "message"), "onDelivered")] },
    },
  });
  const total = { "hub/usage": 0n, "shop/usage": 0n };
  for (const [count, status] of [
    [900n, "delivered"],
    [100n, "undelivered"],
  ] as const) {
    const facts = [
      charges(book, sms("submitted")),
      charges(book, receipt("submitted", status), "sms.receipt"),
    ];
    for (const amounts of facts) {
      for (const name of ["hub/usage", "shop/usage"] as const) {
        total[name] += count * (amounts[name] ?? 0n);
      }
    }
  }
  expect(shown(total)).toEqual({ "hub/usage": "28", "shop/usage": "45" });
  expect(formatDecimal(total["shop/usage"] - total["hub/usage"], 12)).toBe("17");
});

test("a rejected message is given back as a charge of its own, with its segments", () => {
  const book = bookOf(onFate(perUnit("0.05", "segment"), "onSubmitRefundRejected"));
  const given = rate(book, "sms.receipt", { ...receipt("submitted", "rejected"), segments: 2 });
  expect(given).toMatchObject({ charges: [{ raw: -2, billed: -2, amount: -100_000_000_000 }] });
});

test("a margin's share follows: what it gained on delivery and lost on submission adds up", () => {
  const book = smallBook({
    agreements: {
      hub: { role: "supplier", terms: [onFate(perUnit("0.028", "message"), "onSubmit")] },
      shop: { role: "customer", terms: [onFate(perUnit("0.05", "message"), "onDelivered")] },
      partner: {
        role: "partner",
        terms: [term("sms.message", { model: "percentage", of: "margin", percent: "10" })],
      },
    },
  });
  const first = charges(book, sms("submitted"))["partner/usage"]!;
  const then = charges(book, receipt("submitted", "delivered"), "sms.receipt")["partner/usage"]!;
  expect([first, then, first + then].map((amount) => formatDecimal(amount, 12))).toEqual([
    "-0.0028",
    "0.005",
    "0.0022",
  ]);
});

test("a term without a policy charges the message itself, and its receipts nothing", () => {
  const book = bookOf(term("sms.message", perUnit("0.05", "segment")));
  expect(shown(charges(book, sms("submitted")))).toEqual({ "shop/usage": "0.05" });
  expect(charges(book, receipt("submitted", "delivered"), "sms.receipt")).toEqual({});
});

test("a fixed part of a markup comes with the message, not again with its receipt", () => {
  const book = smallBook({
    agreements: {
      hub: { role: "supplier", terms: [onFate(perUnit("0.04", "message"), "onDelivered")] },
      shop: {
        role: "customer",
        terms: [
          term("sms.message", { model: "markup", on: "cost", percent: "25", fixed: "0.001" }),
        ],
      },
    },
  });
  expect(charges(book, sms("submitted"))["shop/usage"]).toBe(parseDecimal("0.001", 12));
  const then = charges(book, receipt("submitted", "delivered"), "sms.receipt");
  expect(then["shop/usage"]).toBe(parseDecimal("0.05", 12));
});

test("a status that no policy knows is refused by name, never free", () => {
  const book = bookOf(onFate(perUnit("0.05", "segment"), "onSubmit"));
  expect(rate(book, "sms.message", sms("lost"))).toEqual({
    refused: "rating.status-unknown",
    detail: "usage: lost",
  });
  for (const [data, detail] of [
    [receipt("lost", "delivered"), "usage: lost"],
    [sms("delivered"), "usage: "],
  ] as const) {
    const refused = { refused: "rating.status-unknown", detail };
    expect(rate(book, "sms.receipt", data)).toEqual(refused);
  }
});

const STATES = [
  "accepted",
  "delivered",
  "read",
  "undelivered",
  "expired",
  "rejected",
  "failed",
  "unconfirmed",
];
const policy = fc.constantFrom<ChargePolicy | ChargeOn>(
  "onSubmit",
  "onDelivered",
  "onSubmitRefundRejected",
  "onFailed",
  { policy: "percentEarly", percent: "33.333333333333" },
  { policy: "onDelivered", finalStates: ["delivered", "expired"] },
);

test("a message and its receipts, in any order, cost what its last state alone would", () => {
  fc.assert(
    fc.property(
      policy,
      fc.array(fc.constantFrom(...STATES), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 9_999_999 }),
      (chargeOn, states, price) => {
        const text = formatDecimal(BigInt(price), 7);
        const free = term("sms.message", perUnit("0", "message"), { id: "free" });
        const book = bookOf(onFate(perUnit(text, "thousandSegments"), chargeOn), free);
        const chain = ["submitted", ...states];
        const facts = [charges(book, sms("submitted"))];
        for (const [at, status] of states.entries()) {
          facts.push(charges(book, receipt(chain[at]!, status), "sms.receipt"));
        }
        const alone = charges(book, sms(chain.at(-1)!));
        expect(facts.reduce((sum, amounts) => sum + sumOf(amounts), 0n)).toBe(sumOf(alone));
      },
    ),
  );
});
