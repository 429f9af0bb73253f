/** Two demos on one new data directory, as somebody who is impatient starts them. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startCounterpart } from "../test/run-counterpart.ts";

let directory = "";
let children: ChildProcess[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "counterpart-demos-"));
  await chmod(directory, 0o755);
});
afterEach(async () => {
  const open = children.filter((child) => child.exitCode === null && child.signalCode === null);
  children = [];
  for (const child of open) {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

interface Demo {
  readonly child: ChildProcess;
  /** What it has said so far: results and messages. */
  readonly said: () => string;
  /** The first answer of its API. */
  readonly status: () => Promise<number>;
}

/** A demo whose API is up. */
async function demo(): Promise<Demo> {
  const where = { COUNTERPART_DATA: directory };
  const child = startCounterpart(where, "demo", "--events", "1000", "--port", "0");
  children.push(child);
  let said = "";
  child.stderr!.on("data", (chunk) => {
    said += chunk;
  });
  for await (const line of createInterface(child.stdout!)) {
    said += `${line}\n`;
    if (line.startsWith("key ")) break;
  }
  const [, address] = /^API +(\S+)/m.exec(said) ?? [];
  const [, key] = /^key +(\S+)/m.exec(said) ?? [];
  const status = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${key}` };
    return (await fetch(`${address}/v1/statements?period=2026-10`, { headers })).status;
  };
  return { child, said: () => said, status };
}

test("both show one month, both APIs answer, and one goes on when the other ends", async () => {
  const demos = await Promise.all([demo(), demo()]);
  for (const { said, status } of demos) {
    expect(said()).toMatch(/received +1,000\n/);
    expect(await status()).toBe(200);
  }
  const waited = demos.filter(({ said }) => said().includes("Another demo fills this database"));
  expect(waited).toHaveLength(1);
  const starter = demos.find(({ said }) => said().includes("making a new, empty one"))!;
  const other = demos.find((one) => one !== starter)!;
  starter.child.kill("SIGTERM");
  expect(await once(starter.child, "exit")).toEqual([0, null]);
  expect(await other.status()).toBe(200);
  other.child.kill("SIGTERM");
  expect(await once(other.child, "exit")).toEqual([0, null]);
}, 120_000);
