/** Times that prices depend on, in the zone of their deck (handbook §2.5). */
import { assert } from "../assert.ts";
import { DAY_MS, dateOfDay } from "../calendar.ts";
import type { TimeBand, Weekday } from "../catalogue/call-rules.ts";
import type { Deck } from "../catalogue/catalogue.ts";
import type { Instant } from "../instant.ts";
import { type LocalDay, parseLocalDay, type Zone } from "../period.ts";
import { offsetsAround } from "../zone-offsets.ts";

export const WEEKDAYS: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

export interface CompiledBand {
  readonly name: string;
  readonly weight: number;
  /** null: whatever it is. */
  readonly days: ReadonlySet<number> | null;
  readonly months: ReadonlySet<number> | null;
  readonly monthDays: ReadonlySet<number> | null;
  readonly holidays: TimeBand["holidays"];
  /** Milliseconds of a local day, half-open; the whole day when empty. */
  readonly windows: readonly DayWindow[];
}

export interface DayWindow {
  readonly from: number;
  readonly to: number;
}

export interface BandCalendar {
  readonly zone: Zone;
  readonly bands: ReadonlyMap<string, CompiledBand>;
  readonly holidays: ReadonlySet<LocalDay>;
  /** Milliseconds of a local day at which some band begins or ends, in order, its end included. */
  readonly edges: readonly number[];
}

export function compileBands(
  { timeBands = {}, holidays = [] }: Pick<Deck, "timeBands" | "holidays">,
  zone: Zone,
): BandCalendar {
  const bands = new Map(
    Object.entries(timeBands).map(([name, band]) => [name, compileBand(name, band)]),
  );
  const edges = [...bands.values()].flatMap(({ windows }) =>
    windows.flatMap(({ from, to }) => [from, to]),
  );
  return {
    zone,
    bands,
    holidays: new Set(holidays.map(parseLocalDay)),
    edges: [...new Set([...edges.filter((edge) => edge > 0), DAY_MS])].sort((a, b) => a - b),
  };
}

export function compileBand(name: string, band: TimeBand): CompiledBand {
  const { days, months, monthDays, holidays, times = [], weight = 0 } = band;
  return {
    name,
    weight,
    days: days === undefined ? null : new Set(days.map((day) => WEEKDAYS.indexOf(day))),
    months: months === undefined ? null : new Set(months),
    monthDays: monthDays === undefined ? null : new Set(monthDays),
    holidays,
    windows: times.flatMap((text) => dayWindows(text) ?? []),
  };
}

const WINDOW = /^([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])$/;
const MINUTE = 60_000;

/** `08:00-18:00`; one across midnight is the two ends of a day. Null for anything else, an empty one too. */
export function dayWindows(text: string): readonly DayWindow[] | null {
  const match = WINDOW.exec(text);
  if (match === null) return null;
  const [hour = 0, minute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number);
  const from = (hour * 60 + minute) * MINUTE;
  const to = (toHour * 60 + toMinute) * MINUTE;
  if (from === to || to > DAY_MS) return null;
  if (from < to) return [{ from, to }];
  const evening = { from, to: DAY_MS };
  return to === 0 ? [evening] : [{ from: 0, to }, evening];
}

/** What the calendar and the clock on the wall show. */
export interface WallTime {
  /** 0 is Monday. */
  readonly weekday: number;
  readonly month: number;
  readonly monthDay: number;
  readonly isHoliday: boolean;
  /** Milliseconds since the clock showed 00:00. */
  readonly clock: number;
}

export function isInBand(band: CompiledBand, wall: WallTime): boolean {
  return isOnDay(band, wall) && isAtClock(band, wall.clock);
}

export function isOnDay(band: CompiledBand, wall: Omit<WallTime, "clock">): boolean {
  if (band.days?.has(wall.weekday) === false) return false;
  if (band.months?.has(wall.month) === false) return false;
  if (band.monthDays?.has(wall.monthDay) === false) return false;
  return band.holidays === undefined || (band.holidays === "only") === wall.isHoliday;
}

export function isAtClock({ windows }: CompiledBand, clock: number): boolean {
  return windows.length === 0 || windows.some(({ from, to }) => clock >= from && clock < to);
}

const THURSDAY = 3;

export function wallTimeAt({ zone, holidays }: BandCalendar, instant: Instant): WallTime {
  const local = instant + offsetAt(zone, instant).offset;
  const day = Math.floor(local / DAY_MS);
  const { month, day: monthDay } = dateOfDay(day);
  return {
    // 1970-01-01 was a Thursday.
    weekday: (((day + THURSDAY) % 7) + 7) % 7,
    month,
    monthDay,
    isHoliday: holidays.has(day as LocalDay),
    clock: local - day * DAY_MS,
  };
}

/**
 * The next instant at which a band may begin or end: an edge on the wall clock, or the clock's own change.
 * Worked out in UTC, so that an hour that is skipped or lived twice is as long as it is. There are at most
 * as many a day as edges and two more.
 */
export function nextEdge({ zone, edges }: BandCalendar, instant: Instant): Instant {
  const { offset, until } = offsetAt(zone, instant);
  const local = instant + offset;
  const clock = local - Math.floor(local / DAY_MS) * DAY_MS;
  const edge = edges.find((one) => one > clock);
  assert(edge !== undefined, "the day's end is an edge");
  return Math.min(instant + edge - clock, until) as Instant;
}

/** How far the zone is ahead of UTC, and until when that is certain. */
function offsetAt(zone: Zone, instant: Instant): { offset: number; until: number } {
  const utcDay = Math.floor(instant / DAY_MS);
  const { before, changesAt, after } = offsetsAround(zone, utcDay);
  const nextDay = (utcDay + 1) * DAY_MS;
  if (instant >= changesAt) return { offset: after, until: nextDay };
  return { offset: before, until: Math.min(changesAt, nextDay) };
}
