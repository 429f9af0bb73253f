import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, smsEvent, startTestServer, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => server.close());

const CLOUD_EVENT = { "content-type": "application/cloudevents+json" };

async function send(id: string, more: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  const body = JSON.stringify(smsEvent(id, more));
  return await server.ask("POST", "/v1/events", { headers: CLOUD_EVENT, body });
}

async function post(path: string, json: unknown, headers = {}): Promise<Answer> {
  return await server.ask("POST", path, { json, headers });
}

const because = { reason: "a test" };
const twoSegments = (id: string) => {
  const event = smsEvent(id);
  return { ...event, data: { ...event.data, segments: 2 } };
};

test("200: an event is voided, told what that changes, and restored", async () => {
  await send("1");
  const voided = await post("/v1/events/switch%2F1/void", because);
  expect([voided.status, voided.json]).toMatchObject([
    200,
    { dryRun: false, source: "switch", id: "1", kind: "void", ordinal: 1 },
  ]);
  expect(voided.json.effects).toEqual([
    {
      agreement: "acme",
      party: "acme",
      role: "customer",
      currency: "EUR",
      before: "0.01",
      after: "0",
      difference: "-0.01",
      atClose: 0,
    },
    {
      agreement: "finder",
      party: "finder",
      role: "referrer",
      currency: "EUR",
      before: "0.001",
      after: "0",
      difference: "-0.001",
      atClose: 0,
    },
  ]);
  const restored = await post(`/v1/events/${voided.json.event}/restore`, because);
  expect([restored.status, restored.json.ordinal]).toEqual([200, 2]);
  expect(restored.json.effects).toMatchObject([{ agreement: "acme", difference: "0.01" }, {}]);
});

test("200: a preview of a correction stores nothing; the correction itself does", async () => {
  await send("2");
  const body = { reason: "two segments", event: twoSegments("2") };
  const preview = await post("/v1/events/switch%2F2/correction?dryRun=true", body);
  expect([preview.status, preview.json]).toMatchObject([200, { dryRun: true, batch: null }]);
  const corrected = await post("/v1/events/switch%2F2/correction", body);
  expect(corrected.json).toMatchObject({ dryRun: false, effects: preview.json.effects });
  expect(corrected.json.effects).toMatchObject([{ before: "0.01", after: "0.02" }, {}]);
});

test("200: numbers of a correction keep their digits", async () => {
  await send("digits");
  const event = { ...smsEvent("digits"), data: { ...smsEvent("").data, segments: 7 } };
  const exact = JSON.stringify({ reason: "many", event }).replace(
    '"segments":7',
    '"segments":7.0000000000000000000',
  );
  const headers = { "content-type": "application/json" };
  const path = "/v1/events/switch%2Fdigits/correction";
  const { status, json } = await server.ask("POST", path, { headers, body: exact });
  expect([status, json.effects]).toMatchObject([200, [{ after: "0.07" }, {}]]);
});

test("200: the same Idempotency-Key is answered as before; 422 with another request", async () => {
  await send("3");
  const headers = { "idempotency-key": "void-3" };
  const first = await post("/v1/events/switch%2F3/void", because, headers);
  const again = await post("/v1/events/switch%2F3/void", because, headers);
  expect([again.status, again.json]).toEqual([200, first.json]);
  const other = await post("/v1/events/switch%2F3/void", { reason: "another" }, headers);
  expect([other.status, other.json.code]).toEqual([422, "request.idempotency-key-reused"]);
});

test("200: many at once, each answered for itself", async () => {
  await send("4");
  await send("5");
  const refs = ["switch/4", "switch/none", "switch/5"];
  const { status, json } = await post("/v1/event-facts", { kind: "void", ...because, refs });
  expect([status, json.stated, json.refused]).toEqual([200, 2, 1]);
  expect(json.data).toMatchObject([
    { id: "4", ordinal: 1 },
    { ref: "switch/none", refused: "event.unknown" },
    { id: "5", ordinal: 1 },
  ]);
  const events = [twoSegments("4"), { id: "x" }];
  const corrections = await post("/v1/event-facts", { kind: "correction", ...because, events });
  expect(corrections.json.data).toMatchObject([
    { ref: "switch/4", refused: "fact.event-void" },
    { refused: "event.source-missing" },
  ]);
});

test.each<[status: number, path: string, body: unknown, code: string]>([
  [404, "switch%2Fnone/void", because, "event.unknown"],
  [404, "nothing/void", because, "event.unknown"],
  [409, "switch%2Fwaits/void", because, "event.quarantined"],
  [409, "switch%2Fvoided/void", because, "fact.event-void"],
  [409, "switch%2Fkept/restore", because, "fact.not-void"],
  [409, "switch%2Fkept/correction", { ...because, event: smsEvent("kept") }, "fact.same-content"],
  [422, "switch%2Fkept/correction", { ...because, event: smsEvent("other") }, "fact.other-event"],
  [
    422,
    "switch%2Fkept/correction",
    { ...because, event: smsEvent("kept", { subject: "nobody" }) },
    "fact.not-ratable",
  ],
  [400, "switch%2Fkept/correction", { ...because, event: { id: "kept" } }, "event.source-missing"],
  [400, "switch%2Fkept/void", {}, "request.invalid"],
  [400, "switch%2Fkept/void", { reason: "" }, "request.invalid"],
  [422, "switch%2Fkept/void", { reason: "  " }, "fact.reason-missing"],
])("%i: %s with %j is %s", async (status, path, body, code) => {
  await send("waits", { subject: "nobody" });
  await send("kept");
  await send("voided");
  await post("/v1/events/switch%2Fvoided/void", because);
  const answer = await post(`/v1/events/${path}`, body);
  expect([answer.status, answer.json.code]).toEqual([status, code]);
});

test("400: a name that stands twice says neither of two things", async () => {
  const body = '{"reason": "one", "reason": "another"}';
  const headers = { "content-type": "application/json" };
  const { status, json } = await server.ask("POST", "/v1/events/switch%2Fkept/void", {
    headers,
    body,
  });
  expect([status, json.code]).toEqual([400, "request.malformed"]);
});

test("400: a body that is no JSON, 415: another content type", async () => {
  const path = "/v1/events/switch%2Fkept/void";
  const headers = { "content-type": "application/json" };
  const broken = await server.ask("POST", path, { headers, body: "{" });
  expect([broken.status, broken.json.code]).toEqual([400, "request.malformed"]);
  const text = await server.ask("POST", path, {
    headers: { "content-type": "text/plain" },
    body: "a",
  });
  expect([text.status, text.json.code]).toEqual([415, "request.media-type"]);
});

test("403: a key needs its scope, and changes events of its own sources only", async () => {
  await send("6");
  const path = "/v1/events/switch%2F6/void";
  const writer = await server.makeKey(["events:write"]);
  const without = await server.ask("POST", path, { key: writer, json: because });
  expect([without.status, without.json.code]).toEqual([403, "key.scope-missing"]);
  const foreign = await server.makeKey(["events:correct"], ["other"]);
  const refused = await server.ask("POST", path, { key: foreign, json: because });
  expect([refused.status, refused.json.code]).toEqual([403, "event.source-not-permitted"]);
});
