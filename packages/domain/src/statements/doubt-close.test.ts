import { expect, test } from "vitest";
import { parseInstant } from "../instant.ts";
import { checkZone, monthPeriod, parseMonth } from "../period.ts";
import { doubtClose } from "./doubt-close.ts";

test.each`
  month        | used     | doubts                     | because
  ${"2026-10"} | ${true}  | ${[]}                      | ${"it is the month before"}
  ${"2025-11"} | ${true}  | ${[]}                      | ${"a year is imported and closed"}
  ${"2025-10"} | ${true}  | ${["longPast"]}            | ${"it ended over a year ago"}
  ${"2026-10"} | ${false} | ${["noUsage"]}             | ${"no event is of it"}
  ${"2016-10"} | ${false} | ${["noUsage", "longPast"]} | ${"the year was mistyped"}
`("in November 2026 closing $month with usage $used is doubted: $doubts, $because", (row) => {
  const period = monthPeriod(checkZone("Europe/Berlin"), parseMonth(row.month));
  expect(doubtClose(period, parseInstant("2026-11-20T12:00:00Z"), row.used)).toEqual(row.doubts);
});
