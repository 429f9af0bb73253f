import { wholeValue } from "./meter-value.ts";
import type { Aggregate } from "./reading.ts";

/**
 * Most events that lasted at once: each from its time for `value` milliseconds, the end not included, so
 * that a call which starts as another ends does not overlap it. What lasts no time is never there. Of
 * events that began before the range nothing is known. Costs memory with the peak.
 */
export function peakConcurrent(): Aggregate {
  const ends = minHeap();
  let peak = 0;
  return {
    add({ time, value }) {
      if (value === 0n) return;
      while (ends.size() > 0 && ends.least() <= time) ends.removeLeast();
      ends.insert(time + Number(value));
      peak = Math.max(peak, ends.size());
    },
    value: () => wholeValue(BigInt(peak)),
  };
}

interface MinHeap {
  size(): number;
  least(): number;
  insert(value: number): void;
  removeLeast(): void;
}

/** A binary heap: the children of place n are 2n + 1 and 2n + 2. */
function minHeap(): MinHeap {
  const values: number[] = [];
  const swap = (a: number, b: number): void => {
    const held = values[a]!;
    values[a] = values[b]!;
    values[b] = held;
  };
  return {
    size: () => values.length,
    least: () => values[0]!,
    insert(value) {
      let at = values.push(value) - 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (values[parent]! <= values[at]!) break;
        swap(at, parent);
        at = parent;
      }
    },
    removeLeast() {
      const last = values.pop()!;
      if (values.length === 0) return;
      values[0] = last;
      for (let at = 0; ; ) {
        const left = at * 2 + 1;
        const right = left + 1;
        let least = at;
        if (left < values.length && values[left]! < values[least]!) least = left;
        if (right < values.length && values[right]! < values[least]!) least = right;
        if (least === at) return;
        swap(at, least);
        at = least;
      }
    },
  };
}
