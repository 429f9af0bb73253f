/** The embedded PostgreSQL is killed below servers that run on: they start it again and go on. */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { applyDemoCatalogue } from "../src/demo/run-demo.ts";
import { createKey } from "../src/keys/create-key.ts";
import { openMigratedDatabase } from "../src/main/open-counterpart.ts";
import { type SentLine, trafficLines } from "./crash-history.ts";
import { killPostgres, type Served, startServe } from "./crash-served.ts";
import { checkStore, NOTHING_FOUND } from "./crash-verify.ts";

const KILLS = 2;
const LINES_PER_BATCH = 50;

let directory = "";
let served: Served[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "counterpart-killed-"));
  await chmod(directory, 0o755); // for root's sake: PostgreSQL runs as another user then
});

afterEach(async () => {
  await Promise.all(served.map((each) => each.kill()));
  served = [];
  await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

async function makeKey(): Promise<string> {
  const database = await openMigratedDatabase({ COUNTERPART_DATA: directory }, () => undefined);
  try {
    await applyDemoCatalogue(database);
    const asked = { name: "killed", scopes: ["events:write"] as const, sources: null };
    return (await createKey(database, { ...asked, expiresAt: null })).key;
  } finally {
    await database.close();
  }
}

/** What becomes of lines, sent again until a server answers for them. */
async function send(
  { address }: Served,
  key: string,
  lines: readonly SentLine[],
): Promise<readonly string[]> {
  const headers = {
    authorization: `Bearer ${key}`,
    "content-type": "application/cloudevents-batch+json",
  };
  const body = `[${lines.map(({ text }) => text).join(",")}]`;
  let items: readonly { readonly outcome: string }[] = [];
  await expect
    .poll(
      async () => {
        const answer = await fetch(`${address}/v1/events`, { method: "POST", headers, body });
        const text = await answer.text();
        if (answer.status < 300) items = JSON.parse(text).data;
        return answer.status < 300 ? "answered" : text;
      },
      { timeout: 60_000, interval: 250 },
    )
    .toBe("answered");
  return items.map(({ outcome }) => outcome);
}

test("two servers on one directory outlive kill -9 of PostgreSQL; what is sent again counts once", {
  timeout: 180_000,
}, async () => {
  const key = await makeKey();
  served = [await startServe(directory), await startServe(directory)];
  const lines = trafficLines(7, ["2026-10"], 300).filter(({ identity }) => identity !== null);
  const batches = Array.from({ length: KILLS + 1 }, (_, at) =>
    lines.slice(at * LINES_PER_BATCH, (at + 1) * LINES_PER_BATCH),
  );
  const stored = new Set<string>();
  const killed = new Set<number | undefined>();
  for (const [round, batch] of batches.entries()) {
    for (const [place, server] of served.entries()) {
      const outcomes = await send(server, key, batch);
      if (place > 0) expect(outcomes).not.toContain("accepted");
      for (const [at, { identity }] of batch.entries()) {
        if (identity !== null && outcomes[at] !== "refused") stored.add(identity.key);
      }
    }
    if (round < KILLS) killed.add(await killPostgres(directory));
  }
  expect(killed.size).toBe(KILLS);
  for (const { address, said } of served) {
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    expect(said()).toMatch(/PostgreSQL \(process \d+\) has ended: starting it again now/);
    expect(said()).toContain("PostgreSQL runs again");
  }

  const database = await openMigratedDatabase({ COUNTERPART_DATA: directory }, () => undefined);
  try {
    const db = database.pool("owner");
    expect(await checkStore(db)).toEqual(NOTHING_FOUND);
    const { rows } = await db.query<{ key: string }>("select key from event_key");
    expect(new Set(rows.map((row) => row.key))).toEqual(stored);
  } finally {
    await database.close();
  }
});
