/** Starting and stopping: the process as an operator runs it, and the server as tests do. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endOf, startCounterpart } from "../../test/run-counterpart.ts";
import { smsEvent, startTestServer, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const run = (...args: readonly string[]): ChildProcess =>
  startCounterpart({ DATABASE_URL: server.database.url }, ...args);

/** The first line of a command that goes on; or why it does not. */
async function firstLine(child: ChildProcess): Promise<string> {
  let messages = "";
  child.stderr!.on("data", (chunk) => {
    messages += chunk;
  });
  const ended = once(child, "exit").then(() => Promise.reject(new Error(messages)));
  ended.catch(() => undefined);
  const [line] = (await Promise.race([once(child.stdout!, "data"), ended])) as [Buffer];
  return String(line).trim();
}

const output = (...args: readonly string[]) => endOf(run(...args));

test("counterpart keys create, list and revoke", async () => {
  const args = [
    "--name",
    "cli",
    "--scope",
    "events:write",
    "--scope",
    "usage:read",
    "--source",
    "switch",
  ];
  const created = await output("keys", "create", ...args);
  expect(created.out).toMatch(/^cpk_\w+\n$/);
  const key = created.out.trim();
  const asked = await server.ask("GET", "/v1/quarantine", { key });
  expect(asked.status).toBe(200);
  const id = key.split("_")[1]!;
  const { out } = await output("keys", "list");
  expect(out).toContain(`${id}  cli`);
  expect(out).not.toContain(key);
  expect((await output("keys", "revoke", id)).code).toBe(0);
  expect((await output("keys", "revoke", "none")).code).toBe(3);
  const unknown = ["--name", "x", "--scope", "events:write", "--source", "nosuch"];
  expect((await output("keys", "create", ...unknown)).code).toBe(3);
  expect((await output("keys", "create", "--name", "x", "--scope", "everything")).code).toBe(3);
}, 60_000);

test("counterpart serve prints its address, and SIGTERM ends it in order with exit code 0", async () => {
  const child = run("serve", "--port", "0");
  const address = await firstLine(child);
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const response = await fetch(`${address}/v1/events`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${server.key}`,
      "content-type": "application/cloudevents+json",
    },
    // By the clock of the machine: the process has no other.
    body: JSON.stringify(smsEvent("from-process", { time: new Date().toISOString() })),
  });
  expect([200, 202]).toContain(response.status);
  await response.text();
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
}, 60_000);

test.each`
  args                                            | code
  ${["--host", "192.0.2.7", "--allow-remote"]}    | ${"server.host-not-ours"}
  ${["--host", "none.invalid", "--allow-remote"]} | ${"server.host-not-ours"}
  ${["--host", "0.0.0.0"]}                        | ${"server.host-not-loopback"}
`(
  "counterpart serve $args is refused as $code, with what to do next",
  async ({ args, code }) => {
    const { code: exit, out, said } = await output("serve", "--port", "0", ...args);
    expect([exit, out]).toEqual([3, ""]);
    expect(said).toContain(`(${code})`);
    expect(said).toMatch(/--(host|allow-remote)/);
  },
  60_000,
);

test("counterpart serve at a port that is taken is refused with what to do next", async () => {
  const { port } = new URL(server.address);
  const { code, said } = await output("serve", "--port", port);
  expect([code, said]).toEqual([3, expect.stringContaining("choose another with --port")]);
}, 60_000);

test("stopping finishes what is under way, and commits it before it ends", async () => {
  let reached = (): void => undefined;
  const atStore = new Promise<void>((resolve) => {
    reached = resolve;
  });
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = await startTestServer({
    atStep: async (step) => {
      if (step !== "claimed") return;
      reached();
      await held;
    },
  });
  const answer = slow.ask("POST", "/v1/events", {
    headers: { "content-type": "application/cloudevents+json" },
    body: JSON.stringify(smsEvent("under-way")),
  });
  await atStore;
  const closed = slow.server.close();
  await expect(fetch(`${slow.address}/healthz`)).rejects.toThrow();
  release();
  expect((await answer).json).toEqual({ id: "under-way", outcome: "accepted" });
  await closed;
  const { rows } = await slow.database.pool("reader").query("select id from event");
  expect(rows).toEqual([{ id: "under-way" }]);
  await slow.close();
});

test("503: a request that comes on an open connection while the server stops is told so", async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = await startTestServer({ atStep: () => held });
  const { hostname, port } = new URL(slow.address);
  const socket = connect(Number(port), hostname);
  const body = JSON.stringify(smsEvent("first"));
  const head = `authorization: Bearer ${slow.key}\r\nhost: x\r\n`;
  socket.write(
    `POST /v1/events HTTP/1.1\r\n${head}content-type: application/cloudevents+json\r\n` +
      `content-length: ${body.length}\r\n\r\n${body}`,
  );
  await expect
    .poll(() => slow.ask("GET", "/metrics").then(({ text }) => text))
    .toContain('counterpart_events_waiting{lane="single"} 1');
  const closed = slow.server.close();
  socket.write(`GET /readyz HTTP/1.1\r\n${head}\r\n`);
  let answers = "";
  socket.on("data", (chunk) => {
    answers += chunk;
  });
  release();
  await once(socket, "close");
  await closed;
  expect(answers).toContain('"outcome":"accepted"');
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 503"]);
  await slow.close();
});
