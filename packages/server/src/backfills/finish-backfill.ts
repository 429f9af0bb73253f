import { Refusal } from "@counterpart/domain/refusals.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { loadRevision } from "../catalogue/catalogue.repo.ts";
import { connectWriter } from "../events/group-writer.ts";
import type { Database } from "../platform/database.ts";
import { tryLockForConnection } from "../platform/locks.ts";
import { endBackfill } from "./backfills.repo.ts";
import { pagesToClose } from "./close-backfill.ts";
import { loadBackfill } from "./open-backfill.ts";
import { pagesToRevert } from "./revert-backfill.ts";
import { type RunOptions, runPages } from "./run-pages.ts";

/**
 * Does what is left to do of a backfill that is being closed or reverted, from where it was; another one is
 * left alone. It may be killed at any time: what is stored and the note of it commit together. Refuses
 * `backfill.unknown`, and `backfill.already-running` while one is being closed or reverted.
 */
export async function finishBackfill(
  database: Database,
  keeper: BookKeeper,
  name: string,
  options: RunOptions,
): Promise<void> {
  const { state } = await loadBackfill(database.pool("reader"), name);
  if (state !== "c" && state !== "u") return;
  const writer = await connectWriter(database);
  const { client } = writer;
  try {
    // The lock goes with the connection.
    if (!(await tryLockForConnection(client, "backfill"))) {
      throw new Refusal("backfill.already-running");
    }
    const row = await loadBackfill(client, name);
    await keeper.refresh(await loadRevision(client));
    const run = { id: row.id, database, writer, keeper, options };
    if (row.state === "c") {
      const pages = pagesToClose({ ...run, batch: row.close_batch! });
      if (await runPages(client, row.id, pages, options)) await endBackfill(client, row.id, "d");
    }
    if (row.state === "u") {
      const pages = pagesToRevert({ ...run, batch: row.revert_batch! });
      if (await runPages(client, row.id, pages, options)) await endBackfill(client, row.id, "r");
    }
  } finally {
    await client.end();
  }
}
