/** Sessions from the caller's side. */

import type { Instant } from "@counterpart/domain/instant.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cursorOf, type JsonObject, listOf, textOf } from "../../test/read-json.ts";
import { type Answer, startTestServer, type TestServer } from "../../test/test-server.ts";
import { OPENED, record, SESSION_BUNDLE } from "./fixtures/session-world.ts";

let server: TestServer;
let seconds = 0;
beforeAll(async () => {
  const now = (): Instant => (OPENED + seconds * 1000) as Instant;
  server = await startTestServer({ bundle: SESSION_BUNDLE, now });
});
afterAll(() => server.close());

const JSON_TYPE = { "content-type": "application/json" };
const LINES = { "content-type": "application/x-ndjson" };

function send(
  body: string,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
): Promise<Answer> {
  return server.ask("POST", "/v1/sessions", { headers, body });
}

const ofSession =
  (sessionId: string) =>
  (text: string, more: object = {}) =>
    record(text, { sessionId, ...more });

async function listed(path: string): Promise<readonly JsonObject[]> {
  return listOf((await server.ask("GET", path)).json.data);
}

/** The key of a session that was sent. */
async function keyOf(sessionId: string): Promise<string> {
  return textOf((await listed(`/v1/sessions?sessionId=${sessionId}`))[0]!.key);
}

/** The clerk of a running server charges what has ended within a second. */
async function settled(sessionId: string, state: string): Promise<JsonObject> {
  let found: JsonObject | undefined;
  await expect
    .poll(
      async () => {
        const path = `/v1/sessions?state=${state}&sessionId=${sessionId}`;
        found = (await listed(path))[0];
        return found?.dueAt;
      },
      { timeout: 20_000 },
    )
    .toBeNull();
  return found!;
}

test("200: records one by one, and the server charges the session when it has ended", async () => {
  const call = ofSession("one-by-one");
  expect(await send(call("start 0@0"))).toMatchObject({
    status: 200,
    json: { id: "one-by-one", outcome: "accepted" },
  });
  await send(call("stop 1@90 90"));
  expect((await send(call("stop 1@90 90"))).json).toMatchObject({ outcome: "duplicate" });
  expect(await settled("one-by-one", "stopped")).toMatchObject({
    source: "switch",
    event: { id: "one-by-one", usageSeconds: "90", outcome: "accepted", isEstimated: false },
  });
  const { text } = await server.ask("GET", "/metrics");
  expect(text).toContain('counterpart_session_records_total{outcome="accepted"} 2');
  expect(text).toContain('counterpart_sessions_settled_total{state="stopped"} 1');
});

test("200: an array is answered record by record", async () => {
  const call = ofSession("array");
  const other = call("start 0@3");
  const { status, json } = await send(
    `[${call("start 0@0")},{},${other},${call("interim 1@60 60", { phase: "pause" })}]`,
  );
  expect(status).toBe(200);
  expect(json).toMatchObject({ accepted: 1, conflicting: 1, refused: 2 });
  expect(listOf(json.data).map(({ code }) => code)).toEqual([
    undefined,
    "session.id-invalid",
    "session.conflicting",
    "session.phase-unknown",
  ]);
});

test("200: a stream is answered by lines", async () => {
  const call = ofSession("stream");
  const lines = [call("start 0@0"), "", "nonsense", call("stop 1@60 60")].join("\n");
  const { status, text } = await send(lines, LINES);
  expect(status).toBe(200);
  const answers = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(answers.at(-1)).toMatchObject({ complete: true, throughLine: 4, accepted: 2, refused: 1 });
  expect(answers[0].exceptions).toEqual([
    { line: 3, id: null, outcome: "refused", code: "session.unreadable", detail: "not JSON" },
  ]);
});

test("200: a session is read with its records, and listed by pages", async () => {
  const call = ofSession("read");
  await send(`[${call("start 0@0")},${call("interim 1@60 60.5")}]`);
  const key = await keyOf("read");
  expect((await server.ask("GET", `/v1/sessions/${key}`)).json).toMatchObject({
    state: "open",
    dueAt: "2026-10-20T10:02:00.000Z",
    records: [{ phase: "start" }, { sequence: 1, phase: "interim", usageSeconds: "60.5" }],
  });
  const seen: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const { json } = await server.ask("GET", `/v1/sessions?source=switch&limit=1${query}`);
    seen.push(...listOf(json.data).map(({ sessionId }) => textOf(sessionId)));
    cursor = cursorOf(json);
  }
  expect(seen.toSorted()).toEqual(["array", "read"]);
});

test("202: an open session is expired on demand, and then charged as an estimate", async () => {
  const call = ofSession("asked");
  await send(`[${call("start 0@0")},${call("interim 1@60 60")}]`);
  const key = await keyOf("asked");
  expect((await server.ask("POST", `/v1/sessions/${key}/expire`)).status).toBe(202);
  expect(await settled("asked", "expired")).toMatchObject({
    expiry: "asked",
    event: { usageSeconds: "60", isEstimated: true },
  });
  const again = await server.ask("POST", `/v1/sessions/${key}/expire`);
  expect([again.status, again.json.code]).toEqual([409, "session.not-open"]);
});

const GOOD = {
  source: "switch",
  sessionId: "s",
  sequence: 1,
  phase: "interim",
  type: "voice.call",
};
const TIMED = { ...GOOD, time: "2026-10-20T10:00:00Z", usageSeconds: "1" };

test.each`
  status | code                              | body
  ${400} | ${"session.unreadable"}           | ${"nonsense"}
  ${400} | ${"session.unreadable"}           | ${"7"}
  ${400} | ${"session.unreadable"}           | ${"[".repeat(10_000)}
  ${400} | ${"session.id-invalid"}           | ${{ ...TIMED, sessionId: "" }}
  ${400} | ${"session.id-invalid"}           | ${{ ...TIMED, sessionId: "x".repeat(191) }}
  ${400} | ${"session.id-invalid"}           | ${{ ...TIMED, sessionId: "a\u0000" }}
  ${400} | ${"session.id-invalid"}           | ${{ ...TIMED, sessionId: "a\ud800" }}
  ${400} | ${"session.leg-invalid"}          | ${{ ...TIMED, leg: "a/b" }}
  ${400} | ${"session.source-invalid"}       | ${{ ...TIMED, source: 7 }}
  ${422} | ${"event.source-unknown"}         | ${{ ...TIMED, source: "nobody" }}
  ${422} | ${"session.source-without-rules"} | ${{ ...TIMED, source: "plain" }}
  ${400} | ${"session.sequence-invalid"}     | ${{ ...TIMED, sequence: -1 }}
  ${400} | ${"session.sequence-invalid"}     | ${{ ...TIMED, sequence: 1.5 }}
  ${400} | ${"session.sequence-invalid"}     | ${{ ...TIMED, sequence: 2 ** 31 }}
  ${400} | ${"session.phase-unknown"}        | ${{ ...TIMED, phase: "pause" }}
  ${400} | ${"session.time-invalid"}         | ${GOOD}
  ${400} | ${"session.time-invalid"}         | ${{ ...TIMED, time: "2026-10-20T10:00:00" }}
  ${400} | ${"session.usage-invalid"}        | ${{ ...TIMED, usageSeconds: undefined }}
  ${400} | ${"session.usage-invalid"}        | ${{ ...TIMED, usageSeconds: "-1" }}
  ${400} | ${"session.usage-invalid"}        | ${{ ...TIMED, usageSeconds: "0.0001" }}
  ${400} | ${"session.usage-invalid"}        | ${{ ...TIMED, usageSeconds: 100_000_001 }}
  ${400} | ${"session.usage-invalid"}        | ${{ ...TIMED, usageSeconds: "9".repeat(400) }}
  ${400} | ${"session.type-invalid"}         | ${{ ...TIMED, type: "sms.message" }}
  ${422} | ${"event.type-unknown"}           | ${{ ...TIMED, type: "fax.page" }}
  ${400} | ${"session.subject-invalid"}      | ${{ ...TIMED, subject: "" }}
  ${400} | ${"session.data-invalid"}         | ${{ ...TIMED, data: [] }}
  ${400} | ${"session.duration-in-data"}     | ${{ ...TIMED, data: { durationSeconds: 1 } }}
  ${400} | ${"session.field-unknown"}        | ${{ ...TIMED, usage: 1 }}
  ${413} | ${"session.too-large"}            | ${{ ...TIMED, data: { a: "x".repeat(70_000) } }}
`("$status: $code", async ({ status, code, body }) => {
  const answer = await send(typeof body === "string" ? body : JSON.stringify(body));
  const expected = code === "session.unreadable" && String(body).startsWith("[");
  expect([answer.status, answer.json.code]).toEqual([
    status,
    expected ? "event.batch-unreadable" : code,
  ]);
});

test("400: what is not UTF-8 is no record", async () => {
  const bytes = Buffer.from(JSON.stringify(TIMED)).fill(0xff, 12, 14);
  const answer = await server.ask("POST", "/v1/sessions", { headers: JSON_TYPE, body: bytes });
  expect([answer.status, answer.json.code]).toEqual([400, "session.unreadable"]);
});

test("403: a key writes sessions of its own sources, and expires no others", async () => {
  const key = await server.makeKey(["events:write"], ["partials"]);
  const body = record("start 0@0", { sessionId: "not-mine" });
  const sent = await server.ask("POST", "/v1/sessions", { key, headers: JSON_TYPE, body });
  expect([sent.status, sent.json.code]).toEqual([403, "event.source-not-permitted"]);
  await send(body);
  const path = `/v1/sessions/${await keyOf("not-mine")}/expire`;
  const expired = await server.ask("POST", path, { key });
  expect([expired.status, expired.json.code]).toEqual([403, "event.source-not-permitted"]);
});

test("404: no such session", async () => {
  const path = "/v1/sessions/00000000-0000-0000-0000-000000000000";
  expect((await server.ask("GET", path)).json.code).toBe("session.unknown");
  expect((await server.ask("POST", `${path}/expire`)).json.code).toBe("session.unknown");
});

test("400: a cursor or a key that nobody gave", async () => {
  const bad = await server.ask("GET", "/v1/sessions?cursor=eHh4");
  expect([bad.status, bad.json.code]).toEqual([400, "request.cursor-malformed"]);
  expect((await server.ask("GET", "/v1/sessions/x")).json.code).toBe("request.invalid");
});

test("409: a sequence that was taken by other content", async () => {
  const call = ofSession("taken");
  await send(call("start 0@0"));
  const { status, json } = await send(call("start 0@9"));
  expect([status, json.code]).toEqual([409, "session.conflicting"]);
  expect(json.instance).toMatch(/^urn:counterpart:request:./);
});

test("413: a batch of more than 1,000", async () => {
  const { status, json } = await send(`[${"{},".repeat(1_000)}{}]`);
  expect([status, json.code]).toEqual([413, "event.batch-too-long"]);
});

test("an orphan is charged when its time has come", async () => {
  const call = ofSession("orphan");
  await send(`[${call("start 0@0")},${call("interim 1@60 60")}]`);
  seconds = 120;
  expect(await settled("orphan", "expired")).toMatchObject({
    expiry: "silent",
    event: { usageSeconds: "60", isEstimated: true },
  });
});

test("a session has at most 10,000 records", async () => {
  const call = ofSession("endless");
  const lines = Array.from({ length: 10_001 }, (_, at) => call(`interim ${at}@${at} ${at}`));
  const { text } = await send(lines.join("\n"), LINES);
  const told = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(told.at(-1)).toMatchObject({ accepted: 10_000, refused: 1 });
  expect(told.flatMap(({ exceptions = [] }) => exceptions)).toEqual([
    { line: 10_001, id: "endless", outcome: "refused", code: "session.too-many-records" },
  ]);
}, 60_000);
