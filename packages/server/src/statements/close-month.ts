/** A close with what has to be in it: what is due by now is charged before anything is stated. */
import type { Instant } from "@counterpart/domain/instant.ts";
import { checkZone, monthPeriod } from "@counterpart/domain/period.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { loadRevision } from "../catalogue/catalogue.repo.ts";
import type { Ingest } from "../events/ingest.ts";
import { reportMissingReceipts } from "../messages/missing-receipts.ts";
import type { Database } from "../platform/database.ts";
import { handOverSessions } from "../sessions/hand-over-sessions.ts";
import { type CloseRequest, type CloseResult, closePeriod } from "./close-period.ts";

const DAY = 86_400_000;

export interface CloseParts {
  readonly database: Database;
  readonly keeper: BookKeeper;
  readonly ingest: Pick<Ingest, "submit">;
}

/**
 * Hands over the sessions that have ended or expired and reports messages whose receipt is overdue, so that
 * none of the month is missed, and closes it. A dry run stores nothing, so it does not see them. Refuses
 * what `closePeriod` refuses.
 */
export async function closeMonth(parts: CloseParts, request: CloseRequest): Promise<CloseResult> {
  const { database, keeper } = parts;
  await keeper.refresh(await loadRevision(database.pool("reader")));
  if (!request.dryRun) {
    const { isStopping } = request;
    await handOverSessions({ ...parts, now: () => request.now, isStopping });
    // Wide enough for every zone.
    const { start, end } = monthPeriod(checkZone("UTC"), request.period);
    const window = { start: (start - DAY) as Instant, end: (end + DAY) as Instant };
    await reportMissingReceipts({ ...parts, now: request.now }, () => window);
  }
  return await closePeriod(database, keeper.book(), request);
}
