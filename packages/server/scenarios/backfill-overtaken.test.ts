/** A backfill that is closed while the same event comes another way, at a moment that no clock can hit. */
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { startClose } from "../src/backfills/close-backfill.ts";
import { finishBackfill } from "../src/backfills/finish-backfill.ts";
import { addLines, openBackfill } from "../src/backfills/open-backfill.ts";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { splitLines } from "../src/imports/split-lines.ts";
import { openIngest } from "../src/main/open-counterpart.ts";
import { untilWaiting, withSession } from "./crash-faults.ts";
import { check, perCheck, soundStore } from "./facts-world.ts";
import { applyTerms, close, linesOf, NOW } from "./small-world.ts";

const store = soundStore();

test("an event that begins to wait for its age while its backfill is closed is counted by it", async () => {
  const { database } = store;
  const sources = { switch: { reader: "cloudevents", daysBack: 60 } } as const;
  await applyTerms(database, [perCheck("0.05")], { sources });
  const old = check("old", "2026-10-05T00:00:00Z");
  await openBackfill(database.pool("writer"), { name: "late", reason: "a lost file", by: "test" });
  const lines = splitLines(Readable.from([Buffer.from(old)]));
  for await (const page of addLines(database, "late", lines)) expect(page.refused).toEqual([]);

  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let claimed = (): void => undefined;
  const isClaimed = new Promise<void>((resolve) => {
    claimed = resolve;
  });
  const atStep = async (step: string): Promise<void> => {
    if (step !== "claimed") return;
    claimed();
    await held;
  };
  const { ingest } = await openIngest(database, { now: () => NOW, atStep });
  const sent = ingest.submit({ bodies: [old], lane: "single", sources: null });
  await isClaimed;

  // The close has found nothing of the event, and waits for its key.
  const client = await database.client("writer");
  await startClose(client, "late", "test");
  await client.end();
  const keeper = await openBookKeeper(database);
  const closing = finishBackfill(database, keeper, "late", { now: () => NOW });
  await withSession(database.url, (session) =>
    untilWaiting(session, "query like '%insert into event_key%'"),
  );
  release();
  expect(await sent).toMatchObject([{ outcome: "quarantined", code: "event.too-old" }]);
  await closing;
  await ingest.close();

  const { rows } = await database.pool("owner").query("select outcome from backfill_item");
  expect(rows).toEqual([{ outcome: "accepted" }]);
  await close(database, "2026-10");
  expect(await linesOf(database, "2026-10")).toEqual(["2026-10 verify 1 0.05"]);
});
