import { expect, test } from "vitest";
import { parseInstant } from "./instant.ts";
import { checkZone } from "./period.ts";
import { isWholeHour, isWholeHoursFromUtc } from "./whole-hours.ts";

test.each([
  ["2026-10-01T00:00:00Z", true],
  ["2026-10-01T00:00:00+02:00", true],
  ["2026-10-01T00:00:00+05:30", false],
  ["2026-10-01T00:45:00Z", false],
  ["2026-10-01T00:00:00.001Z", false],
  ["1969-12-31T23:00:00Z", true],
  ["1969-12-31T23:30:00Z", false],
])("%s begins an hour of UTC: %s", (text, expected) => {
  expect(isWholeHour(parseInstant(text))).toBe(expected);
});

test.each([
  ["UTC", "2026-01-01", "2027-01-01", true],
  ["Europe/Berlin", "2026-01-01", "2027-01-01", true],
  ["Asia/Kolkata", "2026-01-01", "2026-01-01", false],
  ["Asia/Kathmandu", "2026-01-01", "2026-02-01", false],
  // Half an hour of summer time: 11 hours ahead from October to April, 10:30 between.
  ["Australia/Lord_Howe", "2026-01-01", "2026-03-01", true],
  ["Australia/Lord_Howe", "2026-06-01", "2026-07-01", false],
  ["Australia/Lord_Howe", "2026-01-01", "2027-01-01", false],
  ["Australia/Lord_Howe", "2090-01-01", "9999-01-01", false],
  ["America/New_York", "1970-01-01", "9999-01-01", true],
  // Half an hour ahead of its hour until 2018-05-05.
  ["Asia/Pyongyang", "2018-04-01", "2018-06-01", false],
  ["Asia/Pyongyang", "2018-06-01", "2019-06-01", true],
])("%s from %s to %s is whole hours from UTC: %s", (zone, from, to, expected) => {
  const period = { start: parseInstant(`${from}T00:00:00Z`), end: parseInstant(`${to}T00:00:00Z`) };
  expect(isWholeHoursFromUtc(checkZone(zone), period)).toBe(expected);
});
