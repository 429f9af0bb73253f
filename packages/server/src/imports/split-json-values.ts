/**
 * Bytes to the JSON objects in them: one a line, or one document that holds one or an array of
 * them.
 */
import { isUtf8 } from "node:buffer";
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import { peekBytes } from "./peek-bytes.ts";
import { splitLines } from "./split-lines.ts";

/**
 * The text of a value as it stands there. Lines up to `through` are done with when this value is.
 */
export type JsonText = { readonly line: number; readonly through: number } & (
  | { readonly text: string }
  | { readonly problem: RefusalCode; readonly detail: string }
);

export interface SplitJsonOptions {
  /** Longest value. Default 65,536. */
  readonly bytesMax?: number;
}

const VALUE_BYTES_MAX = 65_536;

/** So much is looked at to tell lines from a document. */
const PEEK_BYTES = 262_144;

/**
 * Yields the objects of a file. It is taken for a document when it starts with `[`, or when its
 * first line is no object by itself and neither is its second; otherwise for one object a line,
 * where a malformed line costs only itself. Values are not parsed here: what is between the braces
 * goes on as it is.
 *
 * One over `bytesMax` is passed over and told as `event.too-large`, one that is not UTF-8 or that
 * the document ends in as `event.unreadable`.
 */
export async function* splitJsonValues(
  bytes: AsyncIterable<Uint8Array>,
  { bytesMax = VALUE_BYTES_MAX }: SplitJsonOptions = {},
): AsyncGenerator<readonly JsonText[]> {
  let lineEnds = 0;
  const { head, all } = await peekBytes(bytes, (chunk, length) => {
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, at + 1)) lineEnds++;
    return lineEnds > LINES_LOOKED_AT || length >= PEEK_BYTES;
  });
  if (isDocument(head)) {
    const scanner = documentScanner(bytesMax);
    for await (const chunk of all) {
      const values = scanner.push(chunk);
      if (values.length > 0) yield values;
    }
    const values = scanner.finish();
    if (values.length > 0) yield values;
    return;
  }
  for await (const lines of splitLines(all, { bytesMax })) {
    const values: JsonText[] = [];
    for (const line of lines) {
      if ("problem" in line || !/^\s*$/.test(line.text))
        values.push({ ...line, through: line.line });
    }
    if (values.length > 0) yield values;
  }
}

const LF = 10;
/** Blank lines may come before the two that decide. */
const LINES_LOOKED_AT = 20;

function isDocument(head: Buffer): boolean {
  const text = head.toString().replace(/^\ufeff/, "");
  const [first = "", second = ""] = text.split(/\r?\n|\r/).filter((line) => /\S/.test(line));
  if (first.trimStart().startsWith("[")) return true;
  if (!first.trimStart().startsWith("{") || isObject(first)) return false;
  return !isObject(second);
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

interface DocumentScanner {
  push(chunk: Buffer): JsonText[];
  finish(): JsonText[];
}

/** What matters outside and inside of strings. Bytes of UTF-8 beyond ASCII are none of these. */
const OUTSIDE = /["{}[\]\n]/g;
const INSIDE = /["\\\n]/g;

/** The bytes of the object that is being read; no more than `bytesMax` of it are kept. */
interface HeldValue {
  /** Begins one at this line. */
  begin(line: number): void;
  add(part: Buffer): void;
  /** Ends it at this line. */
  end(line: number): JsonText;
  endTooEarly(line: number): JsonText;
}

function heldValue(bytesMax: number): HeldValue {
  let begunAt = 1;
  let held: Buffer[] = [];
  let heldBytes = 0;
  // More may stand on the line that it ends in.
  const place = (line: number) => ({ line: begunAt, through: line - 1 });
  return {
    begin(line) {
      begunAt = line;
      held = [];
      heldBytes = 0;
    },
    add(part) {
      heldBytes += part.length;
      if (heldBytes > bytesMax) held = [];
      else held.push(Buffer.from(part));
    },
    end(line) {
      if (heldBytes > bytesMax) {
        const detail = `over ${bytesMax} bytes`;
        return { ...place(line), problem: "event.too-large", detail };
      }
      const bytes = Buffer.concat(held);
      if (isUtf8(bytes)) return { ...place(line), text: bytes.toString() };
      return { ...place(line), problem: "event.unreadable", detail: "not UTF-8" };
    },
    endTooEarly(line) {
      const detail = "the document ends inside of it";
      return { ...place(line), problem: "event.unreadable", detail };
    },
  };
}

/**
 * Finds where objects begin and end by counting brackets outside of strings. Whatever else stands
 * between them (the brackets of an array, commas) is passed over.
 */
function documentScanner(bytesMax: number): DocumentScanner {
  const held = heldValue(bytesMax);
  let line = 1;
  let inString = false;
  let isEscaped = false;
  /** Brackets that are open inside of the object; 0: between objects. */
  let depth = 0;

  return {
    push(chunk) {
      const values: JsonText[] = [];
      const text = chunk.toString("latin1");
      let start = depth === 0 ? -1 : 0;
      let at = isEscaped ? 1 : 0;
      isEscaped = false;
      for (;;) {
        const pattern = inString ? INSIDE : OUTSIDE;
        pattern.lastIndex = at;
        const found = pattern.exec(text);
        if (found === null) break;
        at = found.index + 1;
        const character = found[0];
        if (character === "\n") line++;
        else if (character === '"') inString = !inString;
        else if (character === "\\") {
          isEscaped = at === text.length;
          at++;
        } else if (character === "{" || (character === "[" && depth > 0)) {
          if (depth === 0) {
            held.begin(line);
            start = found.index;
          }
          depth++;
        } else if (character !== "[" && depth > 0) {
          depth--;
          if (depth > 0) continue;
          held.add(chunk.subarray(start, at));
          values.push(held.end(line));
          start = -1;
        }
      }
      if (start !== -1) held.add(chunk.subarray(start));
      return values;
    },
    finish: () => (depth === 0 ? [] : [held.endTooEarly(line)]),
  };
}
