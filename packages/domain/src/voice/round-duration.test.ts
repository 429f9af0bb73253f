import { expect, test } from "vitest";
import { type DurationRounding, roundDuration } from "./round-duration.ts";

test.each<[number, DurationRounding, number]>([
  [61_000, "none", 61_000],
  [61_001, "none", 61_001],
  [61_001, "up", 62_000],
  [61_000, "up", 61_000],
  [61_499, "nearest", 61_000],
  [61_500, "nearest", 62_000],
  [61_999, "down", 61_000],
  [999, "down", 0],
  [1, "up", 1000],
  [0, "up", 0],
])("%i ms %s are %i ms", (milliseconds, rounding, rounded) => {
  expect(roundDuration(milliseconds, rounding)).toBe(rounded);
});
