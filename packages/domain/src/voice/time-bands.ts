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
  /** What was worked out last: most calls are of the same hours. */
  readonly last: { offset: ZoneOffset; day: LocalDate };
}

/** How far a zone is ahead of UTC, from one instant to another. */
interface ZoneOffset {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
}

/** What bands ask of a day. */
export interface LocalDate {
  readonly day: number;
  /** 0 is Monday. */
  readonly weekday: number;
  readonly month: number;
  readonly monthDay: number;
  readonly isHoliday: boolean;
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
    last: {
      offset: { from: 0, until: 0, offset: 0 },
      day: { day: Number.NaN, weekday: 0, month: 1, monthDay: 1, isHoliday: false },
    },
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

export function isInBand(band: CompiledBand, { date, clock }: WallTime): boolean {
  return isOnDay(band, date) && isAtClock(band, clock);
}

export function isOnDay(band: CompiledBand, date: Omit<LocalDate, "day">): boolean {
  if (band.days?.has(date.weekday) === false) return false;
  if (band.months?.has(date.month) === false) return false;
  if (band.monthDays?.has(date.monthDay) === false) return false;
  return band.holidays === undefined || (band.holidays === "only") === date.isHoliday;
}

export function isAtClock({ windows }: CompiledBand, clock: number): boolean {
  return windows.length === 0 || windows.some(({ from, to }) => clock >= from && clock < to);
}

/** What the calendar and the clock on the wall show. */
export interface WallTime {
  readonly date: LocalDate;
  /** Milliseconds since the clock showed 00:00. */
  readonly clock: number;
}

export function wallTimeAt(calendar: BandCalendar, instant: Instant): WallTime {
  const local = instant + offsetAt(calendar, instant).offset;
  const day = Math.floor(local / DAY_MS);
  return { date: dateOf(calendar, day), clock: local - day * DAY_MS };
}

const THURSDAY = 3;

function dateOf({ last, holidays }: BandCalendar, day: number): LocalDate {
  if (last.day.day === day) return last.day;
  const { month, day: monthDay } = dateOfDay(day);
  last.day = {
    day,
    // 1970-01-01 was a Thursday.
    weekday: (((day + THURSDAY) % 7) + 7) % 7,
    month,
    monthDay,
    isHoliday: holidays.has(day as LocalDay),
  };
  return last.day;
}

/**
 * The next instant at which a band may begin or end: an edge on the wall clock, or the clock's own change.
 * Worked out in UTC, so that an hour that is skipped or lived twice is as long as it is. There are at most
 * as many a day as edges and two more.
 */
export function nextEdge(calendar: BandCalendar, instant: Instant): Instant {
  const { offset, until } = offsetAt(calendar, instant);
  const local = instant + offset;
  const clock = local - Math.floor(local / DAY_MS) * DAY_MS;
  for (const edge of calendar.edges) {
    if (edge > clock) return Math.min(instant + edge - clock, until) as Instant;
  }
  assert(false, "the day's end is an edge");
}

/** How far the zone is ahead of UTC, and until when that is certain. */
function offsetAt({ zone, last }: BandCalendar, instant: Instant): ZoneOffset {
  if (instant >= last.offset.from && instant < last.offset.until) return last.offset;
  const utcDay = Math.floor(instant / DAY_MS);
  const { before, changesAt, after } = offsetsAround(zone, utcDay);
  const from = utcDay * DAY_MS;
  const until = from + DAY_MS;
  last.offset =
    instant >= changesAt
      ? { from: Math.max(from, changesAt), until, offset: after }
      : { from, until: Math.min(changesAt, until), offset: before };
  return last.offset;
}
