import { expect, test } from "vitest";
import type { TimeBand } from "../catalogue/call-rules.ts";
import { type BandCover, coverOfBands } from "./cover-of-bands.ts";
import { compileBand } from "./time-bands.ts";

function cover(bands: Readonly<Record<string, TimeBand>>, hasHolidays = false): BandCover {
  return coverOfBands(
    Object.entries(bands).map(([name, band]) => compileBand(name, band)),
    hasHolidays,
  );
}

const WEEK: TimeBand = { days: ["mon", "tue", "wed", "thu", "fri"], times: ["08:00-18:00"] };

test("a heavier band over one for all times leaves nothing open", () => {
  expect(cover({ peak: { ...WEEK, weight: 1 }, rest: {} })).toEqual({
    never: [],
    ambiguous: [],
    gap: null,
  });
});

test("a gap is shown by a time in it", () => {
  expect(cover({ peak: WEEK }).gap).toBe("mon 01-01 at 00:00");
  expect(cover({ peak: { times: ["00:00-12:00"] }, rest: { times: ["12:30-24:00"] } }).gap).toBe(
    "mon 01-01 at 12:00",
  );
  expect(cover({ short: { monthDays: Array.from({ length: 30 }, (_, at) => at + 1) } }).gap).toBe(
    "mon 01-31 at 00:00",
  );
  expect(cover({ work: { holidays: "except" } }, true).gap).toBe("mon 01-01, a holiday, at 00:00");
});

test("the ends of days that touch leave no gap", () => {
  expect(
    cover({ night: { times: ["18:00-08:00"] }, day: { times: ["08:00-18:00"] } }).gap,
  ).toBeNull();
});

test("two bands of one weight at one time are told once", () => {
  const { ambiguous } = cover({
    peak: WEEK,
    morning: { times: ["06:00-09:00"] },
    rest: { weight: 0 },
  });
  expect(ambiguous.map(([a, b]) => `${a} ${b}`).sort()).toEqual([
    "morning rest",
    "peak morning",
    "peak rest",
  ]);
});

test.each<[string, Readonly<Record<string, TimeBand>>, boolean]>([
  ["no day", { band: { days: [] }, rest: { weight: 1 } }, false],
  ["a 30 February", { band: { months: [2], monthDays: [30], weight: 2 }, rest: {} }, false],
  ["holidays that there are none of", { band: { holidays: "only", weight: 2 }, rest: {} }, false],
  ["times that a heavier one takes", { band: WEEK, rest: { weight: 1 } }, false],
])("a band of %s is never", (_, bands, hasHolidays) => {
  expect(cover(bands, hasHolidays).never).toEqual(["band"]);
});

test("a 29 February is sometimes", () => {
  expect(cover({ leap: { months: [2], monthDays: [29], weight: 1 }, rest: {} }).never).toEqual([]);
});
