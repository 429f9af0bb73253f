import type { BookKeeper } from "../catalogue/book-keeper.ts";
import type { Database } from "../platform/database.ts";
import { type RunOptions, runClose } from "./close-backfill.ts";
import { loadBackfill } from "./open-backfill.ts";
import { runRevert } from "./revert-backfill.ts";

/**
 * Does what is left to do of a backfill that is being closed or reverted; nothing of others. Refuses
 * `backfill.unknown` and `backfill.already-running`.
 */
export async function finishBackfill(
  database: Database,
  keeper: BookKeeper,
  name: string,
  options: RunOptions,
): Promise<void> {
  const { state } = await loadBackfill(database.pool("reader"), name);
  if (state === "c") await runClose(database, keeper, name, options);
  if (state === "u") await runRevert(database, keeper, name, options);
}
