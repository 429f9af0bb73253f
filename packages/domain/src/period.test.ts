import { expect, test } from "vitest";
import { formatInstant, type Instant, parseInstant } from "./instant.ts";
import {
  checkZone,
  formatLocalDay,
  instantOfDateOrInstant,
  localDayOf,
  monthDays,
  monthOfDay,
  monthPeriod,
  nextMonth,
  parseLocalDay,
  parseMonth,
  previousMonth,
  startOfLocalDay,
} from "./period.ts";

const BERLIN = checkZone("Europe/Berlin");

test("a name that the time-zone database does not have is refused", () => {
  expect(checkZone("Asia/Kolkata")).toBe("Asia/Kolkata");
  expect(() => checkZone("Europe/Atlantis")).toThrow("zone.unknown");
  expect(() => checkZone("+02:00")).toThrow("zone.unknown");
});

test.each`
  zone                  | instant                       | day             | because
  ${"UTC"}              | ${"2026-10-31T23:59:59.999Z"} | ${"2026-10-31"} | ${"the last millisecond"}
  ${"UTC"}              | ${"2026-11-01T00:00:00Z"}     | ${"2026-11-01"} | ${"midnight begins a day"}
  ${"Asia/Kolkata"}     | ${"2026-10-31T18:29:59.999Z"} | ${"2026-10-31"} | ${"5:30 ahead"}
  ${"Asia/Kolkata"}     | ${"2026-10-31T18:30:00Z"}     | ${"2026-11-01"} | ${"5:30 ahead"}
  ${"Asia/Kathmandu"}   | ${"2026-10-31T18:15:00Z"}     | ${"2026-11-01"} | ${"5:45 ahead"}
  ${"America/New_York"} | ${"2026-11-01T03:59:59Z"}     | ${"2026-10-31"} | ${"4:00 behind in summer"}
  ${"America/New_York"} | ${"2026-11-02T04:59:59Z"}     | ${"2026-11-01"} | ${"5:00 behind in winter"}
  ${"Pacific/Auckland"} | ${"2026-10-30T11:00:00Z"}     | ${"2026-10-31"} | ${"13:00 ahead in summer"}
  ${"Pacific/Apia"}     | ${"2011-12-30T09:59:59Z"}     | ${"2011-12-29"} | ${"the last second before the gap"}
  ${"Pacific/Apia"}     | ${"2011-12-30T10:00:00Z"}     | ${"2011-12-31"} | ${"30 December was skipped"}
  ${"America/St_Johns"} | ${"2010-11-07T02:30:30Z"}     | ${"2010-11-07"} | ${"00:00:30, before clocks go back"}
  ${"America/St_Johns"} | ${"2010-11-07T03:00:00Z"}     | ${"2010-11-07"} | ${"23:30 again stays with the later day"}
  ${"Africa/Cairo"}     | ${"2026-04-23T22:00:00Z"}     | ${"2026-04-24"} | ${"midnight does not exist"}
  ${"UTC"}              | ${"1969-12-31T23:59:59.999Z"} | ${"1969-12-31"} | ${"before 1970"}
`("$instant in $zone is $day: $because", ({ zone, instant, day }) => {
  expect(formatLocalDay(localDayOf(checkZone(zone), parseInstant(instant)))).toBe(day);
});

test.each`
  zone                  | day             | start                     | because
  ${"Europe/Berlin"}    | ${"2026-10-25"} | ${"2026-10-24T22:00:00Z"} | ${"a day of 25 hours"}
  ${"Europe/Berlin"}    | ${"2026-10-26"} | ${"2026-10-25T23:00:00Z"} | ${"a day of 25 hours ends"}
  ${"Europe/Berlin"}    | ${"2026-03-30"} | ${"2026-03-29T22:00:00Z"} | ${"a day of 23 hours ends"}
  ${"Africa/Cairo"}     | ${"2026-04-24"} | ${"2026-04-23T22:00:00Z"} | ${"it starts at 01:00"}
  ${"Asia/Beirut"}      | ${"2026-10-25"} | ${"2026-10-24T22:00:00Z"} | ${"at 00:00 clocks go back to 23:00"}
  ${"Pacific/Apia"}     | ${"2011-12-30"} | ${"2011-12-30T10:00:00Z"} | ${"a skipped day is empty"}
  ${"Pacific/Apia"}     | ${"2011-12-31"} | ${"2011-12-30T10:00:00Z"} | ${"the next one starts then"}
  ${"America/St_Johns"} | ${"2010-11-07"} | ${"2010-11-07T02:30:00Z"} | ${"the first of two midnights"}
  ${"America/Nuuk"}     | ${"2024-03-31"} | ${"2024-03-31T01:00:00Z"} | ${"23:00 to 24:00 was skipped"}
`("$day starts in $zone at $start: $because", ({ zone, day, start }) => {
  expect(formatInstant(startOfLocalDay(checkZone(zone), parseLocalDay(day)))).toBe(start);
});

/** Zones and the first of days in which they do something unusual. */
const UNUSUAL_STRETCHES = [
  ["UTC", "2026-01-01"],
  ["Europe/London", "2026-10-20"],
  ["Asia/Kathmandu", "1985-12-28"],
  ["Pacific/Apia", "2011-12-25"],
  ["Pacific/Kwajalein", "1993-08-18"],
  ["Pacific/Kiritimati", "1994-12-28"],
  ["America/St_Johns", "2010-11-03"],
  ["America/Juneau", "1867-10-15"],
  ["Asia/Manila", "1844-12-28"],
  ["America/Havana", "2026-10-28"],
  ["Asia/Beirut", "2026-10-21"],
  ["America/Asuncion", "2024-10-02"],
  ["Australia/Lord_Howe", "2026-04-01"],
  ["Antarctica/Troll", "2026-10-20"],
  ["America/Nuuk", "2024-03-27"],
  ["Africa/Casablanca", "2026-02-11"],
] as const;

test.each(UNUSUAL_STRETCHES)(
  "days of %s follow each other and hold each instant once, from %s",
  (name, date) => {
    const zone = checkZone(name);
    const first = parseLocalDay(date);
    const start = startOfLocalDay(zone, first);
    const shownDate = shownDateIn(name);
    let latestShown = shownDate(start);
    let day = first;
    for (let instant = start; instant < start + 10 * 86_400_000; instant = after(instant)) {
      if (shownDate(instant) > latestShown) latestShown = shownDate(instant);
      day = localDayOf(zone, instant);
      expect(formatLocalDay(day)).toBe(latestShown);
      expect(startOfLocalDay(zone, day)).toBeLessThanOrEqual(instant);
      expect(startOfLocalDay(zone, (day + 1) as typeof day)).toBeGreaterThan(instant);
    }
    expect(day).toBeGreaterThan(first + 7);
  },
);

function after(instant: Instant): Instant {
  return (instant + 15 * 60_000) as Instant;
}

/** The date on the wall, asked of the platform in another way than the rules ask. */
function shownDateIn(timeZone: string): (instant: Instant) => string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" });
  return (instant) => format.format(instant);
}

test("the answer does not depend on what was asked before", () => {
  const zone = checkZone("Europe/Berlin");
  const start = parseInstant("1980-01-01T00:00:00Z");
  for (let days = 0; days < 2500; days += 1) {
    localDayOf(zone, (start + days * 86_400_000) as Instant);
  }
  expect(formatLocalDay(localDayOf(zone, start))).toBe("1980-01-01");
  expect(formatLocalDay(localDayOf(zone, parseInstant("1980-01-01T23:30:00Z")))).toBe("1980-01-02");
});

test("the first and the last local day stay within what an instant can be", () => {
  const west = checkZone("America/New_York");
  const east = checkZone("Pacific/Auckland");
  const last = startOfLocalDay(west, parseLocalDay("9999-12-31"));
  expect(formatInstant(last)).toBe("9999-12-31T05:00:00Z");
  const end = monthPeriod(west, parseMonth("9999-12")).end;
  expect(formatInstant(end)).toBe("9999-12-31T23:59:59.999Z");
  expect(formatInstant(startOfLocalDay(east, parseLocalDay("0001-01-01")))).toBe(
    "0001-01-01T00:00:00Z",
  );
});

test.each(["2026-02-30", "2026-10-1", "2026-10-01 ", "2026/10/01", "20261001", "0000-01-01", ""])(
  "%j is not a date",
  (text) => expect(() => parseLocalDay(text)).toThrow("date.malformed"),
);

test.each(["2026-13", "2026-00", "2026-1", "2026-010", "26-10", "2026/10", "0000-01", ""])(
  "%j is not a month",
  (text) => expect(() => parseMonth(text)).toThrow("period.malformed"),
);

test.each`
  month        | first           | end
  ${"2026-10"} | ${"2026-10-01"} | ${"2026-11-01"}
  ${"2026-12"} | ${"2026-12-01"} | ${"2027-01-01"}
  ${"2024-02"} | ${"2024-02-01"} | ${"2024-03-01"}
  ${"2026-02"} | ${"2026-02-01"} | ${"2026-03-01"}
`("$month is from $first to before $end", ({ month, first, end }) => {
  const days = monthDays(parseMonth(month));
  expect(formatLocalDay(days.first)).toBe(first);
  expect(formatLocalDay(days.end)).toBe(end);
  expect(monthOfDay(days.first)).toBe(month);
  expect(monthOfDay((days.end - 1) as typeof days.end)).toBe(month);
  expect(monthOfDay(days.end)).toBe(nextMonth(parseMonth(month)));
  expect(previousMonth(monthOfDay(days.end))).toBe(month);
});

test("there is no month after the last and none before the first", () => {
  expect(() => nextMonth(parseMonth("9999-12"))).toThrow("period.malformed");
  expect(() => previousMonth(parseMonth("0001-01"))).toThrow("period.malformed");
});

test.each`
  zone                | month        | start                     | end
  ${"UTC"}            | ${"2026-10"} | ${"2026-10-01T00:00:00Z"} | ${"2026-11-01T00:00:00Z"}
  ${"Europe/Berlin"}  | ${"2026-10"} | ${"2026-09-30T22:00:00Z"} | ${"2026-10-31T23:00:00Z"}
  ${"Europe/Berlin"}  | ${"2026-03"} | ${"2026-02-28T23:00:00Z"} | ${"2026-03-31T22:00:00Z"}
  ${"Asia/Kolkata"}   | ${"2026-10"} | ${"2026-09-30T18:30:00Z"} | ${"2026-10-31T18:30:00Z"}
  ${"Asia/Kathmandu"} | ${"2026-10"} | ${"2026-09-30T18:15:00Z"} | ${"2026-10-31T18:15:00Z"}
`("$month in $zone is $start to $end", ({ zone, month, start, end }) => {
  const period = monthPeriod(checkZone(zone), parseMonth(month));
  expect(formatInstant(period.start)).toBe(start);
  expect(formatInstant(period.end)).toBe(end);
});

test("a month ends where the next begins", () => {
  for (const name of ["Europe/Berlin", "America/Santiago", "Asia/Gaza", "Pacific/Chatham"]) {
    const zone = checkZone(name);
    let month = parseMonth("2022-01");
    for (let count = 0; count < 84; count += 1) {
      expect(monthPeriod(zone, month).end).toBe(monthPeriod(zone, nextMonth(month)).start);
      month = nextMonth(month);
    }
  }
});

test.each`
  text                           | instant
  ${"2026-10-01"}                | ${"2026-09-30T22:00:00Z"}
  ${"2026-10-01T00:00:00Z"}      | ${"2026-10-01T00:00:00Z"}
  ${"2026-10-01T00:00:00-05:00"} | ${"2026-10-01T05:00:00Z"}
`("in Berlin $text means $instant", ({ text, instant }) => {
  expect(formatInstant(instantOfDateOrInstant(BERLIN, text))).toBe(instant);
});

test("a text that is neither date nor instant is refused", () => {
  expect(() => instantOfDateOrInstant(BERLIN, "2026-02-30")).toThrow("date.malformed");
  expect(() => instantOfDateOrInstant(BERLIN, "2026-10")).toThrow("instant.malformed");
  expect(() => instantOfDateOrInstant(BERLIN, "2026-10-01T00:00:00")).toThrow(
    "instant.without-zone",
  );
});
