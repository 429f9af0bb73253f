import { assert } from "./assert.ts";

export const DAY_MS = 86_400_000;

/** A date of the proleptic Gregorian calendar; `month` and `day` count from 1. */
export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
const DAYS_BEFORE_1970 = 719_162;

/** Whole days since 1970-01-01; NaN when there is no such date in the years 0001 to 9999. */
export function dayOfDate(year: number, month: number, day: number): number {
  if (!(year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1)) return Number.NaN;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const before = DAYS_BEFORE_MONTH[month - 1]!;
  const length = DAYS_BEFORE_MONTH[month]! - before + (leap && month === 2 ? 1 : 0);
  if (!(day <= length)) return Number.NaN;
  const years = year - 1;
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  const leapDay = leap && month > 2 ? 1 : 0;
  return years * 365 + leapDays + before + leapDay + day - 1 - DAYS_BEFORE_1970;
}

/** The date that is so many whole days after 1970-01-01. */
export function dateOfDay(day: number): CalendarDate {
  const date = new Date(day * DAY_MS);
  assert(!Number.isNaN(date.getTime()), "a day lies in the calendar");
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
  };
}

/** Reads `YYYY-MM-DD` at the start of a text, as days since 1970-01-01; NaN when it is not a date. */
export function readDate(text: string): number {
  if (text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return Number.NaN;
  const year = readTwoDigits(text, 0) * 100 + readTwoDigits(text, 2);
  return dayOfDate(year, readTwoDigits(text, 5), readTwoDigits(text, 8));
}

const HYPHEN = 45;

/** The number of two ASCII digits; NaN when there are others or the text ends. */
export function readTwoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
