/** Identity and content of an event as hashes (design: store, dedup and content). */
import { hash } from "node:crypto";
import { type CanonicalData, writeContent } from "./canonical-data.ts";
import type { ReadEvent } from "./read-event.ts";

/** Number of the rule below; stored with every hash, so that it can be changed one day. */
export const CONTENT_RULE = 1;

/** 16 bytes of SHA-256(source, 0, id), as a UUID. */
export function eventKey(source: string, id: string): string {
  return uuidOf(keyDigits(source, id));
}

/** The hash of an event's content, as a UUID. Null when the data is nested too deeply. */
export function eventContent(event: ReadEvent): string | null {
  const content = writeContent(event, []);
  return content === null ? null : uuidOf(contentDigits(content));
}

/** 32 hexadecimal digits with the dashes of a UUID. */
export function uuidOf(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The key as 32 hexadecimal digits: ingest writes bytes, and dashes would only be in the way. */
export function keyDigits(source: string, id: string): string {
  return digitsOf(`${storable(source)}\u0000${storable(id)}`);
}

/** The hash of what `writeContent` wrote, as 32 hexadecimal digits. */
export function contentDigits({ bytes, head, end }: CanonicalData): string {
  return digitsOf(bytes.subarray(head, end));
}

/** 16 bytes of SHA-256 as 32 hexadecimal digits. */
export function digitsOf(content: string | Buffer): string {
  return hash("sha256", content, "hex").slice(0, 32);
}

/** Halves of surrogate pairs would all become the same replacement character. */
function storable(text: string): string {
  return text.isWellFormed() ? text : JSON.stringify(text);
}
