/** `counterpart serve` and a client, each in a process of its own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createKey } from "../src/keys/create-key.ts";
import type { BenchDatabase } from "./bench-database.ts";

export interface BenchServer {
  /** Events a second from a client that sends them as NDJSON. */
  readonly stream: (lines: readonly string[]) => Promise<number>;
  /** Milliseconds to the answer of each event, sent one by one at this pace. */
  readonly singles: (lines: readonly string[], perSecond: number) => Promise<number[]>;
  /** Most memory that the server was seen to hold. */
  readonly rssMaxBytes: () => number;
  readonly stop: () => Promise<void>;
}

const COUNTERPART = new URL("../bin/counterpart.mjs", import.meta.url).pathname;
const CLIENT = new URL("./http-client.ts", import.meta.url).pathname;
const RSS_EVERY_MS = 250;

export async function startBenchServer({ database }: BenchDatabase): Promise<BenchServer> {
  const { key } = await createKey(database, {
    name: "bench",
    scopes: ["events:write"],
    sources: null,
    expiresAt: null,
  });
  const env = { ...process.env, DATABASE_URL: database.url };
  const serve = [COUNTERPART, "serve", "--port", "0", "--log-level", "error"];
  const server = spawn(process.execPath, serve, { env, stdio: ["ignore", "pipe", "ignore"] });
  const url = await firstLine(server);
  const directory = await mkdtemp(join(tmpdir(), "counterpart-bench-lines-"));
  let rssMax = 0;
  const watch = setInterval(() => {
    rssMax = Math.max(rssMax, rssOf(server.pid!));
  }, RSS_EVERY_MS);
  let files = 0;

  const ask = async <T>(command: object, lines: readonly string[]): Promise<T> => {
    const file = join(directory, `${files++}.ndjson`);
    await writeFile(file, `${lines.join("\n")}\n`);
    const client = spawn(process.execPath, ["--import", "tsx", CLIENT], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    client.stdin.end(`${JSON.stringify({ ...command, url, key, file })}\n`);
    try {
      return JSON.parse(await firstLine(client)) as T;
    } finally {
      await rm(file);
    }
  };

  return {
    async stream(lines) {
      const told = await ask<{ seconds: number; accepted: number }>({ send: "stream" }, lines);
      if (told.accepted !== lines.length) throw new Error(`${told.accepted} events were accepted`);
      return lines.length / told.seconds;
    },
    async singles(lines, perSecond) {
      const command = { send: "singles", perSecond };
      return (await ask<{ milliseconds: number[] }>(command, lines)).milliseconds;
    },
    rssMaxBytes: () => rssMax,
    async stop() {
      clearInterval(watch);
      server.kill("SIGTERM");
      await new Promise((resolve) => server.once("exit", resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`a process ended early with ${code}`)));
  });
}

function rssOf(pid: number): number {
  try {
    return Number(execFileSync("ps", ["-o", "rss=", "-p", `${pid}`], { encoding: "utf8" })) * 1024;
  } catch {
    return 0; // it has ended
  }
}
