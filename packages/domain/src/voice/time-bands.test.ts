import fc from "fast-check";
import { expect, test } from "vitest";
import type { TimeBand } from "../catalogue/call-rules.ts";
import { formatInstant, type Instant, parseInstant } from "../instant.ts";
import { checkZone } from "../period.ts";
import {
  type BandCalendar,
  compileBands,
  dayWindows,
  isInBand,
  nextEdge,
  wallTimeAt,
} from "./time-bands.ts";

function calendar(zone: string, band: TimeBand, holidays: string[] = []): BandCalendar {
  return compileBands({ timeBands: { band }, holidays }, checkZone(zone));
}

function holds(bands: BandCalendar, at: Instant): boolean {
  return isInBand(bands.bands.get("band")!, wallTimeAt(bands, at));
}

/** Instants at which the band begins and ends, from one instant to another. */
function changes(bands: BandCalendar, from: string, to: string): string[] {
  const found: string[] = [];
  const end = parseInstant(to);
  let at = parseInstant(from);
  for (let before = holds(bands, at); at < end; ) {
    at = nextEdge(bands, at);
    const now = holds(bands, at);
    if (now !== before && at < end) found.push(`${formatInstant(at)} ${now ? "on" : "off"}`);
    before = now;
  }
  return found;
}

test.each<[string, TimeBand, string, boolean]>([
  ["a Monday is one", { days: ["mon"] }, "2026-10-05T12:00:00Z", true],
  ["a Sunday is not", { days: ["mon"] }, "2026-10-04T12:00:00Z", false],
  ["the first minute is in", { times: ["08:00-18:00"] }, "2026-10-05T08:00:00Z", true],
  ["the last one is out", { times: ["08:00-18:00"] }, "2026-10-05T18:00:00Z", false],
  ["a night is both ends of a day", { times: ["22:00-06:00"] }, "2026-10-05T05:59:59.999Z", true],
  [
    "of the days it names",
    { times: ["22:00-06:00"], days: ["mon"] },
    "2026-10-06T05:00:00Z",
    false,
  ],
  ["until midnight", { times: ["18:00-24:00"] }, "2026-10-05T23:59:59.999Z", true],
  ["one of two spans", { times: ["08:00-12:00", "14:00-18:00"] }, "2026-10-05T13:00:00Z", false],
  ["a month", { months: [12] }, "2026-12-31T23:59:59Z", true],
  ["a day of the month", { monthDays: [31] }, "2026-12-31T23:59:59Z", true],
  ["only on holidays", { holidays: "only" }, "2026-12-25T12:00:00Z", true],
  ["never on holidays", { days: ["fri"], holidays: "except" }, "2026-12-25T12:00:00Z", false],
  ["holidays are days", { days: ["fri"] }, "2026-12-25T12:00:00Z", true],
])("%s", (_, band, at, isIn) => {
  expect(holds(calendar("UTC", band, ["2026-12-25"]), parseInstant(at))).toBe(isIn);
});

test("handbook V8: an hour that is lived twice belongs to its band both times, without a break", () => {
  const bands = calendar("Europe/London", { times: ["01:00-02:00"] });
  expect(changes(bands, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z")).toEqual([
    "2026-10-25T00:00:00Z on",
    "2026-10-25T02:00:00Z off",
  ]);
});

test("an hour that the clock skips has no time at all", () => {
  const bands = calendar("Europe/London", { times: ["01:00-02:00"] });
  expect(changes(bands, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z")).toEqual([]);
});

test("a band that the clock jumps into begins with the jump", () => {
  const bands = calendar("Europe/Berlin", { times: ["02:30-04:00"] });
  expect(changes(bands, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z")).toEqual([
    "2026-03-29T01:00:00Z on",
    "2026-03-29T02:00:00Z off",
  ]);
});

const ZONES = ["UTC", "Europe/London", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"];

test("nothing changes between an instant and the next edge, which is later", () =>
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (zone, at, part) => {
        const bands = calendar(zone, {
          days: ["sun", "mon"],
          times: ["01:30-02:15", "20:00-06:00"],
        });
        const edge = nextEdge(bands, at as Instant);
        expect(edge).toBeGreaterThan(at);
        const between = (at + Math.floor((edge - at) * part)) as Instant;
        if (between < edge) expect(holds(bands, between)).toBe(holds(bands, at as Instant));
      },
    ),
  ));

test("time never stands still: a year has its edges and no more", () => {
  for (const zone of ZONES) {
    const bands = calendar(zone, { times: ["08:00-18:00"] });
    let count = 0;
    let at = parseInstant("2026-01-01T00:00:00Z");
    for (; at < parseInstant("2027-01-01T00:00:00Z"); count++) at = nextEdge(bands, at);
    // 08:00, 18:00 and midnight, the day's end in UTC, and the clock's own changes.
    expect(count).toBeLessThanOrEqual(365 * 4 + 3);
  }
});

test.each(["", "8:00-18:00", "08:00-08:00", "08:00", "08:00-24:30", "24:00-08:00", "08:60-09:00"])(
  "%j is no span of a day",
  (text) => {
    expect(dayWindows(text)).toBeNull();
  },
);
