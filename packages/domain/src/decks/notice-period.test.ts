import { expect, test } from "vitest";
import { formatLocalDay, parseLocalDay } from "../period.ts";
import { compareDecks } from "./compare-decks.ts";
import { findShortNotice, firstDearerDay } from "./notice-period.ts";

const { changes } = compareDecks(
  [
    { key: "49", rate: "0.01" },
    { key: "33", rate: "0.01" },
  ],
  [
    { key: "49", rate: "0.02" },
    { key: "33", rate: "0.005" },
    { key: "31", rate: "9" },
  ],
);

test.each([
  ["2026-11-20", 7, "2026-11-26", ["49"]],
  ["2026-11-20", 7, "2026-11-27", []],
  ["2026-11-20", 0, "2026-11-20", []],
  ["2026-11-20", 0, "2026-11-19", ["49"]],
  ["2026-12-28", 7, "2027-01-04", []],
])(
  "told on %s with %i days' notice, in force on %s: %j come too soon",
  (told, noticeDays, day, keys) => {
    const notice = { notified: parseLocalDay(told), noticeDays };
    const short = findShortNotice(changes, parseLocalDay(day), notice);
    expect(short.map(({ key }) => key)).toEqual(keys);
  },
);

test("what was told on the 1st with seven days' notice may be dearer from the 8th", () => {
  const notice = { notified: parseLocalDay("2026-12-01"), noticeDays: 7 };
  expect(formatLocalDay(firstDearerDay(notice))).toBe("2026-12-08");
});
