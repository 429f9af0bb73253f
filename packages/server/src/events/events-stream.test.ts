import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smsEvent, startTestServer, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

function ndjson(...events: readonly unknown[]): string {
  return events
    .map((event) => `${typeof event === "string" ? event : JSON.stringify(event)}\n`)
    .join("");
}

/** The lines of a streamed answer, and its status. */
async function sendLines(body: string | Uint8Array, path = "/v1/events", headers = {}) {
  const answer = await server.ask("POST", path, {
    headers: { "content-type": "application/x-ndjson", ...headers },
    body,
  });
  const lines = answer.text.split("\n").filter((line) => line !== "");
  return { ...answer, lines: lines.map((line) => JSON.parse(line)) };
}

/** A request whose body is written bit by bit. */
function openStream(target: TestServer = server): {
  request: ClientRequest;
  response: Promise<IncomingMessage>;
} {
  const request = httpRequest(`${target.address}/v1/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${target.key}`, "content-type": "application/x-ndjson" },
  });
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request.on("response", resolve).on("error", reject);
  });
  response.catch(() => undefined);
  return { request, response };
}

async function nextLine(response: IncomingMessage): Promise<string> {
  for await (const chunk of response.iterator({ destroyOnReturn: false }))
    return String(chunk).trim();
  throw new Error("the answer ended");
}

test("200: each line has its outcome, and the last answer says complete", async () => {
  const { status, headers, lines } = await sendLines(
    ndjson(
      smsEvent("line-1"),
      "",
      smsEvent("line-1"),
      "no event",
      smsEvent("line-5", { subject: "nobody" }),
      smsEvent("line-1", { time: "2026-10-20T09:00:00Z" }),
    ),
  );
  expect([status, headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
  const counts = { accepted: 1, duplicate: 1, conflicting: 1, quarantined: 1, refused: 1 };
  expect(lines.at(-1)).toEqual({ complete: true, throughLine: 6, ...counts });
  expect(lines.slice(0, -1).flatMap((line) => line.exceptions)).toEqual([
    { line: 4, id: null, outcome: "refused", code: "event.unreadable", detail: "not JSON" },
    {
      line: 5,
      id: "line-5",
      outcome: "quarantined",
      code: "event.account-unknown",
      detail: "nobody",
    },
    { line: 6, id: "line-1", outcome: "conflicting", code: "event.conflicting" },
  ]);
});

test("200: the last line needs no end, and a line of over 64 KiB spoils no other", async () => {
  const long = JSON.stringify(smsEvent("long-1", { data: { note: "x".repeat(100_000) } }));
  const { lines } = await sendLines(`${long}\r\n${JSON.stringify(smsEvent("long-2"))}`);
  expect(lines.at(-1)).toMatchObject({ complete: true, throughLine: 2, accepted: 1, refused: 1 });
  expect(lines[0].exceptions[0]).toMatchObject({ line: 1, code: "event.too-large" });
});

test("200: outcomes=summary answers once", async () => {
  const events = [smsEvent("summary-1"), smsEvent("summary-2", { subject: "nobody" })];
  const { json } = await sendLines(ndjson(...events), "/v1/events?outcomes=summary");
  expect(json).toMatchObject({ complete: true, throughLine: 2, accepted: 1, quarantined: 1 });
  expect(json.exceptions).toHaveLength(1);
  expect(json.exceptionsLeftOut).toBe(0);
});

test("200: what was read is answered while the client is still sending", async () => {
  const { request, response } = openStream();
  request.write(ndjson(smsEvent("slow-1")));
  const first = await response;
  expect(JSON.parse(await nextLine(first))).toMatchObject({ throughLine: 1, accepted: 1 });
  request.write(ndjson(smsEvent("slow-2")));
  expect(JSON.parse(await nextLine(first))).toMatchObject({ throughLine: 2, accepted: 1 });
  request.end();
  expect(JSON.parse(await nextLine(first))).toMatchObject({ complete: true, accepted: 2 });
});

test("200: ten thousand events of a gzip stream are all counted", async () => {
  const events = Array.from({ length: 10_000 }, (_, at) => smsEvent(`many-${at}`));
  const { lines } = await sendLines(gzipSync(ndjson(...events)), "/v1/events", {
    "content-encoding": "gzip",
  });
  expect(lines.at(-1)).toMatchObject({ complete: true, throughLine: 10_000, accepted: 10_000 });
  const told = lines.slice(0, -1);
  expect(told.reduce((sum, line) => sum + line.accepted, 0)).toBe(10_000);
  const through = told.map((line) => line.throughLine);
  expect(through).toEqual([...through].sort((a, b) => a - b));
});

test("a client that is gone in the middle leaves what was committed, and the server as it was", async () => {
  const { request, response } = openStream();
  request.write(ndjson(smsEvent("gone-1")));
  await nextLine(await response);
  request.write(`${JSON.stringify(smsEvent("gone-2")).slice(0, 40)}`);
  request.destroy();
  await sleep(50);
  const { lines } = await sendLines(ndjson(smsEvent("gone-1"), smsEvent("gone-2")));
  expect(lines.at(-1)).toMatchObject({ complete: true, duplicate: 1, accepted: 1 });
});

test("gzip that is cut off ends with a problem that tells what is stored", async () => {
  const packed = gzipSync(
    ndjson(...Array.from({ length: 3_000 }, (_, at) => smsEvent(`cut-${at}`))),
    {
      level: 0,
    },
  );
  const { status, lines } = await sendLines(packed.subarray(0, -100), "/v1/events", {
    "content-encoding": "gzip",
  });
  expect(status).toBe(200);
  const problem = lines.at(-1);
  expect(problem).toMatchObject({ code: "request.encoding-broken", status: 400 });
  expect(problem.throughLine).toBeGreaterThan(1_000);
  expect(problem.throughLine).toBe(lines.at(-2).throughLine);
  expect(problem.accepted).toBe(problem.throughLine);
});

test("a gzip bomb is given up after its first megabytes", async () => {
  const bomb = gzipSync(`${"x".repeat(1_023)}\n`.repeat(65_536));
  const { lines } = await sendLines(bomb, "/v1/events", { "content-encoding": "gzip" });
  expect(lines.at(-1)).toMatchObject({ code: "request.too-large", status: 413 });
  expect(lines.at(-1).throughLine).toBeGreaterThan(1_000);
  expect(lines.at(-1).throughLine).toBeLessThan(10_000); // of 65,536, a kibibyte each
});

test("a client that does not read its answers is not read from any further", async () => {
  const { request, response } = openStream();
  let written = 0;
  let refused = false;
  // Each short line is refused and told: the answers are ten times as long as the lines.
  const block = "{}\n".repeat(20_000);
  const BLOCKS = 400;
  while (written < BLOCKS && !refused) {
    const taken = request.write(block);
    written++;
    if (taken) continue;
    refused = await Promise.race([
      new Promise<boolean>((resolve) => request.once("drain", () => resolve(false))),
      sleep(2_000).then(() => true),
    ]);
  }
  expect(refused).toBe(true);
  // Once it reads again, it is read from again.
  const unread = await response;
  const drained = new Promise((resolve) => request.once("drain", resolve));
  unread.resume();
  await drained;
  request.destroy();
}, 30_000);

test("503: a stream that is open when the server stops gets a problem with throughLine", async () => {
  const other = await startTestServer();
  const { request, response } = openStream(other);
  request.write(ndjson(smsEvent("stop-1"), smsEvent("stop-2")));
  const answer = await response;
  expect(JSON.parse(await nextLine(answer))).toMatchObject({ throughLine: 2 });
  const closed = other.close();
  const last = JSON.parse(await nextLine(answer));
  expect(last).toMatchObject({ code: "server.stopping", status: 503, throughLine: 2, accepted: 2 });
  request.on("error", () => undefined);
  await closed;
});

test("401: a stream without a key is refused before it is read", async () => {
  const answer = await server.ask("POST", "/v1/events", {
    key: null,
    headers: { "content-type": "application/x-ndjson" },
    body: ndjson(smsEvent("keyless")),
  });
  expect([answer.status, answer.json.code]).toEqual([401, "key.missing"]);
});
