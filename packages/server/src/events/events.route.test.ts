import { afterAll, beforeAll, expect, test } from "vitest";
import { smsEvent, startTestServer, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const ONE = { "content-type": "application/cloudevents+json" };

test("200: a new event is accepted, and sent again it is a duplicate", async () => {
  const body = JSON.stringify(smsEvent("new-1"));
  const first = await server.ask("POST", "/v1/events", { headers: ONE, body });
  expect([first.status, first.json]).toEqual([200, { id: "new-1", outcome: "accepted" }]);
});
