/** Facts, re-ratings and backfills that are killed between any two steps: nothing is lost, nothing applies twice. */
import { parseInstant } from "@counterpart/domain/instant.ts";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { startClose } from "../src/backfills/close-backfill.ts";
import { addLines, openBackfill } from "../src/backfills/open-backfill.ts";
import { startRevert } from "../src/backfills/revert-backfill.ts";
import { reportBackfill } from "../src/backfills/show-backfill.ts";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { stateFacts } from "../src/facts/state-facts.ts";
import { splitLines } from "../src/imports/split-lines.ts";
import type { Database } from "../src/platform/database.ts";
import { loadRerating, runRerating, startRerating } from "../src/reratings/rerate.ts";
import type { ReratingFilter } from "../src/reratings/rerating-filter.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { untilWaiting, withSession } from "./crash-faults.ts";
import { type CrashProcess, killCrashProcesses, startCrashProcess } from "./crash-process.ts";
import { copyDatabase, ingestAll, removeCopy, wrongMoney, wrongTotals } from "./crash-store.ts";
import { checkStore, NOTHING_FOUND } from "./crash-verify.ts";
import { applyTerms, close, verification } from "./small-world.ts";

/** More than two pages of a re-rating, and of two accounts. */
const EVENTS = 2_400;
const STEPS = ["claimed", "stored", "committed"] as const;
const EVERY = Array.from({ length: EVENTS }, (_, n) => n);
const NOVEMBER = parseInstant("2026-11-01T00:00:00Z");
const OCTOBER: ReratingFilter = {
  from: parseInstant("2026-10-01T00:00:00Z"),
  to: NOVEMBER,
  accounts: [],
  types: [],
  agreements: [],
  terms: [],
};

let base: TestDatabase;
let store: Database;

/** October is stated at 0.05 a check; then it is 0.03. */
beforeAll(async () => {
  base = await createTestDatabase();
  const { database } = base;
  await applyTerms(database, [], world("0.05"));
  const bodies = EVERY.map((n) => {
    const day = String(1 + (n % 28)).padStart(2, "0");
    const subject = n % 3 === 0 ? "shop" : "second";
    return verification(`2026-10-${day}T10:00:00Z`, { id: `check-${n}`, subject });
  });
  await ingestAll(database, bodies);
  await close(database, "2026-10");
  await applyTerms(database, [], world("0.03"));
});

function world(rate: string) {
  const price = { model: "perUnit", rate, per: "verification" };
  return {
    accounts: { shop: { party: "hofladen" }, second: { party: "hofladen" } },
    agreements: {
      hofladen: {
        party: "hofladen",
        role: "customer",
        currency: "EUR",
        timeZone: "UTC",
        cycle: "monthly",
        accounts: ["shop", "second"],
        versions: [{ from: "2026-01-01", terms: [{ id: "verify", on: "verify.check", price }] }],
      },
    },
  };
}

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

const start = (): Promise<CrashProcess> => startCrashProcess({ DATABASE_URL: store.url });

async function expectSound(): Promise<void> {
  const db = store.pool("owner");
  expect(await checkStore(db)).toEqual(NOTHING_FOUND);
}

interface Counts {
  readonly facts: number;
  readonly tried: string;
  readonly changed: string;
}

/** Facts that are stored, and what the newest re-rating says of itself. */
async function counts(): Promise<Counts> {
  const { rows } = await store.pool("owner").query<Counts>(
    `select (select count(*)::integer from event_fact where side = '+') as facts, tried, changed
      from rerating order by batch desc limit 1`,
  );
  return rows[0]!;
}

/** What October comes to by the totals, in pico-units. */
async function october(): Promise<bigint> {
  const { rows } = await store
    .pool("owner")
    .query<{ amount: string }>("select sum(amount_pico) as amount from total");
  return BigInt(rows[0]!.amount);
}

const CENT = 10_000_000_000n;
/** Processes start and end in them, perhaps on a busy machine. */
const LONG = { timeout: 120_000 };

test.each(STEPS)("a re-rating that dies once %s goes on where it was", LONG, async (step) => {
  // In its second page, in what is then its first, and the third time it ends.
  for (const after of [1, 0]) {
    const child = await start();
    void child.ask({ do: "dieAt", step, after: step === "committed" ? 0 : after });
    await child.ask({ do: "rerate", filter: OCTOBER });
    await child.ended;
    await expectSound();
    const { facts, changed } = await counts();
    expect(`${facts}`).toBe(changed);
  }
  const keeper = await openBookKeeper(store);
  const asked = { filter: OCTOBER, reason: "again", by: "test", revision: null };
  const batch = await startRerating(store, keeper, asked);
  await runRerating(store, keeper, batch);
  await expectSound();
  expect(await counts()).toEqual({ facts: EVENTS, tried: `${EVENTS}`, changed: `${EVENTS}` });
  const report = await loadRerating(store.pool("reader"), keeper.book(), batch);
  expect(report.effects).toMatchObject([{ before: "120", after: "72", events: `${EVENTS}` }]);
  expect(await october()).toBe(BigInt(EVENTS) * 3n * CENT);
  await close(store, "2026-11");
  expect(await wrongMoney(store)).toEqual([]);
  expect(await wrongTotals(store.pool("owner"))).toEqual([]);
});

test.each(STEPS)("a void that dies once %s applies wholly or not at all", LONG, async (step) => {
  const refs = EVERY.slice(0, 500).map((n) => `switch/check-${n}`);
  const child = await start();
  void child.ask({ do: "dieAt", step, after: 0 });
  await child.ask({ do: "undo", kind: "void", refs });
  await child.ended;
  await expectSound();
  const isThere = step === "committed";
  expect(await october()).toBe(BigInt(EVENTS - (isThere ? 500 : 0)) * 5n * CENT);
  const again = await start();
  expect(await again.ask({ do: "undo", kind: "void", refs })).toMatchObject({
    stated: isThere ? 0 : 500,
  });
  expect(await again.ask({ do: "undo", kind: "restore", refs })).toMatchObject({ stated: 500 });
  await expectSound();
  expect(await october()).toBe(BigInt(EVENTS) * 5n * CENT);
});

/** Of each four events one is voided, one corrected into November, and one new one comes. */
async function fillBackfill(): Promise<void> {
  const lines = EVERY.flatMap((n) => {
    const subject = n % 3 === 0 ? "shop" : "second";
    const event = (id: string, time: string) => verification(time, { id, subject });
    switch (n % 4) {
      case 0:
        return [JSON.stringify({ void: `switch/check-${n}` })];
      case 1:
        return [`{"correct": ${event(`check-${n}`, "2026-11-02T10:00:00Z")}}`];
      case 2:
        return [event(`new-${n}`, "2026-10-02T10:00:00Z")];
      default:
        return [];
    }
  });
  await openBackfill(store.pool("writer"), { name: "late", reason: "a test", by: "test" });
  const bytes = (async function* () {
    yield Buffer.from(lines.join("\n"));
  })();
  for await (const page of addLines(store, "late", splitLines(bytes)))
    expect(page.refused).toEqual([]);
}

async function tell(start: typeof startClose | typeof startRevert): Promise<void> {
  const client = await store.client("writer");
  await start(client, "late", "test").finally(() => client.end());
}

/** Dies at the step: in the second group that gets so far, then in the next one if there is one. */
async function finishWithDeaths(step: (typeof STEPS)[number]): Promise<void> {
  for (const after of [1, 0]) {
    const child = await start();
    void child.ask({ do: "dieAt", step, after });
    await child.ask({ do: "finishBackfill", name: "late" });
    // It may have come to the end before.
    child.kill();
    await child.ended;
    await expectSound();
  }
  const last = await start();
  expect(await last.ask({ do: "finishBackfill", name: "late" })).toMatchObject({
    finished: "late",
  });
  await expectSound();
}

test.each(STEPS)(
  "a backfill whose close and revert die once %s goes on where it was",
  LONG,
  async (step) => {
    await fillBackfill();
    const before = await october();
    await tell(startClose);
    await finishWithDeaths(step);
    const { book } = await openBookKeeper(store);
    const closed = await reportBackfill(store.pool("reader"), book(), "late");
    expect(closed).toMatchObject({
      row: { state: "d" },
      pending: 0,
      outcomes: [
        { outcome: "accepted", count: EVENTS / 4 },
        { outcome: "corrected", count: EVENTS / 4 },
        { outcome: "voided", count: EVENTS / 4 },
      ],
    });
    // Voids take 0.05 each, corrections 0.02, and new events bring 0.03.
    expect(await october()).toBe(before - (BigInt(EVENTS) / 4n) * 4n * CENT);
    await tell(startRevert);
    await finishWithDeaths(step);
    expect(await october()).toBe(before);
    const reverted = await reportBackfill(store.pool("reader"), book(), "late");
    expect(reverted).toMatchObject({
      row: { state: "r" },
      undone: [{ outcome: "undone", count: (EVENTS / 4) * 3 }],
    });
    await close(store, "2026-11");
    expect(await wrongMoney(store)).toEqual([]);
    expect(await wrongTotals(store.pool("owner"))).toEqual([]);
  },
);

test(
  "of voids and a re-rating at once, every event ends as if one came after the other",
  LONG,
  async () => {
    const child = await start();
    const refs = EVERY.filter((n) => n % 4 === 0).map((n) => `switch/check-${n}`);
    const keeper = await openBookKeeper(store);
    const request = { by: "test", reason: "a test", idempotencyKey: null, sources: null } as const;
    const items = refs.toReversed().map((ref) => ({ ref }));
    const [rerated, voided] = await Promise.all([
      child.ask({ do: "rerate", filter: OCTOBER }),
      stateFacts(store, keeper, { kind: "void", items, dryRun: false, ...request }),
    ]);
    expect(rerated).toHaveProperty("rerated");
    expect(voided.results.every((result) => "ordinal" in result)).toBe(true);
    await expectSound();
    expect(await october()).toBe(BigInt((EVENTS * 3) / 4) * 3n * CENT);
  },
);

test("two re-ratings at once: one runs, the other is told so", LONG, async () => {
  const child = await start();
  await withSession(store.url, async (session) => {
    await session.query("begin; lock table event_fact in share mode");
    const rerating = child.ask({ do: "rerate", filter: OCTOBER });
    await untilWaiting(session, "query like 'insert into event_fact%'");
    const keeper = await openBookKeeper(store);
    const asked = { filter: OCTOBER, reason: "again", by: "test", revision: null };
    const batch = await startRerating(store, keeper, asked);
    await expect(runRerating(store, keeper, batch)).rejects.toMatchObject({
      code: "rerating.already-running",
    });
    await session.query("commit");
    expect(await rerating).toEqual({ number: expect.any(Number), rerated: batch });
  });
  await expectSound();
  expect(await october()).toBe(BigInt(EVENTS) * 3n * CENT);
});
