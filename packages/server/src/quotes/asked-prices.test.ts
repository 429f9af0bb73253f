/** Every price model given in the request, and what is wrong with one told at its field. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, TEST_BUNDLE, type TestServer } from "../../test/test-server.ts";

const eur = { currency: "EUR" };
const bundle = {
  ...TEST_BUNDLE,
  parties: { ...TEST_BUNDLE.parties, atlas: { name: "Atlas" } },
  decks: {
    voice: {
      ...eur,
      key: "prefix",
      per: "minute",
      versions: [
        {
          from: "2026-01-01",
          csv: "key,rate,connectFee,initialIncrement,subsequentIncrement\n49,0.0120,0.01,60,6\n",
        },
      ],
    },
    sms: {
      ...eur,
      key: "network",
      per: "segment",
      versions: [{ from: "2026-01-01", csv: "key,rate\n262-01,0.0750\n262,0.0800\n" }],
    },
  },
  eventTypes: {
    "payment.made": {
      title: "Payment",
      channel: "payments",
      schema: { type: "object", properties: { amount: { type: "string" } } },
      quantities: { cents: { field: "amount", times: 100, absent: 0 } },
      dimensions: {},
    },
  },
  agreements: {
    ...TEST_BUNDLE.agreements,
    atlas: {
      ...eur,
      party: "atlas",
      role: "supplier",
      timeZone: "UTC",
      cycle: "monthly",
      accounts: "all",
      versions: [
        {
          from: "2026-01-01",
          terms: [
            {
              id: "whatsapp",
              on: "whatsapp.message",
              price: { model: "perUnit", rate: "0.05", per: "message" },
            },
          ],
        },
      ],
    },
  },
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ bundle });
});
afterAll(() => server.close());

const MONEY = { quantity: "cents", size: 100 };
const tiers = [
  { upTo: "9900", rate: "0.0750" },
  { upTo: null, rate: "0.0690" },
];
const blocks = [
  { blocks: "10", size: "100", rate: "1" },
  { blocks: null, size: "1000", rate: "1" },
];
const to = { to: "+4930123456", status: "answered" };
const network = { mcc: "262", mnc: "01", to: "+4915112345678" };

test.each<[string, object, unknown, object, string]>([
  ["perUnit", { rate: "0.0079", per: "segment" }, "12", { unit: "segment" }, "0.0948"],
  ["perUnit", { rate: "0.012", per: "minute" }, "100.5", { unit: "minute" }, "1.206"],
  ["perUnit", { rate: "0.012", per: "minute" }, "90", { unit: "second" }, "0.018"],
  ["perUnit", { rate: 2, per: "segment" }, 12, { unit: "segment" }, "24"],
  ["deck", { deck: "voice" }, "61", { unit: "second", fields: to }, "0.0232"],
  ["network", { deck: "sms" }, "3", { unit: "segment", fields: network }, "0.225"],
  [
    "matrix",
    { per: "segment", by: ["country"], rates: [{ when: { country: "DE" }, rate: "0.07" }] },
    "2",
    { unit: "segment", fields: { country: "DE" } },
    "0.14",
  ],
  [
    "dynamic",
    { price: "cents", factor: "0.029", fixed: "0.30", minimumPerEvent: "0.50" },
    "100",
    { unit: MONEY },
    "3.2",
  ],
  [
    "dynamic",
    { price: "cents", factor: "0.029", fixed: "0.30", minimumPerEvent: "0.50" },
    "4",
    { unit: MONEY },
    "0.5",
  ],
  [
    "graduated",
    { per: "segment", included: "100", tiers, discountPercent: "5" },
    "12500",
    { unit: "segment" },
    "869.25",
  ],
  [
    "volume",
    { per: "message", tiers, minimum: "50" },
    "0",
    { unit: "message", type: "sms.message" },
    "50",
  ],
  [
    "stairStep",
    {
      per: "message",
      tiers: [
        { upTo: "1000", flat: "29" },
        { upTo: null, flat: "99" },
      ],
    },
    "1001",
    { unit: "message", type: "sms.message" },
    "99",
  ],
  ["package", { per: "segment", size: "10", rate: "15" }, "17", { unit: "segment" }, "30"],
  ["graduatedBlocks", { per: "minute", tiers: blocks }, "5325", { unit: "minute" }, "15"],
  ["volumeBlocks", { per: "minute", tiers: blocks }, "5325", { unit: "minute" }, "6"],
  [
    "graduatedPercentage",
    {
      per: MONEY,
      tiers: [
        { upTo: "10000", percent: "3" },
        { upTo: null, percent: "2" },
      ],
    },
    "12000",
    { unit: MONEY },
    "340",
  ],
  [
    "periodPercentage",
    { per: MONEY, percent: "2.5", feePerEvent: "0.30", freeEvents: 10 },
    "1000",
    { unit: MONEY, events: 14 },
    "26.2",
  ],
  [
    "graduated",
    {
      per: "minute",
      convert: { divide: "7", rounding: "up", decimals: 2 },
      tiers: [{ upTo: null, rate: "1" }],
    },
    "10",
    { unit: "minute" },
    "1.43",
  ],
])("200: %s %j of %j %j costs %s", async (model, price, quantity, more, amount) => {
  const asked = { ...eur, price: { model, ...price }, quantity: { quantity, ...more } };
  const { status, json } = await server.ask("POST", "/v1/quotes", { json: asked });
  expect([status, json.totals]).toEqual([200, [expect.objectContaining({ ...eur, amount })]]);
});

test("200: a price on cost has the supplier's charge for its base, a deck brings its currency", async () => {
  const fields = { market: "DE", category: "marketing", status: "delivered" };
  const markup = { model: "markup", on: "cost", percent: "18" };
  const onCost = await server.ask("POST", "/v1/quotes", {
    json: {
      ...eur,
      price: markup,
      on: "whatsapp.message",
      quantity: { quantity: "1", unit: "message", fields },
    },
  });
  expect(onCost.json.totals).toMatchObject([{ amount: "0.059" }]);
  const quantity = { quantity: "60", unit: "second", fields: to };
  const json = { price: { model: "deck", deck: "voice" }, quantity };
  const byDeck = await server.ask("POST", "/v1/quotes", { json });
  expect(byDeck.json.totals).toMatchObject([{ ...eur, amount: "0.022" }]);
});

const LOSES_DIGITS = 'Write it in quotes, "0.01" for one: as a number it may lose digits.';

test.each<[string, string, unknown, string, string]>([
  ["a number with a point", "/price/rate", 0.01, "invalid-type", LOSES_DIGITS],
  ["no rate", "/price/rate", undefined, "invalid-type", "It is missing."],
  ["a quantity with a point", "/quantity/quantity", 2.5, "invalid-type", LOSES_DIGITS],
  ["400 digits", "/price/rate", "9".repeat(400), "too-big", "64 characters"],
  ["400 digits", "/quantity/quantity", "9".repeat(400), "too-big", "64 characters"],
  ["no unit", "/quantity/unit", undefined, "invalid-union", "A unit such as minute"],
  ["half a unit", "/price/per", { quantity: "cents", size: 0.5 }, "invalid-union", "A unit such"],
  ["no model of ours", "/price/model", "tiered", "invalid-union", "'graduated' | 'volume'"],
  ["no events at all", "/quantity/events", 0, "too-small", ">=1"],
])("400: %s is told at %s", async (_, pointer, value, code, detail) => {
  const price = { model: "perUnit", rate: "0.01", per: "segment" };
  const asked = { ...eur, price, quantity: { quantity: "2", unit: "segment" } };
  const [, part = "", field = ""] = pointer.split("/");
  const json = { ...asked, [part]: { ...asked[part as "price"], [field]: value } };
  const answer = await server.ask("POST", "/v1/quotes", { json });
  expect([answer.status, answer.json.code]).toEqual([400, "request.invalid"]);
  expect(answer.json.errors).toMatchObject([{ pointer, code }]);
  expect(answer.json.errors).toMatchObject([{ detail: expect.stringContaining(detail) }]);
});

test.each(["1e400", "-1e400", "NaN", "Infinity", "-Infinity"])(
  "400: %s as a number of JSON is no price",
  async (number) => {
    const headers = { "content-type": "application/json" };
    const body = `{"currency": "EUR", "price": {"model": "perUnit", "rate": ${number},
      "per": "segment"}, "quantity": {"quantity": "1", "unit": "segment"}}`;
    const { status, json } = await server.ask("POST", "/v1/quotes", { headers, body });
    expect(status).toBe(400);
    expect(["request.invalid", "request.malformed"]).toContain(json.code);
  },
);

const graduated = (more: object) => ({ model: "graduated", per: "segment", ...more });
const open = { upTo: null, rate: "1" };

test.each<[string, object, string]>([
  ["/price/tiers", graduated({ tiers: [] }), "catalogue.tiers-missing"],
  [
    "/price/tiers/0/upTo",
    graduated({ tiers: [{ upTo: "5", rate: "1" }] }),
    "catalogue.tiers-not-open",
  ],
  [
    "/price/tiers/1/upTo",
    graduated({ tiers: [{ upTo: "5", rate: "1" }, { upTo: "5", rate: "1" }, open] }),
    "catalogue.tiers-not-ascending",
  ],
  [
    "/price/tiers/0/rate",
    graduated({ tiers: [{ upTo: null, rate: "1e3" }] }),
    "catalogue.decimal-malformed",
  ],
  ["/price/included", graduated({ tiers: [open], included: "-1" }), "catalogue.negative"],
  [
    "/price/convert/decimals",
    graduated({ tiers: [open], convert: { divide: "7", decimals: 2 } }),
    "catalogue.conversion-unrounded",
  ],
  [
    "/price/minimum",
    graduated({ tiers: [open], minimum: "2", maximum: "1" }),
    "catalogue.limits-crossed",
  ],
  [
    "/price/size",
    { model: "package", per: "segment", size: "0", rate: "1" },
    "catalogue.not-positive",
  ],
])("422: the problem of a price is told at %s: %j", async (pointer, price, code) => {
  const json = { ...eur, price, quantity: { quantity: "2", unit: "segment" } };
  const answer = await server.ask("POST", "/v1/quotes", { json });
  expect([answer.status, answer.json.code]).toEqual([422, "quote.price-invalid"]);
  expect(answer.json.errors).toMatchObject([{ pointer, code }]);
});
