/** The ways CloudEvents 1.0 come over HTTP, each turned into the JSON texts of its events. */
import type { IncomingHttpHeaders } from "node:http";
import { Refusal } from "@counterpart/domain/refusals.ts";

/**
 * The texts of the events of a batch, cut out of its array as they were sent: numbers keep their digits.
 * Refuses `event.batch-unreadable` when it is not a JSON array: nothing of it can then be told apart; and
 * `event.batch-too-long`.
 */
export function sliceBatch(text: string, eventsMax: number): string[] {
  const slices: string[] = [];
  let depth = 0;
  let start = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at);
    else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      if (depth++ === 0) start = at + 1;
    } else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) {
      if (--depth === 0) slices.push(text.slice(start, at));
    } else if (code === COMMA && depth === 1) {
      slices.push(text.slice(start, at));
      start = at + 1;
    }
  }
  checkBatch(text);
  if (slices.length > eventsMax) {
    throw new Refusal("event.batch-too-long", { events: slices.length });
  }
  return slices.length === 1 && slices[0]!.trim() === "" ? [] : slices;
}

const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

function endOfText(text: string, quote: number): number {
  let at = quote + 1;
  for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(++at)) {
    if (code === BACKSLASH) at++;
    if (at >= text.length) throw new Refusal("event.batch-unreadable");
  }
  return at;
}

/** The cuts are where the commas of the array are only if the whole is JSON. */
function checkBatch(text: string): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal("event.batch-unreadable");
  }
  if (!Array.isArray(value)) throw new Refusal("event.batch-unreadable");
}

const ATTRIBUTE = /^ce-([a-z0-9]+)$/;
/** In binary mode the body is the data, and its type is the content type. */
const NOT_IN_HEADERS = ["data", "datacontenttype"];
const PRINTABLE = /^[\x20-\x7e]*$/;

export function isBinaryMode(headers: IncomingHttpHeaders): boolean {
  return headers["ce-specversion"] !== undefined || headers["ce-id"] !== undefined;
}

/** Every value of each header, in lower case: joined, two ids would look like one. */
export type DistinctHeaders = Readonly<NodeJS.Dict<readonly string[]>>;

/**
 * The JSON text of an event in binary mode: attributes in headers, `data` as the body. Refuses
 * `event.unreadable` for a body that is not JSON, and for a header that stands twice or is not
 * percent-encoded.
 */
export function eventOfBinary(headers: DistinctHeaders, body: string): string {
  const attributes: Record<string, string> = {};
  for (const [header, values = []] of Object.entries(headers)) {
    const name = ATTRIBUTE.exec(header)?.[1];
    if (name === undefined || NOT_IN_HEADERS.includes(name)) continue;
    const [value = "", another] = values;
    if (another !== undefined) throw unreadableHeader(header, "it stands twice");
    attributes[name] = decodeHeader(header, value);
  }
  const envelope = JSON.stringify(attributes);
  if (body.trim() === "") return envelope;
  checkJson(body);
  return `${envelope.slice(0, -1)},"datacontenttype":"application/json","data":${body}}`;
}

/** A body that is no JSON value by itself could add attributes to the envelope it is put into. */
function checkJson(body: string): void {
  try {
    JSON.parse(body);
  } catch {
    throw new Refusal("event.unreadable", { body: "not JSON" });
  }
}

function decodeHeader(header: string, value: string): string {
  if (!PRINTABLE.test(value)) throw unreadableHeader(header, "it is not percent-encoded UTF-8");
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    throw unreadableHeader(header, "it is not percent-encoded UTF-8");
  }
}

function unreadableHeader(header: string, why: string): Refusal {
  return new Refusal("event.unreadable", { header, why });
}
