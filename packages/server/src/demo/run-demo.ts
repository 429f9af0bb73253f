/** The main job on the sample world: catalogue, a month of traffic, close. Run twice, it changes nothing. */
import { fileURLToPath } from "node:url";
import type { MonthText } from "@counterpart/domain/period.ts";
import { parseMonth } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { applyCatalogue } from "../catalogue/apply-catalogue.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { loadRevision } from "../catalogue/catalogue.repo.ts";
import { readCatalogueDirectory } from "../catalogue/read-directory.ts";
import type { ReadCatalogue } from "../catalogue/resolve-bundle.ts";
import type { Ingest } from "../events/ingest.ts";
import { submitInOrder } from "../imports/submit-in-order.ts";
import type { IngestParts } from "../main/open-counterpart.ts";
import { now } from "../main/open-counterpart.ts";
import type { Database } from "../platform/database.ts";
import { lockForConnection, tryLockForConnection } from "../platform/locks.ts";
import { progressBar } from "../platform/progress.ts";
import { type CloseResult, closePeriod } from "../statements/close-period.ts";
import { findDemoRun, finishDemoRun, noteDemoRun, startDemoRun } from "./demo-run.repo.ts";
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

/** What the sample catalogue is beside the one in force: just applied, the same, or changed by somebody. */
export type SampleCatalogue = "applied" | "same" | "changed";

/**
 * Publishes the sample catalogue in a new database. One that holds the demo keeps its catalogue: somebody who
 * tries other prices must not lose them. Refuses a database with a catalogue of its own.
 */
export async function applyDemoCatalogue(database: Database): Promise<SampleCatalogue> {
  const read = await readCatalogueDirectory(DEMO_CATALOGUE);
  const db = database.pool("reader");
  if ((await loadRevision(db)) === 0) {
    await applyCatalogue(database, { read, by: "demo", dryRun: false });
    return "applied";
  }
  if (await isInForce(database, read)) return "same";
  if ((await findDemoRun(db)) !== null) return "changed";
  throw new Refusal("demo.other-catalogue");
}

async function isInForce(database: Database, read: ReadCatalogue): Promise<boolean> {
  try {
    const { changes } = await applyCatalogue(database, { read, by: "demo", dryRun: true });
    return changes.length === 0;
  } catch (error) {
    // What was added since cannot be taken away.
    if (error instanceof Refusal && error.code === "catalogue.invalid") return false;
    throw error;
  }
}

export type Ingested = "ingested" | "already" | "stopped";

export interface DemoIngest {
  readonly events: number;
  readonly stop: AbortSignal;
  readonly onResume: (afterLine: number) => void;
}

/**
 * Ingests the generated month, or goes on where a run that was stopped or killed had come to; what was stored
 * after that is a duplicate. Refuses a database that holds the demo in another size.
 */
export async function ingestDemoTraffic(
  database: Database,
  { ingest }: IngestParts,
  { events, stop, onResume }: DemoIngest,
): Promise<Ingested> {
  const db = database.pool("writer");
  const run = await findDemoRun(db);
  if (run !== null && run.events !== events) {
    throw new Refusal("demo.other-size", { events: run.events });
  }
  if (run?.finished === true) return "already";
  if (run === null) await startDemoRun(db, events);
  const afterLine = run?.throughLine ?? 0;
  if (afterLine > 0) onResume(afterLine);
  const traffic = { ingest, events, afterLine, stop };
  const throughLine = await ingestLines(traffic, (line) => noteDemoRun(db, line));
  if (throughLine < events) return "stopped";
  await finishDemoRun(db);
  return "ingested";
}

interface DemoLines extends Pick<DemoIngest, "events" | "stop"> {
  readonly ingest: Ingest;
  readonly afterLine: number;
}

interface DemoBatch {
  readonly bodies: readonly string[];
  readonly throughLine: number;
}

/** Returns the line up to which all is stored. */
async function ingestLines(
  { ingest, events, afterLine, stop }: DemoLines,
  note: (throughLine: number) => Promise<void>,
): Promise<number> {
  const bar = progressBar({ label: "Ingesting", total: events, unit: "events", from: afterLine });
  let stored = afterLine;
  await submitInOrder(demoBatches(events, afterLine, stop), {
    submit: ({ bodies }: DemoBatch) => ingest.submit({ bodies, lane: "bulk", sources: null }),
    async committed({ throughLine }) {
      stored = throughLine;
      bar.update(stored);
      await note(stored);
    },
    underWayMax: BATCHES_UNDER_WAY,
  });
  bar.finish();
  return stored;
}

async function* demoBatches(
  events: number,
  afterLine: number,
  stop: AbortSignal,
): AsyncGenerator<DemoBatch> {
  const traffic = { seed: DEMO_SEED, events, month: DEMO_MONTH, world: DEMO_WORLD };
  let line = 0;
  let bodies: string[] = [];
  for (const body of generateTraffic(traffic)) {
    line++;
    if (line <= afterLine) continue;
    bodies.push(body);
    if (bodies.length < BATCH && line < events) continue;
    if (stop.aborted) return;
    yield { bodies, throughLine: line };
    bodies = [];
  }
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
