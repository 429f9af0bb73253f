import { setTimeout as sleep } from "node:timers/promises";
import { findImbalances } from "@counterpart/domain/statements/completeness.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TEST_NOW } from "../../test/test-server.ts";
import { openIngest } from "../main/open-counterpart.ts";
import { replayQuarantine } from "../quarantine/replay.ts";
import { listAccounts } from "../statements/completeness.repo.ts";
import { eventKey } from "./event-hash.ts";
import { type IngestWorld, openIngestWorld, sms } from "./fixtures/ingest-world.ts";
import type { Ingest, ItemOutcome } from "./ingest.ts";

let world: IngestWorld;
let ingest: Ingest;
beforeEach(async () => {
  world = await openIngestWorld();
  ({ ingest } = await openIngest(world.database, { now: () => TEST_NOW, groupMax: 50 }));
});
afterEach(async () => {
  await ingest.close();
  const imbalances = findImbalances(await listAccounts(world.database.pool("owner")));
  await world.drop();
  expect(imbalances).toEqual([]);
});

function send(bodies: readonly string[], sources: readonly string[] | null = null) {
  const permitted = sources === null ? null : new Set(sources);
  return ingest.submit({ bodies, lane: "bulk", sources: permitted });
}

async function segmentsCharged(): Promise<number> {
  const [row] = await world.rows<{ segments: string }>(
    "select coalesce(sum(quantity), 0) as segments from usage",
  );
  return Number(row!.segments);
}

const told = (outcomes: readonly ItemOutcome[]) =>
  outcomes.map((one) => `${one.id}: ${one.outcome}${"first" in one ? ` of ${one.first}` : ""}`);

test("outcomes come in the order of what was sent, whatever groups it went in", async () => {
  const bodies = Array.from({ length: 333 }, (_, n) => sms(`${n}`));
  expect(told(await send(bodies))).toEqual(bodies.map((_, n) => `${n}: accepted`));
  expect(await segmentsCharged()).toBe(333);
});

test("an event that comes again in its group is a duplicate of the first", async () => {
  const bodies = [sms("1"), sms("2"), sms("1"), sms("3", { subject: "nobody" }), sms("1")];
  expect(told(await send([...bodies, bodies[3]!]))).toEqual([
    "1: accepted",
    "2: accepted",
    "1: duplicate of accepted",
    "3: quarantined",
    "1: duplicate of accepted",
    "3: duplicate of quarantined",
  ]);
  expect(await segmentsCharged()).toBe(2);
});

test("another content in the same group conflicts, or corrects what could not be rated", async () => {
  const outcomes = await send([
    sms("1"),
    sms("1", { segments: 2 }),
    sms("2", { subject: "nobody" }),
    sms("2", { segments: 4 }),
    sms("1", { segments: 2 }),
  ]);
  expect(told(outcomes)).toEqual([
    "1: accepted",
    "1: conflicting",
    "2: quarantined",
    "2: accepted",
    "1: conflicting",
  ]);
  expect(await segmentsCharged()).toBe(5);
});

test("of two contents of one id, the first that came counts, however long it takes to be written", async () => {
  const keys = ["1", "2"].map((id) => ({ id, key: eventKey("switch", id) }));
  const [lower, higher] = keys.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  // Keys are claimed in their order: the first group waits in the middle of its claim.
  const other = await world.database.client("owner");
  await other.query("begin");
  await other.query(
    `insert into event_key (key, content, time, account_id, content_rule, state)
      values ('${lower!.key}', '${lower!.key}', now(), 1, 1, 'a')`,
  );
  const first = send([sms(lower!.id), sms(higher!.id)]);
  await expect.poll(() => world.rows(WAITING)).toHaveLength(1);
  const second = send([sms(higher!.id, { segments: 2 })]);
  await Promise.race([second, sleep(200)]);
  await other.query("rollback");
  await other.end();
  expect(told(await first)).toEqual([`${lower!.id}: accepted`, `${higher!.id}: accepted`]);
  expect(told(await second)).toEqual([`${higher!.id}: conflicting`]);
});

const WAITING = `select pid from pg_locks join pg_stat_activity using (pid)
  where not granted and datname = current_database()`;

test("a producer that gives every event the same id holds nobody up", async () => {
  const bodies = Array.from({ length: 120 }, (_, n) => sms("same", { segments: n + 1 }));
  const outcomes = told(await send(bodies));
  expect(outcomes.filter((one) => one === "same: accepted")).toHaveLength(1);
  expect(outcomes.filter((one) => one === "same: conflicting")).toHaveLength(119);
});

test("one bad event spoils none of its neighbours", async () => {
  const outcomes = await send(
    [
      sms("1"),
      "not JSON",
      sms("2").replace('"switch"', '"nowhere"'),
      sms("3").replace('"switch"', '"other"'),
      sms("\u0000"),
      sms("5", { segments: -1 }),
      sms("6", { data: { messageId: "\ud800" } }),
      sms("7"),
    ],
    ["switch", "nowhere"],
  );
  expect(told(outcomes)).toEqual([
    "1: accepted",
    "null: refused",
    "2: refused",
    "3: refused",
    "\u0000: quarantined",
    "5: quarantined",
    "6: accepted",
    "7: accepted",
  ]);
  expect(outcomes.map((one) => ("code" in one ? one.code : ""))).toEqual([
    "",
    "event.unreadable",
    "event.source-unknown",
    "event.source-not-permitted",
    "event.text-not-storable",
    "event.data-invalid",
    "",
    "",
  ]);
});

test("an event that the store refuses waits alone: its neighbours are accepted", async () => {
  await ingest.close();
  const now = () => TEST_NOW;
  ({ ingest } = await openIngest(world.database, { now, groupMax: 50, bulkWriters: 1 }));
  await send([sms("before", { time: "2026-10-11T10:00:00Z" })]);
  const { rowCount } = await world.database
    .pool("owner")
    .query("update usage set quantity = 9223372036854775807 - 3");
  expect(rowCount).toBe(1);
  const bodies = Array.from({ length: 40 }, (_, n) => {
    return sms(`${n}`, n === 23 ? { segments: 5, time: "2026-10-11T10:30:00Z" } : {});
  });
  const outcomes = await send(bodies);
  expect(outcomes.filter(({ outcome }) => outcome === "accepted")).toHaveLength(39);
  expect(outcomes[23]).toEqual({
    id: "23",
    outcome: "quarantined",
    code: "event.not-storable",
    detail: "SQLSTATE 22003",
  });
  // A replay adds to rows of its own, in which there is room.
  expect(await replayQuarantine(world.database, world.keeper, { codes: null })).toEqual({
    tried: 1,
    released: 1,
    isStopped: false,
  });
});

test("what was rated by an older catalogue is rated again by the new one", async () => {
  await send([sms("1")]);
  await world.apply({ accounts: { "acme-otp": { party: "acme", aliases: [{ name: "AC9" }] } } });
  expect(told(await send([sms("2"), sms("3", { subject: "AC9" })]))).toEqual([
    "2: accepted",
    "3: accepted",
  ]);
});

test("singles and bulk of the same accounts add up", async () => {
  const bulk = send(Array.from({ length: 200 }, (_, n) => sms(`b${n}`)));
  const singles = Array.from({ length: 50 }, (_, n) =>
    ingest.submit({ bodies: [sms(`s${n}`)], lane: "single", sources: null }),
  );
  await Promise.all([bulk, ...singles]);
  expect(await segmentsCharged()).toBe(250);
});
