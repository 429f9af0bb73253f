/** How the server answers what no route answers. */
import { connect } from "node:net";
import { text as readText } from "node:stream/consumers";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smsEvent, startTestServer, type TestServer } from "../../test/test-server.ts";
import { CommitUnknown } from "../events/commit-group.ts";
import { openDescribedServer } from "./describe-api.ts";
import { serverLog } from "./server-log.ts";

let server: TestServer;
const logged: string[] = [];
beforeAll(async () => {
  const logger = serverLog("debug", { write: (line) => void logged.push(line) });
  server = await startTestServer({ logger });
});
afterAll(() => server.close());

/** What comes back for these bytes, until the server closes. */
async function sendRaw(bytes: string): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(server.address);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  const text = await readText(socket);
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]),
    body: text.split("\r\n\r\n")[1] ?? "",
  };
}

test("404: nothing is at this address", async () => {
  for (const path of ["/", "/v1", "/v1/nothing", "/v1/statements/x/", "/V1/statements", "/%ff"]) {
    const { status, json, headers } = await server.ask("GET", path);
    expect([path, status, json.code]).toEqual([path, 404, "request.route-unknown"]);
    expect(headers.get("content-type")).toMatch(/^application\/problem\+json/);
  }
});

test("405: the address does not take the method, and Allow says what it takes", async () => {
  const { status, json, headers } = await server.ask("PATCH", "/v1/api-keys/x");
  expect([status, json.code]).toEqual([405, "request.method-not-allowed"]);
  expect(headers.get("allow")).toBe("DELETE");
  const events = await server.ask("GET", "/v1/events");
  expect([events.status, events.headers.get("allow")]).toEqual([405, "POST"]);
});

test("400: keys that would change the prototype of objects are refused", async () => {
  for (const body of [
    '{"__proto__":{}}',
    '{"name":"x","constructor":{"prototype":{}}}',
    '{"a":{"\\u005f_proto__":1}}',
  ]) {
    const headers = { "content-type": "application/json" };
    const { status, json } = await server.ask("POST", "/v1/api-keys", { headers, body });
    expect([body, status, json.code]).toEqual([body, 400, "request.malformed"]);
  }
});

test("413: a control request has at most 256 KiB", async () => {
  const json = { name: "x".repeat(300_000), scopes: ["*"] };
  const answer = await server.ask("POST", "/v1/api-keys", { json });
  expect([answer.status, answer.json.code]).toEqual([413, "request.too-large"]);
});

test("415: a control request is JSON", async () => {
  const headers = { "content-type": "text/plain" };
  const { status, json } = await server.ask("POST", "/v1/api-keys", { headers, body: "{}" });
  expect([status, json.code]).toEqual([415, "request.media-type"]);
});

test.each([
  [
    431,
    "request.headers-too-large",
    `GET / HTTP/1.1\r\nHost: x\r\nA: ${"x".repeat(20_000)}\r\n\r\n`,
  ],
  [400, "request.not-http", "nonsense\r\n\r\n"],
  [
    400,
    "request.not-http",
    "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ],
  [
    400,
    "request.not-http",
    "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
  ],
])("%i: %s, before there is a request", async (status, code, bytes) => {
  const answer = await sendRaw(bytes);
  expect([answer.status, JSON.parse(answer.body).code]).toEqual([status, code]);
});

test("400: a body whose chunks are malformed is told as that, not as other JSON", async () => {
  const { status, body } = await sendRaw(
    "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/cloudevents+json\r\n" +
      `Authorization: Bearer ${server.key}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
  );
  expect([status, JSON.parse(body).code]).toEqual([400, "request.not-http"]);
});

test("429: a key that asks too often is told when to come again", async () => {
  const limited = await startTestServer({ requestsPerMinute: { events: 2, public: 1, other: 1 } });
  const statuses: number[] = [];
  for (let at = 0; at < 3; at++) {
    const headers = { "content-type": "application/cloudevents+json" };
    const answer = await limited.ask("POST", "/v1/events", { headers, body: "{}" });
    statuses.push(answer.status);
    if (answer.status === 429) expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  }
  expect(statuses).toEqual([400, 400, 429]);
  // Other requests of the key are counted by themselves, and other keys too.
  expect((await limited.ask("GET", "/v1/statements")).status).toBe(200);
  const { status, json } = await limited.ask("GET", "/v1/statements");
  expect([status, json.code]).toEqual([429, "request.rate-limited"]);
  expect(
    (await limited.ask("GET", "/v1/statements", { key: await limited.makeKey(["*"]) })).status,
  ).toBe(200);
  await limited.close();
});

test("200: helmet's headers are there, and nothing may be framed or sniffed", async () => {
  const { headers } = await server.ask("GET", "/healthz");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(headers.get("x-powered-by")).toBeNull();
});

test("200, 503: ready says what is missing", async () => {
  const { status, json } = await server.ask("GET", "/readyz", { key: null });
  const yes = { database: "yes", migrations: "yes", book: "yes" };
  expect([status, json]).toEqual([200, { ready: true, ...yes, stopping: false }]);
  const empty = await startTestServer({ bundle: null });
  const answer = await empty.ask("GET", "/readyz");
  expect([answer.status, answer.json]).toMatchObject([503, { ready: false, book: "no" }]);
  const events = await empty.ask("POST", "/v1/events", {
    headers: { "content-type": "application/cloudevents+json" },
    body: JSON.stringify(smsEvent("early")),
  });
  expect([events.status, events.json.code]).toEqual([409, "catalogue.empty"]);
  await empty.close();
});

test("200: metrics count events by outcome", async () => {
  await server.ask("POST", "/v1/events", {
    headers: { "content-type": "application/cloudevents+json" },
    body: JSON.stringify(smsEvent("counted")),
  });
  const { text } = await server.ask("GET", "/metrics");
  expect(text).toMatch(/counterpart_events_total\{outcome="accepted"\} [1-9]/);
  expect(text).toMatch(/counterpart_commit_seconds_count\{lane="single"\} [1-9]/);
  expect(text).toContain('counterpart_events_waiting{lane="bulk"} 0');
  expect(text).toContain("nodejs_eventloop_lag_p99_seconds");
  expect(text).toContain("process_cpu_seconds_total");
});

test("the log holds no key, no body, no URL and no whole telephone number", async () => {
  await server.ask("GET", `/v1/events/${encodeURIComponent("switch/+4915112345678")}`);
  await server.ask("GET", "/v1/statements?agreement=acme-secret");
  const text = logged.join("");
  expect(text).toContain('"route":"/v1/events/:ref"');
  for (const secret of [
    server.key,
    server.key.slice(-20),
    "4915112345678",
    "acme-secret",
    "authorization",
  ]) {
    expect(text).not.toContain(secret);
  }
});

test("503: when a commit is not known the producer is told to send again", async () => {
  const failing = await startTestServer({
    atStep: (step) => {
      if (step === "stored") throw new CommitUnknown("lost");
    },
  });
  const { status, json, headers } = await failing.ask("POST", "/v1/events", {
    headers: { "content-type": "application/cloudevents+json" },
    body: JSON.stringify(smsEvent("unknown-1")),
  });
  expect([status, json.code]).toEqual([503, "event.commit-unknown"]);
  expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  await failing.close();
});

test("503: more than can be stored is refused before it is read", async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = await startTestServer({ atStep: () => held });
  const headers = { "content-type": "application/cloudevents-batch+json" };
  const batch = (n: number) =>
    JSON.stringify(Array.from({ length: 100 }, (_, at) => smsEvent(`${n}-${at}`)));
  const waiting = Array.from({ length: 80 }, (_, n) =>
    slow.ask("POST", "/v1/events", { headers, body: batch(n) }),
  );
  await expect
    .poll(async () => (await slow.ask("POST", "/v1/events", { headers, body: "[]" })).status, {
      timeout: 30_000,
    })
    .toBe(503);
  const {
    status,
    json,
    headers: answered,
  } = await slow.ask("POST", "/v1/events", { headers, body: "not read" });
  expect([status, json.code]).toEqual([503, "server.overloaded"]);
  expect(Number(answered.get("retry-after"))).toBeGreaterThan(0);
  release();
  for (const { status } of await Promise.all(waiting)) expect([200, 503]).toContain(status);
  await slow.close();
});

test("500: a fault of ours says nothing of itself", async () => {
  const failing = await startTestServer({
    atStep: () => {
      throw new Error("secret detail of +4915112345678");
    },
  });
  const { status, json, text } = await failing.ask("POST", "/v1/events", {
    headers: { "content-type": "application/cloudevents+json" },
    body: JSON.stringify(smsEvent("fault-1")),
  });
  expect([status, json.code]).toEqual([500, "server.failed"]);
  expect(text).not.toContain("secret");
  await failing.close();
});

test("every time and size that a client could use up has a bound", async () => {
  const { app } = await openDescribedServer();
  expect(app.server).toMatchObject({
    headersTimeout: 10_000,
    requestTimeout: 86_400_000,
    keepAliveTimeout: 75_000,
    maxConnections: 10_000,
    maxHeadersCount: 100,
  });
  await app.close();
});

test("the server listens beyond this machine only when told so", async () => {
  await expect(startTestServer({ host: "0.0.0.0" })).rejects.toThrow(Refusal);
  const remote = await startTestServer({ host: "0.0.0.0", allowRemote: true });
  await remote.close();
});
