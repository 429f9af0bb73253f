/** The SDK against the real server: batches, repeats, a server that is away for a while. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type EventOutcome,
  SendFailed,
  sendEvents,
  type UsageEvent,
} from "@counterpart/sdk/send-events.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smsEvent, startTestServer, type TestServer } from "../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function send(url: string, events: Iterable<UsageEvent>): Promise<EventOutcome[]> {
  const outcomes: EventOutcome[] = [];
  const connection = { url, key: server.key, attemptsMax: 3 };
  for await (const outcome of sendEvents(connection, events)) outcomes.push(outcome);
  return outcomes;
}

const events = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => smsEvent(`sdk-${from + n}`));

test("more events than one batch holds: each has its outcome, in order", async () => {
  const outcomes = await send(server.address, events(0, 1_201));
  expect(outcomes.map(({ id }) => id)).toEqual(events(0, 1_201).map(({ id }) => id));
  expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(["accepted"]));
});

test("sent again, all are duplicates", async () => {
  const outcomes = await send(server.address, events(0, 10));
  expect(outcomes.every(({ outcome }) => outcome === "duplicate")).toBe(true);
});

test("a server that is overloaded at first is tried again", async () => {
  let refusals = 0;
  const proxy = createServer((request, response) => {
    if (refusals++ === 0) {
      response.writeHead(503).end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const answer = await fetch(`${server.address}${request.url}`, {
        method: "POST",
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks),
      });
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(await answer.text());
    });
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const { port } = proxy.address() as AddressInfo;
  const outcomes = await send(`http://127.0.0.1:${port}`, events(5_000, 3));
  proxy.close();
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(["accepted", "accepted", "accepted"]);
});

test("a server that stays away: what was sent is told, so that sending can go on there", async () => {
  const sending = send("http://127.0.0.1:9", events(6_000, 2));
  await expect(sending).rejects.toThrow(SendFailed);
  await expect(sending).rejects.toMatchObject({ sent: 0 });
});
