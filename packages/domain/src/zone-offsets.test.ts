import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DAY_MS } from "./calendar.ts";
import { isZoneName, offsetsAround } from "./zone-offsets.ts";

interface Transition {
  readonly zone: string;
  readonly instant: number;
  readonly before: number;
  readonly after: number;
}

/** 245 changes of clocks in 21 zones: zone, instant, minutes ahead of UTC before and after. */
const TRANSITIONS: readonly Transition[] = readFileSync(
  new URL("./fixtures/zone-transitions-2022-2028.csv", import.meta.url),
  "utf8",
)
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [zone = "", instant = "", before = "", after = ""] = line.split(",");
    return {
      zone,
      instant: Date.parse(instant),
      before: Number(before) * 60_000,
      after: Number(after) * 60_000,
    };
  });

/** Later changes are forecasts: governments take them back, and Node versions know more or less of it. */
const FORECASTS_FROM = Date.UTC(2026, 6, 1);

test("clocks changed when and by how much the time-zone database says", () => {
  expect(TRANSITIONS).toHaveLength(245);
  const past = TRANSITIONS.filter(({ instant }) => instant < FORECASTS_FROM);
  expect(past.length).toBeGreaterThan(150);
  for (const { zone, instant, before, after } of past) {
    const localDay = Math.floor((instant + before) / DAY_MS);
    const found = offsetsAround(zone, localDay);
    expect({ zone, ...found }).toEqual({ zone, before, changesAt: instant, after });
  }
});

test.each`
  zone                  | date            | offset
  ${"UTC"}              | ${"2026-07-01"} | ${0}
  ${"Asia/Kolkata"}     | ${"2026-07-01"} | ${330}
  ${"Asia/Kathmandu"}   | ${"2026-07-01"} | ${345}
  ${"America/St_Johns"} | ${"2026-01-15"} | ${-210}
  ${"Pacific/Apia"}     | ${"2026-07-01"} | ${780}
`("$zone is $offset minutes ahead on $date, all day", ({ zone, date, offset }) => {
  const offsets = offsetsAround(zone, Date.parse(date) / DAY_MS);
  const ahead = offset * 60_000;
  expect(offsets).toEqual({ before: ahead, changesAt: Number.POSITIVE_INFINITY, after: ahead });
});

test("offsets with seconds are kept: Liberia was 44:30 behind until 1972", () => {
  const { before, changesAt, after } = offsetsAround(
    "Africa/Monrovia",
    Date.UTC(1972, 0, 7) / DAY_MS,
  );
  expect(before).toBe(-(44 * 60 + 30) * 1000);
  expect(new Date(changesAt).toISOString()).toBe("1972-01-07T00:44:30.000Z");
  expect(after).toBe(0);
});

test.each(["UTC", "Europe/Berlin", "Asia/Calcutta", "Asia/Kolkata", "America/Indiana/Knox"])(
  "%s is a zone",
  (name) => expect(isZoneName(name)).toBe(true),
);

test.each([
  "",
  "Z",
  "+02:00",
  "-05",
  "Europe/Atlantis",
  "Berlin",
  "Europe/Berlin ",
  "../etc",
  "CEST",
])("%j is not a zone", (name) => expect(isZoneName(name)).toBe(false));
