/** Ids of records that have none of their own (design: dedup). */
import { hashText } from "../platform/hash.ts";

/**
 * Answers with the hash of the record's fields and its ordinal among identical records so far, such
 * as `3f2a…-….1`: the same file gives the same ids, whenever it is read from its start. How fields
 * are quoted does not matter. Records are counted by 64 bits of their hash; each takes 24 to 48
 * bytes of memory.
 */
export function recordIds(): (fields: readonly string[]) => string {
  const counter = hashCounter();
  return (fields) => {
    const hash = hashText(JSON.stringify(fields));
    const low = hash.slice(9, 13) + hash.slice(14, 18);
    return `${hash}.${counter(Number.parseInt(hash.slice(0, 8), 16), Number.parseInt(low, 16))}`;
  };
}

/** Counts how often it was asked for a hash: 1 at the first time. */
function hashCounter(): (high: number, low: number) => number {
  let table = makeTable(1024);
  let used = 0;
  return (high, low) => {
    const slot = slotOf(table, high, low);
    const count = table.counts[slot]! + 1;
    table.high[slot] = high;
    table.low[slot] = low;
    table.counts[slot] = count;
    if (count === 1) {
      used++;
      if (used * 2 > table.counts.length) table = doubled(table);
    }
    return count;
  };
}

/** Open addressing; the length is a power of two, a count of 0 is a free slot. */
interface HashTable {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly counts: Uint32Array;
}

function makeTable(length: number): HashTable {
  return {
    high: new Uint32Array(length),
    low: new Uint32Array(length),
    counts: new Uint32Array(length),
  };
}

function slotOf({ high, low, counts }: HashTable, wantedHigh: number, wantedLow: number): number {
  const mask = counts.length - 1;
  let slot = wantedLow & mask;
  while (counts[slot] !== 0 && (high[slot] !== wantedHigh || low[slot] !== wantedLow)) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

function doubled(table: HashTable): HashTable {
  const larger = makeTable(table.counts.length * 2);
  for (let slot = 0; slot < table.counts.length; slot++) {
    const count = table.counts[slot]!;
    if (count === 0) continue;
    const high = table.high[slot]!;
    const low = table.low[slot]!;
    const to = slotOf(larger, high, low);
    larger.high[to] = high;
    larger.low[to] = low;
    larger.counts[to] = count;
  }
  return larger;
}
