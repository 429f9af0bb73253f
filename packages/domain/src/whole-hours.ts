import { DAY_MS } from "./calendar.ts";
import type { Instant } from "./instant.ts";
import type { Period, Zone } from "./period.ts";
import { offsetsAround } from "./zone-offsets.ts";

const HOUR_MS = 3_600_000;

/** Whether an hour of UTC begins then. */
export function isWholeHour(instant: Instant): boolean {
  return instant % HOUR_MS === 0;
}

/** No zone has kept an offset for a shorter time since 1970. */
const STEP_DAYS = 28;

/**
 * Whether the zone was whole hours from UTC all through the period, so that its local days are made of
 * the hours of UTC. Kolkata (5:30) never is, Lord Howe not in winter.
 */
export function isWholeHoursFromUtc(zone: Zone, { start, end }: Period): boolean {
  const last = Math.floor(end / DAY_MS);
  for (let day = Math.floor(start / DAY_MS); ; day += STEP_DAYS) {
    const { before, after } = offsetsAround(zone, Math.min(day, last));
    if (before % HOUR_MS !== 0 || after % HOUR_MS !== 0) return false;
    if (day >= last) return true;
  }
}
