/** Quotes over HTTP: priced by the code that bills, and stored nowhere. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { smsEvent, startTestServer, TEST_BUNDLE, type TestServer } from "../../test/test-server.ts";

const tiers = [
  { upTo: "10", rate: "0.0100" },
  { upTo: null, rate: "0.0080" },
];

const bundle = {
  ...TEST_BUNDLE,
  parties: { ...TEST_BUNDLE.parties, atlas: { name: "Atlas" } },
  decks: {
    voice: {
      key: "prefix",
      currency: "EUR",
      per: "minute",
      versions: [
        {
          from: "2026-01-01",
          csv:
            "key,name,rate,initialIncrement,subsequentIncrement\n" +
            "49,Germany,0.0120,60,60\n31,Netherlands,0.0200,60,60\n",
        },
      ],
    },
    usd: {
      key: "prefix",
      currency: "USD",
      per: "minute",
      versions: [{ from: "2026-01-01", csv: "key,rate\n1,0.01\n" }],
    },
  },
  plans: {
    ...TEST_BUNDLE.plans,
    list: {
      title: "List prices",
      public: true,
      terms: [
        { id: "voice", title: "Calls", on: "voice.call", price: { model: "deck", deck: "voice" } },
        {
          id: "sms",
          title: "SMS",
          on: "sms.message",
          price: { model: "graduated", per: "segment", included: "5", tiers },
        },
        {
          id: "whatsapp",
          title: "WhatsApp",
          on: "whatsapp.message",
          price: { model: "markup", on: "cost", percent: "18" },
        },
        { id: "fee", title: "Fee", price: { model: "fixedFee", amount: "5" } },
      ],
    },
    dollars: { terms: [{ id: "v", on: "voice.call", price: { model: "deck", deck: "usd" } }] },
    ramped: {
      terms: [
        {
          id: "sms",
          on: "sms.message",
          price: { model: "perUnit", rate: "0.01", per: "segment" },
          ramp: [{ month: 3, price: { rate: "0.02" } }],
        },
      ],
    },
    nowhere: { terms: [{ id: "fee", price: { model: "fixedFee", amount: "1" } }] },
  },
  agreements: {
    ...TEST_BUNDLE.agreements,
    atlas: {
      party: "atlas",
      role: "supplier",
      currency: "EUR",
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
            {
              id: "termination",
              on: "voice.call",
              where: { carrier: "atlas" },
              price: { model: "perUnit", rate: "0.006", per: "minute" },
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

const quote = (json: unknown) => server.ask("POST", "/v1/quotes", { json });

const call = {
  type: "voice.call",
  data: {
    direction: "outbound",
    from: "+31201234567",
    to: "+4930123456",
    status: "answered",
    durationSeconds: 61,
    carrier: "atlas",
  },
};

interface QuotedCharge {
  readonly sentence: string;
  readonly steps: readonly { readonly name: string; readonly value: string }[];
}

function chargeOf(json: Readonly<Record<string, unknown>>): QuotedCharge {
  return (json.charges as readonly QuotedCharge[])[0]!;
}

function quoteLines(query: string, events: readonly unknown[]) {
  const body = events
    .map((one) => (typeof one === "string" ? one : JSON.stringify(one)))
    .join("\n");
  const headers = { "content-type": "application/x-ndjson" };
  return server.ask("POST", `/v1/quotes?${query}`, { headers, body });
}

test("200: an event against a plan, with how its price came about", async () => {
  const { status, json } = await quote({ plan: "list", event: call });
  expect(status).toBe(200);
  expect(json.totals).toEqual([
    {
      agreement: "plan list",
      party: "customer",
      role: "customer",
      currency: "EUR",
      amount: "0.024",
    },
  ]);
  expect(json.charges).toMatchObject([
    {
      ref: "#1",
      term: "voice",
      quantity: "61 s",
      billed: "120 s",
      rate: "0.0120 EUR per minute",
      amount: "0.024",
      aloneInMonth: false,
      sentence:
        "customer owes 0.0240 EUR for its call to Germany: 61 s billed as 120 s (60/60) at 0.0120 EUR " +
        "per minute, deck voice prefix 49 from 2026-01-01.",
    },
  ]);
  const steps = chargeOf(json).steps.map(({ name }) => name);
  expect(steps).toEqual([
    "agreement",
    "term",
    "applies to",
    "quantity",
    "lookup",
    "row",
    "increments",
    "rate",
    "amount",
  ]);
});

test("200: a quantity through the tiers, as if it were the month's only usage", async () => {
  const asked = { quantity: "20", unit: "segment", fields: { direction: "outbound" } };
  const { json } = await quote({ plan: "list", quantity: asked });
  // 5 of 20 are included, 10 cost 0.01 and 5 cost 0.008.
  expect(json.charges).toMatchObject([{ term: "sms", amount: "0.14", aloneInMonth: true }]);
  expect(chargeOf(json).sentence).toMatch(/With nothing else in the month that is 0\.1400 EUR\.$/);
  expect(chargeOf(json).steps.map(({ value }) => value)).toContain(
    "10 segments at 0.0100 EUR per segment: 0.1000 EUR",
  );
});

test("200: against an account every party's charge is answered, against an agreement its own", async () => {
  const event = { type: "sms.message", data: smsEvent("x").data };
  const all = await quote({ account: "acme-otp", event });
  expect(all.json.totals).toMatchObject([
    { agreement: "acme", amount: "0.01" },
    { agreement: "finder", role: "referrer", amount: "0.001" },
  ]);
  const own = await quote({ agreement: "finder", event });
  expect(own.json.totals).toMatchObject([{ agreement: "finder", amount: "0.001" }]);
  const named = await quote({ event: { ...event, source: "switch", subject: "AC1" } });
  expect(named.json.account).toBe("acme-otp");
});

test("200: against a price that is in no catalogue", async () => {
  const price = { model: "perUnit", rate: "0.0079", per: "segment" };
  const quantity = { quantity: "3", unit: "segment" };
  const { json } = await quote({ price, currency: "USD", quantity });
  expect(json).toMatchObject({
    type: "sms.message",
    totals: [{ currency: "USD", amount: "0.0237" }],
  });
});

test("200: a price on cost is quoted with what the supplier charges", async () => {
  const fields = { market: "DE", category: "marketing", status: "delivered", carrier: "atlas" };
  const quantity = { type: "whatsapp.message", quantity: "1", unit: "message", fields };
  const { json } = await quote({ plan: "list", quantity });
  expect(json.totals).toMatchObject([{ party: "customer", amount: "0.059" }]);
});

test("200: a stream is answered with what the months would be stated at, fees included", async () => {
  const sms = { ...smsEvent("a"), time: "2026-09-30T12:00:00Z" };
  const events = [
    ...Array.from({ length: 20 }, () => sms),
    { ...call, time: "2026-09-30T22:30:00Z" },
    "",
    "{",
    { ...call, data: { ...call.data, to: "+8613800000000" } },
    { ...call, data: { ...call.data, durationSeconds: -1 } },
  ];
  const { json } = await quoteLines("plan=list", events);
  expect(json).toMatchObject({ events: 24, priced: 21, uncharged: 0 });
  expect(json.unpriced).toEqual([
    { code: "event.unreadable", count: 1, line: 23, detail: "not JSON" },
    { code: "rating.no-rate", count: 1, line: 24, detail: "voice: 861380" },
    expect.objectContaining({ code: "event.data-invalid", count: 1, line: 25 }),
  ]);
  // 30 September 22:30 UTC is October in Berlin.
  expect(json.months).toMatchObject([
    {
      month: "2026-09",
      total: "5.14",
      amount: "5.14",
      lines: [
        {
          term: "sms",
          events: "20",
          unit: "segments",
          quantity: "20",
          amount: "0.14",
          money: "0.14",
        },
        { term: "fee", events: "0", money: "5.00" },
      ],
    },
    { month: "2026-10", total: "5.02", amount: "5.024" },
  ]);
  const without = await quoteLines("plan=list&fees=false", events);
  expect(without.json.months).toMatchObject([{ total: "0.14" }, {}]);
});

test("200: a stream against a price in the query, each event within its limits", async () => {
  const price = { model: "dynamic", price: "segments", factor: "0.0299" };
  const limits = { minimumPerEvent: "1.75", maximumPerEvent: "12" };
  const asked = new URLSearchParams({ currency: "EUR", on: "sms.message" });
  asked.set("price", JSON.stringify({ ...price, ...limits }));
  const events = [10, 80, 200, 250, 255].map((segments) => {
    return { type: "sms.message", data: { ...smsEvent("s").data, segments } };
  });
  const { json } = await quoteLines(asked.toString(), events);
  // 1.75, 2.392, 5.98, 7.475, 7.6245
  expect(json.months).toMatchObject([{ amount: "25.2215", total: "25.22" }]);
});

test.each([
  ["price={&currency=EUR", "/price", "It is not JSON."],
  ["price={}&currency=EUR", "/price/model", "'perUnit'"],
  ['price={"model":"perUnit","rate":0.5,"per":"segment"}', "/price/rate", "quotes"],
])("400: %s is told at %s", async (query, pointer, detail) => {
  const { status, json } = await quoteLines(query, [call]);
  expect([status, json.code]).toEqual([400, "request.invalid"]);
  expect(json.errors).toMatchObject([
    { in: "query", pointer, detail: expect.stringContaining(detail) },
  ]);
});

test("200: a stream is quoted at what its events then cost", async () => {
  const events = ["q-1", "q-2", "q-3"].map((id) => smsEvent(id));
  const quoted = await quoteLines("agreement=acme", events);
  await server.ask("POST", "/v1/events", {
    headers: { "content-type": "application/cloudevents-batch+json" },
    body: JSON.stringify(events),
  });
  const running = await server.ask("GET", "/v1/agreements/acme/running");
  expect(quoted.json.months).toMatchObject([{ agreement: "acme", total: running.json.total }]);
});

test("200: a new customer's prices begin with the month that is priced, or as is said", async () => {
  const quantity = { quantity: "1", unit: "segment", time: "2026-10-20T00:00:00Z" };
  const asked = { plan: "ramped", currency: "EUR", quantity };
  expect((await quote(asked)).json.totals).toMatchObject([{ amount: "0.01" }]);
  const since = { ...asked, since: "2026-08-15" };
  expect((await quote(since)).json.totals).toMatchObject([{ amount: "0.02" }]);
  expect((await quote({ ...asked, since: "2026-11-01" })).json.code).toBe("rating.no-agreement");
  expect((await quote({ ...asked, since: "soon" })).json.code).toBe("instant.malformed");
});

test("a quote stores nothing", async () => {
  const before = await server.ask("GET", "/v1/completeness");
  await quote({ plan: "list", event: call });
  await quoteLines("plan=list", [call]);
  expect((await server.ask("GET", "/v1/completeness")).text).toBe(before.text);
});

const segments = { quantity: "1", unit: "segment" };
const flat = { model: "perUnit", rate: "0.01", per: "segment" };
test.each<[status: number, code: string, body: object]>([
  [422, "quote.target-unclear", { plan: "list", account: "acme-otp", event: call }],
  [422, "quote.target-unclear", { quantity: { ...segments, type: "sms.message" } }],
  [422, "quote.question-unclear", { plan: "list" }],
  [422, "quote.question-unclear", { plan: "list", event: call, quantity: segments }],
  [422, "quote.account-missing", { agreement: "atlas", event: call }],
  [404, "quote.account-unknown", { account: "nobody", event: call }],
  [404, "agreement.unknown", { agreement: "nobody", event: call }],
  [404, "plan.unknown", { plan: "nothing", event: call }],
  [422, "quote.currency-missing", { plan: "nowhere", event: call }],
  [422, "quote.currency-missing", { price: flat, quantity: segments }],
  [422, "quote.currency-differs", { plan: "dollars", currency: "EUR", event: call }],
  [422, "quote.price-invalid", { price: { ...flat, rate: "-1" }, currency: "EUR", event: call }],
  [422, "quote.price-invalid", { price: { ...flat, per: "sheep" }, currency: "EUR", event: call }],
  [422, "quote.price-invalid", { price: { ...flat, rate: "1e400" }, currency: "EUR", event: call }],
  [422, "quote.price-invalid", { price: { ...flat, rate: "NaN" }, currency: "EUR", event: call }],
  [
    422,
    "quote.type-missing",
    { price: { model: "markup", on: "cost", percent: "5" }, currency: "EUR", quantity: segments },
  ],
  [422, "currency.unknown", { price: flat, currency: "eur", quantity: segments }],
  [422, "currency.unknown", { plan: "list", currency: "XXQ", event: call }],
  [
    422,
    "quote.currency-differs",
    { price: { model: "deck", deck: "usd" }, currency: "EUR", event: call },
  ],
  [422, "quote.price-of-month", { price: { model: "fixedFee", amount: "5" }, quantity: segments }],
  [
    422,
    "quote.price-of-month",
    { price: { model: "commitment", minimum: "5" }, currency: "EUR", event: call },
  ],
  [
    422,
    "quote.base-circular",
    {
      price: { model: "percentage", of: "margin", percent: "10" },
      on: "sms.message",
      currency: "EUR",
      quantity: segments,
    },
  ],
  [
    422,
    "quote.events-without-month",
    { price: flat, currency: "EUR", quantity: { ...segments, events: 2 } },
  ],
  [422, "quote.quantity-unknown", { plan: "basic", quantity: { quantity: "1", unit: "minute" } }],
  [
    422,
    "quote.field-unknown",
    { plan: "list", quantity: { ...segments, fields: { colour: "red" } } },
  ],
  [
    422,
    "quote.quantity-unknown",
    { plan: "list", quantity: { type: "sms.message", quantity: "1", unit: "minute" } },
  ],
  [422, "quote.quantity-malformed", { plan: "list", quantity: { ...segments, quantity: "-1" } }],
  [422, "quote.quantity-malformed", { plan: "list", quantity: { ...segments, quantity: "0.5" } }],
  [422, "quote.quantity-malformed", { plan: "list", quantity: { ...segments, quantity: "1e400" } }],
  [422, "unit.unknown", { plan: "list", quantity: { quantity: "1", unit: "sheep" } }],
  [422, "event.type-unknown", { plan: "list", event: { type: "sheep.count" } }],
  [422, "event.source-unknown", { plan: "list", event: { ...call, source: "nowhere" } }],
  [400, "event.time-malformed", { plan: "list", event: { ...call, time: "yesterday" } }],
  [422, "event.data-invalid", { plan: "list", event: { ...call, data: {} } }],
  [422, "event.account-unknown", { event: { ...call, subject: "nobody" } }],
  [422, "rating.no-agreement", { plan: "basic", event: call }],
  [
    422,
    "rating.no-rate",
    { plan: "list", event: { ...call, data: { ...call.data, to: "+8613800000000" } } },
  ],
  [400, "request.invalid", { plan: "list", event: call, sheep: 1 }],
])("%i %s: %j", async (status, code, body) => {
  const answer = await quote(body);
  expect([answer.status, answer.json.code]).toEqual([status, code]);
});

test("403: a key that may not read the catalogue gets no quote", async () => {
  const key = await server.makeKey(["events:write"]);
  const { status } = await server.ask("POST", "/v1/quotes", { key, json: { plan: "list" } });
  expect(status).toBe(403);
});
