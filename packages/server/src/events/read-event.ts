/** Reads one event from its JSON text, exactly: numbers keep their digits. */
import { isUtf8 } from "node:buffer";
import { type Instant, parseInstant } from "@counterpart/domain/instant.ts";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import { parse as parseLosslessly } from "lossless-json";
import { shownText } from "../imports/file-record.ts";
import { countNames, findDuplicateName } from "./duplicate-names.ts";
import { ExactNumber, plainDecimal } from "./exact-number.ts";

/** A CloudEvents 1.0 envelope as the producer sent it. */
export interface ReadEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** Account or alias; empty when absent. */
  readonly subject: string;
  readonly time: Instant;
  readonly data: Readonly<Record<string, unknown>>;
  /** Whether no text of it holds anything that JSON escapes, NUL or half a surrogate pair. */
  readonly plain: boolean;
}

/** What cannot be an event, and why. */
export interface RefusedEvent {
  readonly refused: RefusalCode;
  readonly detail: string;
  readonly id: string | null;
  readonly source: string | null;
}

/** What a reader hands in: the JSON text of an event, or why it read none. */
export type ReadText = string | RefusedEvent;

export const EVENT_BYTES_MAX = 65_536;
export const NAME_LENGTH_MAX = 256;

/**
 * A number token that a double may not hold: 16 digits or more, or an exponent. It may also match inside
 * a text, which costs only time.
 */
const LONG_NUMBER = /[:[,\s]-?\d(?:\d{15}|[\d.]{16}|[\d.]*[eE])/;

const MAY_HOLD_LONG_NUMBER = -1;

/**
 * How many colons may follow a name: all that do, and some within texts. Or that a number may be long: looks
 * where the numbers of an ordinary event are, behind colons, before it searches everywhere.
 */
function countNameColons(text: string): number {
  let isSearched = text.includes("[");
  if (isSearched && LONG_NUMBER.test(text)) return MAY_HOLD_LONG_NUMBER;
  let count = 0;
  for (let at = text.indexOf(":"); at !== -1; at = text.indexOf(":", at + 1)) {
    const before = text.charCodeAt(at - 1);
    if (before === QUOTE || before <= SPACE) count++;
    if (isSearched) continue;
    const first = text.charCodeAt(at + 1);
    if (first === QUOTE || first === BRACE) continue;
    let end = at + 1;
    while (isNumberPart(text.charCodeAt(end))) end++;
    const isLong = end - at > 15 || (text.charCodeAt(end) | 0x20) === LOWER_E;
    if (!isLong && first > SPACE) continue;
    if (LONG_NUMBER.test(text)) return MAY_HOLD_LONG_NUMBER;
    isSearched = true;
  }
  return count;
}

const QUOTE = 0x22;
const BRACE = 0x7b;
const SPACE = 0x20;
const LOWER_E = 0x65;

/** Digits, the sign and the point; the slash between them is harmless. */
function isNumberPart(code: number): boolean {
  return code >= 0x2d && code <= 0x39;
}

/** The event, or why the text cannot be one. Never throws. */
export function readEvent(text: string): ReadEvent | RefusedEvent {
  if (text.length > EVENT_BYTES_MAX) return refused("event.too-large");
  const event = readObject(text);
  if (typeof event === "string") {
    return event === TOO_DEEP ? refused("event.too-deep") : refused("event.unreadable", event);
  }
  // Without a backslash no text holds a quotation mark, a control or a half that JSON would escape.
  return toEvent(event, !text.includes("\\") && text.isWellFormed());
}

/** What `readObject` says of a text that is nested deeper than can be read. */
export const TOO_DEEP = "nested too deeply";

/**
 * The object of a JSON text, with numbers that a double would change as `ExactNumber`; or what is wrong
 * with the text. Never throws.
 */
export function readObject(text: string): Readonly<Record<string, unknown>> | string {
  try {
    const colons = countNameColons(text);
    const isLossless = colons === MAY_HOLD_LONG_NUMBER;
    const parsed: unknown = isLossless
      ? parseLosslessly(text, undefined, LOSSLESS)
      : JSON.parse(text);
    if (!isJsonObject(parsed)) return "not an object";
    if (isLossless || countNames(parsed) !== colons) {
      const name = findDuplicateName(text);
      if (name !== null) return `${shownText(name)} stands twice`;
    }
    return parsed;
  } catch (error) {
    return error instanceof RangeError ? TOO_DEEP : "not JSON";
  }
}

/** A JSON text with numbers that a double would change as `ExactNumber`. Throws what JSON.parse throws. */
export function parseExactly(text: string): unknown {
  return countNameColons(text) === MAY_HOLD_LONG_NUMBER
    ? parseLosslessly(text, undefined, LOSSLESS)
    : JSON.parse(text);
}

function readNumber(token: string): unknown {
  const plain = plainDecimal(token);
  const value = Number(token);
  // What a double writes the same way stays a number, so that 5, 5.0 and 5e0 are the same content.
  return String(value) === plain ? value : new ExactNumber(plain);
}

const LOSSLESS = { parseNumber: readNumber, onDuplicateKey: () => undefined };

/** Checks the envelope of an object that was read, such as the attributes and data of a binary event. */
export function toEvent(
  event: Readonly<Record<string, unknown>>,
  plain = false,
): ReadEvent | RefusedEvent {
  const { id, source, type, subject, time, specversion } = event;
  if (!isName(id)) return refused("event.id-missing", "", null, source);
  if (!isName(source)) return refused("event.source-missing", "", id);
  if (specversion !== undefined && specversion !== "1.0") {
    return refused("event.specversion-unknown", "", id, source);
  }
  if (!isName(type)) return refused("event.type-missing", "", id, source);
  if (time === undefined || time === null) return refused("event.time-missing", "", id, source);
  if (typeof time !== "string") return refused("event.time-malformed", "no text", id, source);
  let instant: Instant;
  try {
    instant = parseInstant(time);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refused("event.time-malformed", error.code, id, source);
  }
  if (subject !== undefined && subject !== null && !isName(subject)) {
    return refused("event.subject-malformed", "", id, source);
  }
  const packed = event.data_base64 ?? null;
  const data = packed === null ? readData(event.data) : readPackedData(packed, event);
  if (typeof data === "string") return refused("event.data-malformed", data, id, source);
  return {
    id,
    source,
    type,
    subject: (subject as string | undefined | null) ?? "",
    time: instant,
    data,
    // Of data in base64 the event's text tells nothing.
    plain: plain && packed === null,
  };
}

function readData(data: unknown): Readonly<Record<string, unknown>> | string {
  if (data === undefined) return {};
  return isJsonObject(data) ? data : "data is not an object";
}

/** The data of an event in base64 (CloudEvents 1.0, JSON format §3.1); or what is wrong with it. */
function readPackedData(
  packed: unknown,
  { data, datacontenttype }: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | string {
  if (data !== undefined) return "data and data_base64 exclude each other";
  if (datacontenttype !== undefined && !JSON_TYPE.test(String(datacontenttype))) {
    return "datacontenttype is not JSON";
  }
  if (typeof packed !== "string" || !BASE64.test(packed)) return "data_base64 is not base64";
  const bytes = Buffer.from(packed, "base64");
  if (!isUtf8(bytes)) return "data_base64 is not UTF-8";
  const read = readObject(bytes.toString("utf8"));
  return typeof read === "string" ? `data_base64: ${read}` : read;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const JSON_TYPE = /^(?:application\/json|[^/;]+\/[^/;]+\+json)\s*(?:;|$)/i;

function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= NAME_LENGTH_MAX;
}

export function refused(
  code: RefusalCode,
  detail = "",
  id: string | null = null,
  source: unknown = null,
): RefusedEvent {
  return { refused: code, detail, id, source: isName(source) ? source : null };
}
