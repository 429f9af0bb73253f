import type { DurationFormat, TimeFormat } from "@counterpart/domain/catalogue/csv-format.ts";
import { formatInstant } from "@counterpart/domain/instant.ts";
import { checkZone } from "@counterpart/domain/period.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  millisecondsOfMicroseconds,
  readDuration,
  readTime,
  secondsText,
} from "./record-formats.ts";

const BERLIN = checkZone("Europe/Berlin");

test.each<[TimeFormat, string, string | null]>([
  ["rfc3339", "2026-10-01T12:00:00+02:00", "2026-10-01T10:00:00Z"],
  ["rfc3339", "2026-10-01T12:00:00", null],
  ["epochSeconds", "1327521966", "2012-01-25T20:06:06Z"],
  ["epochSeconds", "1327521966.9876", "2012-01-25T20:06:06.987Z"],
  ["epochSeconds", "-1", null],
  ["epochSeconds", "1e9", null],
  ["epochMilliseconds", "1327521966123", "2012-01-25T20:06:06.123Z"],
  ["epochMilliseconds", "999999999999999", null],
  ["yearMonthDay", "2026-07-01 12:00:00", "2026-07-01T10:00:00Z"],
  ["yearMonthDay", "2026/01/02 12:00:00.25", "2026-01-02T11:00:00.250Z"],
  ["yearMonthDay", "2026-03-29 02:30:00", "2026-03-29T01:30:00Z"],
  ["yearMonthDay", "2026-10-25 02:30:00", "2026-10-25T00:30:00Z"],
  ["yearMonthDay", "2026-02-30 12:00:00", null],
  ["yearMonthDay", "2026-02-03 24:00:00", null],
  ["yearMonthDay", "0000-00-00 00:00:00", null],
  ["yearMonthDay", "01.02.2026 12:00:00", null],
  ["dayMonthYear", "04.07.2016 18:58:55", "2016-07-04T16:58:55Z"],
  ["dayMonthYear", "4/7/2016 8:58:55", "2016-07-04T06:58:55Z"],
  ["goTime", "2013-11-07 08:42:25 +0000 UTC", "2013-11-07T08:42:25Z"],
  ["goTime", "2013-11-07 08:42:25.123456789 +0530 IST m=+0.5", "2013-11-07T03:12:25.123Z"],
  ["goTime", "2013-11-07 08:42:25", null],
])("%s: %s is %s", (format, text, expected) => {
  const time = readTime(text, format, BERLIN);
  expect(time === null ? null : formatInstant(time)).toBe(expected);
});

test("a local time without a zone is no time", () => {
  expect(readTime("2026-07-01 12:00:00", "yearMonthDay", null)).toBeNull();
});

test.each<[DurationFormat, string, string | null]>([
  ["seconds", "62", "62"],
  ["seconds", "0", "0"],
  ["seconds", "67.5398960", "67.54"],
  ["seconds", "0.0005", "0.001"],
  ["seconds", "0.00049999", "0"],
  ["seconds", "59.9995", "60"],
  ["seconds", "-1", null],
  ["seconds", "1e3", null],
  ["seconds", "", null],
  ["clock", "00:00:25", "25"],
  ["clock", "100:59:59.5", "363599.5"],
  ["clock", "00:60:00", null],
  ["clock", "12:30", null],
  ["goDuration", "10s", "10"],
  ["goDuration", "5m", "300"],
  ["goDuration", "1h2m3s", "3723"],
  ["goDuration", "1m0.5s", "60.5"],
  ["goDuration", "300ms", "0.3"],
  ["goDuration", "499µs", "0"],
  ["goDuration", "500us", "0.001"],
  ["goDuration", "0", "0"],
  ["goDuration", "10", null],
  ["goDuration", "-5m", null],
])("%s: %s is %s seconds", (format, text, expected) => {
  expect(readDuration(text, format)).toBe(expected);
});

test("no millisecond is lost or won on the way to seconds and back", () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 31 }), (milliseconds) => {
      const text = secondsText(milliseconds);
      expect(readDuration(text, "seconds")).toBe(text);
      expect(readDuration(`${text}s`, "goDuration")).toBe(text);
      expect(Math.round(Number(text) * 1000)).toBe(milliseconds);
      expect(millisecondsOfMicroseconds(milliseconds * 1000 + 499)).toBe(milliseconds);
      expect(millisecondsOfMicroseconds(milliseconds * 1000 + 500)).toBe(milliseconds + 1);
    }),
  );
});
