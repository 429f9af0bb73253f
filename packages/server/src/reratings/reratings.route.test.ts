import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Answer,
  smsEvent,
  startTestServer,
  TEST_BUNDLE,
  type TestServer,
} from "../../test/test-server.ts";
import { applyCatalogue } from "../catalogue/apply-catalogue.ts";
import { readCatalogueBundle } from "../catalogue/read-bundle.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const headers = { "content-type": "application/cloudevents-batch+json" };
  const events = ["1", "2"].map((id) => smsEvent(id));
  await server.ask("POST", "/v1/events", { headers, body: JSON.stringify(events) });
  // Not 0.01 a segment: 0.03.
  const [sms, fee] = TEST_BUNDLE.plans.basic.terms;
  const terms = [{ ...sms, price: { model: "perUnit", rate: "0.03", per: "segment" } }, fee];
  const read = await readCatalogueBundle({ ...TEST_BUNDLE, plans: { basic: { terms } } });
  await applyCatalogue(server.database, { read, by: "test", dryRun: false });
});
afterAll(async () => server.close());

const OCTOBER = { from: "2026-10-01", to: "2026-11-01" };

async function post(path: string, json: unknown, key?: string): Promise<Answer> {
  return await server.ask("POST", path, { json, ...(key === undefined ? {} : { key }) });
}

async function finished(path: string): Promise<Answer> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await server.ask("GET", path);
    if (answer.json.state !== "running") return answer;
    await sleep(50);
  }
  throw new Error("the re-rating does not end");
}

const EFFECTS = [
  { agreement: "acme", before: "0.02", after: "0.06", difference: "0.04", events: "2" },
  { agreement: "finder", before: "0.002", after: "0.006", difference: "0.004", events: "2" },
];

test("202: a range is re-rated by the server as it was previewed, and 200 tells how it went", async () => {
  const preview = await post("/v1/reratings/preview", OCTOBER);
  expect([preview.status, preview.json]).toMatchObject([
    200,
    { tried: 2, changed: 2, effects: EFFECTS, left: [] },
  ]);
  const { revision } = preview.json;
  const started = await post("/v1/reratings", { ...OCTOBER, reason: "agreed on late", revision });
  expect([started.status, started.json]).toMatchObject([
    202,
    { from: "2026-09-30T22:00:00Z", reason: "agreed on late", revision },
  ]);
  const path = started.headers.get("location")!;
  expect(path).toBe(`/v1/reratings/${started.json.rerating}`);
  const done = await finished(path);
  expect([done.status, done.json]).toMatchObject([
    200,
    { state: "done", changed: 2, effects: EFFECTS },
  ]);
  const event = await server.ask("GET", "/v1/events/switch%2F1");
  expect(event.json).toMatchObject({
    state: "accepted",
    facts: [{ kind: "rerating", reason: "agreed on late" }],
    charges: [{ amount: "0.03" }, { amount: "0.003" }],
  });
  const list = await server.ask("GET", "/v1/reratings?limit=1");
  expect(list.json.data).toMatchObject([{ rerating: started.json.rerating, state: "done" }]);
  const stopped = await post(`${path}/stop`, {});
  expect([stopped.status, stopped.json.code]).toEqual([409, "rerating.not-running"]);
});

test.each<[status: number, body: object, code: string]>([
  [412, { ...OCTOBER, reason: "a test", revision: 1 }, "catalogue.changed"],
  [422, { from: "2026-11-01", to: "2026-10-01", reason: "a test" }, "rerating.range-empty"],
  [422, { ...OCTOBER, reason: "a test", accounts: ["none"] }, "rerating.filter-unknown"],
  [422, { from: "2026-10-01T00:00:00", to: "2026-11-01", reason: "a" }, "instant.without-zone"],
  [400, OCTOBER, "request.invalid"],
])("%i: %j is %s", async (status, body, code) => {
  const answer = await post("/v1/reratings", body);
  expect([answer.status, answer.json.code]).toEqual([status, code]);
});

test("404: there is no such re-rating; 400: a cursor is one that was answered", async () => {
  for (const [method, path] of [
    ["GET", "/v1/reratings/999"],
    ["POST", "/v1/reratings/999/stop"],
  ] as const) {
    const { status, json } = await server.ask(method, path);
    expect([path, status, json.code]).toEqual([path, 404, "rerating.unknown"]);
  }
  const { status, json } = await server.ask("GET", "/v1/reratings?cursor=bm9uZQ");
  expect([status, json.code]).toEqual([400, "request.cursor-malformed"]);
});

test("403: a key of some sources may not re-rate the events of all", async () => {
  const key = await server.makeKey(["events:correct"], ["switch"]);
  const { status, json } = await post("/v1/reratings/preview", OCTOBER, key);
  expect([status, json.code]).toEqual([403, "event.source-not-permitted"]);
});
