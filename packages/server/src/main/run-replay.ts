/** A replay of the quarantine as commands run it: with its progress, and stopped by Ctrl-C. */
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import type { Database } from "../platform/database.ts";
import { group } from "../platform/progress.ts";
import { type ReplayResult, replayQuarantine } from "../quarantine/replay.ts";
import { withProgress } from "./long-work.ts";

export interface ReplayToRun {
  /** Reasons to try; null for all. */
  readonly codes: readonly string[] | null;
  /** How many events wait for these. */
  readonly total: number;
}

export async function runReplay(
  stop: AbortSignal,
  database: Database,
  keeper: BookKeeper,
  { codes, total }: ReplayToRun,
): Promise<ReplayResult> {
  return await withProgress("Replaying", "events", (onProgress) =>
    replayQuarantine(database, keeper, {
      codes,
      onProgress: (tried) => onProgress(tried, total),
      isStopping: () => stop.aborted,
    }),
  );
}

/** What one that was stopped has done, and what goes on. */
export function stoppedReplay(
  { tried, released }: ReplayResult,
  total: number,
  command: string,
): string {
  return (
    `${group(tried)} of ${group(total)} waiting events were tried, ${group(released)} released.\n` +
    `Go on with: ${command}`
  );
}
