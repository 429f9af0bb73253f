/** The writers of one process, when the database goes away at moments that no clock can hit. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEMO_MONTH, DEMO_WORLD } from "../src/demo/demo-world.ts";
import { generateTraffic } from "../src/demo/generate-traffic.ts";
import { applyDemoCatalogue } from "../src/demo/run-demo.ts";
import { type IngestParts, openIngest } from "../src/main/open-counterpart.ts";
import type { Database, DatabaseRole } from "../src/platform/database.ts";
import { LOCKS } from "../src/platform/locks.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { untilWaiting, withSession } from "./crash-faults.ts";
import { CRASH_NOW } from "./crash-protocol.ts";
import { checkStore, NOTHING_FOUND } from "./crash-verify.ts";

let store: TestDatabase;
let parts: IngestParts;
let readsFail = 0;

beforeEach(async () => {
  store = await createTestDatabase();
  await applyDemoCatalogue(store.database);
  readsFail = 0;
  parts = await openIngest(readingFails(store.database), { now: () => CRASH_NOW, bulkWriters: 1 });
});

afterEach(async () => {
  await parts.ingest.close();
  await store.drop();
});

/** The database, whose readers lose their connection the next `readsFail` times. */
function readingFails(database: Database): Database {
  const pool = (role: DatabaseRole) => {
    if (role !== "reader" || readsFail === 0) return database.pool(role);
    readsFail--;
    throw Object.assign(new Error("terminating connection"), { code: "57P01" });
  };
  return { ...database, pool };
}

const traffic = [
  ...generateTraffic({ seed: 7, events: 200, month: DEMO_MONTH, world: DEMO_WORLD }),
];

async function submit(bodies: readonly string[]): Promise<string[]> {
  const outcomes = await parts.ingest.submit({ bodies, lane: "bulk", sources: null });
  return outcomes.map(({ outcome }) => outcome);
}

test("a connection that is lost while the book is loaded again costs a retry, not the writer", async () => {
  await store.database.pool("owner").query("update gate set revision = revision + 1");
  readsFail = 1;
  expect(await submit(traffic.slice(0, 10))).toHaveLength(10);
  expect(await submit(traffic.slice(10, 20))).toHaveLength(10);
  expect(await checkStore(store.database.pool("owner"))).toEqual(NOTHING_FOUND);
});

test("a writer that is cancelled at the gate can write again", async () => {
  await withSession(store.url, async (session) => {
    await session.query(`begin; select pg_advisory_xact_lock(${LOCKS.gate})`);
    const refused = submit(traffic.slice(0, 10)).then(
      () => "stored",
      () => "rejected",
    );
    const atGate = "query like '%select pg_advisory_xact_lock_shared%'";
    await untilWaiting(session, atGate);
    await session.query(
      `select pg_cancel_backend(pid) from pg_stat_activity
        where datname = current_database() and ${atGate} and pid <> pg_backend_pid()`,
    );
    await session.query("commit");
    expect(["stored", "rejected"]).toContain(await refused);
  });
  expect(await submit(traffic.slice(0, 20))).toHaveLength(20);
  expect(await checkStore(store.database.pool("owner"))).toEqual(NOTHING_FOUND);
});
