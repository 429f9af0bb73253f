/**
 * An event's data as canonical JSON (sorted keys, plain decimals), in bytes: they are hashed and stored as
 * they are written here, and never become a text between.
 */
import { writeDigits, writeSet, writeString } from "./binary-format.ts";
import { ExactNumber, plainDecimal } from "./exact-number.ts";
import type { ReadEvent } from "./read-event.ts";

export const DEPTH_MAX = 32;

/** Written data. The bytes are shared with other events' and never change. */
export interface CanonicalData {
  readonly bytes: Buffer;
  /** Where type, subject and time start that were written before the data. */
  readonly head: number;
  readonly start: number;
  readonly end: number;
  /** Where personal fields start and end, with the comma or brace that follows each. */
  readonly cuts: readonly number[];
  /** Whether a number is among it that a double would change. */
  readonly exact: boolean;
}

/** Events are written one after the other into a page, which lives as long as one of them is needed. */
const PAGE_BYTES = 1 << 16;

interface Page {
  bytes: Buffer;
  /** Where the event that is being written starts. */
  head: number;
  at: number;
  /** Whether none of its texts needs escapes. */
  plain: boolean;
  exact: boolean;
}

const page: Page = { bytes: newPage(PAGE_BYTES), head: 0, at: 0, plain: false, exact: false };

function newPage(bytes: number): Buffer {
  return Buffer.allocUnsafeSlow(bytes);
}

function startWriting(plain: boolean): void {
  page.head = page.at;
  page.plain = plain;
  page.exact = false;
}

/** Sees to it that so many more bytes fit: what is written of the event moves to a page with room. */
function makeRoom(more: number): void {
  if (page.at + more <= page.bytes.length) return;
  const written = page.at - page.head;
  const roomy = newPage(Math.max(PAGE_BYTES, (written + more) * 2));
  page.bytes.copy(roomy, 0, page.head, page.at);
  page.bytes = roomy;
  page.head = 0;
  page.at = written;
}

/**
 * Everything that is an event's content: its type, its subject as sent, its time as an instant, and its
 * data. Null when the data is nested too deeply.
 */
export function writeContent(
  { type, subject, time, data, plain }: Omit<ReadEvent, "id" | "source">,
  personalFields: readonly string[],
): CanonicalData | null {
  startWriting(plain);
  pushText(type);
  pushText(subject);
  pushNumber(time);
  return pushData(data, personalFields);
}

/** Data alone. Null when it is nested too deeply. `plain`: none of its texts needs escapes. */
export function writeData(
  data: ReadEvent["data"],
  personalFields: readonly string[],
  plain: boolean,
): CanonicalData | null {
  startWriting(plain);
  return pushData(data, personalFields);
}

function pushData(data: object, personalFields: readonly string[]): CanonicalData | null {
  const shape = shapeOf(data);
  const { keys, quoted } = shape;
  const personal = personalOf(shape, personalFields);
  const cuts: number[] = [];
  const offset = page.at - page.head;
  pushByte(OPEN_BRACE);
  for (let at = 0; at < keys.length; at++) {
    const start = page.at - page.head;
    pushBytes(quoted[at]!);
    if (!pushValue((data as Record<string, unknown>)[keys[at]!], 1)) return null;
    pushByte(at === keys.length - 1 ? CLOSE_BRACE : COMMA);
    if (personal[at]) cuts.push(start, page.at - page.head);
  }
  if (keys.length === 0) pushByte(CLOSE_BRACE);
  const { bytes, head, at: end, exact } = page;
  // A page may have changed on the way.
  for (let cut = 0; cut < cuts.length; cut++) cuts[cut]! += head;
  return { bytes, head, start: head + offset, end, cuts, exact };
}

/** Writes the data without its personal fields. At most as long as the whole and one byte more. */
export function writeOpen(target: Buffer, at: number, data: CanonicalData): number {
  const { bytes, start, end, cuts } = data;
  if (cuts.length === 0) return writeSet(target, at, bytes, start, end);
  let next = at;
  let from = start;
  for (let cut = 0; cut < cuts.length; cut += 2) {
    next = writeSet(target, next, bytes, from, cuts[cut]!);
    from = cuts[cut + 1]!;
  }
  if (from < end) return writeSet(target, next, bytes, from, end);
  // The last field was cut out with the brace: it takes the place of a comma, if a field is left.
  if (next > at + 1) next--;
  target[next] = CLOSE_BRACE;
  return next + 1;
}

/** Writes the personal fields as an object; there are some. */
export function writePersonal(target: Buffer, at: number, data: CanonicalData): number {
  const { bytes, cuts } = data;
  let next = at;
  for (let cut = 0; cut < cuts.length; cut += 2) {
    target[next] = cut === 0 ? OPEN_BRACE : COMMA;
    next = writeSet(target, next + 1, bytes, cuts[cut]!, cuts[cut + 1]! - 1);
  }
  target[next] = CLOSE_BRACE;
  return next + 1;
}

/** The whole as a text. */
export function dataText({ bytes, start, end }: CanonicalData): string {
  return bytes.toString("utf8", start, end);
}

/** The data without its personal fields as a text. */
export function openText(data: CanonicalData): string {
  const target = Buffer.allocUnsafe(data.end - data.start + 1);
  return target.toString("utf8", 0, writeOpen(target, 0, data));
}

/** The personal fields as a text; null for none. */
export function personalText(data: CanonicalData): string | null {
  if (data.cuts.length === 0) return null;
  const target = Buffer.allocUnsafe(data.end - data.start + 1);
  return target.toString("utf8", 0, writePersonal(target, 0, data));
}

interface Shape {
  /** Field names as they arrive. */
  readonly arrival: readonly string[];
  readonly keys: readonly string[];
  /** The sorted keys as JSON, each with its colon. */
  readonly quoted: readonly Buffer[];
  /** Which of the keys are personal, by the fields that were asked for: those of a few event types. */
  readonly personal: Personal[];
}

interface Personal {
  readonly fields: readonly string[];
  readonly is: readonly boolean[];
}

/** Shapes seen last, by the number of their fields: producers repeat themselves. */
const shapes: Shape[][] = [];
const SHAPES_PER_SIZE_MAX = 16;
const FIELDS_REMEMBERED_MAX = 64;
const PERSONAL_REMEMBERED_MAX = 8;

function shapeOf(object: object): Shape {
  const arrival = Object.keys(object);
  shapes[arrival.length] ??= [];
  const same = shapes[arrival.length]!;
  for (const shape of same) if (isSame(shape.arrival, arrival)) return shape;
  const keys = arrival.toSorted();
  const quoted = keys.map((key) => Buffer.from(`${JSON.stringify(key)}:`));
  const shape: Shape = { arrival, keys, quoted, personal: [] };
  if (arrival.length > FIELDS_REMEMBERED_MAX) return shape;
  same.unshift(shape);
  if (same.length > SHAPES_PER_SIZE_MAX) same.pop();
  return shape;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function personalOf({ keys, personal }: Shape, fields: readonly string[]): readonly boolean[] {
  for (const known of personal) if (known.fields === fields) return known.is;
  const is = keys.map((key) => fields.includes(key));
  personal.unshift({ fields, is });
  if (personal.length > PERSONAL_REMEMBERED_MAX) personal.pop();
  return is;
}

/** False when it is nested too deeply. */
function pushValue(value: unknown, depth: number): boolean {
  if (typeof value === "string") pushText(value);
  else if (typeof value === "number") pushNumber(value);
  else if (typeof value !== "object" || value === null) pushWord(String(value));
  else if (value instanceof ExactNumber) {
    page.exact = true;
    pushWord(value.digits);
  } else if (depth === DEPTH_MAX) return false;
  else return Array.isArray(value) ? pushArray(value, depth) : pushObject(value, depth);
  return true;
}

function pushArray(items: readonly unknown[], depth: number): boolean {
  pushByte(OPEN_BRACKET);
  for (let at = 0; at < items.length; at++) {
    if (at > 0) pushByte(COMMA);
    if (!pushValue(items[at], depth + 1)) return false;
  }
  pushByte(CLOSE_BRACKET);
  return true;
}

function pushObject(object: object, depth: number): boolean {
  const { keys, quoted } = shapeOf(object);
  pushByte(OPEN_BRACE);
  for (let at = 0; at < keys.length; at++) {
    if (at > 0) pushByte(COMMA);
    pushBytes(quoted[at]!);
    const value = (object as Record<string, unknown>)[keys[at]!];
    if (!pushValue(value, depth + 1)) return false;
  }
  pushByte(CLOSE_BRACE);
  return true;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

function pushByte(byte: number): void {
  makeRoom(1);
  page.bytes[page.at++] = byte;
}

function pushBytes(bytes: Buffer): void {
  makeRoom(bytes.length);
  page.at = writeSet(page.bytes, page.at, bytes, 0, bytes.length);
}

/** Digits or a word: ASCII. */
function pushWord(word: string): void {
  makeRoom(word.length);
  page.at += page.bytes.write(word, page.at, "latin1");
}

/** At most three bytes of UTF-8 for each UTF-16 unit. */
function pushText(text: string): void {
  if (!page.plain) {
    const escaped = JSON.stringify(text);
    makeRoom(escaped.length * 3);
    page.at = writeString(page.bytes, page.at, escaped);
    return;
  }
  makeRoom(text.length * 3 + 2);
  const { bytes } = page;
  bytes[page.at] = QUOTE;
  const end = writeString(bytes, page.at + 1, text);
  bytes[end] = QUOTE;
  page.at = end + 1;
}

const SAFE_DIGITS_MAX = 17;

function pushNumber(value: number): void {
  if (Number.isSafeInteger(value)) {
    makeRoom(SAFE_DIGITS_MAX);
    page.at = writeDigits(page.bytes, page.at, value);
    return;
  }
  const text = String(value);
  pushWord(text.includes("e") ? plainDecimal(text) : text);
}
