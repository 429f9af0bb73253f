import { Refusal } from "../refusals.ts";
import type { LevelTime } from "./meter.ts";
import { fraction } from "./meter-value.ts";
import type { Aggregate, Range } from "./reading.ts";
import { NAMES_MAX } from "./unique-count.ts";

const MILLISECONDS = { hour: 3_600_000n, day: 86_400_000n };

interface Level {
  since: number;
  value: bigint;
}

/**
 * Levels times how long they hold, per hour, day or the whole range: 4 GB for ten days of a month of 30
 * and then 7 GB are 6 GB. Each event sets the level of its thing until the thing's next one; levels of
 * things add up. Events from before the range set the level that it begins with; what has no event yet
 * counts 0. Refuses `meter.too-many-names`.
 */
export function timeWeighted({ from, to }: Range, over: LevelTime): Aggregate {
  const levels = new Map<string, Level>();
  let area = 0n;
  const settle = (level: Level, until: number): void => {
    const since = Math.max(level.since, from);
    if (until > since) area += level.value * BigInt(until - since);
    level.since = until;
  };
  return {
    add({ time, value, name }) {
      const level = levels.get(name);
      if (level === undefined) {
        levels.set(name, { since: time, value });
        if (levels.size > NAMES_MAX) throw new Refusal("meter.too-many-names", { max: NAMES_MAX });
        return;
      }
      settle(level, time);
      level.value = value;
    },
    value() {
      for (const level of levels.values()) settle(level, to);
      return fraction(area, over === "range" ? BigInt(to - from) : MILLISECONDS[over]);
    },
  };
}
