import { afterAll, beforeAll, expect, test } from "vitest";
import { smsEvent, startTestServer, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.ask("POST", "/v1/events", {
    headers: { "content-type": "application/cloudevents+json" },
    json: smsEvent("waits", { subject: "nobody" }),
  });
});
afterAll(() => server.close());

test("200: events that wait are listed and replayed by their reason", async () => {
  const listed = await server.ask("GET", "/v1/quarantine?code=event.account-unknown");
  expect(listed.json.data).toMatchObject([{ id: "waits", code: "event.account-unknown" }]);
  const codes = ["event.account-unknown"];
  const replayed = await server.ask("POST", "/v1/quarantine/replay", { json: { codes } });
  expect([replayed.status, replayed.json]).toEqual([200, { tried: 1, released: 0 }]);
});

test("422: a code that is none is refused, with those that are like it", async () => {
  const listed = await server.ask("GET", "/v1/quarantine?code=event.acount-unknown");
  const codes = ["rating.no-rate", "event.acount-unknown"];
  const replayed = await server.ask("POST", "/v1/quarantine/replay", { json: { codes } });
  for (const { status, json } of [listed, replayed]) {
    expect([status, json.code]).toEqual([422, "quarantine.code-unknown"]);
    expect(JSON.stringify(json)).toContain("event.account-unknown");
  }
});
