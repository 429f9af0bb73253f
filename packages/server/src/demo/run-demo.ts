/** The main job on the sample world: catalogue, a month of traffic, close. Run twice, it changes nothing. */
import { fileURLToPath } from "node:url";
import type { MonthText } from "@counterpart/domain/period.ts";
import { parseMonth } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { applyCatalogue } from "../catalogue/apply-catalogue.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { readCatalogueDirectory } from "../catalogue/read-directory.ts";
import type { Ingest } from "../events/ingest.ts";
import type { IngestParts } from "../main/open-counterpart.ts";
import { now } from "../main/open-counterpart.ts";
import type { Database } from "../platform/database.ts";
import { lockForConnection, tryLockForConnection } from "../platform/locks.ts";
import { progressBar } from "../platform/progress.ts";
import { type CloseResult, closePeriod } from "../statements/close-period.ts";
import { findDemoRun, finishDemoRun, startDemoRun } from "./demo-run.repo.ts";
import { DEMO_MONTH, DEMO_SEED, DEMO_WORLD } from "./demo-world.ts";
import { generateTraffic } from "./generate-traffic.ts";

export const DEMO_CATALOGUE = fileURLToPath(
  new URL("../../../../catalogues/demo", import.meta.url),
);
export const DEMO_PERIOD: MonthText = parseMonth(DEMO_MONTH);

/** Lines of one submission; a few of them are under way at once. */
const BATCH = 2_000;
const BATCHES_UNDER_WAY = 16;

/** Runs what fills the database, alone: of two demos the second one waits, and finds all there. */
export async function fillAlone<T>(
  database: Database,
  fill: () => Promise<T>,
  onWait: () => void,
): Promise<T> {
  const holder = await database.client("writer");
  try {
    if (!(await tryLockForConnection(holder, "demo"))) {
      onWait();
      await lockForConnection(holder, "demo");
    }
    return await fill();
  } finally {
    await holder.end();
  }
}

/** Publishes the sample catalogue. Returns how many objects that changed. */
export async function applyDemoCatalogue(database: Database): Promise<number> {
  const read = await readCatalogueDirectory(DEMO_CATALOGUE);
  const { changes } = await applyCatalogue(database, { read, by: "demo", dryRun: false });
  return changes.length;
}

export type Ingested = "ingested" | "already";

/**
 * Ingests the generated month. A run that was killed is ingested again from its start: what was committed
 * is a duplicate then. Refuses a database that holds the demo in another size.
 */
export async function ingestDemoTraffic(
  database: Database,
  { ingest }: IngestParts,
  events: number,
): Promise<Ingested> {
  const db = database.pool("writer");
  const run = await findDemoRun(db);
  if (run !== null && run.events !== events) {
    throw new Refusal("demo.other-size", { events: run.events });
  }
  if (run?.finished === true) return "already";
  if (run === null) await startDemoRun(db, events);
  await ingestLines(ingest, events);
  await finishDemoRun(db);
  return "ingested";
}

async function ingestLines(ingest: Ingest, events: number): Promise<void> {
  const bar = progressBar({ label: "Ingesting", total: events, unit: "events" });
  let done = 0;
  const underWay: Promise<void>[] = [];
  const submit = async (bodies: readonly string[]): Promise<void> => {
    const outcomes = await ingest.submit({ bodies, lane: "bulk", sources: null });
    done += outcomes.length;
    bar.update(done);
  };
  const traffic = { seed: DEMO_SEED, events, month: DEMO_MONTH, world: DEMO_WORLD };
  let bodies: string[] = [];
  for (const line of generateTraffic(traffic)) {
    bodies.push(line);
    if (bodies.length < BATCH) continue;
    underWay.push(submit(bodies));
    bodies = [];
    if (underWay.length >= BATCHES_UNDER_WAY) await underWay.shift();
  }
  underWay.push(submit(bodies));
  await Promise.all(underWay);
  bar.finish();
}

/** Closes the sample month. The traffic's dirt stays in quarantine, as it would be shown to somebody. */
export async function closeDemo(database: Database, keeper: BookKeeper): Promise<CloseResult> {
  return await closePeriod(database, keeper.book(), {
    period: DEMO_PERIOD,
    now: now(),
    dryRun: false,
    despiteQuarantine: true,
  });
}
