import { expect, test } from "vitest";
import { parseInstant } from "../instant.ts";
import { rate, smallBook, term } from "../rating/fixtures/small-book.ts";
import { priceTally, startTally, tallyCharge } from "./quote-tally.ts";

const tiers = [
  { upTo: "10", rate: "0.01" },
  { upTo: null, rate: "0.008" },
];

const book = smallBook({
  agreements: {
    shop: {
      role: "customer",
      accounts: ["shop"],
      terms: [
        term("sms.message", { model: "graduated", per: "segment", tiers }),
        term(
          "voice.call",
          { model: "perUnit", rate: "0.005", per: "call" },
          { id: "calls", lines: ["country"] },
        ),
        { id: "fee", price: { model: "fixedFee", amount: "3" } },
        { id: "least", price: { model: "commitment", minimum: "10" } },
      ],
    },
  },
});

const sms = (segments: number) => ({
  direction: "outbound",
  from: "Shop",
  to: "+4915112345678",
  segments,
  status: "delivered",
});

const call = (to: string) => ({
  direction: "outbound",
  from: "+4930123456",
  to,
  status: "answered",
  durationSeconds: 1,
});

function tallied(...uses: (readonly [type: string, data: object, time?: string])[]) {
  const tally = startTally();
  for (const [type, data, time = "2026-10-05T12:00:00Z"] of uses) {
    const rating = rate(book, type, { ...data }, { time: parseInstant(time) });
    if ("refused" in rating) throw new Error(rating.refused);
    for (const charge of rating.charges) tallyCharge(tally, charge, "shop");
  }
  return tally;
}

test("tiers are walked over the month's quantity, however many events it came in", () => {
  for (const parts of [[20], [1, 9, 10], [7, 7, 6]]) {
    const tally = tallied(...parts.map((n) => ["sms.message", sms(n)] as const));
    const [month] = priceTally(tally, book.terms, false);
    expect([month!.amount, month!.total.minor]).toEqual([180_000_000_000n, 18n]);
  }
});

test("each line is rounded as a statement rounds it, and the exact amount is kept beside it", () => {
  const tally = tallied(
    ["voice.call", call("+4930123456")],
    ["voice.call", call("+31201234567")],
    ["voice.call", call("+31201234567")],
  );
  const [month] = priceTally(tally, book.terms, false);
  expect(month!.lines.map(({ dimensions, money }) => [dimensions.country, money])).toEqual([
    ["DE", 0n], // 0.005 to the even cent
    ["NL", 1n],
  ]);
  expect([month!.amount, month!.total.minor]).toEqual([15_000_000_000n, 1n]);
});

test("months stand apart, each with its fees and commitments when they are asked for", () => {
  const tally = tallied(
    ["sms.message", sms(1), "2026-10-31T23:59:59Z"],
    ["sms.message", sms(1), "2026-11-01T00:00:00Z"],
  );
  const lines = (fees: boolean) =>
    priceTally(tally, book.terms, fees).flatMap(({ month, lines }) =>
      lines.map((line) => `${month} ${line.term} ${line.money}`),
    );
  expect(lines(true)).toEqual([
    "2026-10 usage 1",
    "2026-10 fee 300",
    "2026-10 least 699",
    "2026-11 usage 1",
    "2026-11 fee 300",
    "2026-11 least 699",
  ]);
  expect(lines(false)).toEqual(["2026-10 usage 1", "2026-11 usage 1"]);
});
