import { afterAll, beforeAll, expect, test } from "vitest";
import { textOf } from "../../test/read-json.ts";
import { smsEvent, startTestServer, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.ask("POST", "/v1/events", {
    headers: { "content-type": "application/cloudevents+json" },
    json: smsEvent("used"),
  });
});
afterAll(() => server.close());

const RANGE = "from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z";

test("200: usage says what its quantities count", async () => {
  const { json } = await server.ask("GET", `/v1/usage?${RANGE}&groupBy=account`);
  const group = { account: "acme-otp" };
  const used = { group, type: "sms.message", events: "1", quantity: "1", unit: "segments" };
  expect(json.data).toEqual([used]);
});

test("422: a name that no usage is kept by is refused, with those that it is", async () => {
  const { status, json } = await server.ask("GET", `/v1/usage?${RANGE}&groupBy=nonsense`);
  expect([status, json.code]).toEqual([422, "usage.group-unknown"]);
  expect(JSON.stringify(json)).toContain("country");
});

test("422: a range that ends before it begins, a time without zone, a filter without value", async () => {
  const ask = async (query: string): Promise<string> =>
    textOf((await server.ask("GET", `/v1/usage?${query}`)).json.code);
  expect(await ask("from=2026-11-01T00:00:00Z&to=2026-10-01T00:00:00Z")).toBe("usage.range-empty");
  expect(await ask("from=2026-11-01T00:00:00&to=2026-12-01T00:00:00Z")).toBe(
    "instant.without-zone",
  );
  expect(await ask(`${RANGE}&where=country`)).toBe("usage.filter-malformed");
});
