/** What a client may not do to the server by being slow, over a real socket and with short limits. */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { smsEvent, startTestServer, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer({
    timeLimits: { headersMs: 200, headersCheckMs: 50, bodyMs: 200, streamIdleMs: 2_000 },
  });
});
afterEach(() => server.close());

interface Client {
  readonly socket: Socket;
  /** All that the server has answered once it has closed the connection. */
  readonly answer: Promise<string>;
}

function open(): Client {
  const { hostname, port } = new URL(server.address);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined); // the server may close while we write
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  return { socket, answer: closed.then(() => answer) };
}

const head = (): string =>
  "POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n" +
  `authorization: Bearer ${server.key}\r\ntransfer-encoding: chunked\r\n\r\n`;

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

test("408: headers that never end", async () => {
  const { socket, answer } = open();
  socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ");
  expect(await answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"request.timeout"/);
});

test("408: headers of which now and then a byte comes", async () => {
  const { socket, answer } = open();
  socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ");
  let isOpen = true;
  const ended = answer.finally(() => {
    isOpen = false;
  });
  while (isOpen) {
    socket.write("a");
    await sleep(20);
  }
  expect(await ended).toMatch(/^HTTP\/1\.1 408/);
});

test("a stream from which nothing more comes is told what is stored, and given up", async () => {
  // Its month is made by an event before it, so that it is stored long before it is given up.
  const headers = { "content-type": "application/cloudevents+json" };
  await server.ask("POST", "/v1/events", { headers, json: smsEvent("before") });
  const { socket, answer } = open();
  socket.write(head() + chunk(`${JSON.stringify(smsEvent("idle-1"))}\n`));
  const lines = (await answer).split(/\r?\n/).filter((line) => line.startsWith("{"));
  const told = lines.map((line) => JSON.parse(line));
  expect(told.at(-1)).toMatchObject({ code: "request.timeout", throughLine: 1, accepted: 1 });
  const { rows } = await server.database.pool("reader").query("select id from event");
  expect(rows).toContainEqual({ id: "idle-1" });
});

test("a client that never reads its answers is given up", async () => {
  const { socket, answer } = open();
  socket.pause();
  socket.write(head());
  const refused = chunk("no event\n".repeat(2_000));
  let isOpen = true;
  const closed = answer.finally(() => {
    isOpen = false;
  });
  // Until neither side moves; then a write finds the connection closed.
  while (isOpen) {
    if (socket.writableLength < 1_000_000) socket.write(refused);
    await sleep(10);
  }
  await closed;
  expect(await server.ask("GET", "/healthz")).toMatchObject({ status: 200 });
}, 60_000);
