/** Identity and content of an event as hashes (design: store, dedup and content). */
import { hash } from "node:crypto";
import { ExactNumber, plainDecimal } from "./exact-number.ts";
import type { ReadEvent } from "./read-event.ts";

/** Number of the rule below; stored with every hash, so that it can be changed one day. */
export const CONTENT_RULE = 1;

export const DEPTH_MAX = 32;

/** 16 bytes of SHA-256(source, 0, id), as a UUID. */
export function eventKey(source: string, id: string): string {
  return uuidOf(keyDigits(source, id));
}

/** The hash of an event's content, as a UUID. Null when the data is nested too deeply. */
export function eventContent(event: ReadEvent): string | null {
  const texts = writeData(event.data, [], event.plain);
  return texts === null ? null : uuidOf(contentDigits(event, texts.whole));
}

/** 32 hexadecimal digits with the dashes of a UUID. */
export function uuidOf(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The key as 32 hexadecimal digits: ingest writes bytes, and dashes would only be in the way. */
export function keyDigits(source: string, id: string): string {
  return hash16(`${storable(source)}\u0000${storable(id)}`);
}

/**
 * 16 bytes of SHA-256 over type, subject as sent, time as an instant and `data` as `writeData` writes it,
 * as 32 hexadecimal digits.
 */
export function contentDigits({ type, subject, time, plain }: ReadEvent, data: string): string {
  return hash16(`${textOf(type, plain)}${textOf(subject, plain)}${time}${data}`);
}

function hash16(text: string): string {
  return hash("sha256", text, "hex").slice(0, 32);
}

/** Halves of surrogate pairs would all become the same replacement character. */
function storable(text: string): string {
  return text.isWellFormed() ? text : JSON.stringify(text);
}

/** Data as JSON with sorted keys and plain decimals. */
export interface DataTexts {
  /** Everything, as the content hash takes it. */
  readonly whole: string;
  /** The same without the personal fields, and those; null for none. */
  readonly open: string;
  readonly personal: string | null;
  /** Whether a number is among it that a double would change. */
  readonly exact: boolean;
}

interface Writing {
  /** Whether no text needs escapes. */
  readonly plain: boolean;
  exact: boolean;
}

/** Null when the data is nested too deeply. `plain`: none of its texts needs escapes. */
export function writeData(
  data: Readonly<Record<string, unknown>>,
  personalFields: readonly string[],
  plain: boolean,
): DataTexts | null {
  const { keys, quoted } = shapeOf(data);
  const writing: Writing = { plain, exact: false };
  let whole = "{";
  // Where personal fields start and end, their commas included.
  const cuts: number[] = [];
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!;
    const text = canonical(data[key], 1, writing);
    if (text === null) return null;
    const start = whole.length;
    whole += quoted[at]! + text + (at === keys.length - 1 ? "}" : ",");
    if (personalFields.includes(key)) cuts.push(start, whole.length);
  }
  if (keys.length === 0) whole = "{}";
  const { exact } = writing;
  if (cuts.length === 0) return { whole, open: whole, personal: null, exact };
  return { whole, ...cutOut(whole, cuts), exact };
}

/** Cutting texts out of the whole is cheaper than writing them twice. */
function cutOut(whole: string, cuts: readonly number[]): { open: string; personal: string } {
  let open = "";
  let personal = "";
  let from = 0;
  for (let cut = 0; cut < cuts.length; cut += 2) {
    open += whole.slice(from, cuts[cut]);
    from = cuts[cut + 1]!;
    personal += `${personal === "" ? "{" : ","}${whole.slice(cuts[cut]!, from - 1)}`;
  }
  if (from < whole.length) open += whole.slice(from);
  else open = open === "{" ? "{}" : `${open.slice(0, -1)}}`;
  return { open, personal: `${personal}}` };
}

interface Shape {
  /** Field names as they arrive. */
  readonly arrival: readonly string[];
  readonly keys: readonly string[];
  /** The sorted keys as JSON, each with its colon. */
  readonly quoted: readonly string[];
}

/** Shapes seen last, by the number of their fields: producers repeat themselves. */
const shapes: Shape[][] = [];
const SHAPES_PER_SIZE_MAX = 16;
const FIELDS_REMEMBERED_MAX = 64;

function shapeOf(object: object): Shape {
  const arrival = Object.keys(object);
  shapes[arrival.length] ??= [];
  const same = shapes[arrival.length]!;
  for (const shape of same) if (isSame(shape.arrival, arrival)) return shape;
  const keys = arrival.toSorted();
  const shape = { arrival, keys, quoted: keys.map((key) => `${JSON.stringify(key)}:`) };
  if (arrival.length > FIELDS_REMEMBERED_MAX) return shape;
  same.unshift(shape);
  if (same.length > SHAPES_PER_SIZE_MAX) same.pop();
  return shape;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function canonical(value: unknown, depth: number, writing: Writing): string | null {
  if (typeof value === "string") return textOf(value, writing.plain);
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof ExactNumber) {
    writing.exact = true;
    return value.digits;
  }
  if (depth === DEPTH_MAX) return null;
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value) {
      const part = canonical(item, depth + 1, writing);
      if (part === null) return null;
      text += text === "" ? part : `,${part}`;
    }
    return `[${text}]`;
  }
  const { keys, quoted } = shapeOf(value);
  for (let at = 0; at < keys.length; at++) {
    const part = canonical((value as Record<string, unknown>)[keys[at]!], depth + 1, writing);
    if (part === null) return null;
    text += `${at === 0 ? "" : ","}${quoted[at]}${part}`;
  }
  return `{${text}}`;
}

function textOf(text: string, plain: boolean): string {
  return plain ? `"${text}"` : JSON.stringify(text);
}

function numberText(value: number): string {
  // Small whole numbers are most of them, and their texts are remembered by the engine.
  if (Number.isSafeInteger(value)) return String(value + 0);
  const text = String(value);
  return text.includes("e") ? plainDecimal(text) : text;
}
