import { assert } from "../assert.ts";

/**
 * The channels that a burstable trunk is billed for: the nearest-rank percentile of its samples, which
 * are how many channels it had in use at equal distances of time (handbook §1.2). Of 100 samples at 95
 * percent it is the 95th from below, so that the five busiest go free. Null without samples: a trunk
 * that was not measured is not one that was idle.
 */
export function channelPercentile(samples: readonly number[], percent: number): number | null {
  assert(Number.isInteger(percent) && percent >= 1 && percent <= 100, "percent is 1 to 100");
  for (const sample of samples) {
    assert(Number.isSafeInteger(sample) && sample >= 0, "channels are counted");
  }
  const rank = Math.ceil((percent * samples.length) / 100);
  return samples.toSorted((a, b) => a - b)[rank - 1] ?? null;
}

/** Channels beyond those that are committed, which are paid for whether they are used or not. */
export function burstChannels(committed: number, used: number): number {
  return Math.max(0, used - committed);
}
