import fc from "fast-check";
import { expect, test } from "vitest";
import { dateOfDay, dayOfDate, readDate } from "./calendar.ts";

test.each`
  year    | month | day   | days
  ${1970} | ${1}  | ${1}  | ${0}
  ${1969} | ${12} | ${31} | ${-1}
  ${2000} | ${2}  | ${29} | ${11_016}
  ${2026} | ${10} | ${31} | ${20_757}
  ${1}    | ${1}  | ${1}  | ${-719_162}
  ${9999} | ${12} | ${31} | ${2_932_896}
`("$year-$month-$day is day $days", ({ year, month, day, days }) => {
  expect(dayOfDate(year, month, day)).toBe(days);
  expect(dateOfDay(days)).toEqual({ year, month, day });
});

test.each([
  [2026, 2, 29],
  [1900, 2, 29],
  [2100, 2, 29],
  [2026, 4, 31],
  [2026, 0, 1],
  [2026, 13, 1],
  [2026, 1, 0],
  [2026, 1, 32],
  [0, 12, 31],
  [10_000, 1, 1],
])("there is no %i-%i-%i", (year, month, day) => {
  expect(dayOfDate(year, month, day)).toBeNaN();
});

test.each(["2026-1-01", "2026/10/01", "20261001", "2026-10-0", "٢٠٢٦-10-01", ""])(
  "%j is not a date",
  (text) => expect(readDate(text)).toBeNaN(),
);

test("each day has one date, and the next day the next date", () => {
  fc.assert(
    fc.property(fc.integer({ min: -719_162, max: 2_932_896 }), (days) => {
      const { year, month, day } = dateOfDay(days);
      expect(dayOfDate(year, month, day)).toBe(days);
    }),
  );
});
