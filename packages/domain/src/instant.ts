import { DAY_MS, readDate, readTwoDigits } from "./calendar.ts";
import { Refusal } from "./refusals.ts";

/** Whole milliseconds since 1970-01-01T00:00Z, in the years 0001 to 9999 of UTC. */
export type Instant = number & { readonly brand: "Instant" };

/** 0001-01-01T00:00:00.000Z */
export const INSTANT_FIRST = -62_135_596_800_000 as Instant;
/** 9999-12-31T23:59:59.999Z */
export const INSTANT_LAST = 253_402_300_799_999 as Instant;

/** Refuses `instant.malformed` when it is not a whole number in the years 0001 to 9999. */
export function instantOfEpochMs(epochMs: number): Instant {
  if (!Number.isInteger(epochMs) || epochMs < INSTANT_FIRST || epochMs > INSTANT_LAST) {
    throw new Refusal("instant.malformed", { epochMs });
  }
  return epochMs as Instant;
}

/**
 * Reads RFC 3339 with its zone. Digits beyond the millisecond are cut off, towards the earlier
 * instant; a leap second (:60) is refused, because the clocks that write events do not agree on it.
 * Refuses `instant.without-zone` and `instant.malformed`.
 *
 * Runs once for each event that is ingested: it reads characters at fixed places (a tenth of a
 * microsecond, where a pattern match takes several) and makes no object unless it refuses.
 */
export function parseInstant(text: string): Instant {
  const hour = readTwoDigits(text, 11);
  const minute = readTwoDigits(text, 14);
  const second = readTwoDigits(text, 17);
  const separated =
    (text.charCodeAt(10) | LOWER_CASE) === LOWER_T &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON;
  // NaN, for what is not a digit, fails each comparison.
  if (!(separated && hour <= 23 && minute <= 59 && second <= 59)) throw malformed(text);
  const zoneAt = endOfFraction(text);
  const offsetMinutes = readOffset(text, zoneAt);
  const epochMs =
    readDate(text) * DAY_MS +
    (hour * 60 + minute - offsetMinutes) * 60_000 +
    second * 1000 +
    millisecondsOfFraction(text, zoneAt);
  if (!(epochMs >= INSTANT_FIRST && epochMs <= INSTANT_LAST)) throw malformed(text);
  return epochMs as Instant;
}

/** RFC 3339 in UTC; with milliseconds only when there are any: `2026-10-01T12:00:00Z`. */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString().replace(".000Z", "Z");
}

const FRACTION_AT = 19;
const LOWER_CASE = 0x20;
const LOWER_T = 116;
const LOWER_Z = 122;
const COLON = 58;
const DOT = 46;
const PLUS = 43;
const MINUS = 45;

/** Where the zone begins: behind the seconds and, if there is one, the fraction. */
function endOfFraction(text: string): number {
  if (text.charCodeAt(FRACTION_AT) !== DOT) return FRACTION_AT;
  let at = FRACTION_AT + 1;
  while (isDigit(text.charCodeAt(at))) at += 1;
  if (at === FRACTION_AT + 1) throw malformed(text);
  return at;
}

function millisecondsOfFraction(text: string, end: number): number {
  let milliseconds = 0;
  let weight = 100;
  for (let at = FRACTION_AT + 1; at < end && weight >= 1; at += 1) {
    milliseconds += (text.charCodeAt(at) - 48) * weight;
    weight /= 10;
  }
  return milliseconds;
}

/** Minutes that the text's clock is ahead of UTC. `-00:00`, an unknown local time, counts as UTC. */
function readOffset(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if ((first | LOWER_CASE) === LOWER_Z && at + 1 === text.length) return 0;
  if (at === text.length) throw new Refusal("instant.without-zone", { text: shown(text) });
  if (first !== PLUS && first !== MINUS) throw malformed(text);
  const hours = readTwoDigits(text, at + 1);
  const minutes = readTwoDigits(text, at + 4);
  const complete = text.charCodeAt(at + 3) === COLON && at + 6 === text.length;
  if (!(complete && hours <= 23 && minutes <= 59)) throw malformed(text);
  return (first === PLUS ? 1 : -1) * (hours * 60 + minutes);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function malformed(text: string): Refusal {
  return new Refusal("instant.malformed", { text: shown(text) });
}

/** The longest well-formed text without a needless fraction has 35 characters. */
function shown(text: string): string {
  return text.slice(0, 40);
}
