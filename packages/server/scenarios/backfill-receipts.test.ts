/** Messages in a backfill, and the receipts that share their fate. */
import { expect, test } from "vitest";
import { finishBackfill } from "../src/backfills/finish-backfill.ts";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { backfillWorld, correcting, fates, now, restoring, voiding } from "./backfill-world.ts";
import { named, soundStore, state } from "./facts-world.ts";
import { applyTerms, close, linesOf, send, verification } from "./small-world.ts";

const store = soundStore();
const backfill = backfillWorld(store);

const SENT = "2026-10-05T00:00:00Z";
const SMS = { direction: "outbound", from: "ACME", to: "4915112345678", segments: 2 };

const message = (id: string, data: object = {}) =>
  verification(SENT, { id, type: "sms.message", data: { ...SMS, status: "submitted", ...data } });

const receipt = (messageId: string, after: string, status: string) => {
  const data = { ...SMS, messageId, after, status };
  return verification(SENT, { id: `${messageId}/${after}`, type: "sms.receipt", data });
};

/** A quarter of 0.10 when it is submitted, the rest when it is delivered. */
async function apply(): Promise<void> {
  const price = { model: "perUnit", rate: "0.05", per: "segment" };
  const chargeOn = { policy: "percentEarly", percent: "25" };
  await applyTerms(store.database, [{ id: "sms", on: "sms.message", price, chargeOn }]);
}

async function delivered(...ids: readonly string[]): Promise<void> {
  await send(store.database, [
    ...ids.map((id) => message(id)),
    ...ids.map((id) => receipt(id, "submitted", "accepted")),
    ...ids.map((id) => receipt(id, "accepted", "delivered")),
  ]);
}

/** What is void, by id. */
async function voids(): Promise<string[]> {
  const { rows } = await store.database.pool("owner").query<{ id: string }>(
    `select id from event where not exists (
      select from standing_event as standing where standing.key = event.key) order by id`,
  );
  return rows.map(({ id }) => id);
}

test("a message that a backfill voids takes its receipts along, and a revert brings them back", async () => {
  await apply();
  await delivered("a", "b");
  await backfill.open();
  await backfill.add([voiding("a")]);
  const shown = await backfill.show();
  expect(fates(shown.outcomes)).toEqual({ voided: 3 });
  expect(shown.effects).toMatchObject([{ events: "2", before: "0.1", after: "0", money: "-0.10" }]);
  const report = await backfill.close();
  expect(report).toMatchObject({ items: 3, pending: 0, outcomes: shown.outcomes });
  expect(await voids()).toEqual(["a", "a/accepted", "a/submitted"]);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 sms 1 0.10"]);
  expect(fates((await backfill.revert()).undone)).toEqual({ undone: 3 });
  expect(await voids()).toEqual([]);
});

test("a message that a backfill restores brings back its receipts, and a revert voids them", async () => {
  await apply();
  await delivered("a");
  await state(store.database, { kind: "void", items: named("a") });
  await backfill.open();
  await backfill.add([restoring("a")]);
  expect(fates((await backfill.close()).outcomes)).toEqual({ restored: 3 });
  expect(await voids()).toEqual([]);
  await backfill.revert();
  expect(await voids()).toEqual(["a", "a/accepted", "a/submitted"]);
});

test("what a backfill says of a receipt itself goes first", async () => {
  await apply();
  await delivered("a");
  await backfill.open();
  const other = receipt("a", "accepted", "undelivered");
  await backfill.add([voiding("a"), correcting(other)]);
  expect(fates((await backfill.show()).outcomes)).toEqual({ voided: 2, corrected: 1 });
  expect(fates((await backfill.close()).outcomes)).toEqual({ voided: 2, corrected: 1 });
  expect(await voids()).toEqual(["a", "a/submitted"]);
});

test("a correction of a message leaves its receipts, as a single one does", async () => {
  await apply();
  await delivered("a");
  await backfill.open();
  await backfill.add([correcting(message("a", { segments: 4 }))]);
  expect(fates((await backfill.close()).outcomes)).toEqual({ corrected: 1 });
});

test("a receipt that was void before stays void when the void of its message is undone", async () => {
  await apply();
  await delivered("a");
  await state(store.database, { kind: "void", items: named("a/accepted") });
  await backfill.open();
  await backfill.add([voiding("a")]);
  expect(fates((await backfill.close()).outcomes)).toEqual({ voided: 2 });
  await backfill.revert();
  expect(await voids()).toEqual(["a/accepted"]);
});

test("a message that came by a backfill goes with the receipts that came since", async () => {
  await apply();
  await backfill.open();
  await backfill.add([message("a"), receipt("a", "submitted", "accepted")]);
  await backfill.close();
  await send(store.database, [receipt("a", "accepted", "delivered")]);
  const { undone, undoneEffects } = await backfill.revert();
  expect(fates(undone)).toEqual({ undone: 2 });
  expect(undoneEffects).toMatchObject([{ before: "0.1", after: "0" }]);
  expect(await voids()).toEqual(["a", "a/accepted", "a/submitted"]);
});

test("a close that is killed before it is stored goes on with message and receipts", async () => {
  const { database } = store;
  await apply();
  await delivered("a");
  await backfill.open();
  await backfill.add([voiding("a")]);
  await backfill.startClose();
  const keeper = await openBookKeeper(database);
  const atStep = (step: string): void => {
    if (step === "stored") throw new Error("killed");
  };
  const killed = finishBackfill(database, keeper, "late", { now, atStep });
  await expect(killed).rejects.toThrow("killed");
  expect(await voids()).toEqual([]);
  expect(fates((await backfill.finish()).outcomes)).toEqual({ voided: 3 });
});
