/**
 * The server's recurring work: it charges sessions that have ended, reports receipts that are missing,
 * tries quarantined events again when a new catalogue may cure them, and closes months that are due, if it
 * is told to. Every job is idempotent and safe beside a second one, so it needs no queue: a clerk that was
 * killed starts over.
 */
import type { Instant } from "@counterpart/domain/instant.ts";
import {
  checkZone,
  localDayOf,
  monthOfDay,
  nextMonth,
  type Period,
  previousMonth,
} from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Logger } from "pino";
import { listUnfinished } from "../backfills/backfills.repo.ts";
import { finishBackfill } from "../backfills/finish-backfill.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { loadRevision } from "../catalogue/catalogue.repo.ts";
import type { Ingest } from "../events/ingest.ts";
import type { Metrics } from "../http/metrics.ts";
import { reportMissingReceipts } from "../messages/missing-receipts.ts";
import type { Database } from "../platform/database.ts";
import { replayQuarantine } from "../quarantine/replay.ts";
import { runRerating } from "../reratings/rerate.ts";
import { listRunning } from "../reratings/reratings.repo.ts";
import { handOverSessions } from "../sessions/hand-over-sessions.ts";
import { measureSessions } from "../sessions/session-views.repo.ts";
import { closeMonth } from "../statements/close-month.ts";
import { findNewestPeriod } from "../statements/statements.repo.ts";

export interface ClerkOptions {
  readonly database: Database;
  readonly keeper: BookKeeper;
  readonly ingest: Ingest;
  readonly now: () => Instant;
  readonly metrics: Pick<Metrics, "countSessions" | "noteSessions">;
  /** Close what is due, hour by hour. */
  readonly closeDue: boolean;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
}

export interface Clerk {
  /** Ends after the job under way. */
  stop(): Promise<void>;
}

const HOUR = 3_600_000;
const SESSIONS_EVERY_MS = 1_000;
const SESSIONS_MEASURED_EVERY_MS = 15_000;
const REPLAY_EVERY_MS = 10_000;
const RERATE_EVERY_MS = 2_000;
const BACKFILL_EVERY_MS = 2_000;
const CLOSE_EVERY_MS = 3_600_000;
const RECEIPTS_EVERY_MS = 600_000;
/** A clerk that starts looks back so far: one before it may have been away. A close looks at its month. */
const RECEIPTS_LOOK_BACK_MS = 86_400_000;

export function startClerk(options: ClerkOptions): Clerk {
  // What a clerk before this one did not finish is tried once at the start.
  let replayed: number | null = null;
  const replay = async (): Promise<void> => {
    const { revision } = await refreshedBook(options);
    if (revision === replayed) return;
    const result = await replayQuarantine(options.database, options.keeper, { codes: null });
    replayed = revision;
    options.log.info({ revision, ...result }, "quarantine replayed");
  };
  let isStopping = false;
  const rerate = (): Promise<void> => rerateUnfinished(options, () => isStopping);
  const backfill = (): Promise<void> => finishBackfills(options, () => isStopping);
  const jobs = [
    every(SESSIONS_EVERY_MS, () => chargeSessions(options), options),
    every(SESSIONS_MEASURED_EVERY_MS, () => measure(options), options),
    every(REPLAY_EVERY_MS, replay, options),
    every(RERATE_EVERY_MS, rerate, options),
    every(BACKFILL_EVERY_MS, backfill, options),
    every(RECEIPTS_EVERY_MS, receiptsJob(options), options),
  ];
  if (options.closeDue) jobs.push(every(CLOSE_EVERY_MS, () => closeDue(options), options));
  return {
    async stop() {
      isStopping = true;
      await Promise.all(jobs.map((job) => job.stop()));
    },
  };
}

async function chargeSessions(options: ClerkOptions): Promise<void> {
  const tally = await handOverSessions(options);
  options.metrics.countSessions(tally);
  const left = tally["superseded-pending"] + tally.conflicting + tally.refused + tally.failed;
  if (left > 0) options.log.warn({ ...tally }, "sessions to be looked at");
}

/** Each time the messages whose hours have ended since the last time, with an overlap of one time. */
function receiptsJob(options: ClerkOptions): () => Promise<void> {
  let lookedAt: number | null = null;
  return async () => {
    const now = options.now();
    const since = Math.min(lookedAt ?? now - RECEIPTS_LOOK_BACK_MS, now - RECEIPTS_EVERY_MS);
    const windowOf = (hours: number): Period => ({
      start: (since - hours * HOUR) as Instant,
      end: now,
    });
    const tally = await reportMissingReceipts({ ...options, now }, windowOf);
    lookedAt = now - RECEIPTS_EVERY_MS;
    if (tally.reported + tally.corrected > 0) options.log.info({ ...tally }, "receipts missing");
  };
}

async function measure({ database, metrics, now }: ClerkOptions): Promise<void> {
  metrics.noteSessions(await measureSessions(database.pool("reader"), now()));
}

/** The book at the revision of the database: another process may have applied a catalogue. */
async function refreshedBook({ database, keeper }: ClerkOptions): Promise<{ revision: number }> {
  return await keeper.refresh(await loadRevision(database.pool("reader")));
}

/** Runs re-ratings that were asked for, also those that another process began and did not finish. */
async function rerateUnfinished(
  { database, keeper, log }: ClerkOptions,
  isStopping: () => boolean,
): Promise<void> {
  for (const { batch } of await listRunning(database.pool("reader"))) {
    try {
      await runRerating(database, keeper, batch, { isStopping });
      log.info({ rerating: batch }, "re-rated");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // Under way elsewhere, or stopped since the catalogue is another one.
      log.info({ rerating: batch, code: error.code }, "re-rating left");
    }
  }
}

/** Closes and reverts backfills as they were told to, also where another process began it. */
async function finishBackfills(
  { database, keeper, log, now }: ClerkOptions,
  isStopping: () => boolean,
): Promise<void> {
  for (const { name } of await listUnfinished(database.pool("reader"))) {
    try {
      await finishBackfill(database, keeper, name, { now, isStopping });
      log.info({ backfill: name }, "backfill done");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // Under way elsewhere.
      log.info({ backfill: name, code: error.code }, "backfill left");
    }
  }
}

/**
 * Closes what is due: from the last month that has statements, in which some agreements may have
 * been left, to the month before the current one. A month that is refused holds up the ones after
 * it, so that none is passed over.
 */
async function closeDue(options: ClerkOptions): Promise<void> {
  const { database, keeper, log, now } = options;
  await refreshedBook(options);
  const zone = checkZone(keeper.catalogue().provider.timeZone);
  const last = previousMonth(monthOfDay(localDayOf(zone, now())));
  const newest = await findNewestPeriod(database.pool("reader"));
  const first = newest === null || newest > last ? last : newest;
  for (let period = first; period <= last; period = nextMonth(period)) {
    try {
      const { statements, left } = await closeMonth(options, {
        period,
        now: now(),
        dryRun: false,
        despiteQuarantine: false,
      });
      if (statements.length > 0)
        log.info({ period, statements: statements.length }, "period closed");
      if (left.length > 0) log.info({ period, left: left.length }, "agreements left");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // Somebody has to look at it: the next hour tries again.
      log.warn({ period, code: error.code }, "close refused");
      return;
    }
  }
}

/** Runs a job again and again, never twice at once. What it throws is logged and tried again. */
function every(
  milliseconds: number,
  job: () => Promise<void>,
  { log }: ClerkOptions,
): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let underWay = Promise.resolve();
  const run = (): void => {
    underWay = job()
      .catch((error: unknown) => log.error({ err: error }, "job failed"))
      .then(() => {
        if (!stopped) timer = setTimeout(run, milliseconds).unref();
      });
  };
  timer = setTimeout(run, Math.min(milliseconds, 1_000)).unref();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}
