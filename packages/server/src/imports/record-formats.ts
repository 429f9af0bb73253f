/** The ways in which switches and billing systems write times and durations. */
import type { DurationFormat, TimeFormat } from "@counterpart/domain/catalogue/csv-format.ts";
import { type Instant, instantOfEpochMs, parseInstant } from "@counterpart/domain/instant.ts";
import { localTime, type Zone } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";

/**
 * The instant that a text means, or null when it is not written so. `zone` is for local formats.
 * Digits beyond the millisecond are cut off, towards the earlier instant.
 */
export function readTime(text: string, format: TimeFormat, zone: Zone | null): Instant | null {
  try {
    return timeReaders[format](text, zone);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

const timeReaders: Readonly<
  Record<TimeFormat, (text: string, zone: Zone | null) => Instant | null>
> = {
  rfc3339: (text) => parseInstant(text),
  epochSeconds(text) {
    const [, seconds, fraction] = /^(\d{1,12})(?:\.(\d{1,12}))?$/.exec(text) ?? [];
    if (seconds === undefined) return null;
    return instantOfEpochMs(Number(seconds) * 1000 + millisecondsOf(fraction));
  },
  epochMilliseconds(text) {
    const [, milliseconds] = /^(\d{1,15})(?:\.\d{1,12})?$/.exec(text) ?? [];
    return milliseconds === undefined ? null : instantOfEpochMs(Number(milliseconds));
  },
  yearMonthDay(text, zone) {
    const parts = /^(\d{4})[-/.](\d\d?)[-/.](\d\d?)[ T](.+)$/.exec(text);
    return parts === null ? null : local(zone, parts[1]!, parts[2]!, parts[3]!, parts[4]!);
  },
  dayMonthYear(text, zone) {
    const parts = /^(\d\d?)[-/.](\d\d?)[-/.](\d{4})[ T](.+)$/.exec(text);
    return parts === null ? null : local(zone, parts[3]!, parts[2]!, parts[1]!, parts[4]!);
  },
  goTime(text) {
    const pattern =
      /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?) ([+-]\d\d)(\d\d) \S+(?: m=\S+)?$/;
    const [, date, clock, hours, minutes] = pattern.exec(text) ?? [];
    return date === undefined ? null : parseInstant(`${date}T${clock}${hours}:${minutes}`);
  },
};

function local(
  zone: Zone | null,
  year: string,
  month: string,
  day: string,
  clock: string,
): Instant | null {
  const [, hour, minute, second, fraction] =
    /^(\d\d?):(\d\d):(\d\d)(?:\.(\d{1,12}))?$/.exec(clock) ?? [];
  if (zone === null || hour === undefined) return null;
  const instant = localTime(zone, {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
  });
  return instantOfEpochMs(instant + millisecondsOf(fraction));
}

function millisecondsOf(fraction = ""): number {
  return Number(fraction.slice(0, 3).padEnd(3, "0"));
}

/**
 * A duration as decimal seconds with at most three places, or null when it is not written so. Finer
 * ones are rounded half up to the millisecond: `"67.539896"` is `"67.54"`.
 */
export function readDuration(text: string, format: DurationFormat): string | null {
  const milliseconds = durationReaders[format](text);
  return milliseconds === null ? null : secondsText(milliseconds);
}

const durationReaders: Readonly<Record<DurationFormat, (text: string) => number | null>> = {
  seconds: (text) => (DECIMAL.test(text) ? roundedMilliseconds(text, 3) : null),
  clock(text) {
    const [, hours, minutes, seconds] =
      /^(\d{1,6}):([0-5]\d):([0-5]\d(?:\.\d{1,12})?)$/.exec(text) ?? [];
    if (hours === undefined) return null;
    return (Number(hours) * 60 + Number(minutes)) * 60_000 + roundedMilliseconds(seconds!, 3);
  },
  goDuration(text) {
    if (text === "0") return 0;
    if (!/^(?:\d{1,12}(?:\.\d{1,12})?(?:h|ms|m|µs|μs|us|ns|s))+$/.test(text)) return null;
    let picoseconds = 0n;
    for (const [, number, unit] of text.matchAll(/([\d.]+)([a-zµμ]+)/g)) {
      const [whole = "", fraction = ""] = number!.split(".");
      const scaled = BigInt(whole + fraction.padEnd(12, "0"));
      picoseconds += (scaled * PICOSECONDS[unit!]!) / 10n ** 12n;
    }
    return Number((picoseconds + 500_000_000n) / 1_000_000_000n);
  },
};

const PICOSECONDS: Readonly<Record<string, bigint>> = {
  h: 3_600_000_000_000_000n,
  m: 60_000_000_000_000n,
  s: 1_000_000_000_000n,
  ms: 1_000_000_000n,
  µs: 1_000_000n,
  μs: 1_000_000n,
  us: 1_000_000n,
  ns: 1_000n,
};

const DECIMAL = /^\d{1,11}(?:\.\d{1,12})?$/;

/** A decimal times 10^places, rounded half up; exact, as it looks at digits. */
function roundedMilliseconds(decimal: string, places: number): number {
  const [whole = "", fraction = ""] = decimal.split(".");
  const kept = Number(whole + fraction.slice(0, places).padEnd(places, "0"));
  return fraction.charAt(places) >= "5" ? kept + 1 : kept;
}

/** Whole milliseconds as decimal seconds in their shortest form: 67540 is `"67.54"`. */
export function secondsText(milliseconds: number): string {
  const rest = milliseconds % 1000;
  const whole = (milliseconds - rest) / 1000;
  return rest === 0 ? `${whole}` : `${whole}.${String(rest).padStart(3, "0").replace(/0+$/, "")}`;
}

/** Whole microseconds, rounded half up to milliseconds. */
export function millisecondsOfMicroseconds(microseconds: number): number {
  return Math.floor(microseconds / 1000) + (microseconds % 1000 >= 500 ? 1 : 0);
}
