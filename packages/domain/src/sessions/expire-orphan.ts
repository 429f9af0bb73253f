import type { Instant } from "../instant.ts";
import type { SessionPolicy } from "./session-policy.ts";
import { hasGaps, type SessionProgress } from "./session-progress.ts";

/**
 * Why an open session is taken for ended: nothing came of it for too long, or it is open for too
 * long.
 */
export type Expiry = "silent" | "tooLong";

/**
 * Whether a session without a stop is an orphan (handbook §6): no interim for twice the interval,
 * or open for longer than its source allows. It is then charged for what it is last known to have
 * used, as an estimate.
 */
export function expireOrphan(
  progress: SessionProgress,
  policy: SessionPolicy,
  now: Instant,
): Expiry | null {
  if (progress.hasStop) return null;
  if (policy.silenceMax !== null && now >= progress.heardAt + policy.silenceMax) return "silent";
  return now >= progress.openedAt + policy.lifeMax ? "tooLong" : null;
}

/**
 * When something is to be done about a session of which a record has just come.
 *
 * - Stopped and complete: at once. A stop that came without its start, or between deltas of which
 *   one is missing, waits as long as a silent session, because records overtake each other.
 * - Open: when it would expire.
 * - Charged before (`isHandedOver`): at once when it has a stop, else when it has fallen silent
 *   again.
 */
export function sessionDueAt(
  progress: SessionProgress,
  policy: SessionPolicy,
  isHandedOver: boolean,
): Instant {
  const { hasStart, hasStop, openedAt, heardAt } = progress;
  const isWhole = hasStart && (policy.usage === "cumulative" || !hasGaps(progress));
  if (hasStop && (isWhole || isHandedOver)) return heardAt;
  if (hasStop || isHandedOver) return (heardAt + policy.patience) as Instant;
  const tooLong = openedAt + policy.lifeMax;
  const silent = policy.silenceMax === null ? tooLong : heardAt + policy.silenceMax;
  return Math.min(silent, tooLong) as Instant;
}
