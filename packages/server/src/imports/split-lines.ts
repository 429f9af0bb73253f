/** Bytes to lines, in bounded memory: what HTTP streams and files are read with. */
import { isUtf8 } from "node:buffer";
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import { peekBytes } from "./peek-bytes.ts";

/** A line without its end, or why it cannot be read. `line` counts from 1; empty lines count. */
export type SplitLine =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly problem: RefusalCode; readonly detail: string };

export interface SplitLinesOptions {
  /** Longest line, without its end. Default 65,536. */
  readonly bytesMax?: number;
}

const LINE_BYTES_MAX = 65_536;

/** So much is decoded at once: the work between two turns of the event loop. */
const SLICE_BYTES = 65_536;

const LF = 10;
const CR = 13;

/**
 * Yields the lines of the bytes, up to some thousands at a time. A line ends in LF or CRLF, the
 * last one perhaps in nothing; CR alone ends lines where there is one and no LF in the first
 * `bytesMax` bytes. A byte order mark is dropped, NUL is kept.
 *
 * A line over `bytesMax` is passed over to its end and told as `event.too-large`, one that is not
 * UTF-8 as `event.unreadable`. However long a line is, `bytesMax` of it are held. What the bytes
 * throw goes through; the line that they broke off in is not yielded.
 *
 * Over a million short lines a second: whole blocks are decoded, no byte is looked at by itself.
 */
export async function* splitLines(
  bytes: AsyncIterable<Uint8Array>,
  { bytesMax = LINE_BYTES_MAX }: SplitLinesOptions = {},
): AsyncGenerator<readonly SplitLine[]> {
  // The end of the longest first line lies in here, however the bytes are cut into chunks.
  const window = BYTE_ORDER_MARK.length + bytesMax + 2;
  const { head, all } = await peekBytes(bytes, (chunk, length) => {
    return length >= window || (length >= BYTE_ORDER_MARK.length && chunk.includes(LF));
  });
  const start = head.subarray(0, window);
  const cutter = lineCutter(start.includes(CR) && !start.includes(LF) ? CR : LF, bytesMax);
  let unread = startsWithMark(head) ? BYTE_ORDER_MARK.length : 0;
  for await (const chunk of all) {
    for (let start = unread; start < chunk.length; start += SLICE_BYTES) {
      const lines = cutter.push(chunk.subarray(start, start + SLICE_BYTES));
      if (lines.length > 0) yield lines;
    }
    unread = 0;
  }
  const lines = cutter.finish();
  if (lines.length > 0) yield lines;
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

function startsWithMark(head: Buffer): boolean {
  return head.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
}

interface LineCutter {
  /** The lines that end in this block. */
  push(block: Buffer): SplitLine[];
  /** The line without an end, if there is one. */
  finish(): SplitLine[];
}

function lineCutter(end: number, bytesMax: number): LineCutter {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let line = 1;
  const isPassingOver = (): boolean => heldBytes > bytesMax + 1; // one more may be the CR of CRLF
  const hold = (block: Buffer): void => {
    heldBytes += block.length;
    if (isPassingOver()) held = [];
    else if (block.length > 0) held.push(block);
  };
  /** Lines of a block without its last end, of which the first may have been begun before. */
  const take = (block: Buffer): SplitLine[] => {
    const lines: SplitLine[] = [];
    let rest: Buffer | null = block;
    if (isPassingOver()) {
      lines.push(tooLong(line, bytesMax));
      const at = block.indexOf(end);
      rest = at === -1 ? null : block.subarray(at + 1);
    } else if (held.length > 0) rest = Buffer.concat([...held, block]);
    held = [];
    heldBytes = 0;
    if (rest !== null) readLines(rest, { end, bytesMax, first: line + lines.length }, lines);
    line += lines.length;
    return lines;
  };
  return {
    push(block) {
      const stop = block.lastIndexOf(end);
      if (stop === -1) {
        hold(block);
        return [];
      }
      const lines = take(block.subarray(0, stop));
      // A copy: a view would keep the chunk that it was cut from.
      hold(Buffer.from(block.subarray(stop + 1)));
      return lines;
    },
    finish: () => (heldBytes === 0 ? [] : take(Buffer.alloc(0))),
  };
}

interface Reading {
  readonly end: number;
  readonly bytesMax: number;
  /** Number of the first line. */
  readonly first: number;
}

function readLines(block: Buffer, { end, bytesMax, first }: Reading, into: SplitLine[]): void {
  let line = first;
  if (isUtf8(block)) {
    const texts = block.toString().split(String.fromCharCode(end));
    for (const text of texts) into.push(checkedLine(line++, withoutReturn(text), bytesMax));
    return;
  }
  for (let start = 0; start <= block.length; ) {
    const at = block.indexOf(end, start);
    const stop = at === -1 ? block.length : at;
    const bytes = block.subarray(start, stop);
    if (isUtf8(bytes)) into.push(checkedLine(line, withoutReturn(bytes.toString()), bytesMax));
    else into.push({ line, problem: "event.unreadable", detail: "not UTF-8" });
    line++;
    start = stop + 1;
  }
}

function checkedLine(line: number, text: string, bytesMax: number): SplitLine {
  // No character of a JavaScript text takes more than three bytes of UTF-8.
  const fits = text.length * 3 <= bytesMax || Buffer.byteLength(text) <= bytesMax;
  return fits ? { line, text } : tooLong(line, bytesMax);
}

function tooLong(line: number, bytesMax: number): SplitLine {
  return { line, problem: "event.too-large", detail: `a line of over ${bytesMax} bytes` };
}

function withoutReturn(text: string): string {
  return text.charCodeAt(text.length - 1) === CR ? text.slice(0, -1) : text;
}
