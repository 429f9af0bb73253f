import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listOf, objectOf } from "../../test/read-json.ts";
import { smsEvent, startTestServer, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const ONE = { "content-type": "application/cloudevents+json" };
const BATCH = { "content-type": "application/cloudevents-batch+json" };

function sendOne(event: unknown, key?: string) {
  const ask = { headers: ONE, body: JSON.stringify(event) };
  return server.ask("POST", "/v1/events", key === undefined ? ask : { ...ask, key });
}

test("200: a new event is accepted, and sent again it is a duplicate", async () => {
  const first = await sendOne(smsEvent("new-1"));
  expect([first.status, first.json]).toEqual([200, { id: "new-1", outcome: "accepted" }]);
  const again = await sendOne(smsEvent("new-1"));
  const duplicate = { id: "new-1", outcome: "duplicate", first: "accepted" };
  expect([again.status, again.json]).toEqual([200, duplicate]);
});

test("202: an event that cannot be priced is kept, and says why", async () => {
  const { status, json } = await sendOne(smsEvent("waits-1", { subject: "nobody" }));
  expect(status).toBe(202);
  const outcome = { outcome: "quarantined", code: "event.account-unknown", detail: "nobody" };
  expect(json).toEqual({ id: "waits-1", ...outcome });
});

test("409: other content under an id that was accepted conflicts", async () => {
  await sendOne(smsEvent("twice-1"));
  const { status, json, headers } = await sendOne(
    smsEvent("twice-1", { time: "2026-10-20T10:00:00Z" }),
  );
  expect(status).toBe(409);
  expect(headers.get("content-type")).toMatch(/^application\/problem\+json/);
  expect(json).toMatchObject({
    type: "urn:counterpart:problem:event.conflicting",
    status: 409,
    code: "event.conflicting",
    instance: expect.stringMatching(/^urn:counterpart:request:./),
    context: { id: "twice-1", outcome: "conflicting" },
  });
});

test.each`
  status | code                         | change                                    | because
  ${400} | ${"event.id-missing"}        | ${{ id: undefined }}                      | ${"it has no id"}
  ${400} | ${"event.id-missing"}        | ${{ id: "x".repeat(257) }}                | ${"its id is too long"}
  ${400} | ${"event.source-missing"}    | ${{ source: "" }}                         | ${"it has no source"}
  ${400} | ${"event.type-missing"}      | ${{ type: 5 }}                            | ${"its type is no text"}
  ${400} | ${"event.time-malformed"}    | ${{ time: "2026-10-20T11:00:00" }}        | ${"its time has no zone"}
  ${400} | ${"event.data-malformed"}    | ${{ data: "text" }}                       | ${"its data is no object"}
  ${400} | ${"event.data-malformed"}    | ${{ data_base64: "e30=" }}                | ${"it has data in two forms"}
  ${400} | ${"event.subject-malformed"} | ${{ subject: 5 }}                         | ${"its subject is no text"}
  ${413} | ${"event.too-large"}         | ${{ data: { note: "x".repeat(70_000) } }} | ${"it has over 64 KiB"}
  ${422} | ${"event.source-unknown"}    | ${{ source: "nowhere" }}                  | ${"the catalogue has no such source"}
`("$status: an event is refused because $because ($code)", async ({ status, code, change }) => {
  const { json, ...answer } = await sendOne(smsEvent("refused-1", change));
  expect([answer.status, json.code]).toEqual([status, code]);
  expect(objectOf(json.context).outcome).toBe("refused");
});

test("what is wrong with data is told alike of one event, in a batch and in a stream", async () => {
  const event = JSON.stringify(smsEvent("list-1", { data: [] }));
  const told = { code: "event.data-malformed", detail: "data is not an object" };
  const one = await server.ask("POST", "/v1/events", { headers: ONE, body: event });
  expect(one.json).toMatchObject(told);
  const batch = await server.ask("POST", "/v1/events", { headers: BATCH, body: `[${event}]` });
  expect(listOf(batch.json.data)[0]).toMatchObject({ id: "list-1", ...told });
  const stream = await server.ask("POST", "/v1/events?outcomes=summary", {
    headers: { "content-type": "application/x-ndjson" },
    body: event,
  });
  expect(listOf(stream.json.exceptions)[0]).toMatchObject({ line: 1, id: "list-1", ...told });
});

test("200: an event with its data in base64 is the same event as with plain data", async () => {
  const { data, ...envelope } = smsEvent("base64-1");
  const packed = Buffer.from(JSON.stringify(data)).toString("base64");
  const first = await sendOne({ ...envelope, data_base64: packed });
  expect([first.status, first.json]).toEqual([200, { id: "base64-1", outcome: "accepted" }]);
  const again = await sendOne({ ...envelope, data });
  expect(again.json).toMatchObject({ outcome: "duplicate" });
});

test("403: a key writes only events of its own sources", async () => {
  const key = await server.makeKey(["events:write"], ["other"]);
  const { status, json } = await sendOne(smsEvent("foreign-1"), key);
  expect([status, json.code]).toEqual([403, "event.source-not-permitted"]);
  expect((await sendOne(smsEvent("own-1", { source: "other" }), key)).status).toBe(200);
});

test("200: a batch tells what became of each event, and a bad one spoils no other", async () => {
  const events = [
    smsEvent("batch-1"),
    { ...smsEvent("batch-2"), time: 7 },
    smsEvent("batch-3", { subject: "nobody" }),
    "not an event",
    smsEvent("batch-4"),
  ];
  const { status, json } = await server.ask("POST", "/v1/events", {
    headers: BATCH,
    body: JSON.stringify(events),
  });
  expect(status).toBe(200);
  expect(json).toMatchObject({ accepted: 2, quarantined: 1, refused: 2, duplicate: 0 });
  expect(listOf(json.data).map(({ code }) => code)).toEqual([
    undefined,
    "event.time-malformed",
    "event.account-unknown",
    "event.unreadable",
    undefined,
  ]);
});

test("200: however deeply an event of a batch is nested, it spoils no other", async () => {
  const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  const [head, tail] = JSON.stringify(smsEvent("deep-2")).split('"data":{');
  const items = [
    JSON.stringify(smsEvent("deep-1")),
    nested(300),
    `${head}"data":{"nested":${nested(300)},${tail}`,
    nested(400_000),
  ];
  const body = `[${items.join(",")}]`;
  const { status, json } = await server.ask("POST", "/v1/events", { headers: BATCH, body });
  expect(status).toBe(200);
  expect(listOf(json.data).map(({ outcome, code }) => code ?? outcome)).toEqual([
    "accepted",
    "event.unreadable",
    "event.too-deep",
    "event.too-large",
  ]);
});

test("200: an empty batch is nothing", async () => {
  const { status, json } = await server.ask("POST", "/v1/events", {
    headers: BATCH,
    body: " [ ] ",
  });
  expect([status, json.data]).toEqual([200, []]);
});

test("400: a batch that is no JSON array is refused whole", async () => {
  for (const body of ['{"id":"x"}', "[{}", "[{},]", '[{"a":1]}', "", '["', "[1}{2]"]) {
    const { status, json } = await server.ask("POST", "/v1/events", { headers: BATCH, body });
    expect([body, status, json.code]).toEqual([body, 400, "event.batch-unreadable"]);
  }
});

test("what is no event is counted as refused, with its own reason", async () => {
  const own = await startTestServer();
  try {
    const key = await own.makeKey(["events:write"], ["switch"]);
    const send = (type: string, body: string | Uint8Array) =>
      own.ask("POST", "/v1/events", { key, headers: { "content-type": type }, body });
    await send("application/cloudevents-batch+json", "[{}");
    await send("application/cloudevents+json", "no JSON");
    const long = Buffer.from(`${"x".repeat(70_000)}\n`);
    await send("application/x-ndjson", Buffer.concat([long, Buffer.from([0xff, 0x0a])]));
    const { rows } = await own.database.pool("reader").query(
      `select name, code, sum(count)::integer as count
        from intake left join handle on handle.id = source_id
        where outcome = 'refused' group by 1, 2 order by 2`,
    );
    expect(rows).toEqual([
      { name: "switch", code: "event.batch-unreadable", count: 1 },
      { name: "switch", code: "event.too-large", count: 1 },
      { name: "switch", code: "event.unreadable", count: 2 },
    ]);
  } finally {
    await own.close();
  }
});

test("413: a batch has at most 1,000 events", async () => {
  const body = `[${Array(1_001).fill("{}").join(",")}]`;
  const { status, json } = await server.ask("POST", "/v1/events", { headers: BATCH, body });
  expect([status, json.code]).toEqual([413, "event.batch-too-long"]);
});

test("413: a body has at most 1 MiB, also once it is unpacked", async () => {
  const body = `[${" ".repeat(1_048_576)}]`;
  const plain = await server.ask("POST", "/v1/events", { headers: BATCH, body });
  expect([plain.status, plain.json.code]).toEqual([413, "request.too-large"]);
  const headers = { ...BATCH, "content-encoding": "gzip" };
  const packed = await server.ask("POST", "/v1/events", { headers, body: gzipSync(body) });
  expect([packed.status, packed.json.code]).toEqual([413, "request.too-large"]);
});

test("200: gzip is unpacked, whatever case its name is in and by its old name", async () => {
  for (const encoding of ["gzip", "GZIP", "x-gzip", "X-Gzip"]) {
    const headers = { ...ONE, "content-encoding": encoding };
    const body = gzipSync(JSON.stringify(smsEvent(`packed ${encoding}`)));
    const { status, json } = await server.ask("POST", "/v1/events", { headers, body });
    expect([encoding, status, json.outcome]).toEqual([encoding, 200, "accepted"]);
  }
});

test("200: a byte order mark is passed over, of one event and of a batch", async () => {
  const one = `\ufeff${JSON.stringify(smsEvent("marked-1"))}`;
  const single = await server.ask("POST", "/v1/events", { headers: ONE, body: one });
  expect([single.status, single.json.outcome]).toEqual([200, "accepted"]);
  const both = `\ufeff[${JSON.stringify(smsEvent("marked-2"))}]`;
  const batch = await server.ask("POST", "/v1/events", { headers: BATCH, body: both });
  expect([batch.status, batch.json.accepted]).toEqual([200, 1]);
});

test("400: gzip that is cut off or no gzip at all is refused", async () => {
  const whole = gzipSync(JSON.stringify(smsEvent("packed-2")));
  const headers = { ...ONE, "content-encoding": "gzip" };
  for (const body of [whole.subarray(0, -9), Buffer.from("no gzip")]) {
    const { status, json } = await server.ask("POST", "/v1/events", { headers, body });
    expect([status, json.code]).toEqual([400, "request.encoding-broken"]);
  }
});

test("415: other encodings are refused, several at once too", async () => {
  for (const encoding of ["br", "deflate", "gzip, gzip", "zstd", "x-zip"]) {
    const headers = { ...ONE, "content-encoding": encoding };
    const { status, json } = await server.ask("POST", "/v1/events", { headers, body: "{}" });
    expect([encoding, status, json.code]).toEqual([encoding, 415, "request.encoding"]);
  }
});

test.each([
  ["no type at all", ""],
  ["a form", "application/x-www-form-urlencoded"],
  ["JSON that is not in binary mode", "application/json"],
  ["text", "text/plain"],
  ["another character set", "application/cloudevents+json; charset=iso-8859-1"],
  ["something behind the type", "application/cloudevents+json garbage"],
  ["a tab inside the type", "application/clo\tudevents+json"],
])("415: %s is refused", async (_, type) => {
  const headers = { "content-type": type };
  const body = Buffer.from(JSON.stringify(smsEvent("type-1")));
  const { status, json } = await server.ask("POST", "/v1/events", { headers, body });
  expect([status, json.code]).toEqual([415, "request.media-type"]);
});

test("400: an unknown query parameter is refused, not passed over", async () => {
  const ask = { headers: ONE, body: JSON.stringify(smsEvent("query-1")) };
  const { status, json } = await server.ask("POST", "/v1/events?outcome=summary", ask);
  expect([status, json.code]).toEqual([400, "request.invalid"]);
  expect(listOf(json.errors)[0]).toMatchObject({ in: "query" });
});

test("401: nothing is read without a key", async () => {
  const ask = { headers: ONE, body: JSON.stringify(smsEvent("keyless-1")), key: null };
  const { status, json, headers } = await server.ask("POST", "/v1/events", ask);
  expect([status, json.code]).toEqual([401, "key.missing"]);
  expect(headers.get("www-authenticate")).toMatch(/^Bearer/);
});

test("202: a field that would change the prototype of objects is a field too many, no more", async () => {
  const [head, tail] = JSON.stringify(smsEvent("poison-1")).split('"data":{');
  for (const poison of [
    '"__proto__":{"polluted":1},',
    '"\\u005f_proto__":"x",',
    '"constructor":{},',
  ]) {
    const body = `${head}"data":{${poison}${tail}`;
    const { status, json } = await server.ask("POST", "/v1/events", { headers: ONE, body });
    expect([poison, status, json.code]).toEqual([poison, 202, "event.data-invalid"]);
  }
  expect("polluted" in {}).toBe(false);
});
