/**
 * Numbers rows by four integers, as `Map` does by a text: but a text for each look-up, and an object for
 * each row, would be most of what a group of events costs to add up.
 */
export interface RowTable {
  /** Row numbers by hash; -1 for none. Its size is a power of two. */
  slots: Int32Array;
  /** Four integers a row. */
  keys: Int32Array;
  count: number;
}

const ROWS_FIRST = 1024;

export function rowTable(): RowTable {
  return {
    slots: new Int32Array(ROWS_FIRST * 4).fill(-1),
    keys: new Int32Array(ROWS_FIRST * 4),
    count: 0,
  };
}

export function clearRows(table: RowTable): void {
  table.slots.fill(-1);
  table.count = 0;
}

/** The row of the key. A new one gets the number that `count` was. */
export function rowOf(table: RowTable, a: number, b: number, c: number, d: number): number {
  const { slots, keys } = table;
  const mask = slots.length - 1;
  let slot = hashOf(a, b, c, d) & mask;
  for (let row = slots[slot]!; row !== -1; row = slots[slot]!) {
    const at = row * 4;
    if (keys[at] === a && keys[at + 1] === b && keys[at + 2] === c && keys[at + 3] === d)
      return row;
    slot = (slot + 1) & mask;
  }
  if (table.count * 4 === keys.length) {
    grow(table);
    return rowOf(table, a, b, c, d);
  }
  const row = table.count++;
  slots[slot] = row;
  keys[row * 4] = a;
  keys[row * 4 + 1] = b;
  keys[row * 4 + 2] = c;
  keys[row * 4 + 3] = d;
  return row;
}

function hashOf(a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(a, 0x9e37_79b1) ^ Math.imul(b, 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2_ae35) ^ Math.imul(c, 0x27d4_eb2f) ^ d;
  hash = Math.imul(hash ^ (hash >>> 13), 0x1656_67b1);
  return hash ^ (hash >>> 16);
}

/** Keeps a quarter of the slots full at most. */
function grow(table: RowTable): void {
  const keys = new Int32Array(table.keys.length * 2);
  keys.set(table.keys);
  const slots = new Int32Array(table.slots.length * 2).fill(-1);
  const mask = slots.length - 1;
  for (let row = 0; row < table.count; row++) {
    const at = row * 4;
    let slot = hashOf(keys[at]!, keys[at + 1]!, keys[at + 2]!, keys[at + 3]!) & mask;
    while (slots[slot] !== -1) slot = (slot + 1) & mask;
    slots[slot] = row;
  }
  table.keys = keys;
  table.slots = slots;
}
