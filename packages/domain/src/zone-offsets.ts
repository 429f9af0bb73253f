import { assert } from "./assert.ts";
import { DAY_MS } from "./calendar.ts";

/**
 * How far a zone is ahead of UTC around one local day, in milliseconds: `before` until the instant
 * `changesAt` and `after` from then on. Without a change both are equal and `changesAt` is Infinity.
 */
export interface OffsetsAround {
  readonly before: number;
  readonly changesAt: number;
  readonly after: number;
}

/** No zone was ever further from UTC (Manila before 1844: 15:56 behind). */
const OFFSET_MS_MAX = 16 * 3_600_000;

/** About three years of days; a zone that needs more begins anew. */
const DAYS_PER_ZONE_MAX = 1024;

const formatters = new Map<string, Intl.DateTimeFormat>();
const offsetsByZone = new Map<string, Map<number, OffsetsAround>>();

/** Whether the platform's time-zone database has this name; abbreviated offsets are not names. */
export function isZoneName(name: string): boolean {
  if (formatters.has(name)) return true;
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return false;
  try {
    formatterOf(name);
    return true;
  } catch (error) {
    // There is no other way to ask: `Intl.supportedValuesOf` leaves out every second name.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * The offsets during every instant that may show this local day as its date, whatever the offset.
 * No zone has changed twice within such 56 hours since 1925. Remembered: asking takes 2 µs and more.
 */
export function offsetsAround(zone: string, localDay: number): OffsetsAround {
  let known = offsetsByZone.get(zone);
  if (known === undefined) {
    known = new Map();
    offsetsByZone.set(zone, known);
  }
  const remembered = known.get(localDay);
  if (remembered !== undefined) return remembered;
  if (known.size >= DAYS_PER_ZONE_MAX) known.clear();
  const found = findOffsets(
    zone,
    localDay * DAY_MS - OFFSET_MS_MAX,
    (localDay + 1) * DAY_MS + OFFSET_MS_MAX,
  );
  known.set(localDay, found);
  return found;
}

function findOffsets(zone: string, start: number, end: number): OffsetsAround {
  const formatter = formatterOf(zone);
  const before = offsetAt(formatter, start);
  const after = offsetAt(formatter, end);
  if (before === after) return { before, changesAt: Number.POSITIVE_INFINITY, after };
  // Clocks change at whole seconds.
  let last = start / 1000;
  let first = end / 1000;
  while (first - last > 1) {
    const middle = Math.floor((last + first) / 2);
    if (offsetAt(formatter, middle * 1000) === before) last = middle;
    else first = middle;
  }
  return { before, changesAt: first * 1000, after };
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  formatters.set(zone, made);
  return made;
}

/** What the formatter ends with: `GMT`, `GMT+05:30` or, for local mean times, `GMT-00:44:30`. */
const LONG_OFFSET = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/;

function offsetAt(formatter: Intl.DateTimeFormat, instant: number): number {
  const match = LONG_OFFSET.exec(formatter.format(instant));
  assert(match !== null, "the platform writes long offsets");
  const [, sign = "", hours = "0", minutes = "0", seconds = "0"] = match;
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  // 0 - size and not -size: no offset is 0, never -0.
  return sign === "-" ? 0 - size : size;
}
