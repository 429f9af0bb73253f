/**
 * PostgreSQL's binary form of values, which COPY rows and array parameters share: the length in four
 * bytes, then the value. Nothing needs quoting, and nothing is parsed at the other end.
 */
import type { Whole } from "@counterpart/domain/rating/whole.ts";

/** A buffer that grows and is used again, so that groups make no garbage of their bytes. */
export interface ByteBuffer {
  bytes: Buffer;
  length: number;
}

export function byteBuffer(capacity: number): ByteBuffer {
  return { bytes: Buffer.allocUnsafe(capacity), length: 0 };
}

/** Sees to it that so many more bytes fit. */
export function reserve(buffer: ByteBuffer, more: number): void {
  const needed = buffer.length + more;
  if (needed <= buffer.bytes.length) return;
  const grown = Buffer.allocUnsafe(Math.max(needed, buffer.bytes.length * 2));
  buffer.bytes.copy(grown, 0, 0, buffer.length);
  buffer.bytes = grown;
}

/** PostgreSQL counts microseconds from 2000-01-01. */
const EPOCH_2000_MS = 946_684_800_000;
const TWO_32 = 4_294_967_296;

/** Each function writes at `at`, where there is room, and returns where the next value goes. */
export function write32(bytes: Buffer, at: number, value: number): number {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
  return at + 4;
}

export function write16(bytes: Buffer, at: number, value: number): number {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
  return at + 2;
}

export function writeInteger(bytes: Buffer, at: number, value: number): number {
  return write32(bytes, write32(bytes, at, 4), value);
}

/** A safe integer that is not negative, as `bigint`. */
export function writeBigInteger(bytes: Buffer, at: number, value: number): number {
  const high = Math.floor(value / TWO_32);
  return write32(bytes, write32(bytes, write32(bytes, at, 8), high), value - high * TWO_32);
}

/** One ASCII character as `"char"` or text. */
export function writeChar(bytes: Buffer, at: number, char: string): number {
  const next = write32(bytes, at, 1);
  bytes[next] = char.charCodeAt(0);
  return next + 1;
}

/** A timestamp; exact for every instant, although its microseconds exceed 2^53. */
export function writeTime(bytes: Buffer, at: number, instant: number): number {
  const milliseconds = instant - EPOCH_2000_MS;
  const whole = Math.floor(milliseconds / TWO_32);
  const rest = (milliseconds - whole * TWO_32) * 1000;
  const carried = Math.floor(rest / TWO_32);
  const next = write32(bytes, at, 8);
  return write32(bytes, write32(bytes, next, whole * 1000 + carried), rest - carried * TWO_32);
}

/** At most three bytes of UTF-8 for each UTF-16 unit. */
export function writeText(bytes: Buffer, at: number, text: string): number {
  const end = writeString(bytes, at + 4, text);
  write32(bytes, at, end - at - 4);
  return end;
}

/** A call into the engine costs as much as so many bytes. */
const SHORT = 24;

/** A text in UTF-8 without its length: at most three bytes for each UTF-16 unit. */
export function writeString(bytes: Buffer, at: number, text: string): number {
  const { length } = text;
  if (length > SHORT) return at + bytes.write(text, at);
  for (let place = 0; place < length; place++) {
    const code = text.charCodeAt(place);
    if (code > 0x7f) return at + bytes.write(text, at);
    bytes[at + place] = code;
  }
  return at + length;
}

/** The bytes of another buffer from `start` to `end`. */
export function writeSet(
  bytes: Buffer,
  at: number,
  from: Buffer,
  start: number,
  end: number,
): number {
  const length = end - start;
  if (length > SHORT) from.copy(bytes, at, start, end);
  else for (let place = 0; place < length; place++) bytes[at + place] = from[start + place]!;
  return at + length;
}

/** Value of each hexadecimal digit by its character code. */
const HEX = new Uint8Array(128);
for (const [value, digit] of [..."0123456789abcdef"].entries()) HEX[digit.charCodeAt(0)] = value;

/** With dashes or without. */
export function writeUuid(bytes: Buffer, at: number, uuid: string): number {
  const hex = uuid.length === 32 ? uuid : uuid.replaceAll("-", "");
  const next = write32(bytes, at, 16);
  for (let byte = 0; byte < 16; byte++) {
    const high = HEX[hex.charCodeAt(byte * 2)]!;
    bytes[next + byte] = (high << 4) | HEX[hex.charCodeAt(byte * 2 + 1)]!;
  }
  return next + 16;
}

/** Decimal digits of a whole number, as text without its length. At most 17 bytes for a `number`. */
export function writeDigits(bytes: Buffer, at: number, value: Whole): number {
  if (typeof value === "bigint") return at + bytes.write(String(value), at, "latin1");
  let rest = value;
  let next = at;
  if (rest < 0) {
    bytes[next++] = 0x2d;
    rest = -rest;
  }
  if (rest < BILLION) return writeSmallDigits(bytes, next, rest, 1);
  const billions = Math.floor(rest / BILLION);
  next = writeSmallDigits(bytes, next, billions, 1);
  return writeSmallDigits(bytes, next, rest - billions * BILLION, 9);
}

const BILLION = 1_000_000_000;

/** At least `places` digits of a number below 2^31. */
function writeSmallDigits(bytes: Buffer, at: number, value: number, places: number): number {
  let length = places;
  for (let power = 10 ** places; power <= value; power *= 10) length++;
  let rest = value | 0;
  for (let place = at + length - 1; place >= at; place--) {
    const tenth = (rest / 10) | 0;
    bytes[place] = 0x30 + rest - tenth * 10;
    rest = tenth;
  }
  return at + length;
}

const NUMERIC_BYTES_MAX = 64;
const NUMERIC_NEGATIVE = 0x4000;

/** A whole number as `numeric`: four decimal digits to each 16-bit digit, the highest first. */
export function writeNumeric(bytes: Buffer, at: number, value: Whole): number {
  const text = String(value < 0 ? -value : value);
  const count = value === 0 ? 0 : (text.length + 3) >> 2;
  let next = write32(bytes, at, 8 + count * 2);
  next = write16(bytes, next, count);
  next = write16(bytes, next, count === 0 ? 0 : count - 1);
  next = write16(bytes, next, value < 0 ? NUMERIC_NEGATIVE : 0);
  next = write16(bytes, next, 0);
  for (let digit = 0; digit < count; digit++) {
    const end = text.length - (count - digit - 1) * 4;
    next = write16(bytes, next, Number(text.slice(Math.max(0, end - 4), end)));
  }
  return next;
}

/** Type numbers of PostgreSQL for the elements of arrays. */
const ELEMENT_TYPES = { char: 18, integer: 23, timestamptz: 1184, numeric: 1700, uuid: 2950 };
const HEADER_BYTES = 20;

/** A column of rows, as an array parameter of one dimension. */
export interface ArrayColumn extends ByteBuffer {
  readonly type: keyof typeof ELEMENT_TYPES;
  count: number;
}

export function arrayColumn(type: ArrayColumn["type"]): ArrayColumn {
  return { ...byteBuffer(1 << 12), length: HEADER_BYTES, type, count: 0 };
}

export function clearColumn(column: ArrayColumn): void {
  column.length = HEADER_BYTES;
  column.count = 0;
}

export function pushInteger(column: ArrayColumn, value: number): void {
  reserve(column, NUMERIC_BYTES_MAX);
  column.length = writeInteger(column.bytes, column.length, value);
  column.count++;
}

export function pushTime(column: ArrayColumn, instant: number): void {
  reserve(column, NUMERIC_BYTES_MAX);
  column.length = writeTime(column.bytes, column.length, instant);
  column.count++;
}

export function pushChar(column: ArrayColumn, char: string): void {
  reserve(column, NUMERIC_BYTES_MAX);
  column.length = writeChar(column.bytes, column.length, char);
  column.count++;
}

export function pushUuid(column: ArrayColumn, uuid: string): void {
  reserve(column, NUMERIC_BYTES_MAX);
  column.length = writeUuid(column.bytes, column.length, uuid);
  column.count++;
}

export function pushNumeric(column: ArrayColumn, value: Whole): void {
  reserve(column, NUMERIC_BYTES_MAX + (typeof value === "bigint" ? String(value).length : 0));
  column.length = writeNumeric(column.bytes, column.length, value);
  column.count++;
}

const UUID_BYTES = 20;

/** The hexadecimal digits of an element of a column of UUIDs. */
export function uuidAt({ bytes }: ArrayColumn, index: number): string {
  const at = uuidOffset(index);
  return bytes.toString("hex", at, at + 16);
}

/** Where the 16 bytes of an element of a column of UUIDs start. */
export function uuidOffset(index: number): number {
  return HEADER_BYTES + index * UUID_BYTES + 4;
}

/** The parameter. It is overwritten when the column is filled again. */
export function columnValue(column: ArrayColumn): Buffer {
  const { bytes, count, length, type } = column;
  let at = write32(bytes, 0, count === 0 ? 0 : 1);
  at = write32(bytes, at, 0);
  at = write32(bytes, at, ELEMENT_TYPES[type]);
  if (count === 0) return bytes.subarray(0, at);
  at = write32(bytes, at, count);
  write32(bytes, at, 1);
  return bytes.subarray(0, length);
}
