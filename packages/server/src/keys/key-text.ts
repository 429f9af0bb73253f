/**
 * The text of an API key: `cpk_<id>_<secret><checksum>`. The prefix and the checksum let scanners tell a
 * leaked key from chance; a text with a wrong checksum is refused without a look at the store.
 */
import { hash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { assert } from "@counterpart/domain/assert.ts";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_BYTES = 8;
const ID_LENGTH = 11;
const SECRET_BYTES = 32;
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const KEY_TEXT = /^cpk_([0-9A-Za-z]{11})_[0-9A-Za-z]{49}$/;

export interface NewKeyText {
  readonly id: string;
  /** Shown once and never stored. */
  readonly text: string;
  /** SHA-256 of the text: 256 random bits need no slow hash. */
  readonly hash: Buffer;
}

export function makeKeyText(): NewKeyText {
  const id = base62(randomBytes(ID_BYTES), ID_LENGTH);
  const unchecked = `cpk_${id}_${base62(randomBytes(SECRET_BYTES), SECRET_LENGTH)}`;
  const text = unchecked + checksum(unchecked);
  assert(idOfKeyText(text) === id, "a key that was made can be read");
  return { id, text, hash: hashKeyText(text) };
}

/** The id in a key's text; null if the text is no key. */
export function idOfKeyText(text: string): string | null {
  const id = KEY_TEXT.exec(text)?.[1];
  if (id === undefined) return null;
  return checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH) ? id : null;
}

export function hashKeyText(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

function checksum(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return base62(bytes, CHECKSUM_LENGTH);
}

function base62(bytes: Buffer, length: number): string {
  let value = BigInt(`0x${bytes.toString("hex")}`);
  let text = "";
  for (; value > 0n; value /= 62n) text = DIGITS[Number(value % 62n)] + text;
  assert(text.length <= length, "the digits have room");
  return text.padStart(length, "0");
}
