import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listOf } from "../../test/read-json.ts";
import { type Answer, smsEvent, startTestServer, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const headers = { "content-type": "application/cloudevents-batch+json" };
  const events = ["1", "2"].map((id) => smsEvent(id));
  await server.ask("POST", "/v1/events", { headers, body: JSON.stringify(events) });
});
afterAll(async () => server.close());

async function post(path: string, json: unknown = {}, key?: string): Promise<Answer> {
  return await server.ask("POST", path, { json, ...(key === undefined ? {} : { key }) });
}

async function open(name: string): Promise<Answer> {
  return await post("/v1/backfills", { name, reason: "a lost file" });
}

async function add(name: string, lines: readonly unknown[], headers = {}): Promise<Answer> {
  const body = lines.map((line) => JSON.stringify(line)).join("\n");
  return await server.ask("POST", `/v1/backfills/${name}/items`, {
    headers: { "content-type": "application/x-ndjson", ...headers },
    body,
  });
}

async function finished(name: string, state: string): Promise<Answer> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await server.ask("GET", `/v1/backfills/${name}`);
    if (answer.json.state === state) return answer;
    await sleep(50);
  }
  throw new Error(`the backfill does not become ${state}`);
}

test("201, 200, 202: a backfill is opened, filled, previewed, closed and reverted", async () => {
  const opened = await open("lost");
  expect([opened.status, opened.json]).toMatchObject([
    201,
    { backfill: "lost", state: "open", reason: "a lost file", endedAt: null },
  ]);
  expect(opened.headers.get("location")).toBe("/v1/backfills/lost");
  const correction = { correct: { ...smsEvent("2"), time: "2026-10-19T11:00:00Z" } };
  const lines = [smsEvent("new"), { void: "switch/1" }, correction, { restore: "switch/9" }, 7];
  const added = await add("lost", lines);
  expect([added.status, added.json]).toEqual([
    200,
    {
      throughLine: 5,
      added: 4,
      already: 0,
      refused: 1,
      refusedLines: [{ line: 5, refused: "event.unreadable", detail: "not an object" }],
    },
  ]);
  const preview = await post("/v1/backfills/lost/preview");
  expect([preview.status, preview.json]).toMatchObject([
    200,
    {
      outcomes: [
        { outcome: "accepted", count: 1 },
        { outcome: "corrected", count: 1 },
        { outcome: "left", code: "event.unknown", count: 1, example: "switch/9" },
        { outcome: "voided", count: 1 },
      ],
      effects: [
        { agreement: "acme", before: "0.02", after: "0.02", money: "0.00", events: "3" },
        { agreement: "finder", before: "0.002", after: "0.002", events: "3" },
      ],
    },
  ]);
  const items = await server.ask("GET", "/v1/backfills/lost/items?limit=3");
  expect(listOf(items.json.data)).toHaveLength(3);
  const closing = await post("/v1/backfills/lost/close");
  expect([closing.status, closing.json.backfill]).toEqual([202, "lost"]);
  const closed = await finished("lost", "closed");
  expect(closed.json).toMatchObject({ items: 4, pending: 0, outcomes: preview.json.outcomes });
  const left = await server.ask("GET", "/v1/backfills/lost/items?outcome=left");
  expect(left.json).toMatchObject({
    data: [{ ref: "switch/9", item: "restore", code: "event.unknown", undone: null }],
    nextCursor: null,
  });
  const explained = await server.ask("GET", "/v1/events/switch%2F1/explanation");
  expect(explained.text).toContain("lost: a lost file");
  expect((await post("/v1/backfills/lost/revert")).status).toBe(202);
  const reverted = await finished("lost", "reverted");
  expect(reverted.json.undone).toMatchObject([{ outcome: "undone", count: 3 }]);
  const undone = await server.ask("GET", "/v1/backfills/lost/items?undone=undone");
  expect(listOf(undone.json.data).map(({ ref }) => ref)).toHaveLength(3);
  const list = await server.ask("GET", "/v1/backfills");
  expect(listOf(list.json.data).map(({ backfill }) => backfill)).toContain("lost");
});

test("202: an open backfill that is reverted is dropped at once", async () => {
  await open("dropped");
  await add("dropped", [smsEvent("never")]);
  const reverted = await post("/v1/backfills/dropped/revert");
  expect([reverted.status, reverted.json.state]).toEqual([202, "reverted"]);
});

test.each([
  [409, "backfill.name-taken", () => open("taken")],
  [409, "backfill.empty", () => post("/v1/backfills/taken/close")],
  [404, "backfill.unknown", () => post("/v1/backfills/none/close")],
  [404, "backfill.unknown", () => post("/v1/backfills/none/preview")],
  [404, "backfill.unknown", () => server.ask("GET", "/v1/backfills/none")],
  [404, "backfill.unknown", () => server.ask("GET", "/v1/backfills/none/items")],
  [404, "backfill.unknown", () => add("none", [])],
  [422, "id.malformed", () => open("Lost File")],
  [422, "fact.reason-missing", () => post("/v1/backfills", { name: "a", reason: " " })],
  [415, "request.media-type", () => add("taken", [], { "content-type": "text/csv" })],
  [400, "request.cursor-malformed", () => server.ask("GET", "/v1/backfills?cursor=eA")],
])("%i %s", async (status, code, ask) => {
  await open("taken");
  const answer = await ask();
  expect([answer.status, answer.json.code]).toEqual([status, code]);
});

test("409: nothing is added to a backfill that is dropped, nor is it closed", async () => {
  await open("gone");
  await post("/v1/backfills/gone/revert");
  expect((await add("gone", [smsEvent("late")])).json.code).toBe("backfill.not-open");
  expect((await post("/v1/backfills/gone/close")).json.code).toBe("backfill.being-reverted");
});

test("403: a key for some sources may not change the events of all", async () => {
  const key = await server.makeKey(["events:correct"], ["switch"]);
  const answer = await post("/v1/backfills", { name: "mine", reason: "x" }, key);
  expect([answer.status, answer.json.code]).toEqual([403, "event.source-not-permitted"]);
});
