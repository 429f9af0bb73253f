/** Event rows in PostgreSQL's binary COPY format, encoded as events are prepared. */
import { chargesToText } from "@counterpart/domain/rating/charge.ts";
import {
  type ByteBuffer,
  reserve,
  write16,
  write32,
  writeChar,
  writeInteger,
  writeText,
  writeTime,
  writeUuid,
} from "./binary-format.ts";
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

const COLUMNS = 14;
/** Bytes of a row besides its texts: the count and the lengths of columns, and the fixed columns. */
const FIXED_BYTES = 2 + COLUMNS * 4 + 2 * 8 + 5 * 4 + 1 + 16;
/** Where a row's revision is: after two times and three integers. */
const REVISION_AT = 2 + 2 * 12 + 3 * 8 + 4;
const CUT_AT = REVISION_AT + 8;

/** Appends a row. Its tuples are numbered; its revision and cut are written by `stampRow`. */
export function encodeEvent(buffer: ByteBuffer, event: RatedCandidate): void {
  const { verdict, id } = event;
  const { data, personal, subject } = verdict;
  const charges = chargesToText(verdict.charges);
  const characters =
    id.length + subject.length + data.length + charges.length + (personal?.length ?? 0);
  reserve(buffer, FIXED_BYTES + characters * 3);
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
  at = writeText(bytes, at, data);
  at = personal === null ? write32(bytes, at, -1) : writeText(bytes, at, personal);
  buffer.length = writeText(bytes, at, charges);
}

/** Writes what only the gate tells into the row that starts at `start`. */
export function stampRow({ bytes }: ByteBuffer, start: number, { revision, cut }: Gate): void {
  write32(bytes, start + REVISION_AT, revision);
  write32(bytes, start + CUT_AT, cut);
}
