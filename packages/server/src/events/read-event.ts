/** Reads one event from its JSON text, exactly: numbers keep their digits. */
import { type Instant, parseInstant } from "@counterpart/domain/instant.ts";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import { parse as parseLosslessly } from "lossless-json";
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
}

export interface RefusedEvent {
  readonly refused: RefusalCode;
  readonly detail: string;
  readonly id: string | null;
  readonly source: string | null;
}

export const EVENT_BYTES_MAX = 65_536;
export const NAME_LENGTH_MAX = 256;

/**
 * A number token that a double may not hold: 16 digits or more, or an exponent. It may also match inside
 * a text, which costs only time.
 */
const LONG_NUMBER = /[:[,\s]-?\d(?:\d{15}|[\d.]{16}|[\d.]*[eE])/;

/** The event, or why the text cannot be one. Never throws. */
export function readEvent(text: string): ReadEvent | RefusedEvent {
  if (text.length > EVENT_BYTES_MAX) return refused("event.too-large");
  let event: Record<string, unknown>;
  try {
    const parsed = LONG_NUMBER.test(text)
      ? parseLosslessly(text, undefined, readNumber)
      : JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
      return refused("event.unreadable", "not an object");
    }
    event = parsed as Record<string, unknown>;
  } catch (error) {
    if (error instanceof RangeError) return refused("event.too-deep");
    return refused("event.unreadable", "not JSON");
  }
  return toEvent(event);
}

function readNumber(token: string): unknown {
  const plain = plainDecimal(token);
  const value = Number(token);
  // What a double writes the same way stays a number, so that 5, 5.0 and 5e0 are the same content.
  return String(value) === plain ? value : new ExactNumber(plain);
}

/** Checks the envelope of an object that was read, such as the attributes and data of a binary event. */
export function toEvent(event: Readonly<Record<string, unknown>>): ReadEvent | RefusedEvent {
  const { id, source, type, subject, time, data } = event;
  const name = { id: isName(id) ? id : null, source: isName(source) ? source : null };
  if (name.id === null) return { ...refused("event.id-missing"), ...name };
  if (name.source === null) return { ...refused("event.source-missing"), ...name };
  if (!isName(type)) return { ...refused("event.type-missing"), ...name };
  if (typeof time !== "string") return { ...refused("event.time-missing"), ...name };
  let instant: Instant;
  try {
    instant = parseInstant(time);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...refused("event.time-missing", error.code), ...name };
  }
  if (subject !== undefined && subject !== null && !isName(subject)) {
    return { ...refused("event.unreadable", "subject is not a text"), ...name };
  }
  if (data !== undefined && (typeof data !== "object" || data === null || Array.isArray(data))) {
    return { ...refused("event.unreadable", "data is not an object"), ...name };
  }
  return {
    id: name.id,
    source: name.source,
    type,
    subject: (subject as string | undefined | null) ?? "",
    time: instant,
    data: (data as Record<string, unknown> | undefined) ?? {},
  };
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= NAME_LENGTH_MAX;
}

function refused(code: RefusalCode, detail = ""): RefusedEvent {
  return { refused: code, detail, id: null, source: null };
}
