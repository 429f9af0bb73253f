import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { applyCatalogue } from "../src/catalogue/apply-catalogue.ts";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { readCatalogueDirectory } from "../src/catalogue/read-directory.ts";
import { applyDemoCatalogue, DEMO_CATALOGUE } from "../src/demo/run-demo.ts";
import { seededRandom } from "../src/demo/seeded-random.ts";
import type { ItemOutcome } from "../src/events/ingest.ts";
import type { Database } from "../src/platform/database.ts";
import { replayQuarantine } from "../src/quarantine/replay.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { untilWaiting, withSession } from "./crash-faults.ts";
import { type CrashProcess, killCrashProcesses, startCrashProcess } from "./crash-process.ts";
import { copyDatabase, ingestAll, removeCopy } from "./crash-store.ts";
import { checkStore, NOTHING_FOUND } from "./crash-verify.ts";

const SEED = Number(process.env.COUNTERPART_CRASH_SEED ?? randomInt(1_000_000));
/** More than two pages of a replay. */
const EVENTS = 2_500;
const UNKNOWN = "new-shop";

let base: TestDatabase;
let store: Database;

beforeAll(async () => {
  base = await createTestDatabase();
  await applyDemoCatalogue(base.database);
  const waiting = EVERY.map((n) => mail(n, 1));
  await ingestAll(base.database, waiting);
  await nameTheShop(base.database);
});

beforeEach(async () => {
  store = await copyDatabase(base.database);
});

afterEach(async () => {
  await killCrashProcesses();
  await removeCopy(store);
});

afterAll(async () => {
  await base?.drop();
});

const EVERY = Array.from({ length: EVENTS }, (_, n) => n);

/** An e-mail of an account that the catalogue does not know when it arrives. */
function mail(n: number, recipients: number): string {
  const day = String(1 + (n % 28)).padStart(2, "0");
  return JSON.stringify({
    specversion: "1.0",
    id: `mail-${n}`,
    source: "email",
    type: "email.message",
    subject: UNKNOWN,
    time: `2026-10-${day}T10:00:00Z`,
    data: { recipients, domain: "example.com", stream: "transactional" },
  });
}

/** Publishes the name as an alias, which cures every event that waits for it. */
async function nameTheShop(database: Database): Promise<void> {
  const read = await readCatalogueDirectory(DEMO_CATALOGUE);
  const catalogue = read.catalogue!;
  const hafenmarkt = { ...catalogue.accounts.hafenmarkt!, aliases: [{ name: UNKNOWN }] };
  const accounts = { ...catalogue.accounts, hafenmarkt };
  const cured = { ...read, catalogue: { ...catalogue, accounts } };
  await applyCatalogue(database, { read: cured, by: "test", dryRun: false });
}

async function replayHere(): Promise<number> {
  const keeper = await openBookKeeper(store);
  return (await replayQuarantine(store, keeper, { codes: null })).released;
}

const start = (): Promise<CrashProcess> => startCrashProcess({ DATABASE_URL: store.url });

interface Stored {
  readonly id: string;
  readonly recipients: number;
}

async function storedMails(): Promise<Stored[]> {
  const { rows } = await store
    .pool("owner")
    .query<Stored>("select id, (data::jsonb ->> 'recipients')::integer as recipients from event");
  return rows;
}

test("two replays at once charge each event once", async () => {
  const children = await Promise.all([start(), start()]);
  const answers = await Promise.all(children.map((child) => child.ask({ do: "replay" })));
  const released = answers.map((answer) =>
    answer !== null && "replayed" in answer ? answer.replayed.released : JSON.stringify(answer),
  );
  expect(released.map(Number).reduce((sum, one) => sum + one, 0)).toBe(EVENTS);
  expect(await storedMails()).toHaveLength(EVENTS);
  expect(await checkStore(store.pool("owner"))).toEqual(NOTHING_FOUND);
  expect(await replayHere()).toBe(0);
});

test(`a replay that is killed again and again charges each event once (seed ${SEED})`, async () => {
  const random = seededRandom(SEED, "replay");
  const held = await start();
  await withSession(store.url, async (session) => {
    // What it claimed and copied is not committed when it dies.
    await session.query("begin; lock table intake in share mode");
    void held.ask({ do: "replay" });
    await untilWaiting(session, "query like '%insert into intake%'");
    held.kill();
    await held.ended;
  });
  expect(await storedMails()).toEqual([]);
  for (let kill = 0; kill < 3; kill++) {
    const child = await start();
    void child.ask({ do: "replay" });
    await sleep(random.below(500));
    child.kill();
    await child.ended;
    const found = await checkStore(store.pool("owner"));
    expect({ kill, ...found }).toEqual({ kill, ...NOTHING_FOUND });
  }
  await replayHere();
  expect(await storedMails()).toHaveLength(EVENTS);
  expect(await checkStore(store.pool("owner"))).toEqual(NOTHING_FOUND);
});

test("of a correction and a replay at once, one is charged and the other is known", async () => {
  const child = await start();
  const replaying = [child.ask({ do: "replay" }), replayHere()];
  // Every third is corrected: two recipients instead of one. Backwards, to meet the replay midway.
  const corrected = EVERY.filter((n) => n % 3 === 0).reverse();
  const outcomes = await ingestAll(
    store,
    corrected.map((n) => mail(n, 2)),
  );
  await Promise.all(replaying);
  await replayHere();
  await expectCharged(corrected, outcomes);
});

test("a correction that waits for a replay is told what the replay made of its event", async () => {
  const child = await start();
  const corrected = EVERY.slice(0, 200);
  await withSession(store.url, async (session) => {
    // The replay has claimed its keys and stands before its last statement.
    await session.query("begin; lock table intake in share mode");
    const replaying = child.ask({ do: "replay" });
    await untilWaiting(session, "query like '%insert into intake%'");
    const correcting = ingestAll(
      store,
      corrected.map((n) => mail(n, 2)),
    );
    await untilWaiting(session, "query like '%event_key%'");
    await session.query("commit");
    await replaying;
    await expectCharged(corrected, await correcting);
  });
});

const LATER_DEADLOCKS = `do $$ begin
  execute format('alter database %I set deadlock_timeout = ''4s''', current_database());
end $$`;

test("a replay that deadlocks with a correction tries again", async () => {
  const db = store.pool("owner");
  // Cured of the unknown name, they wait for another reason: their reasons are updated.
  await db.query("update event_key set state = 'q'");
  const [first, second] = (
    await db.query<{ key: string }>("select key from quarantine order by key limit 2")
  ).rows;
  await db.query("delete from quarantine where key > $1", [second!.key]);
  await db.query(
    "update quarantine set body = replace(body, '\"recipients\":1', '\"recipients\":-1')",
  );
  const hold = "select 1 from quarantine where key = $1 for update";
  await withSession(store.url, async (session) => {
    // The replay is to find the circle: it looks before the session does, and not before there is one.
    await session.query("set deadlock_timeout = '60s'").catch(() => undefined);
    await session.query(LATER_DEADLOCKS).catch(() => undefined);
    await session.query("begin");
    await session.query(hold, [second!.key]);
    const replaying = replayHere();
    await untilWaiting(session, "query like 'update quarantine%'");
    await session.query(hold, [first!.key]);
    await session.query("commit");
    expect(await replaying).toBe(0);
  });
  const { rows } = await db.query("select distinct code from quarantine where key <= $1", [
    second!.key,
  ]);
  expect(rows).toEqual([{ code: "event.data-invalid" }]);
  const { rows: happened } = await db.query<{ deadlocks: string }>(
    "select pg_stat_get_db_deadlocks(oid) as deadlocks from pg_database where datname = current_database()",
  );
  expect(happened).toEqual([{ deadlocks: "1" }]);
});

/** Each event once: with the correction's content where that was accepted, else with its own. */
async function expectCharged(
  corrected: readonly number[],
  outcomes: readonly ItemOutcome[],
): Promise<void> {
  const recipients = new Map(EVERY.map((n) => [`mail-${n}`, 1]));
  for (const [index, n] of corrected.entries()) {
    const { outcome } = outcomes[index]!;
    expect(["accepted", "conflicting"]).toContain(outcome);
    if (outcome === "accepted") recipients.set(`mail-${n}`, 2);
  }
  const stored = await storedMails();
  expect(stored).toHaveLength(EVENTS);
  expect(new Map(stored.map((one) => [one.id, one.recipients]))).toEqual(recipients);
  expect(await checkStore(store.pool("owner"))).toEqual(NOTHING_FOUND);
  // Sent once more, each side is told the same again.
  const again = await ingestAll(
    store,
    corrected.map((n) => mail(n, 2)),
  );
  expect(again.map(({ outcome }) => outcome)).toEqual(
    outcomes.map(({ outcome }) => (outcome === "accepted" ? "duplicate" : "conflicting")),
  );
}
