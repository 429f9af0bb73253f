/** Public plans: list prices and nothing else, without a key. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, TEST_BUNDLE, type TestServer } from "../../test/test-server.ts";

const bundle = {
  ...TEST_BUNDLE,
  plans: {
    ...TEST_BUNDLE.plans,
    open: {
      title: "Open",
      public: true,
      terms: [
        {
          id: "sms",
          title: "SMS",
          on: "sms.message",
          where: { direction: "outbound" },
          price: { model: "perUnit", rate: "0.0079", per: "segment" },
        },
        {
          id: "whatsapp",
          title: "WhatsApp",
          on: "whatsapp.message",
          price: { model: "markup", on: "cost", percent: "18" },
        },
      ],
    },
  },
  agreements: {
    ...TEST_BUNDLE.agreements,
    open: {
      ...TEST_BUNDLE.agreements.acme,
      accounts: [],
      versions: [{ from: "2026-01-01", plan: "open" }],
    },
    carrier: {
      ...TEST_BUNDLE.agreements.acme,
      role: "supplier",
      accounts: "all",
      versions: [
        {
          from: "2026-01-01",
          terms: [
            {
              id: "cost",
              on: "whatsapp.message",
              price: { model: "perUnit", rate: "0.0471", per: "message" },
            },
          ],
        },
      ],
    },
  },
};

let server: TestServer;
beforeAll(async () => {
  const requestsPerMinute = { events: 1_000, public: 12, other: 1_000 };
  server = await startTestServer({ bundle, requestsPerMinute });
});
afterAll(() => server.close());

const ask = (path: string, json?: unknown) => {
  const method = json === undefined ? "GET" : "POST";
  return server.ask(method, path, { key: null, ...(json === undefined ? {} : { json }) });
};

test("200: a public plan says in plain English what it costs, and never what it costs us", async () => {
  const { status, json, headers } = await ask("/v1/plans/open");
  expect(status).toBe(200);
  expect(json).toMatchObject({
    plan: "open",
    title: "Open",
    currency: "EUR",
    summary: "SMS (direction outbound): 0.0079 EUR a segment. WhatsApp: on request.",
  });
  expect(headers.get("access-control-allow-origin")).toBe("*");
});

test("200: a calculator asks by query or by body", async () => {
  const sms = "/v1/plans/open/quote?quantity=1000&unit=segment&direction=outbound";
  const byQuery = await ask(sms);
  expect(byQuery.json).toMatchObject({
    plan: "open",
    currency: "EUR",
    amount: "7.9",
    charges: [{ term: "sms", quantity: "1000 segments", rate: "0.0079 EUR per segment" }],
  });
  const quantity = { quantity: "1000", unit: "segment", fields: { direction: "outbound" } };
  const byBody = await ask("/v1/plans/open/quotes", { quantity });
  expect(byBody.json).toEqual(byQuery.json);
  expect(byBody.text).not.toMatch(/steps|carrier|0\.0471/);
});

test("422: a price on cost is not told, however it is asked", async () => {
  const query = "quantity=1&unit=message&type=whatsapp.message&status=delivered&carrier=carrier";
  const { status, json, text } = await ask(`/v1/plans/open/quote?${query}`);
  expect([status, json.code]).toEqual([422, "rating.base-missing"]);
  expect(text).not.toContain("0.0471");
});

test("404: a plan that is not public is as unknown as one that is not there", async () => {
  for (const plan of ["basic", "nothing"]) {
    const { status, json } = await ask(`/v1/plans/${plan}`);
    expect([status, json.code]).toEqual([404, "plan.unknown"]);
    expect((await ask(`/v1/plans/${plan}/quote?quantity=1&unit=segment`)).status).toBe(404);
  }
});

test("200: with a key any plan is put into words, shares and markups included", async () => {
  const { json } = await server.ask("GET", "/v1/catalogue/plans/open/summary");
  expect(json.summary).toMatch(/WhatsApp: the cost plus 18 %/);
  expect((await ask("/v1/catalogue/plans/open/summary")).status).toBe(401);
});

test("429: who asks more than a calculator does waits", async () => {
  let status = 200;
  for (let n = 0; n < 20 && status === 200; n++) status = (await ask("/v1/plans/open")).status;
  expect(status).toBe(429);
});
