import { assert } from "./assert.ts";
import { DAY_MS, dateOfDay, dayOfDate, readDate } from "./calendar.ts";
import {
  INSTANT_FIRST,
  INSTANT_LAST,
  type Instant,
  instantOfEpochMs,
  parseInstant,
} from "./instant.ts";
import { Refusal } from "./refusals.ts";
import { isZoneName, offsetsAround } from "./zone-offsets.ts";

/** A name of the IANA time-zone database, such as `Asia/Kolkata`. */
export type Zone = string & { readonly brand: "Zone" };

/** A date of some local calendar: whole days since 1970-01-01. */
export type LocalDay = number & { readonly brand: "LocalDay" };

/** A calendar month, such as `2026-10`, in the years 0001 to 9999. */
export type MonthText = string & { readonly brand: "MonthText" };

/** From `start` on and before `end`. */
export interface Period {
  readonly start: Instant;
  readonly end: Instant;
}

/** What a clock on the wall shows; `month` and `day` count from 1. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Refuses `zone.unknown`. */
export function checkZone(name: string): Zone {
  if (!isZoneName(name)) throw new Refusal("zone.unknown", { name: name.slice(0, 64) });
  return name as Zone;
}

/**
 * The local day that an instant belongs to: the latest date that the zone's clocks have shown up to
 * then. Where clocks go back across midnight, the hour that is lived twice stays with the later day,
 * so that days follow each other and every instant is in exactly one.
 *
 * Runs for each charge; days that were asked for before cost one look-up.
 */
export function localDayOf(zone: Zone, instant: Instant): LocalDay {
  const utcDay = Math.floor(instant / DAY_MS);
  for (const piece of piecesOf(zone, utcDay)) if (instant < piece.end) return piece.day;
  assert(false, "the local days cover each UTC day");
}

/**
 * The first instant that belongs to the local day, or to a later one where the zone skipped it: a
 * skipped day starts when the next one does and is empty.
 */
export function startOfLocalDay(zone: Zone, day: LocalDay): Instant {
  const start = startMs(zone, day);
  return Math.min(Math.max(start, INSTANT_FIRST), INSTANT_LAST) as Instant;
}

/** Reads `2026-10-31`. Refuses `date.malformed`. */
export function parseLocalDay(text: string): LocalDay {
  const day = text.length === 10 ? readDate(text) : Number.NaN;
  if (Number.isNaN(day)) throw new Refusal("date.malformed", { text: text.slice(0, 64) });
  return day as LocalDay;
}

/** `2026-10-31` */
export function formatLocalDay(day: LocalDay): string {
  const { year, month, day: dayOfMonth } = dateOfDay(day);
  assert(year >= 1 && year <= 9999, "a shown date lies in the years 0001 to 9999");
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(dayOfMonth, 2)}`;
}

/** Reads `2026-10`. Refuses `period.malformed`. */
export function parseMonth(text: string): MonthText {
  const wellFormed = text.length === 7 && !Number.isNaN(readDate(`${text}-01`));
  if (!wellFormed) throw new Refusal("period.malformed", { text: text.slice(0, 64) });
  return text as MonthText;
}

/** The month's first day and the first day after it. */
export function monthDays(month: MonthText): { first: LocalDay; end: LocalDay } {
  const first = parseLocalDay(`${month}-01`);
  const { year, month: number } = dateOfDay(first);
  const last = [31, 30, 29, 28]
    .map((length) => dayOfDate(year, number, length))
    .find((day) => !Number.isNaN(day));
  assert(last !== undefined, "a month has at least 28 days");
  return { first, end: (last + 1) as LocalDay };
}

/** From the month's first midnight in the zone to the next month's. */
export function monthPeriod(zone: Zone, month: MonthText): Period {
  const { first, end } = monthDays(month);
  return { start: startOfLocalDay(zone, first), end: startOfLocalDay(zone, end) };
}

/** The month that a local day is in. */
export function monthOfDay(day: LocalDay): MonthText {
  return formatLocalDay(day).slice(0, 7) as MonthText;
}

/** Refuses `period.malformed` after 9999-12. */
export function nextMonth(month: MonthText): MonthText {
  return monthAway(month, 1);
}

/** Refuses `period.malformed` before 0001-01. */
export function previousMonth(month: MonthText): MonthText {
  return monthAway(month, -1);
}

/**
 * A date means its first instant in the zone; anything else is RFC 3339 with a zone of its own.
 * Refuses `date.malformed`, `instant.malformed` and `instant.without-zone`.
 */
export function instantOfDateOrInstant(zone: Zone, text: string): Instant {
  if (text.length === 10) return startOfLocalDay(zone, parseLocalDay(text));
  return parseInstant(text);
}

/**
 * The instant of a record that was written in local time. A time that the zone skipped is moved
 * forward by what was skipped (02:30 becomes 03:30); of a time that was lived twice, the earlier one
 * is meant. Refuses `instant.malformed`.
 */
export function localTime(zone: Zone, time: LocalTime): Instant {
  const { hour, minute, second } = time;
  const day = dayOfDate(time.year, time.month, time.day);
  if (Number.isNaN(day) || !isBelow(hour, 24) || !isBelow(minute, 60) || !isBelow(second, 60)) {
    throw new Refusal("instant.malformed", { ...time });
  }
  const clock = day * DAY_MS + (hour * 3600 + minute * 60 + second) * 1000;
  const { before, changesAt, after } = offsetsAround(zone, day);
  const earlier = clock - before;
  const later = clock - after;
  // In a gap neither offset holds at its own instant; the one before the gap moves the time forward.
  return instantOfEpochMs(earlier >= changesAt && later >= changesAt ? later : earlier);
}

/** A stretch of a UTC day that belongs to one local day, up to `end`. */
interface Piece {
  readonly end: number;
  readonly day: LocalDay;
}

const piecesByZone = new Map<Zone, Map<number, readonly Piece[]>>();

/** About three years; sources accept 400 days unless they are told otherwise. */
const UTC_DAYS_PER_ZONE_MAX = 1024;

function piecesOf(zone: Zone, utcDay: number): readonly Piece[] {
  let known = piecesByZone.get(zone);
  if (known === undefined) {
    known = new Map();
    piecesByZone.set(zone, known);
  }
  const remembered = known.get(utcDay);
  if (remembered !== undefined) return remembered;
  if (known.size >= UTC_DAYS_PER_ZONE_MAX) known.clear();
  const pieces = cutUtcDay(zone, utcDay);
  known.set(utcDay, pieces);
  return pieces;
}

/** The local days that the UTC day touches, one after the other; skipped ones are left out. */
function cutUtcDay(zone: Zone, utcDay: number): readonly Piece[] {
  const pieces: Piece[] = [];
  const utcEnd = (utcDay + 1) * DAY_MS;
  let coveredTo = utcDay * DAY_MS;
  // No clock is a whole day behind UTC, so the day before has begun everywhere.
  for (let day = utcDay - 1; coveredTo < utcEnd; day += 1) {
    const end = startMs(zone, day + 1);
    if (end <= coveredTo) continue;
    pieces.push({ end, day: day as LocalDay });
    coveredTo = end;
  }
  return pieces;
}

/** `startOfLocalDay` without the bounds of `Instant`. */
function startMs(zone: Zone, day: number): number {
  const { before, changesAt, after } = offsetsAround(zone, day);
  const midnight = day * DAY_MS;
  if (midnight - before < changesAt) return midnight - before;
  // The change comes first. It may itself jump to the day or past it.
  return Math.max(changesAt, midnight - after);
}

function monthAway(month: MonthText, months: -1 | 1): MonthText {
  const { first, end } = monthDays(month);
  const { year, month: number } = dateOfDay(months === 1 ? end : first - 1);
  return parseMonth(`${digits(year, 4)}-${digits(number, 2)}`);
}

function isBelow(value: number, bound: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < bound;
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, "0");
}
