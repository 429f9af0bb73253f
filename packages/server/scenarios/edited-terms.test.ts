/** What was stated stays stated: terms that are edited in place after a month was closed. */
import { parseMonth } from "@counterpart/domain/period.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { listLineEvents } from "../src/explain/list-line-events.ts";
import { openIngest } from "../src/main/open-counterpart.ts";
import { LOCKS } from "../src/platform/locks.ts";
import { type MarginReport, reportMargin } from "../src/statements/margin.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { applyTerms, close, linesOf, NOW, send, verification } from "./small-world.ts";

let store: TestDatabase;
beforeEach(async () => {
  store = await createTestDatabase();
});
afterEach(() => store.drop());

const perCheck = {
  id: "verify",
  on: "verify.check",
  price: { model: "perUnit", rate: "0.05", per: "verification" },
};
const fee = (amount: string, id = "fee") => ({ id, price: { model: "fixedFee", amount } });
const tiers = (rate: string) => ({
  id: "verify",
  on: "verify.check",
  price: { model: "graduated", per: "verification", tiers: [{ upTo: null, rate }] },
});

/** What November's statement says of October, which was stated by other terms. */
async function aboutOctober(
  first: readonly object[],
  then: readonly object[],
  late: number,
): Promise<string[]> {
  await applyTerms(store.database, first);
  await send(store.database, [verification("2026-10-05T00:00:00Z")]);
  await close(store.database, "2026-10");
  await applyTerms(store.database, then);
  const lateEvents = Array.from({ length: late }, () => verification("2026-10-06T00:00:00Z"));
  await send(store.database, lateEvents);
  await close(store.database, "2026-11");
  const lines = await linesOf(store.database, "2026-11");
  return lines.filter((line) => line.startsWith("2026-10"));
}

async function marginOf(period: string): Promise<MarginReport> {
  const keeper = await openBookKeeper(store.database);
  return await reportMargin(store.database.pool("reader"), keeper, parseMonth(period));
}

test("a fee that is edited leaves the stated month as it is", async () => {
  const then = [perCheck, fee("500.00")];
  expect(await aboutOctober([perCheck, fee("10.00")], then, 0)).toEqual([]);
});

test("a fee that is edited leaves the stated month as it is, also when an event comes late", async () => {
  const then = [perCheck, fee("500.00")];
  const lines = await aboutOctober([perCheck, fee("10.00")], then, 1);
  expect(lines).toEqual(["2026-10 verify 2 0.05"]);
});

test("a new fee is not charged for a month that was stated without it", async () => {
  const lines = await aboutOctober([perCheck], [perCheck, fee("99.00", "support")], 1);
  expect(lines).toEqual(["2026-10 verify 2 0.05"]);
});

test("a late event of a stated month goes through the tiers that the month was stated by", async () => {
  expect(await aboutOctober([tiers("1.00")], [tiers("5.00")], 1)).toEqual([
    "2026-10 verify 2 1.00",
  ]);
});

test("the events of a tier line re-add to its quantity after the tier was edited", async () => {
  const { database } = store;
  await applyTerms(database, [tiers("1.00")]);
  await send(database, [
    verification("2026-10-05T00:00:00Z"),
    verification("2026-10-05T00:00:00Z"),
  ]);
  await applyTerms(database, [tiers("2.00")]);
  await send(database, [verification("2026-10-06T00:00:00Z")]);
  await close(database, "2026-10");
  const reader = database.pool("reader");
  const { data } = await listLineEvents(reader, "stm_2026-10_hofladen/1", { limit: 100 });
  expect(data).toHaveLength(3);
  expect(await linesOf(database, "2026-10")).toEqual(["2026-10 verify 3 6.00"]);
});

test("margin of a month counts what a later statement adjusted of its tiers", async () => {
  const { database } = store;
  await applyTerms(database, [tiers("1.00")]);
  await send(database, [verification("2026-10-05T00:00:00Z")]);
  expect((await marginOf("2026-10")).provisional).toBe(true);
  await close(database, "2026-10");
  await send(database, [verification("2026-10-06T00:00:00Z")]);
  await close(database, "2026-11");
  const { channels, provisional } = await marginOf("2026-10");
  expect(channels.map(({ revenue }) => revenue)).toEqual([2_000_000_000_000n]);
  expect(provisional).toBe(false);
});

test("NUL or half a character in a dimension spoils no report", async () => {
  const { database } = store;
  const term = {
    id: "x",
    on: "x.y",
    price: { model: "perUnit", rate: "1", per: "call" },
    lines: ["route"],
  };
  const eventTypes = {
    "x.y": {
      title: "X",
      schema: { type: "object", properties: { route: { type: "string" } } },
      channel: "x",
      quantities: { calls: {} },
      dimensions: { route: { field: "route" } },
    },
  };
  await applyTerms(database, [term], { eventTypes });
  const routes = ["a\u0000b", "half \ud83d", "😀"];
  const events = routes.map((route) =>
    verification("2026-10-05T00:00:00Z", { type: "x.y", data: { route } }),
  );
  expect(await send(database, events)).toEqual(["accepted", "accepted", "accepted"]);
  expect((await marginOf("2026-10")).channels).toHaveLength(1);
});

test("nothing is counted below a stated cut, whatever isolation the database is set to", async () => {
  const { database } = store;
  await applyTerms(database, [perCheck]);
  await database.pool("owner").query(
    `do $$ begin
      execute format('alter database %I set default_transaction_isolation = %L',
        current_database(), 'repeatable read');
    end $$`,
  );
  const { ingest } = await openIngest(database, { now: () => NOW, bulkWriters: 1 });
  const closer = await database.client("writer");
  await closer.query("begin");
  await closer.query("select pg_advisory_xact_lock($1)", [LOCKS.gate]);
  await closer.query("update gate set cut = cut + 1");
  const bodies = [verification("2026-10-05T00:00:00Z")];
  const submitted = ingest.submit({ bodies, lane: "bulk", sources: null });
  await untilSomebodyWaitsFor(LOCKS.gate);
  await closer.query("commit");
  await submitted;
  await closer.end();
  await ingest.close();
  const { rows } = await database.pool("owner").query("select cut from total");
  expect(rows).toEqual([{ cut: 2 }]);
});

async function untilSomebodyWaitsFor(lock: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const { rows } = await store.database
      .pool("owner")
      .query("select 1 from pg_locks where locktype = 'advisory' and objid = $1 and not granted", [
        lock,
      ]);
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("nobody waits at the gate");
}
