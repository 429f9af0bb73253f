/** Tries quarantined events again with the book in force; nothing is charged twice. */
import type { Instant } from "@counterpart/domain/instant.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { commitReplay, StaleBook, type Writer } from "../events/commit-group.ts";
import { connectWriter, numberNewTuples } from "../events/group-writer.ts";
import { makeMonths } from "../events/partitions.repo.ts";
import { type Candidate, prepareEvent } from "../events/prepare-event.ts";
import { type SchemaChecks, schemaChecks } from "../events/schema-checks.ts";
import type { Database } from "../platform/database.ts";
import { isDeadlock, isOfData } from "../platform/sql-states.ts";
import { listPendingBodies, type PendingBody } from "./quarantine.repo.ts";

export interface ReplayRequest {
  /** Reasons to try; null for all. */
  readonly codes: readonly string[] | null;
  readonly onProgress?: ((tried: number) => void) | undefined;
  /** Whether to leave the rest for another time. */
  readonly isStopping?: (() => boolean) | undefined;
}

export interface ReplayResult {
  readonly tried: number;
  readonly released: number;
  /** Whether some were left as it was told to stop. */
  readonly isStopped: boolean;
}

const PAGE = 1_000;
const FIRST_KEY = "00000000-0000-0000-0000-000000000000";

/** One pass over the events that wait. May be killed at any time and started again. */
export async function replayQuarantine(
  database: Database,
  keeper: BookKeeper,
  { codes, onProgress, isStopping }: ReplayRequest,
): Promise<ReplayResult> {
  const writer = await connectWriter(database);
  const checks = schemaChecks();
  let tried = 0;
  let released = 0;
  let after = FIRST_KEY;
  try {
    for (;;) {
      const page = await listPendingBodies(writer.client, { codes, after, limit: PAGE });
      if (page.length === 0) return { tried, released, isStopped: false };
      if (isStopping?.()) return { tried, released, isStopped: true };
      released += await replayPage(database, writer, keeper, checks, page);
      tried += page.length;
      after = page.at(-1)!.key;
      onProgress?.(tried);
    }
  } finally {
    await writer.client.end();
  }
}

async function replayPage(
  database: Database,
  writer: Writer,
  keeper: BookKeeper,
  checks: SchemaChecks,
  page: readonly PendingBody[],
): Promise<number> {
  const book = keeper.book();
  const candidates: Candidate[] = [];
  for (const { body, key, content, receivedAt } of page) {
    const preparation = { book, checks, receivedAt: receivedAt as Instant, sources: null };
    const prepared = prepareEvent(body, preparation);
    // The stored identity holds, whatever rule of content is in force now.
    if ("key" in prepared) candidates.push({ ...prepared, key, content });
  }
  await makeMonths(database, candidates);
  await numberNewTuples(writer.client, candidates);
  try {
    const group = { candidates, refused: [], revision: book.revision };
    return (await commitReplay(writer, group)).size;
  } catch (error) {
    if (isOfData(error)) return await replayHalves(database, writer, keeper, checks, page);
    if (error instanceof StaleBook) await keeper.refresh(error.revision);
    // A correction that arrives meanwhile locks the same bodies, in the order of its own keys.
    else if (!isDeadlock(error)) throw error;
    return await replayPage(database, writer, keeper, checks, page);
  }
}

/** Leaves alone the one event that the store refuses, and releases its neighbours. */
async function replayHalves(
  database: Database,
  writer: Writer,
  keeper: BookKeeper,
  checks: SchemaChecks,
  page: readonly PendingBody[],
): Promise<number> {
  if (page.length === 1) return 0;
  const half = page.length >> 1;
  const first = await replayPage(database, writer, keeper, checks, page.slice(0, half));
  return first + (await replayPage(database, writer, keeper, checks, page.slice(half)));
}
