import { expect, test } from "vitest";
import { formatInstant } from "./instant.ts";
import { checkZone, type LocalTime, localTime } from "./period.ts";

/** `2026-10-25 02:30:00` as its parts. */
function parts(text: string): LocalTime {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text
    .split(/\D/)
    .map(Number);
  return { year, month, day, hour, minute, second };
}

test.each`
  zone                  | written                  | instant                   | because
  ${"UTC"}              | ${"2015-10-21 12:13:10"} | ${"2015-10-21T12:13:10Z"} | ${"no offset"}
  ${"Europe/Berlin"}    | ${"2026-07-01 00:00:00"} | ${"2026-06-30T22:00:00Z"} | ${"summer"}
  ${"Europe/Berlin"}    | ${"2026-01-01 00:00:00"} | ${"2025-12-31T23:00:00Z"} | ${"winter"}
  ${"Europe/Berlin"}    | ${"2026-03-29 01:59:59"} | ${"2026-03-29T00:59:59Z"} | ${"the last second before the gap"}
  ${"Europe/Berlin"}    | ${"2026-03-29 02:00:00"} | ${"2026-03-29T01:00:00Z"} | ${"skipped: becomes 03:00"}
  ${"Europe/Berlin"}    | ${"2026-03-29 02:30:00"} | ${"2026-03-29T01:30:00Z"} | ${"skipped: becomes 03:30"}
  ${"Europe/Berlin"}    | ${"2026-03-29 03:00:00"} | ${"2026-03-29T01:00:00Z"} | ${"the first second after the gap"}
  ${"Europe/Berlin"}    | ${"2026-10-25 01:59:59"} | ${"2026-10-24T23:59:59Z"} | ${"before the overlap"}
  ${"Europe/Berlin"}    | ${"2026-10-25 02:30:00"} | ${"2026-10-25T00:30:00Z"} | ${"lived twice: the earlier"}
  ${"Europe/Berlin"}    | ${"2026-10-25 03:00:00"} | ${"2026-10-25T02:00:00Z"} | ${"after the overlap"}
  ${"America/New_York"} | ${"2026-11-01 01:30:00"} | ${"2026-11-01T05:30:00Z"} | ${"lived twice: the earlier"}
  ${"Pacific/Apia"}     | ${"2011-12-30 12:00:00"} | ${"2011-12-30T22:00:00Z"} | ${"a skipped day becomes the next"}
  ${"Asia/Kathmandu"}   | ${"2026-10-01 05:45:00"} | ${"2026-10-01T00:00:00Z"} | ${"5:45 ahead"}
`("$written in $zone is $instant: $because", ({ zone, written, instant }) => {
  expect(formatInstant(localTime(checkZone(zone), parts(written)))).toBe(instant);
});

test.each([
  "2026-02-30 00:00:00",
  "2026-10-01 24:00:00",
  "2026-10-01 12:60:00",
  "2016-12-31 23:59:60",
  "2026-13-01 00:00:00",
])("%s is no local time", (written) => {
  expect(() => localTime(checkZone("UTC"), parts(written))).toThrow("instant.malformed");
});

test("parts that are not whole, or out of the calendar once in UTC, are refused", () => {
  const noon = parts("2026-10-01 12:00:00");
  expect(() => localTime(checkZone("UTC"), { ...noon, second: 0.5 })).toThrow("instant.malformed");
  expect(() => localTime(checkZone("UTC"), { ...noon, hour: -1 })).toThrow("instant.malformed");
  expect(() => localTime(checkZone("UTC"), { ...noon, day: Number.NaN })).toThrow(
    "instant.malformed",
  );
  const first = parts("0001-01-01 00:00:00");
  expect(() => localTime(checkZone("Asia/Kolkata"), first)).toThrow("instant.malformed");
});
