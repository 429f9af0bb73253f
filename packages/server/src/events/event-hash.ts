/** Identity and content of an event as hashes (design: store, dedup and content). */
import { hashText } from "../platform/hash.ts";
import { ExactNumber, plainDecimal } from "./exact-number.ts";
import type { ReadEvent } from "./read-event.ts";

/** Number of the rule below; stored with every hash, so that it can be changed one day. */
export const CONTENT_RULE = 1;

export const DEPTH_MAX = 32;

/** 16 bytes of SHA-256(source, 0, id), as a UUID. */
export function eventKey(source: string, id: string): string {
  return hashText(`${storable(source)}\u0000${storable(id)}`);
}

/**
 * 16 bytes of SHA-256 over type, subject as sent, time as an instant and data with sorted keys and plain
 * decimals. Null when the data is nested too deeply.
 */
export function eventContent(event: ReadEvent): string | null {
  const data = canonical(event.data, 0);
  if (data === null) return null;
  return hashText(
    `${JSON.stringify(event.type)}${JSON.stringify(event.subject)}${event.time}${data}`,
  );
}

/** Halves of surrogate pairs would all become the same replacement character. */
function storable(text: string): string {
  return text.isWellFormed() ? text : JSON.stringify(text);
}

/** Keys in sorted order, remembered by their order of arrival: producers repeat themselves. */
const sortedKeys = new Map<string, readonly string[]>();
const SHAPES_REMEMBERED_MAX = 1_000;

function keysInOrder(object: object): readonly string[] {
  const keys = Object.keys(object);
  const shape = keys.join("\u0000");
  const known = sortedKeys.get(shape);
  if (known !== undefined) return known;
  if (sortedKeys.size >= SHAPES_REMEMBERED_MAX) sortedKeys.clear();
  keys.sort();
  sortedKeys.set(shape, keys);
  return keys;
}

function canonical(value: unknown, depth: number): string | null {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof ExactNumber) return value.digits;
  if (depth === DEPTH_MAX) return null;
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value) {
      const part = canonical(item, depth + 1);
      if (part === null) return null;
      text += text === "" ? part : `,${part}`;
    }
    return `[${text}]`;
  }
  for (const key of keysInOrder(value)) {
    const part = canonical((value as Record<string, unknown>)[key], depth + 1);
    if (part === null) return null;
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${part}`;
  }
  return `{${text}}`;
}

function numberText(value: number): string {
  const text = Object.is(value, -0) ? "0" : String(value);
  return text.includes("e") ? plainDecimal(text) : text;
}
