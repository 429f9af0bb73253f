import type { MonthText } from "@counterpart/domain/period.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TEST_NOW } from "../../test/test-server.ts";
import { commitGroup } from "../events/commit-group.ts";
import { type IngestWorld, openIngestWorld, sms } from "../events/fixtures/ingest-world.ts";
import { closePeriod } from "./close-period.ts";
import { loadStatement } from "./statement-views.repo.ts";

const PERIOD = "2026-09" as MonthText;
const IN_PERIOD = "2026-09-30T12:00:00Z";

let world: IngestWorld;
beforeEach(async () => {
  world = await openIngestWorld();
});
afterEach(() => world.drop());

function close(despiteQuarantine = false) {
  const request = { period: PERIOD, now: TEST_NOW, dryRun: false, despiteQuarantine };
  return closePeriod(world.database, world.keeper.book(), request);
}

/** Commits an event that cannot be priced, while `meanwhile` finds it past the gate. */
async function quarantineDuring(meanwhile: () => Promise<void>): Promise<void> {
  const candidates = [world.prepare(sms("1", { subject: "nobody", time: IN_PERIOD }))];
  await commitGroup(world.writer, {
    candidates,
    refused: [],
    revision: world.keeper.book().revision,
    atStep: async (step) => {
      if (step === "claimed") await meanwhile();
    },
  });
}

/** Another session stands before the gate. */
async function someoneWaits(): Promise<void> {
  const waiting =
    "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
  await expect.poll(() => world.rows(waiting), { timeout: 10_000 }).toHaveLength(1);
}

test("what is quarantined while a close waits for the gate holds the close up", async () => {
  let closing: ReturnType<typeof close> | undefined;
  await quarantineDuring(async () => {
    closing = close();
    closing.catch(() => undefined);
    await someoneWaits();
  });
  await expect(closing).rejects.toMatchObject({
    code: "close.quarantined",
    detail: { reasons: [{ code: "event.account-unknown", count: 1 }] },
  });
  expect(await world.rows("select id from statement")).toEqual([]);
});

test("a close despite quarantine tells what was quarantined while it waited", async () => {
  let closing: ReturnType<typeof close> | undefined;
  await quarantineDuring(async () => {
    closing = close(true);
    await someoneWaits();
  });
  const { statements, quarantined } = await closing!;
  expect(statements.map(({ id }) => id)).toEqual(["stm_2026-09_acme", "stm_2026-09_finder"]);
  expect(quarantined).toMatchObject([{ code: "event.account-unknown", count: 1 }]);
});

test("a statement's lines stand by term and country, whichever came first", async () => {
  const numbers = ["+12125550100", "+4915112345678", "+436641234567"];
  const events = numbers.map((to, n) => sms(`${n}`, { time: IN_PERIOD, data: { to } }));
  await world.commit(events);
  await close();
  const { lines } = await loadStatement(world.database.pool("reader"), "stm_2026-09_acme");
  expect(lines.map(({ term, dimensions }) => `${term} ${dimensions.country ?? ""}`)).toEqual([
    "sms AT",
    "sms DE",
    "sms US",
    "fee ",
  ]);
});

test("a month that no event is of is closed only when it is confirmed", async () => {
  const how = { now: TEST_NOW, despiteQuarantine: false, dryRun: false };
  const closeMonth = (change: object) =>
    closePeriod(world.database, world.keeper.book(), { ...how, period: PERIOD, ...change });
  await expect(closeMonth({ refuseDoubtful: true })).rejects.toMatchObject({
    code: "close.doubtful",
    detail: { doubts: ["noUsage"], agreements: 2 },
  });
  expect(await world.rows("select id from statement")).toEqual([]);
  const preview = await closeMonth({ refuseDoubtful: true, dryRun: true });
  expect(preview).toMatchObject({ doubts: ["noUsage"], statements: [{}, {}] });
  await closeMonth({});
  // Nothing is left to issue, so nothing is to be confirmed.
  expect(await closeMonth({ refuseDoubtful: true })).toMatchObject({ already: 2, doubts: [] });
});

test.each`
  lost                                                                           | what
  ${"delete from event"}                                                         | ${"accepted 1, events stored 0"}
  ${"delete from quarantine"}                                                    | ${"quarantined 1, waiting 0"}
  ${"update intake set count = 2 where outcome = 'accepted' and source_id <> 0"} | ${"received 2, outcomes 3"}
`("a close that does not add up is refused, and says where: $what", async ({ lost, what }) => {
  const nobody = { subject: "nobody", time: IN_PERIOD };
  await world.commit([sms("1", { time: IN_PERIOD }), sms("2", nobody)]);
  await world.database.pool("owner").query(lost);
  await expect(close(true)).rejects.toMatchObject({
    code: "close.not-complete",
    detail: {
      imbalances: expect.arrayContaining([{ source: "switch", day: "2026-10-20", what }]),
    },
  });
  expect(await world.rows("select id from statement")).toEqual([]);
});
