/** How long a call a balance allows, over HTTP. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, TEST_BUNDLE, type TestServer } from "../../test/test-server.ts";

const calls = { id: "calls", on: "voice.call", price: { model: "deck", deck: "voice" } };
const termination = {
  id: "termination",
  on: "voice.call",
  price: { model: "perUnit", rate: "0.006", per: "minute" },
};

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
          csv: "key,name,rate,initialIncrement,subsequentIncrement\n49,Germany,0.0120,60,60\n",
        },
      ],
    },
  },
  plans: { basic: { terms: [calls] }, list: { terms: [calls] } },
  agreements: {
    ...TEST_BUNDLE.agreements,
    atlas: {
      party: "atlas",
      role: "supplier",
      currency: "EUR",
      timeZone: "UTC",
      cycle: "monthly",
      accounts: "all",
      versions: [{ from: "2026-01-01", terms: [termination] }],
    },
  },
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ bundle });
});
afterAll(() => server.close());

const quote = (json: unknown) => server.ask("POST", "/v1/quotes", { json });

function sentencesOf(json: Readonly<Record<string, unknown>>): string[] {
  return (json.charges as readonly { readonly sentence: string }[]).map(({ sentence }) => sentence);
}

const call = {
  type: "voice.call",
  data: {
    direction: "outbound",
    from: "+31201234567",
    to: "+4930123456",
    status: "answered",
    durationSeconds: 61,
  },
};

test("200: how long a call a balance allows, and the call that it is", async () => {
  const { durationSeconds: _, status: __, ...data } = call.data;
  const event = { type: call.type, data };
  const { status, json } = await quote({ plan: "list", balance: "0.05", event });
  expect(status).toBe(200);
  expect(json.authorised).toEqual({
    seconds: 240,
    limitedBy: "balance",
    balance: "0.05",
    agreement: expect.any(String),
    currency: "EUR",
    sentence:
      "0.0500 EUR allow a call of 240 s for 0.0480 EUR; a second more would cost 0.0600 EUR.",
  });
  expect(sentencesOf(json)[0]).toContain("240 s (60/60) at 0.0120 EUR per minute");
  const none = await quote({ plan: "list", balance: "0.0119", event });
  expect(none.json.authorised).toMatchObject({
    seconds: 0,
    sentence: "0.0119 EUR allow no call; its first second would cost 0.0120 EUR.",
  });
  const free = await quote({
    price: { model: "perUnit", rate: "0", per: "minute" },
    currency: "EUR",
    balance: "0",
    event,
  });
  expect(free.json.authorised).toMatchObject({ seconds: 86_400, limitedBy: "" });
});

test.each<[string, string, object]>([
  ["quote.balance-malformed", "is negative", { plan: "list", balance: "-1", event: call }],
  ["quote.balance-malformed", "is no number", { plan: "list", balance: "much", event: call }],
  [
    "quote.balance-without-call",
    "is for a quantity",
    { plan: "list", balance: "1", quantity: { quantity: "1", unit: "minute" } },
  ],
  [
    "quote.balance-without-call",
    "is for what lasts no time",
    { plan: "list", balance: "1", event: { type: "sms.message", data: {} } },
  ],
  ["event.type-unknown", "is for nothing known", { plan: "list", balance: "1", event: {} }],
  [
    "quote.balance-at-close",
    "has only monthly prices to be compared with",
    {
      price: { model: "graduated", per: "minute", tiers: [{ upTo: null, rate: "1" }] },
      currency: "EUR",
      balance: "1",
      event: call,
    },
  ],
  [
    "quote.balance-unclear",
    "is asked of the supplier",
    { agreement: "atlas", account: "acme-otp", balance: "1", event: call },
  ],
  [
    "rating.no-rate",
    "is for a call without a rate",
    { plan: "list", balance: "1", event: { ...call, data: { ...call.data, to: "+12125550100" } } },
  ],
])("422: %s where a balance %s", async (code, _, question) => {
  const { status, json } = await quote(question);
  expect(status).toBe(422);
  expect(json.type).toContain(code);
});
