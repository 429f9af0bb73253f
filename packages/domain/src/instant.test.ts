import fc from "fast-check";
import { expect, test } from "vitest";
import {
  formatInstant,
  INSTANT_FIRST,
  INSTANT_LAST,
  instantOfEpochMs,
  parseInstant,
} from "./instant.ts";

test.each`
  text                                     | same                          | because
  ${"2026-10-01T12:00:00Z"}                | ${"2026-10-01T12:00:00.000Z"} | ${"whole seconds"}
  ${"2026-10-01T12:00:00.5Z"}              | ${"2026-10-01T12:00:00.500Z"} | ${"one digit is a tenth"}
  ${"2026-10-01T12:00:00.123456789Z"}      | ${"2026-10-01T12:00:00.123Z"} | ${"nanoseconds are cut off"}
  ${"2026-10-01T12:00:00.999999999Z"}      | ${"2026-10-01T12:00:00.999Z"} | ${"never rounded up"}
  ${"1969-12-31T23:59:59.9999Z"}           | ${"1969-12-31T23:59:59.999Z"} | ${"the earlier one, before 1970 too"}
  ${"2026-10-01T12:00:00.00000000000001Z"} | ${"2026-10-01T12:00:00.000Z"} | ${"any number of digits"}
  ${"2026-10-01T12:00:00+02:00"}           | ${"2026-10-01T10:00:00.000Z"} | ${"ahead of UTC"}
  ${"2026-10-01T12:00:00-05:30"}           | ${"2026-10-01T17:30:00.000Z"} | ${"behind UTC"}
  ${"2026-10-01T12:00:00.25+05:45"}        | ${"2026-10-01T06:15:00.250Z"} | ${"fraction and offset"}
  ${"2026-10-01T12:00:00-00:00"}           | ${"2026-10-01T12:00:00.000Z"} | ${"an unknown local time is UTC"}
  ${"2026-10-01t12:00:00z"}                | ${"2026-10-01T12:00:00.000Z"} | ${"lower case"}
  ${"2024-02-29T00:00:00Z"}                | ${"2024-02-29T00:00:00.000Z"} | ${"a leap day"}
  ${"2026-01-01T00:00:00+01:00"}           | ${"2025-12-31T23:00:00.000Z"} | ${"the year before in UTC"}
  ${"0001-01-01T00:00:00Z"}                | ${"0001-01-01T00:00:00.000Z"} | ${"the first"}
  ${"9999-12-31T23:59:59.999Z"}            | ${"9999-12-31T23:59:59.999Z"} | ${"the last"}
`("$text is $same: $because", ({ text, same }) => {
  expect(parseInstant(text)).toBe(Date.parse(same));
});

test.each(["2026-10-01T12:00:00", "2026-10-01T12:00:00.123", "2026-10-01t12:00:00"])(
  "%j has no zone",
  (text) => {
    expect(() => parseInstant(text)).toThrow("instant.without-zone");
  },
);

test.each([
  ["a date alone", "2026-10-01"],
  ["empty", ""],
  ["a day that is not in the calendar", "2026-02-30T00:00:00Z"],
  ["no leap year", "2026-02-29T00:00:00Z"],
  ["a century that is no leap year", "2100-02-29T00:00:00Z"],
  ["month 13", "2026-13-01T00:00:00Z"],
  ["month 0", "2026-00-01T00:00:00Z"],
  ["day 0", "2026-10-00T00:00:00Z"],
  ["hour 24", "2026-10-01T24:00:00Z"],
  ["minute 60", "2026-10-01T12:60:00Z"],
  ["a leap second", "2016-12-31T23:59:60Z"],
  ["year 0", "0000-12-31T23:59:59Z"],
  ["before year 1 in UTC", "0001-01-01T00:00:00+00:01"],
  ["after year 9999 in UTC", "9999-12-31T23:59:00-00:01"],
  ["a blank for the T", "2026-10-01 12:00:00Z"],
  ["a blank behind", "2026-10-01T12:00:00Z "],
  ["a line feed behind", "2026-10-01T12:00:00Z\n"],
  ["a blank before the zone", "2026-10-01T12:00:00 Z"],
  ["two zones", "2026-10-01T12:00:00Z+01:00"],
  ["an offset without colon", "2026-10-01T12:00:00+0200"],
  ["an offset of hours", "2026-10-01T12:00:00+02"],
  ["an offset of 24 hours", "2026-10-01T12:00:00+24:00"],
  ["an offset of 60 minutes", "2026-10-01T12:00:00+01:60"],
  ["an offset with seconds", "2026-10-01T12:00:00+01:00:00"],
  ["a typographic minus", "2026-10-01T12:00:00−05:00"],
  ["a point without digits", "2026-10-01T12:00:00.Z"],
  ["a comma", "2026-10-01T12:00:00,5Z"],
  ["no seconds", "2026-10-01T12:00Z"],
  ["one digit", "2026-10-1T12:00:00Z"],
  ["a sign", "+2026-10-01T12:00:00Z"],
  ["other digits", "２０２６-10-01T12:00:00Z"],
  ["a letter among the digits", "2026-1O-01T12:00:00Z"],
  ["another separator", "2026:10:01T12:00:00Z"],
  ["a point in the time", "2026-10-01T12.00.00Z"],
  ["seconds since 1970", "1790856000"],
])("%s is malformed: %j", (_because, text) => {
  expect(() => parseInstant(text)).toThrow("instant.malformed");
});

test.each`
  text                          | written
  ${"2026-10-01T12:00:00.000Z"} | ${"2026-10-01T12:00:00Z"}
  ${"2026-10-01T12:00:00.050Z"} | ${"2026-10-01T12:00:00.050Z"}
  ${"0001-01-01T00:00:00Z"}     | ${"0001-01-01T00:00:00Z"}
`("$text is written $written", ({ text, written }) => {
  expect(formatInstant(parseInstant(text))).toBe(written);
});

test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, INSTANT_LAST + 1, INSTANT_FIRST - 1])(
  "%d milliseconds are no instant",
  (epochMs) => expect(() => instantOfEpochMs(epochMs)).toThrow("instant.malformed"),
);

const INSTANT = fc.integer({ min: INSTANT_FIRST, max: INSTANT_LAST }).map(instantOfEpochMs);

test("every instant is read back as it was written", () => {
  fc.assert(
    fc.property(INSTANT, (instant) => {
      expect(parseInstant(formatInstant(instant))).toBe(instant);
    }),
  );
});

test("an offset names the same instant by another clock", () => {
  const offset = fc.integer({ min: -1439, max: 1439 });
  const instant = fc.integer({ min: INSTANT_FIRST + 1e8, max: INSTANT_LAST - 1e8 });
  fc.assert(
    fc.property(instant, offset, (epochMs, minutes) => {
      const local = new Date(epochMs + minutes * 60_000).toISOString().slice(0, -1);
      const size = Math.abs(minutes);
      const hours = String(Math.floor(size / 60)).padStart(2, "0");
      const zone = `${minutes < 0 ? "-" : "+"}${hours}:${String(size % 60).padStart(2, "0")}`;
      expect(parseInstant(local + zone)).toBe(epochMs);
    }),
  );
});

test("a text with one wrong character is refused or another instant, never misread as the same", () => {
  const text = "2026-10-01T12:34:56.789+02:00";
  const at = fc.integer({ min: 0, max: text.length - 1 });
  fc.assert(
    fc.property(at, fc.string({ minLength: 1, maxLength: 1 }), (place, character) => {
      fc.pre(character !== text[place] && character.toUpperCase() !== text[place]);
      const changed = text.slice(0, place) + character + text.slice(place + 1);
      let read: number | null = null;
      try {
        read = parseInstant(changed);
      } catch (refusal) {
        expect(String(refusal)).toMatch(/instant\.(malformed|without-zone)/);
      }
      if (read !== null) expect(read).not.toBe(parseInstant(text));
    }),
  );
});
