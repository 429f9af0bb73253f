/** Finds keys that a group has already, by their bytes: a set of texts would cost more than hashing them. */
import { uuidOffset } from "./binary-format.ts";

export interface KeyTable {
  /** Places by the first bytes of the key; -1 for none. Its size is a power of two. */
  slots: Int32Array;
}

const SLOTS_FIRST = 4096;

export function keyTable(): KeyTable {
  return { slots: new Int32Array(SLOTS_FIRST).fill(-1) };
}

export function clearKeys({ slots }: KeyTable): void {
  slots.fill(-1);
}

/**
 * The place of the key that `bytes`, a column of UUIDs, holds at `place`: an earlier one if the key is
 * there already, otherwise `place`, which is remembered. Places are handed in one after the other.
 */
export function placeOfKey(table: KeyTable, bytes: Buffer, place: number): number {
  if (place * 2 >= table.slots.length) grow(table, bytes, place);
  const slot = slotOf(table, bytes, place);
  const known = table.slots[slot]!;
  if (known !== -1) return known;
  table.slots[slot] = place;
  return place;
}

function slotOf({ slots }: KeyTable, bytes: Buffer, place: number): number {
  const at = uuidOffset(place);
  const mask = slots.length - 1;
  // Keys are hashes already.
  let slot = ((bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!) & mask;
  for (let known = slots[slot]!; known !== -1; known = slots[slot]!) {
    if (isSame(bytes, uuidOffset(known), at)) return slot;
    slot = (slot + 1) & mask;
  }
  return slot;
}

function isSame(bytes: Buffer, a: number, b: number): boolean {
  for (let byte = 0; byte < 16; byte++) if (bytes[a + byte] !== bytes[b + byte]) return false;
  return true;
}

/** Keeps at most half of the slots full. */
function grow(table: KeyTable, bytes: Buffer, count: number): void {
  table.slots = new Int32Array(table.slots.length * 2).fill(-1);
  for (let place = 0; place < count; place++) table.slots[slotOf(table, bytes, place)] = place;
}
