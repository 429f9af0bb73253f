/** Event rows in PostgreSQL's binary COPY format: no escaping, and no text for it to parse. */
import { chargesToText } from "@counterpart/domain/rating/charge.ts";
import type { Gate } from "./events.repo.ts";
import type { Candidate, Rated } from "./prepare-event.ts";

const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const COLUMNS = 14;
/** PostgreSQL counts microseconds from 2000-01-01. */
const EPOCH_2000_MS = 946_684_800_000;
/** Bytes of a row besides its texts: 14 lengths, the count of columns and the fixed columns. */
const FIXED_BYTES = 2 + COLUMNS * 4 + 2 * 8 + 5 * 4 + 1 + 16;

/** A buffer that grows, so that each group reuses the last one's. */
export interface RowBuffer {
  bytes: Buffer;
  length: number;
}

export function rowBuffer(): RowBuffer {
  return { bytes: Buffer.allocUnsafe(1 << 20), length: 0 };
}

export interface RatedCandidate extends Candidate {
  readonly verdict: Rated;
}

export function isRated(candidate: Candidate): candidate is RatedCandidate {
  return "charges" in candidate.verdict;
}

/** The COPY data of a group of events. It is overwritten by the next call with the same buffer. */
export function encodeEvents(
  buffer: RowBuffer,
  events: readonly RatedCandidate[],
  gate: Gate,
): Buffer {
  buffer.length = 0;
  reserve(buffer, SIGNATURE.length);
  SIGNATURE.copy(buffer.bytes, 0);
  buffer.length = SIGNATURE.length;
  for (const event of events) encodeEvent(buffer, event, gate);
  reserve(buffer, 2);
  buffer.length = buffer.bytes.writeInt16BE(-1, buffer.length);
  return buffer.bytes.subarray(0, buffer.length);
}

function encodeEvent(buffer: RowBuffer, event: RatedCandidate, gate: Gate): void {
  const { verdict } = event;
  const charges = chargesToText(verdict.charges);
  const { data, personal, subject } = verdict;
  const characters =
    event.id.length + subject.length + data.length + charges.length + (personal?.length ?? 0);
  // A UTF-16 unit is at most three bytes of UTF-8.
  reserve(buffer, FIXED_BYTES + characters * 3);
  const { bytes } = buffer;
  let at = bytes.writeInt16BE(COLUMNS, buffer.length);
  at = writeTime(bytes, at, event.time);
  at = writeTime(bytes, at, event.receivedAt);
  at = writeInteger(bytes, at, verdict.account.handle);
  at = writeInteger(bytes, at, event.source.handle);
  at = writeInteger(bytes, at, verdict.type.handle);
  at = writeInteger(bytes, at, gate.revision);
  at = writeInteger(bytes, at, gate.cut);
  at = writeText(bytes, at, "l");
  at = writeUuid(bytes, at, event.key);
  at = writeText(bytes, at, event.id);
  at = writeText(bytes, at, subject);
  at = writeText(bytes, at, data);
  at = personal === null ? bytes.writeInt32BE(-1, at) : writeText(bytes, at, personal);
  buffer.length = writeText(bytes, at, charges);
}

function reserve(buffer: RowBuffer, more: number): void {
  const needed = buffer.length + more;
  if (needed <= buffer.bytes.length) return;
  const grown = Buffer.allocUnsafe(Math.max(needed, buffer.bytes.length * 2));
  buffer.bytes.copy(grown, 0, 0, buffer.length);
  buffer.bytes = grown;
}

function writeTime(bytes: Buffer, at: number, instant: number): number {
  const microseconds = (instant - EPOCH_2000_MS) * 1000;
  const high = Math.floor(microseconds / 4_294_967_296);
  let next = bytes.writeInt32BE(8, at);
  next = bytes.writeInt32BE(high, next);
  return bytes.writeUInt32BE(microseconds - high * 4_294_967_296, next);
}

function writeInteger(bytes: Buffer, at: number, value: number): number {
  return bytes.writeInt32BE(value, bytes.writeInt32BE(4, at));
}

function writeText(bytes: Buffer, at: number, text: string): number {
  const length = bytes.write(text, at + 4, "utf8");
  bytes.writeInt32BE(length, at);
  return at + 4 + length;
}

function writeUuid(bytes: Buffer, at: number, uuid: string): number {
  bytes.writeInt32BE(16, at);
  const hex = uuid.replaceAll("-", "");
  bytes.write(hex, at + 4, "hex");
  return at + 20;
}
