/** Event rows in PostgreSQL's binary COPY format, encoded as events are prepared. */
import type { Charge } from "@counterpart/domain/rating/charge.ts";
import {
  type ByteBuffer,
  reserve,
  write16,
  write32,
  writeBigInteger,
  writeChar,
  writeDigits,
  writeInteger,
  writeText,
  writeTime,
  writeUuid,
} from "./binary-format.ts";
import { type CanonicalData, writeOpen, writePersonal } from "./canonical-data.ts";
import type { Candidate, Rated } from "./prepare-event.ts";

export interface Gate {
  readonly revision: number;
  readonly cut: number;
}

export interface RatedCandidate extends Candidate {
  readonly verdict: Rated;
}

export function isRated(candidate: Candidate): candidate is RatedCandidate {
  return "charges" in candidate.verdict;
}

export const COPY_HEAD = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
export const COPY_TAIL = Buffer.from([0xff, 0xff]);

const COLUMNS = 16;
/**
 * Bytes of a row besides its texts: the count and the lengths of columns, the fixed columns, and what
 * data in two objects has more than in one.
 */
const FIXED_BYTES = 2 + COLUMNS * 4 + 3 * 8 + 6 * 4 + 1 + 16 + 2;
/** Where a row's revision is: after two times and three integers. */
const REVISION_AT = 2 + 2 * 12 + 3 * 8 + 4;
const CUT_AT = REVISION_AT + 8;

/** Most bytes of a charge, without its steps and without amounts that are larger than a `number` holds. */
const CHARGE_BYTES = 128;

/** Appends a row. Its tuples are numbered; its revision and cut are written by `stampRow`. */
export function encodeEvent(buffer: ByteBuffer, event: RatedCandidate): void {
  const { verdict, id } = event;
  const { data, subject, charges } = verdict;
  const texts = (id.length + subject.length) * 3 + data.end - data.start;
  reserve(buffer, FIXED_BYTES + texts + bytesOfCharges(charges));
  const { bytes } = buffer;
  let at = write16(bytes, buffer.length, COLUMNS);
  at = writeTime(bytes, at, event.time);
  at = writeTime(bytes, at, event.receivedAt);
  at = writeInteger(bytes, at, verdict.account.handle);
  at = writeInteger(bytes, at, event.source.handle);
  at = writeInteger(bytes, at, verdict.type.handle);
  at = writeInteger(bytes, at, 0);
  at = writeInteger(bytes, at, 0);
  at = writeChar(bytes, at, "l");
  at = writeUuid(bytes, at, event.key);
  at = writeText(bytes, at, id);
  at = writeText(bytes, at, subject);
  at = writeDataColumns(bytes, at, data);
  at = writeCharges(bytes, at, charges);
  at = writeInteger(bytes, at, verdict.usageTuple.id);
  buffer.length = writeBigInteger(bytes, at, verdict.measured);
}

/** Its data in two columns: without the personal fields, and those. */
function writeDataColumns(bytes: Buffer, at: number, data: CanonicalData): number {
  const end = writeOpen(bytes, at + 4, data);
  write32(bytes, at, end - at - 4);
  if (data.cuts.length === 0) return write32(bytes, end, -1);
  const last = writePersonal(bytes, end + 4, data);
  write32(bytes, end, last - end - 4);
  return last;
}

function bytesOfCharges(charges: readonly Charge[]): number {
  let bytes = 0;
  for (const { amount, base, steps } of charges) {
    bytes += CHARGE_BYTES + steps.length;
    if (typeof amount === "bigint") bytes += String(amount).length;
    if (typeof base === "bigint") bytes += String(base).length;
  }
  return bytes;
}

const COMMA = 0x2c;
const SEMICOLON = 0x3b;

/** The text that `chargesFromText` and the SQL function `charges_of` read. */
function writeCharges(bytes: Buffer, at: number, charges: readonly Charge[]): number {
  const start = at + 4;
  let next = start;
  for (let index = 0; index < charges.length; index++) {
    const { term, day, tuple, deckRow, raw, billed, amount, base, steps } = charges[index]!;
    if (index > 0) bytes[next++] = SEMICOLON;
    next = writeDigits(bytes, next, term.id);
    bytes[next++] = COMMA;
    next = writeDigits(bytes, next, day);
    bytes[next++] = COMMA;
    next = writeDigits(bytes, next, tuple.id);
    bytes[next++] = COMMA;
    next = writeDigits(bytes, next, deckRow);
    bytes[next++] = COMMA;
    next = writeDigits(bytes, next, raw);
    bytes[next++] = COMMA;
    next = writeDigits(bytes, next, billed);
    bytes[next++] = COMMA;
    if (amount !== null) next = writeDigits(bytes, next, amount);
    bytes[next++] = COMMA;
    if (base !== null) next = writeDigits(bytes, next, base);
    if (steps !== "") {
      bytes[next++] = COMMA;
      next += bytes.write(steps, next, "latin1");
    }
  }
  write32(bytes, at, next - start);
  return next;
}

/** The charges as they would be stored, for those that are not. */
export function chargesText(charges: readonly Charge[]): string {
  const bytes = Buffer.alloc(4 + bytesOfCharges(charges));
  const end = writeCharges(bytes, 0, charges);
  return bytes.toString("latin1", 4, end);
}

/** Writes what only the gate tells into the row that starts at `start`. */
export function stampRow({ bytes }: ByteBuffer, start: number, { revision, cut }: Gate): void {
  write32(bytes, start + REVISION_AT, revision);
  write32(bytes, start + CUT_AT, cut);
}
