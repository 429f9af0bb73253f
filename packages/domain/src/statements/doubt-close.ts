import type { Instant } from "../instant.ts";
import type { Period } from "../period.ts";

/** Why a close may be a slip: no event is of the month, or it is long past. */
export type CloseDoubt = "noUsage" | "longPast";

/** A provider that comes to Counterpart closes what it imported of a year. */
const PAST_DAYS_MAX = 366;
const DAY = 86_400_000;

/**
 * Statements cannot be taken back, and a mistyped year would issue one for every agreement that was in force.
 */
export function doubtClose(period: Period, now: Instant, hasUsage: boolean): CloseDoubt[] {
  const doubts: CloseDoubt[] = [];
  if (!hasUsage) doubts.push("noUsage");
  if (now - period.end > PAST_DAYS_MAX * DAY) doubts.push("longPast");
  return doubts;
}
