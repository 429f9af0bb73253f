/** Identity and content of an event as hashes (design: store, dedup and content). */
import { hash } from "node:crypto";
import { ExactNumber, plainDecimal } from "./exact-number.ts";
import type { ReadEvent } from "./read-event.ts";

/** Number of the rule below; stored with every hash, so that it can be changed one day. */
export const CONTENT_RULE = 1;

export const DEPTH_MAX = 32;

/** 16 bytes of SHA-256(source, 0, id), as hexadecimal digits. */
export function eventKey(source: string, id: string): string {
  return hash16(`${storable(source)}\u0000${storable(id)}`);
}

/**
 * 16 bytes of SHA-256 over type, subject as sent, time as an instant and `data` as `writeData` writes it,
 * as hexadecimal digits.
 */
export function eventContent({ type, subject, time }: ReadEvent, data: string): string {
  return hash16(`${textOf(type)}${textOf(subject)}${time}${data}`);
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

/** Null when the data is nested too deeply. */
export function writeData(
  data: Readonly<Record<string, unknown>>,
  personalFields: readonly string[],
): DataTexts | null {
  let whole = "";
  let open = "";
  let personal = "";
  const state = { exact: false };
  const { keys, quoted } = shapeOf(data);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!;
    const text = canonical(data[key], 1, state);
    if (text === null) return null;
    const field = quoted[at]! + text;
    whole = whole === "" ? field : `${whole},${field}`;
    if (personalFields.includes(key)) personal = personal === "" ? field : `${personal},${field}`;
    else open = open === "" ? field : `${open},${field}`;
  }
  return {
    whole: `{${whole}}`,
    open: `{${open}}`,
    personal: personal === "" ? null : `{${personal}}`,
    exact: state.exact,
  };
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

function canonical(value: unknown, depth: number, state: { exact: boolean }): string | null {
  if (typeof value === "string") return textOf(value);
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof ExactNumber) {
    state.exact = true;
    return value.digits;
  }
  if (depth === DEPTH_MAX) return null;
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value) {
      const part = canonical(item, depth + 1, state);
      if (part === null) return null;
      text += text === "" ? part : `,${part}`;
    }
    return `[${text}]`;
  }
  const { keys, quoted } = shapeOf(value);
  for (let at = 0; at < keys.length; at++) {
    const part = canonical((value as Record<string, unknown>)[keys[at]!], depth + 1, state);
    if (part === null) return null;
    text += `${at === 0 ? "" : ","}${quoted[at]}${part}`;
  }
  return `{${text}}`;
}

/** What JSON escapes: quotation marks, backslashes, controls and halves of surrogate pairs. */
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

function textOf(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function numberText(value: number): string {
  const text = Object.is(value, -0) ? "0" : String(value);
  return text.includes("e") ? plainDecimal(text) : text;
}
