import type { Instant } from "@counterpart/domain/instant.ts";
import { findImbalances } from "@counterpart/domain/statements/completeness.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { replayQuarantine } from "../quarantine/replay.ts";
import { listAccounts } from "../statements/completeness.repo.ts";
import { commitGroup, commitReplay, StaleBook } from "./commit-group.ts";
import { type IngestWorld, openIngestWorld, sms } from "./fixtures/ingest-world.ts";
import { connectWriter, numberNewTuples } from "./group-writer.ts";
import { makeMonths } from "./partitions.repo.ts";

let world: IngestWorld;
beforeEach(async () => {
  world = await openIngestWorld();
});
afterEach(async () => {
  const accounts = await listAccounts(world.database.pool("owner"));
  const imbalances = findImbalances(accounts);
  await world.drop();
  expect(imbalances).toEqual([]);
});

/** What the customer is charged, by the events and by the totals. */
async function charged(): Promise<{
  events: number;
  byEvents: string;
  byTotals: string;
  usage: string;
}> {
  const [row] = await world.rows<{
    events: number;
    by_events: string;
    by_totals: string;
    usage: string;
  }>(
    `select (select count(*)::int from event) as events,
      (select coalesce(sum(amount_pico), 0) from event, charges_of(charges)) as by_events,
      (select coalesce(sum(amount_pico), 0) from total) as by_totals,
      (select coalesce(sum(count), 0) from usage) as usage`,
  );
  return {
    events: row!.events,
    byEvents: row!.by_events,
    byTotals: row!.by_totals,
    usage: row!.usage,
  };
}

/** 0.01 for the segment and a tenth of it for the referrer, in pico-units. */
const ONE = 11_000_000_000n;

function expectCharged(events: number, segments = events) {
  const amount = String(ONE * BigInt(segments));
  return expect(charged()).resolves.toEqual({
    events,
    byEvents: amount,
    byTotals: amount,
    usage: String(events),
  });
}

const BEFORE_MIDNIGHT = Date.UTC(2026, 9, 15, 23, 59) as Instant;
const AFTER_MIDNIGHT = Date.UTC(2026, 9, 16, 0, 1) as Instant;

test("the same event again is a duplicate, counted once", async () => {
  expect(await world.commit([sms("1"), sms("2")])).toEqual([
    { outcome: "accepted" },
    { outcome: "accepted" },
  ]);
  expect(await world.commit([sms("3"), sms("1")])).toEqual([
    { outcome: "accepted" },
    { outcome: "duplicate", first: "accepted" },
  ]);
  await expectCharged(3);
});

test("another content under an accepted id is conflicting: kept, never charged", async () => {
  await world.commit([sms("1")]);
  expect(await world.commit([sms("1", { segments: 5 }), sms("2")])).toEqual([
    { outcome: "conflicting" },
    { outcome: "accepted" },
  ]);
  await expectCharged(2);
  expect(await world.rows("select id, state::text, code from quarantine")).toEqual([
    { id: "1", state: "c", code: "event.conflicting" },
  ]);
});

test("a group in which everything is known stores nothing", async () => {
  await world.commit([sms("1"), sms("2")]);
  expect(await world.commit([sms("2"), sms("1")])).toEqual([
    { outcome: "duplicate", first: "accepted" },
    { outcome: "duplicate", first: "accepted" },
  ]);
  await expectCharged(2);
});

test("an event that cannot be rated waits, and again is a duplicate of what waits", async () => {
  const unknown = sms("1", { subject: "nobody" });
  const waits = {
    outcome: "quarantined",
    code: "event.account-unknown",
    detail: "nobody",
  };
  expect(await world.commit([unknown])).toEqual([waits]);
  expect(await world.commit([unknown])).toEqual([{ outcome: "duplicate", first: "quarantined" }]);
  await expectCharged(0);
});

test("a correction takes the place of what waits, and is charged at once", async () => {
  await world.commit([sms("1", { subject: "nobody" })]);
  expect(await world.commit([sms("1"), sms("2")])).toEqual([
    { outcome: "accepted" },
    { outcome: "accepted" },
  ]);
  await expectCharged(2);
  expect(await world.rows("select id, state::text from quarantine")).toEqual([
    { id: "1", state: "s" },
  ]);
  expect(await world.commit([sms("1")])).toEqual([{ outcome: "duplicate", first: "accepted" }]);
});

test("a correction that cannot be rated either waits instead", async () => {
  await world.commit([sms("1", { subject: "nobody" })]);
  expect(await world.commit([sms("1", { subject: "no one" })])).toMatchObject([
    { outcome: "quarantined", detail: "no one" },
  ]);
  expect(await world.rows("select detail, state::text from quarantine order by 1")).toEqual([
    { detail: "no one", state: "p" },
    { detail: "nobody", state: "s" },
  ]);
});

test("a group that an older book rated is not written", async () => {
  const older = world.keeper.book().revision;
  await world.apply({
    provider: { name: "Other", homeCurrency: "EUR", timeZone: "Europe/Berlin" },
  });
  await expect(world.commit([sms("1")])).rejects.toThrow(StaleBook);
  await expectCharged(0);
  await world.keeper.refresh(older + 1);
  expect(await world.commit([sms("1")])).toEqual([{ outcome: "accepted" }]);
});

test("what waited is charged once by two replays at once", async () => {
  await world.commit([sms("1", { subject: "AC9" }), sms("2", { subject: "AC9" })]);
  await world.apply({ accounts: { "acme-otp": { party: "acme", aliases: [{ name: "AC9" }] } } });
  await world.keeper.refresh(2);
  const replays = [1, 2].map(() => replayQuarantine(world.database, world.keeper, { codes: null }));
  const released = (await Promise.all(replays)).map((replay) => replay.released);
  expect(released[0]! + released[1]!).toBe(2);
  await expectCharged(2);
});

test("a replay leaves alone what a correction has replaced meanwhile", async () => {
  await world.commit([sms("1", { subject: "nobody" })]);
  const stale = world.prepare(sms("1", { segments: 9 }));
  await numberNewTuples(world.writer.client, [stale]);
  await world.commit([sms("1")]);
  const { revision } = world.keeper.book();
  const released = await commitReplay(world.writer, { candidates: [stale], refused: [], revision });
  expect(released).toEqual(new Set());
  await expectCharged(1);
});

test("what was corrected and corrected back after midnight is released on its last day", async () => {
  const waiting = sms("1", { subject: "AC9" });
  await world.commit([waiting], BEFORE_MIDNIGHT);
  await world.commit([sms("1", { subject: "nobody" })], BEFORE_MIDNIGHT);
  await world.commit([waiting], AFTER_MIDNIGHT);
  await world.apply({ accounts: { "acme-otp": { party: "acme", aliases: [{ name: "AC9" }] } } });
  await world.keeper.refresh(2);
  // As a replay read it before it was corrected.
  const read = world.prepare(waiting, BEFORE_MIDNIGHT);
  await numberNewTuples(world.writer.client, [read]);
  await makeMonths(world.database, [read]);
  const { revision } = world.keeper.book();
  const released = await commitReplay(world.writer, { candidates: [read], refused: [], revision });
  expect(released).toEqual(new Set([read.key]));
  const stored = "select (received_at at time zone 'UTC')::date::text as day from event";
  expect(await world.rows(stored)).toEqual([{ day: "2026-10-16" }]);
  await expectCharged(1);
});

test("totals and usage of two writers are apart, and add up", async () => {
  await world.commit([sms("1")]);
  const other = await connectWriter(world.database);
  const candidates = [world.prepare(sms("2", { segments: 3 }))];
  await numberNewTuples(other.client, candidates);
  const { revision } = world.keeper.book();
  await commitGroup(other, { candidates, refused: [], revision });
  await other.client.end();
  expect(await world.rows("select slot, quantity from usage order by slot")).toEqual([
    { slot: world.writer.slot, quantity: "1" },
    { slot: other.slot, quantity: "3" },
  ]);
  await expectCharged(2, 4);
});
