/** A close with what has to be in it: what is due by now is charged before anything is stated. */
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { loadRevision } from "../catalogue/catalogue.repo.ts";
import type { Ingest } from "../events/ingest.ts";
import type { Database } from "../platform/database.ts";
import { handOverSessions } from "../sessions/hand-over-sessions.ts";
import { type CloseRequest, type CloseResult, closePeriod } from "./close-period.ts";

export interface CloseParts {
  readonly database: Database;
  readonly keeper: BookKeeper;
  readonly ingest: Pick<Ingest, "submit">;
}

/**
 * Hands over the sessions that have ended or expired, so that none of the month is missed, and closes it. A
 * dry run stores nothing, so it does not see them. Refuses what `closePeriod` refuses.
 */
export async function closeMonth(parts: CloseParts, request: CloseRequest): Promise<CloseResult> {
  const { database, keeper } = parts;
  await keeper.refresh(await loadRevision(database.pool("reader")));
  if (!request.dryRun) await handOverSessions({ ...parts, now: () => request.now });
  return await closePeriod(database, keeper.book(), request);
}
