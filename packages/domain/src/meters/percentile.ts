import { assert } from "../assert.ts";
import { wholeValue } from "./meter-value.ts";
import type { Aggregate } from "./reading.ts";

/** 95 % as a fraction: 95 over 100. */
export interface Percent {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/**
 * The smallest reading that so many percent of the readings do not exceed (nearest rank): of 1 to 20 the
 * 95th percentile is 19. It always is one of the readings. Costs memory with the different values.
 */
export function percentile({ numerator, denominator }: Percent): Aggregate {
  const counts = new Map<bigint, bigint>();
  let readings = 0n;
  return {
    add({ value }) {
      counts.set(value, (counts.get(value) ?? 0n) + 1n);
      readings++;
    },
    value() {
      if (readings === 0n) return null;
      const exact = readings * numerator;
      const rank = exact / denominator + (exact % denominator === 0n ? 0n : 1n);
      let before = 0n;
      for (const value of [...counts.keys()].sort((a, b) => (a < b ? -1 : 1))) {
        before += counts.get(value)!;
        if (before >= rank) return wholeValue(value);
      }
      assert(false, "a rank is at most the number of readings");
    },
  };
}
