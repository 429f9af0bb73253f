import { fraction, type MeterValue, wholeValue } from "./meter-value.ts";
import type { Aggregate, Reading } from "./reading.ts";

/** How many events there were. */
export function count(): Aggregate {
  let events = 0n;
  return {
    add() {
      events++;
    },
    value: () => wholeValue(events),
  };
}

/** 60, 30 and 90 are 180; nothing is 0. */
export function sum(): Aggregate {
  let total = 0n;
  return {
    add({ value }) {
      total += value;
    },
    value: () => wholeValue(total),
  };
}

/** 60, 30 and 90 are 60 on average, exactly: 1, 1 and 2 are 4/3. None of nothing. */
export function average(): Aggregate {
  let total = 0n;
  let events = 0n;
  return {
    add({ value }) {
      total += value;
      events++;
    },
    value: () => (events === 0n ? null : fraction(total, events)),
  };
}

/** The value that stays when `replaces` says of each new one whether it takes its place. */
function kept(replaces: (next: Reading, best: Reading) => boolean): Aggregate {
  let best: Reading | null = null;
  return {
    add(reading) {
      if (best === null || replaces(reading, best)) best = reading;
    },
    value: (): MeterValue | null => (best === null ? null : wholeValue(best.value)),
  };
}

export function minimum(): Aggregate {
  return kept((next, best) => next.value < best.value);
}

export function maximum(): Aggregate {
  return kept((next, best) => next.value > best.value);
}

/** The last one in time; of two at the same instant, the one that is read later. */
export function latest(): Aggregate {
  return kept(() => true);
}
