import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseInstant } from "@counterpart/domain/instant.ts";
import { parseMonth } from "@counterpart/domain/period.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { DEMO_WORLD } from "../src/demo/demo-world.ts";
import { generateTraffic } from "../src/demo/generate-traffic.ts";
import { applyDemoCatalogue } from "../src/demo/run-demo.ts";
import { seededRandom } from "../src/demo/seeded-random.ts";
import type { Database } from "../src/platform/database.ts";
import { LOCKS } from "../src/platform/locks.ts";
import { closePeriod } from "../src/statements/close-period.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { untilWaiting, withSession } from "./crash-faults.ts";
import { type CrashProcess, killCrashProcesses, startCrashProcess } from "./crash-process.ts";
import type { Command } from "./crash-protocol.ts";
import {
  copyDatabase,
  ingestAll,
  removeCopy,
  statementRows,
  wrongMoney,
  wrongTotals,
} from "./crash-store.ts";
import { checkStore, NOTHING_FOUND } from "./crash-verify.ts";

const SEED = Number(process.env.COUNTERPART_CRASH_SEED ?? randomInt(1_000_000));
const NOW = "2026-12-05T00:00:00Z";

let store: TestDatabase;
let untouched: Database | undefined;

beforeEach(async () => {
  store = await createTestDatabase();
});

afterEach(async () => {
  await killCrashProcesses();
  if (untouched !== undefined) await removeCopy(untouched);
  untouched = undefined;
  await store.drop();
});

const start = (): Promise<CrashProcess> => startCrashProcess({ DATABASE_URL: store.url });
const closing = (period: string): Command => ({ do: "close", period, now: NOW });

async function closeHere(database: Database, period: string): Promise<number> {
  const keeper = await openBookKeeper(database);
  const { statements } = await closePeriod(database, keeper.book(), {
    period: parseMonth(period),
    now: parseInstant(NOW),
    dryRun: false,
    despiteQuarantine: true,
  });
  return statements.length;
}

const traffic = (month: string, events: number, seed = SEED): string[] => [
  ...generateTraffic({ seed, events, month, world: DEMO_WORLD }),
];

/** Of the month before, besides those that the traffic itself has at its end. */
const late = (month: string): string[] => traffic(month, 150, SEED + 1);

test(`a close that is killed again and again states what an unkilled one does (seed ${SEED})`, {
  timeout: 180_000,
}, async () => {
  const random = seededRandom(SEED, "close");
  await applyDemoCatalogue(store.database);
  await ingestAll(store.database, traffic("2026-09", 2_000));
  await closeHere(store.database, "2026-09");
  await ingestAll(store.database, [...traffic("2026-10", 3_000), ...late("2026-09")]);
  untouched = await copyDatabase(store.database);

  await killAtGate(await start());
  await killWhileStoring(await start());
  for (let kill = 0; kill < 3; kill++) {
    const child = await start();
    void child.ask(closing("2026-10"));
    await sleep(random.below(700));
    child.kill();
    await child.ended;
    await expectWholeOrNone(store.database, "2026-10");
  }
  await closeTwiceAtOnce("2026-10");
  await closeHere(untouched, "2026-10");
  await expectSameStatements();

  // Events of closed months, of both, one of them sent twice.
  const more = [
    ...late("2026-10"),
    ...traffic("2026-11", 500),
    ...traffic("2026-09", 50, SEED + 2),
  ];
  const again = [...more, ...more.slice(0, 100)];
  for (const database of [store.database, untouched]) {
    await ingestAll(database, again);
    await closeHere(database, "2026-11");
  }
  await expectSameStatements();
  const { rows } = await store.database.pool("owner").query<{ month: string }>(
    `select distinct service_period as month from statement_line
      where period = '2026-11' and money_minor <> 0 order by 1`,
  );
  expect(rows.map(({ month }) => month)).toEqual(["2026-09", "2026-10", "2026-11"]);
});

/** The cut is about to be raised: nothing of the close is there. */
async function killAtGate(child: CrashProcess): Promise<void> {
  await withSession(store.url, async (session) => {
    await session.query("select pg_advisory_lock_shared($1)", [LOCKS.gate]);
    void child.ask(closing("2026-10"));
    await untilWaiting(session, "query like 'select pg_advisory_xact_lock(%'");
    child.kill();
    await child.ended;
  });
  await expectWholeOrNone(store.database, "2026-10");
}

/** The cut is raised and the statements are about to be stored. */
async function killWhileStoring(child: CrashProcess): Promise<void> {
  await withSession(store.url, async (session) => {
    await session.query("begin; lock table statement_line in share mode");
    void child.ask(closing("2026-10"));
    await untilWaiting(session, "query like 'insert into statement_line%'");
    child.kill();
    await child.ended;
  });
  await expectWholeOrNone(store.database, "2026-10");
}

/** Statements of a close are stored together; one without its lines would be seen by its total. */
async function expectWholeOrNone(database: Database, period: string): Promise<void> {
  expect(await wrongTotals(database.pool("owner"))).toEqual([]);
  const { rows } = await database
    .pool("owner")
    .query("select period from statement where period = $1 limit 1", [period]);
  if (rows.length > 0) expect(await wrongMoney(database)).toEqual([]);
}

/** Two at once: one states, the other finds everything stated. */
async function closeTwiceAtOnce(period: string): Promise<void> {
  const children = await Promise.all([start(), start()]);
  const answers = await Promise.all(children.map((child) => child.ask(closing(period))));
  const stated = new Set<string>();
  for (const answer of answers) {
    expect(answer).toHaveProperty("closed");
    if (answer === null || !("closed" in answer)) continue;
    expect(answer.closed.filter((id) => stated.has(id))).toEqual([]);
    for (const id of answer.closed) stated.add(id);
  }
  await Promise.all(children.map((child) => child.stop()));
  const { rows } = await store.database
    .pool("owner")
    .query<{ id: string }>("select id from statement where period = $1", [period]);
  expect(rows.length).toBeGreaterThan(50);
  for (const { id } of rows) stated.delete(id);
  expect([...stated]).toEqual([]);
}

async function expectSameStatements(): Promise<void> {
  const rows = await statementRows(store.database.pool("owner"));
  expect(rows.length).toBeGreaterThan(100);
  expect(rows).toEqual(await statementRows(untouched!.pool("owner")));
  for (const database of [store.database, untouched!]) {
    expect(await wrongTotals(database.pool("owner"))).toEqual([]);
    expect(await wrongMoney(database)).toEqual([]);
    expect(await checkStore(database.pool("owner"))).toEqual(NOTHING_FOUND);
  }
}
