/** The real server over HTTP, killed while it answers a stream: the client sends again what was not told. */
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { applyDemoCatalogue } from "../src/demo/run-demo.ts";
import { seededRandom } from "../src/demo/seeded-random.ts";
import type { ItemOutcome } from "../src/events/ingest.ts";
import type { LineProgress } from "../src/events/ndjson-ingest.ts";
import { createKey } from "../src/keys/create-key.ts";
import { openMigratedDatabase } from "../src/main/open-counterpart.ts";
import { type SentLine, trafficLines } from "./crash-history.ts";
import { killPostgres, type Served, startServe } from "./crash-served.ts";
import { checkAcknowledged, checkStore, NOTHING_FOUND } from "./crash-verify.ts";

const KILLS = 4;
const SEED = Number(process.env.COUNTERPART_CRASH_SEED ?? randomInt(1_000_000));
const LINES_PER_CHUNK = 100;

let directory = "";
let served: Served | null = null;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "counterpart-serve-"));
  await chmod(directory, 0o755); // for root's sake: PostgreSQL runs as another user then
});

afterEach(async () => {
  await served?.kill();
  await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

/** Notes what a stream's answers say of the lines that were sent. Returns through which one they go. */
function takeNote(sent: readonly SentLine[], from: number, progress: LineProgress): number {
  const exceptions = new Map(progress.exceptions.map((one) => [one.line, one]));
  for (let line = from + 1; line <= progress.throughLine; line++) {
    const exception = exceptions.get(line);
    // What is not an exception is accepted, or the same as before.
    sent[line - 1]!.acknowledged = (exception ?? { outcome: "stored" }) as unknown as ItemOutcome;
  }
  return progress.throughLine;
}

/** Sends lines slowly in one request. Ends with how many of them were told, also when it breaks off. */
async function stream(
  address: string,
  key: string,
  sent: readonly SentLine[],
  onProgress: () => void,
): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/x-ndjson" };
  const outgoing = request(`${address}/v1/events`, { method: "POST", headers });
  const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
  answered.catch(() => undefined);
  outgoing.on("error", () => undefined);
  const chunks = async function* (): AsyncGenerator<string> {
    for (let at = 0; at < sent.length; at += LINES_PER_CHUNK) {
      const chunk = sent.slice(at, at + LINES_PER_CHUNK);
      yield chunk.map(({ text }) => `${text}\n`).join("");
      await sleep(5);
    }
  };
  Readable.from(chunks())
    .on("error", () => undefined)
    .pipe(outgoing);
  let told = 0;
  try {
    const [answer] = await answered;
    expect(answer.statusCode).toBe(200);
    answer.on("error", () => undefined);
    for await (const line of createInterface({ input: answer })) {
      const progress = JSON.parse(line) as Partial<LineProgress>;
      if (!isProgress(progress)) continue;
      told = takeNote(sent, told, progress);
      onProgress();
    }
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
  }
  return told;
}

/** Not the last line, which says that all is told, or what ended the stream. */
function isProgress(line: Partial<LineProgress>): line is LineProgress {
  return line.throughLine !== undefined && line.exceptions !== undefined;
}

test(`a stream goes on after the last line it was told of (seed ${SEED})`, {
  timeout: 120_000,
}, async () => {
  const random = seededRandom(SEED, "serve");
  const lines = trafficLines(SEED, ["2026-10", "2026-09"], 6_000);
  const setUp = await openMigratedDatabase({ COUNTERPART_DATA: directory }, () => undefined);
  await applyDemoCatalogue(setUp);
  const { key } = await createKey(setUp, {
    name: "crash",
    scopes: ["events:write"],
    sources: null,
    expiresAt: null,
  });
  await setUp.close();

  let through = 0;
  let broken = 0;
  for (let kill = 0; through < lines.length; kill++) {
    served = await startServe(directory);
    const { address, pid, ended } = served;
    let strike: Promise<void> | null = null;
    const onProgress = (): void => {
      if (kill < KILLS) strike ??= killServer(pid, kill % 2 === 1, random.below(250));
    };
    const told = await stream(address, key, lines.slice(through), onProgress);
    through += told;
    if (through < lines.length) broken++;
    if (strike !== null) await Promise.all([strike, ended]);
    if (kill > 3 * KILLS) throw new Error("the stream does not come to its end");
  }
  expect(broken).toBeGreaterThan(0);

  await served?.kill();
  const database = await openMigratedDatabase({ COUNTERPART_DATA: directory }, () => undefined);
  try {
    const db = database.pool("owner");
    expect(await checkStore(db)).toEqual(NOTHING_FOUND);
    const { rows } = await db.query<{ key: string; state: string }>(
      "select key, state from event_key",
    );
    const states = new Map(rows.map((row) => [row.key, row.state]));
    for (const line of lines) {
      if ((line.acknowledged?.outcome as string) !== "stored") continue;
      const first = states.get(line.identity?.key ?? "") === "q" ? "quarantined" : "accepted";
      line.acknowledged = { id: null, outcome: "duplicate", first };
    }
    expect(await checkAcknowledged(db, lines)).toEqual([]);
  } finally {
    await database.close();
  }
});

async function killServer(pid: number, alsoPostgres: boolean, delayMs: number): Promise<void> {
  await sleep(delayMs);
  if (alsoPostgres) await killPostgres(directory);
  process.kill(pid, "SIGKILL");
}
