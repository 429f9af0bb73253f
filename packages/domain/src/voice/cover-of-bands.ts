/** What times a set of bands leaves open, names twice or never comes to. */
import { type CompiledBand, isAtClock, isOnDay, WEEKDAYS } from "./time-bands.ts";

export interface BandCover {
  /** Bands that are in force at no time, because they have none or heavier ones take all of it. */
  readonly never: readonly string[];
  /** Two of one weight at the same time, with an example of it; each pair once. */
  readonly ambiguous: readonly (readonly [string, string, example: string])[];
  /** An example of a time at which there is none; null: they cover all times. */
  readonly gap: string | null;
}

interface Day {
  readonly weekday: number;
  readonly month: number;
  readonly monthDay: number;
  readonly isHoliday: boolean;
}

const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Looks at every kind of day that a year may have, a 29 February among them, between all edges. */
export function coverOfBands(bands: readonly CompiledBand[], hasHolidays: boolean): BandCover {
  const winners = new Set<string>();
  const ambiguous = new Map<string, readonly [string, string, string]>();
  let gap: string | null = null;
  for (const { day, onDay } of kindsOfDay(bands, hasHolidays)) {
    for (const clock of edgesOf(onDay)) {
      const [first, second] = onDay
        .filter((band) => isAtClock(band, clock))
        .sort((a, b) => b.weight - a.weight);
      if (first === undefined) {
        gap ??= describe(day, clock);
        continue;
      }
      winners.add(first.name);
      if (second === undefined || second.weight !== first.weight) continue;
      const key = `${first.name}/${second.name}`;
      if (!ambiguous.has(key)) {
        ambiguous.set(key, [first.name, second.name, describe(day, clock)]);
      }
    }
  }
  const never = bands.map(({ name }) => name).filter((name) => !winners.has(name));
  return { never, ambiguous: [...ambiguous.values()], gap };
}

/** Days with the same bands are of one kind: one of them stands for all. */
function kindsOfDay(
  bands: readonly CompiledBand[],
  hasHolidays: boolean,
): Iterable<{ readonly day: Day; readonly onDay: readonly CompiledBand[] }> {
  const kinds = new Map<string, { day: Day; onDay: readonly CompiledBand[] }>();
  for (const isHoliday of hasHolidays ? [false, true] : [false]) {
    for (const [at, days] of DAYS_OF_MONTH.entries()) {
      for (let monthDay = 1; monthDay <= days; monthDay++) {
        for (let weekday = 0; weekday < WEEKDAYS.length; weekday++) {
          const day = { weekday, month: at + 1, monthDay, isHoliday };
          const onDay = bands.filter((band) => isOnDay(band, day));
          const kind = onDay.map(({ name }) => name).join("/");
          if (!kinds.has(kind)) kinds.set(kind, { day, onDay });
        }
      }
    }
  }
  return kinds.values();
}

function edgesOf(bands: readonly CompiledBand[]): readonly number[] {
  const edges = bands.flatMap(({ windows }) => windows.flatMap(({ from, to }) => [from, to]));
  const midnight = 86_400_000;
  return [...new Set([0, ...edges.filter((edge) => edge < midnight)])];
}

/** `sat 03-28 at 18:00`, a Saturday like that day. */
function describe({ weekday, month, monthDay, isHoliday }: Day, clock: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = clock / 60_000;
  const time = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  const holiday = isHoliday ? ", a holiday," : "";
  return `${WEEKDAYS[weekday]} ${two(month)}-${two(monthDay)}${holiday} at ${time}`;
}
