/** Messages whose receipt does not come: reported in its place, charged by the contract, and mended. */
import { type Instant, parseInstant } from "@counterpart/domain/instant.ts";
import { parseMonth } from "@counterpart/domain/period.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { stateFacts } from "../src/facts/state-facts.ts";
import { openIngest } from "../src/main/open-counterpart.ts";
import { type ReceiptsTally, reportMissingReceipts } from "../src/messages/missing-receipts.ts";
import { closeMonth } from "../src/statements/close-month.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { checkStore, NOTHING_FOUND } from "./crash-verify.ts";
import { applyTerms, close, linesOf, send, verification } from "./small-world.ts";

let store: TestDatabase;
beforeEach(async () => {
  store = await createTestDatabase();
});
afterEach(async () => {
  const found = await checkStore(store.database.pool("owner"));
  await store.drop();
  expect(found).toEqual(NOTHING_FOUND);
});

const SMS = { direction: "outbound", from: "ACME", to: "4915112345678", segments: 2 };
const SENT = "2026-10-05T00:00:00Z";

async function apply(chargeOn: object | string): Promise<void> {
  const price = { model: "perUnit", rate: "0.05", per: "segment" };
  const sources = { switch: { reader: "cloudevents", receiptHours: 72 } };
  await applyTerms(store.database, [{ id: "sms", on: "sms.message", price, chargeOn }], {
    sources,
  });
}

const message = (id: string, status = "submitted") =>
  verification(SENT, { id, type: "sms.message", data: { ...SMS, status } });

const receipt = (messageId: string, after: string, status: string) => {
  const data = { ...SMS, messageId, after, status };
  return verification(SENT, { id: `${messageId}/${after}`, type: "sms.receipt", data });
};

/** Looks at all of October, as if it were some hours after the messages. */
async function report(hours: number): Promise<ReceiptsTally> {
  const now = (parseInstant(SENT) + hours * 3_600_000) as Instant;
  const { keeper, ingest } = await openIngest(store.database, { now: () => now, bulkWriters: 1 });
  try {
    const window = {
      start: parseInstant("2026-10-01T00:00:00Z"),
      end: parseInstant("2026-11-01T00:00:00Z"),
    };
    return await reportMissingReceipts(
      { database: store.database, keeper, ingest, now },
      () => window,
    );
  } finally {
    await ingest.close();
  }
}

test("what is not heard of within the hours is reported once, by the state it was left in", async () => {
  await apply({ policy: "onDelivered", treatMissingDlrAs: "delivered" });
  await send(store.database, [
    message("silent"),
    message("accepted"),
    receipt("accepted", "submitted", "accepted"),
    message("delivered"),
    receipt("delivered", "submitted", "delivered"),
    message("final", "delivered"),
  ]);
  expect(await report(71)).toEqual({ reported: 0, corrected: 0 });
  expect(await report(72)).toEqual({ reported: 2, corrected: 0 });
  expect(await report(73)).toEqual({ reported: 0, corrected: 0 });
  const { rows } = await store.database
    .pool("owner")
    .query("select id from event where data like '%unconfirmed%' order by id");
  expect(rows.map(({ id }) => id)).toEqual(["accepted/accepted", "silent/submitted"]);
  // Four messages of two segments are due, each an event.
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 sms 4 0.40"]);
});

test("the rest of what came early is due without a receipt, too, and is no second event", async () => {
  await apply({ policy: "percentEarly", percent: "25", treatMissingDlrAs: "undelivered" });
  await send(store.database, [message("a"), message("b")]);
  await send(store.database, [receipt("b", "submitted", "accepted")]);
  await report(72);
  await close(store.database, "2026-10");
  // 25 % of 0.10 and the rest when nothing is heard; two events, not four.
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 sms 2 0.20"]);
});

test("a receipt that comes after all takes the place of the missing one", async () => {
  await apply({ policy: "onDelivered", treatMissingDlrAs: "delivered" });
  await send(store.database, [message("late")]);
  await report(72);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 sms 1 0.10"]);
  expect(await send(store.database, [receipt("late", "submitted", "undelivered")])).toEqual([
    "conflicting",
  ]);
  expect(await report(100)).toEqual({ reported: 0, corrected: 1 });
  expect(await report(101)).toEqual({ reported: 0, corrected: 0 });
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual(["2026-10 sms 0 -0.10"]);
});

test("a close first reports what is overdue", async () => {
  await apply({ policy: "onDelivered", treatMissingDlrAs: "delivered" });
  await send(store.database, [message("silent")]);
  const now = parseInstant("2026-11-02T00:00:00Z");
  const { keeper, ingest } = await openIngest(store.database, { now: () => now, bulkWriters: 1 });
  try {
    const request = { period: parseMonth("2026-10"), now, dryRun: false, despiteQuarantine: false };
    await closeMonth({ database: store.database, keeper, ingest }, request);
  } finally {
    await ingest.close();
  }
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 sms 1 0.10"]);
});

test("a message takes its receipts along when it is voided, and brings them back", async () => {
  await apply("onDelivered");
  await send(store.database, [message("m"), receipt("m", "submitted", "delivered")]);
  const keeper = await openBookKeeper(store.database);
  const state = (kind: "void" | "restore") =>
    stateFacts(store.database, keeper, {
      kind,
      items: [{ ref: "switch/m" }],
      reason: "a test",
      by: "test",
      idempotencyKey: null,
      sources: null,
      dryRun: false,
    });
  expect((await state("void")).results).toMatchObject([{ id: "m" }, { id: "m/submitted" }]);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual([]);
  expect((await state("restore")).results).toMatchObject([{ id: "m" }, { id: "m/submitted" }]);
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual(["2026-10 sms 1 0.10"]);
});
