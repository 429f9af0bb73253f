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

test("422: a range that begins or ends within an hour, and one of a day of Kolkata", async () => {
  const ask = async (from: string, to: string): Promise<unknown[]> => {
    const query = new URLSearchParams({ from, to });
    const { status, json } = await server.ask("GET", `/v1/usage?${query}`);
    return [status, json.code];
  };
  const refused = [422, "usage.range-not-hours"];
  expect(await ask("2026-10-01T00:30:00Z", "2026-10-01T00:45:00Z")).toEqual(refused);
  expect(await ask("2026-10-01T00:00:00Z", "2026-10-01T00:45:00Z")).toEqual(refused);
  expect(await ask("2026-10-01T00:00:00+05:30", "2026-10-02T00:00:00+05:30")).toEqual(refused);
});

test("200: days and months are of UTC, or of a zone that is whole hours from it", async () => {
  const late = smsEvent("late", { time: "2026-10-09T22:30:00Z" });
  await server.ask("POST", "/v1/events", {
    headers: { "content-type": "application/cloudevents+json" },
    json: late,
  });
  const range = "from=2026-10-09T22:00:00Z&to=2026-10-09T23:00:00Z&groupBy=hour,day,month";
  const groupsOf = async (query: string): Promise<unknown> => {
    const { json } = await server.ask("GET", `/v1/usage?${range}${query}`);
    return json.code ?? (json.data as readonly { group: unknown }[]).map(({ group }) => group);
  };
  const hour = "2026-10-09T22:00:00Z";
  expect(await groupsOf("")).toEqual([{ hour, day: "2026-10-09", month: "2026-10" }]);
  const inBerlin = [{ hour, day: "2026-10-10", month: "2026-10" }];
  expect(await groupsOf("&timeZone=Europe/Berlin")).toEqual(inBerlin);
  expect(await groupsOf("&timeZone=Europe/Berlin&where=day=2026-10-10")).toEqual(inBerlin);
  expect(await groupsOf("&timeZone=Europe/Berlin&where=day=2026-10-09")).toEqual([]);
  expect(await groupsOf("&timeZone=Asia/Kolkata")).toBe("usage.zone-not-hours");
  expect(await groupsOf("&timeZone=Mars/Olympus")).toBe("zone.unknown");
});
