import fc from "fast-check";
import { expect, test } from "vitest";
import { burstChannels, channelPercentile } from "./channel-percentile.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

test.each([
  [upTo(100), 95, 95, "the five busiest of a hundred go free"],
  [upTo(20), 95, 19, "the busiest of twenty goes free"],
  [upTo(19), 95, 19, "of nineteen none does"],
  [[7], 95, 7, "one sample is all there is"],
  [[3, 9, 1], 100, 9, "the most, whatever their order"],
  [[0, 0, 0, 12], 50, 0, "half the time nothing was used"],
])("of %j the %i percent are %i: %s", (samples, percent, channels) => {
  expect(channelPercentile(samples, percent)).toBe(channels);
});

test("a trunk that was not measured has no percentile, not zero", () => {
  expect(channelPercentile([], 95)).toBeNull();
});

test("at most so many samples lie above it, and no lower one would do", () => {
  const samples = fc.array(fc.nat(50), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 100 }), (all, percent) => {
      const found = channelPercentile(all, percent)!;
      const above = all.filter((sample) => sample > found).length;
      const least = all.filter((sample) => sample >= found).length;
      expect(above * 100).toBeLessThanOrEqual(all.length * (100 - percent));
      expect(least * 100).toBeGreaterThan(all.length * (100 - percent));
    }),
  );
});

test.each([
  [10, 14, 4],
  [10, 10, 0],
  [10, 3, 0],
])("of %i committed channels and %i used, %i are burst", (committed, used, burst) => {
  expect(burstChannels(committed, used)).toBe(burst);
});
