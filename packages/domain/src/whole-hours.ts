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
/** 2038-01-01: from then on the rules that are known repeat year by year, so that one year tells all. */
const RULES_REPEAT_FROM = 24_837;
const YEAR_DAYS = 366;

/**
 * Whether the zone was whole hours from UTC all through the period, so that its local days are made of
 * the hours of UTC. Kolkata (5:30) never is, Lord Howe not in winter.
 */
export function isWholeHoursFromUtc(zone: Zone, { start, end }: Period): boolean {
  const first = Math.floor(start / DAY_MS);
  const told = Math.max(first, RULES_REPEAT_FROM) + YEAR_DAYS;
  const last = Math.min(Math.floor(end / DAY_MS), told);
  for (let day = first; ; day += STEP_DAYS) {
    const { before, after } = offsetsAround(zone, Math.min(day, last));
    if (before % HOUR_MS !== 0 || after % HOUR_MS !== 0) return false;
    if (day >= last) return true;
  }
}
