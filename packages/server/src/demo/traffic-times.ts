/** How busy each hour (UTC) is: Europe works from 7, America until 22. */
const HOURS = [
  14, 11, 9, 9, 10, 13, 20, 32, 46, 55, 58, 57, 54, 56, 60, 62, 60, 55, 48, 40, 33, 27, 22, 18,
] as const;

/** How busy each day is, from Sunday. */
const WEEKDAYS = [48, 100, 104, 103, 105, 98, 58] as const;

const MINUTE = 60_000;
const DAY = 86_400_000;

/** A month in UTC as epoch milliseconds, half-open. */
export interface Month {
  readonly start: number;
  readonly end: number;
}

/** The month named `2026-10`. */
export function utcMonth(name: string): Month {
  const [year, month] = name.split("-").map(Number) as [number, number];
  return { start: Date.UTC(year, month - 1, 1), end: Date.UTC(year, month, 1) };
}

/**
 * Spreads `count` events over the month's minutes in the shape of the day and the week. Element m
 * is how many events come before the end of minute m; the last is `count`.
 */
export function eventsByMinute({ start, end }: Month, count: number): Float64Array {
  const minutes = (end - start) / MINUTE;
  const weights = new Float64Array(minutes);
  let total = 0;
  for (let minute = 0; minute < minutes; minute++) {
    total += weightAt(start + minute * MINUTE);
    weights[minute] = total;
  }
  return weights.map((weight) => Math.floor((weight / total) * count));
}

/** A whole number: hours blend into each other, a minute at a time. */
function weightAt(time: number): number {
  const minuteOfDay = (time % DAY) / MINUTE;
  const hour = Math.floor(minuteOfDay / 60);
  const minute = minuteOfDay % 60;
  // The epoch began on a Thursday.
  const weekday = (Math.floor(time / DAY) + 4) % 7;
  return WEEKDAYS[weekday]! * (HOURS[hour]! * (60 - minute) + HOURS[(hour + 1) % 24]! * minute);
}
