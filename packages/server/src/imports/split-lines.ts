/** Bytes to lines, in bounded memory: what HTTP streams and files are read with. */
import type { RefusalCode } from "@counterpart/domain/refusals.ts";

/** A line without its end, or why it cannot be read. `line` counts from 1; empty lines count. */
export type SplitLine =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly problem: RefusalCode; readonly detail: string };

export interface SplitLinesOptions {
  /** Longest line, without its end. Default 65,536. */
  readonly bytesMax?: number;
}

const LF = 10;
const CR = 13;

/** So much is decoded at once: work between two turns of the event loop, and the size of a batch. */
const SLICE_BYTES = 65_536;

/**
 * Yields the lines of the bytes, some thousands at a time. Lines end in LF or CRLF, the last one
 * perhaps in nothing; where the first `bytesMax` bytes hold CR and no LF, CR ends lines. A byte order
 * mark is dropped, NUL is kept.
 *
 * A line over `bytesMax` is passed over to its end and told as `event.too-large`, one that is not
 * UTF-8 as `event.unreadable`; no more than one line is held back, however long it is. What the bytes
 * throw goes through: the line that was not finished then is not told.
 */
export async function* splitLines(
  bytes: AsyncIterable<Uint8Array>,
  { bytesMax = 65_536 }: SplitLinesOptions = {},
): AsyncGenerator<SplitLine[]> {
  const held = heldBytes();
  let lineEnd: number | null = null;
  let line = 1;
  let skipping = false;

  /** Cuts what is complete off `block`, keeps the rest. */
  function* cut(block: Buffer, end: number): Generator<SplitLine[]> {
    let start = 0;
    if (skipping) {
      const at = block.indexOf(end);
      if (at === -1) return;
      yield [tooLong(line++, bytesMax)];
      skipping = false;
      start = at + 1;
    }
    while (start < block.length) {
      const stop = lastLineEnd(block, start, end, held.length() === 0);
      if (stop === -1) break;
      const whole = held.join(block.subarray(start, stop));
      const lines = readLines(whole, { end, line, bytesMax });
      line += lines.length;
      start = stop + 1;
      yield lines;
    }
    if (start === block.length) return;
    held.push(block.subarray(start));
    // One byte more may be the CR of the line's end.
    if (held.length() > bytesMax + 1) {
      held.clear();
      skipping = true;
    }
  }

  let isFirst = true;
  const decide = (last: boolean): Buffer | null => {
    const block = held.join(Buffer.alloc(0));
    if (block.includes(LF)) lineEnd = LF;
    else if (block.length > bytesMax || last) lineEnd = block.includes(CR) ? CR : LF;
    else {
      held.push(block);
      return null;
    }
    return block;
  };

  for await (const chunk of bytes) {
    let block = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (isFirst) {
      held.push(block);
      if (held.length() < BOM.length) continue;
      isFirst = false;
      block = withoutMark(held.join(Buffer.alloc(0)));
      if (block.length === 0) continue;
    }
    if (lineEnd === null) {
      held.push(block);
      const decided = decide(false);
      if (decided === null) continue;
      block = decided;
    }
    yield* cut(block, lineEnd ?? LF);
  }
  if (lineEnd === null && held.length() > 0) {
    const block = decide(true);
    if (block !== null) yield* cut(block, lineEnd ?? LF);
  }
  if (skipping) yield [tooLong(line, bytesMax)];
  else if (held.length() > 0) {
    const rest = held.join(Buffer.alloc(0));
    yield readLines(rest, { end: lineEnd ?? LF, line, bytesMax });
  }
}
