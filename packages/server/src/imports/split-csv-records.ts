/**
 * Bytes to the records of a CSV. Its own reader, because a quote that is never closed must cost one
 * line and not the rest of the file.
 */
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import { type SplitLine, splitLines } from "./split-lines.ts";

/** `line` is the first one, `through` the last one; records in quotes may have more than one. */
export type CsvRecord = { readonly line: number; readonly through: number } & (
  | { readonly fields: readonly string[] }
  | { readonly problem: RefusalCode; readonly detail: string }
  /** A comment. */
  | { readonly skipped: true }
);

export interface CsvFormatOptions {
  /** One character. Default comma. */
  readonly delimiter?: string | undefined;
  /** Lines that start so are comments. */
  readonly comment?: string | undefined;
}

/** A record in quotes may go on over several lines, up to this many characters. */
const RECORD_LENGTH_MAX = 65_536;

/**
 * Yields the records of an RFC 4180 file. Blanks around fields are dropped, line ends in quotes
 * become LF, empty lines are passed over.
 *
 * A line that cannot be read is a problem by itself (`event.malformed-record` with the reason): one
 * with text after a closing quote or a quote inside a field without quotes; and the line of a quote
 * that the lines after it do not close, which are then read as if that one were not there.
 */
export async function* splitCsvRecords(
  bytes: AsyncIterable<Uint8Array>,
  format: CsvFormatOptions,
): AsyncGenerator<readonly CsvRecord[]> {
  const reader = recordReader(format);
  for await (const lines of splitLines(bytes)) {
    const records: CsvRecord[] = [];
    for (const line of lines) reader.push(line, records);
    if (records.length > 0) yield records;
  }
  const records: CsvRecord[] = [];
  reader.finish(records);
  if (records.length > 0) yield records;
}

/** A record whose quotes are open at the end of its last line. */
interface OpenRecord {
  readonly line: number;
  readonly part: OpenFields;
  readonly length: number;
  /** The lines after the first one. */
  readonly later: SplitLine[];
}

interface RecordReader {
  push(line: SplitLine, into: CsvRecord[]): void;
  finish(into: CsvRecord[]): void;
}

function recordReader({ delimiter = ",", comment }: CsvFormatOptions): RecordReader {
  let open: OpenRecord | null = null;

  const begin = (next: SplitLine, into: CsvRecord[]): void => {
    const { line } = next;
    if ("problem" in next) into.push({ ...next, through: line });
    else if (next.text === "") return;
    else if (comment !== undefined && next.text.startsWith(comment)) {
      into.push({ line, through: line, skipped: true });
    } else {
      const read = readFields(next.text, delimiter, null);
      if ("open" in read) open = { line, part: read.open, length: next.text.length, later: [] };
      else into.push({ line, through: line, ...read });
    }
  };

  /** False when the open record cannot go on so. */
  const goOn = (record: OpenRecord, next: SplitLine, into: CsvRecord[]): boolean => {
    if ("problem" in next) return false;
    const length = record.length + 1 + next.text.length;
    if (length > RECORD_LENGTH_MAX) return false;
    const read = readFields(next.text, delimiter, record.part);
    if ("problem" in read) return false;
    const { line, later } = record;
    if ("open" in read) {
      later.push(next);
      open = { line, part: read.open, length, later };
    } else {
      open = null;
      into.push({ line, through: next.line, ...read });
    }
    return true;
  };

  /** Reads the lines in order. What an unclosed quote had taken in comes back and is read anew. */
  const readAll = (lines: SplitLine[], into: CsvRecord[]): void => {
    const stack = lines;
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (open === null) begin(next, into);
      else if (!goOn(open, next, into)) {
        stack.push(next);
        giveUp(stack, into);
      }
    }
  };

  const giveUp = (stack: SplitLine[], into: CsvRecord[]): void => {
    const { line, later } = open!;
    open = null;
    into.push({ line, through: line, ...malformed("a quote is opened and not closed") });
    for (const each of later.toReversed()) stack.push(each);
  };

  return {
    push: (line, into) => readAll([line], into),
    finish(into) {
      while (open !== null) {
        const stack: SplitLine[] = [];
        giveUp(stack, into);
        readAll(stack, into);
      }
    },
  };
}

/** Fields that are read, and the one that the line ended in. */
interface OpenFields {
  readonly fields: string[];
  readonly field: string;
}

type Fields =
  | { readonly fields: readonly string[] }
  | { readonly open: OpenFields }
  | { readonly problem: RefusalCode; readonly detail: string };

function readFields(text: string, delimiter: string, open: OpenFields | null): Fields {
  if (open === null && !text.includes('"')) {
    return { fields: text.split(delimiter).map((field) => trimBlanks(field, delimiter)) };
  }
  // The open record's own: when this line does not continue it, it is given up anyway.
  const fields = open === null ? [] : open.fields;
  let quoted = open === null ? null : `${open.field}\n`;
  let at = 0;
  for (;;) {
    if (quoted === null) {
      at = afterBlanks(text, at, delimiter);
      if (text.charAt(at) === '"') {
        quoted = "";
        at++;
      }
    }
    if (quoted === null) {
      const stop = indexOrEnd(text, delimiter, at);
      const field = text.slice(at, stop);
      if (field.includes('"')) return malformed("a quote inside a field without quotes");
      fields.push(trimBlanks(field, delimiter));
      at = stop;
    } else {
      const rest = readQuoted(text, at, quoted);
      if (rest.closedAt === -1) return { open: { fields, field: rest.field } };
      fields.push(rest.field);
      quoted = null;
      at = afterBlanks(text, rest.closedAt, delimiter);
      if (at < text.length && text.charAt(at) !== delimiter) {
        return malformed("text after a closing quote");
      }
    }
    if (at === text.length) return { fields };
    at++;
  }
}

/** The field up to its closing quote and the place behind it; -1 when the line ends before. */
function readQuoted(
  text: string,
  from: number,
  begun: string,
): { readonly field: string; readonly closedAt: number } {
  let field = begun;
  let at = from;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return { field: field + text.slice(at), closedAt: -1 };
    if (text.charAt(quote + 1) !== '"') {
      return { field: field + text.slice(at, quote), closedAt: quote + 1 };
    }
    field += text.slice(at, quote + 1);
    at = quote + 2;
  }
}

function malformed(detail: string): { problem: RefusalCode; detail: string } {
  return { problem: "event.malformed-record", detail };
}

function indexOrEnd(text: string, part: string, from: number): number {
  const at = text.indexOf(part, from);
  return at === -1 ? text.length : at;
}

function isBlank(character: string, delimiter: string): boolean {
  return (character === " " || character === "\t") && character !== delimiter;
}

function afterBlanks(text: string, from: number, delimiter: string): number {
  let at = from;
  while (isBlank(text.charAt(at), delimiter)) at++;
  return at;
}

function trimBlanks(text: string, delimiter: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text.charAt(end - 1), delimiter)) end--;
  const start = afterBlanks(text, 0, delimiter);
  return start === 0 && end === text.length ? text : text.slice(Math.min(start, end), end);
}
