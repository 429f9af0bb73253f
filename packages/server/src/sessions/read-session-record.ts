/** Reads one record of a session from its JSON text, exactly. Never throws. */
import { type Instant, parseInstant } from "@counterpart/domain/instant.ts";
import { quantityFromDecimal } from "@counterpart/domain/quantity.ts";
import type { Book, BookSource } from "@counterpart/domain/rating/book.ts";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import { durationField } from "@counterpart/domain/sessions/duration-field.ts";
import {
  SEQUENCE_MAX,
  SESSION_MILLISECONDS_MAX,
  type SessionPhase,
} from "@counterpart/domain/sessions/session-record.ts";
import { dataText, writeData } from "../events/canonical-data.ts";
import { digitsOf, eventKey, uuidOf } from "../events/event-hash.ts";
import { ExactNumber } from "../events/exact-number.ts";
import { EVENT_BYTES_MAX, type ReadText, readObject } from "../events/read-event.ts";
import { hashText } from "../platform/hash.ts";

/** A record that is kept. */
export interface SessionRecordIn {
  /** Of the session and of its event. */
  readonly key: string;
  readonly eventKey: string;
  readonly eventId: string;
  readonly source: BookSource;
  readonly sessionId: string;
  /** Empty for a session without legs. */
  readonly leg: string;
  readonly sequence: number;
  readonly phase: SessionPhase;
  readonly time: Instant;
  readonly milliseconds: number;
  readonly type: string;
  readonly subject: string;
  /** JSON with sorted keys and plain decimals. */
  readonly data: string;
  readonly content: string;
  /** As it came. */
  readonly body: string;
}

export interface RefusedSessionRecord {
  readonly refused: RefusalCode;
  readonly detail: string;
  /** Of the event that the session becomes; null when the record does not say. */
  readonly id: string | null;
}

export interface ReadingFor {
  readonly book: Book;
  /** Sources that the producer may write; null for all. */
  readonly sources: ReadonlySet<string> | null;
}

type Json = Readonly<Record<string, unknown>>;

/** `text`: a reader that read none hands in why. */
export function readSessionRecord(
  text: ReadText,
  reading: ReadingFor,
): SessionRecordIn | RefusedSessionRecord {
  if (typeof text !== "string") return text;
  if (text.length > EVENT_BYTES_MAX) return refused("session.too-large");
  const fields = readObject(text);
  if (typeof fields === "string") return refused("session.unreadable", fields);
  let id: string | null = null;
  try {
    const names = readNames(fields);
    id = eventIdOf(names);
    return readRest(text, fields, { ...names, id }, reading);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refused: error.code, detail: String(error.detail.why ?? ""), id };
  }
}

/** A session without legs is the event of its own id; a leg is the event `session/leg`. */
export function eventIdOf({ sessionId, leg }: { sessionId: string; leg: string }): string {
  return leg === "" ? sessionId : `${sessionId}/${leg}`;
}

/** 16 bytes of SHA-256(source, 0, session id, 0, leg), as a UUID. */
export function sessionKey(source: string, sessionId: string, leg: string): string {
  return hashText(`${source}\u0000${sessionId}\u0000${leg}`);
}

const FIELDS: ReadonlySet<string> = new Set([
  "source",
  "sessionId",
  "leg",
  "sequence",
  "phase",
  "time",
  "usageSeconds",
  "type",
  "subject",
  "data",
]);

function refused(code: RefusalCode, detail = ""): RefusedSessionRecord {
  return { refused: code, detail, id: null };
}

interface Names {
  readonly source: string;
  readonly sessionId: string;
  readonly leg: string;
}

function readNames({ source, sessionId, leg }: Json): Names {
  if (!isText(sessionId, 190)) throw new Refusal("session.id-invalid");
  if (leg !== undefined && leg !== null && (!isText(leg, 64) || leg.includes("/"))) {
    throw new Refusal("session.leg-invalid");
  }
  if (!isText(source, 256)) throw new Refusal("session.source-invalid");
  return { source, sessionId, leg: leg ?? "" };
}

function readRest(
  text: string,
  fields: Json,
  { id, ...names }: Names & { readonly id: string },
  reading: ReadingFor,
): SessionRecordIn {
  const unknown = Object.keys(fields).find((name) => !FIELDS.has(name));
  if (unknown !== undefined) throw new Refusal("session.field-unknown", { why: unknown });
  const source = sourceOf(names.source, reading);
  const { type, field } = typeOf(fields.type, reading.book);
  const phase = phaseOf(fields.phase);
  const sequence = sequenceOf(fields.sequence);
  const time = timeOf(fields.time);
  const milliseconds = usageOf(fields.usageSeconds, phase);
  const subject = subjectOf(fields.subject);
  const plain = !text.includes("\\") && text.isWellFormed();
  const data = dataOf(fields.data, field, plain);
  const about = `${JSON.stringify(type)}${JSON.stringify(subject)}${time}`;
  return {
    key: sessionKey(names.source, names.sessionId, names.leg),
    eventKey: eventKey(names.source, id),
    eventId: id,
    source,
    sessionId: names.sessionId,
    leg: names.leg,
    ...{ sequence, phase, time, milliseconds, type, subject, data },
    content: uuidOf(digitsOf(`${about}${phase} ${milliseconds} ${data}`)),
    body: text,
  };
}

function sourceOf(name: string, { book, sources }: ReadingFor): BookSource {
  if (sources !== null && !sources.has(name)) throw new Refusal("event.source-not-permitted");
  const source = book.sources.get(name);
  if (source === undefined) throw new Refusal("event.source-unknown");
  if (source.body.sessions === undefined) throw new Refusal("session.source-without-rules");
  return source;
}

function typeOf(name: unknown, { types }: Book): { type: string; field: string } {
  if (typeof name !== "string") throw new Refusal("session.type-invalid");
  const type = types.get(name);
  if (type === undefined) throw new Refusal("event.type-unknown", { why: name.slice(0, 64) });
  const field = durationField(type.body);
  if (field === null) throw new Refusal("session.type-invalid", { why: name });
  return { type: name, field };
}

function phaseOf(phase: unknown): SessionPhase {
  if (phase === "start" || phase === "interim" || phase === "stop") return phase;
  throw new Refusal("session.phase-unknown");
}

function sequenceOf(sequence: unknown): number {
  if (typeof sequence === "number" && Number.isInteger(sequence)) {
    if (sequence >= 0 && sequence <= SEQUENCE_MAX) return sequence + 0;
  }
  throw new Refusal("session.sequence-invalid");
}

function timeOf(time: unknown): Instant {
  if (typeof time !== "string") throw new Refusal("session.time-invalid");
  try {
    return parseInstant(time);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal("session.time-invalid", { why: error.code });
  }
}

function usageOf(usage: unknown, phase: SessionPhase): number {
  if (usage === undefined && phase === "start") return 0;
  const decimal = usage instanceof ExactNumber ? usage.digits : usage;
  if (typeof decimal !== "string" && typeof decimal !== "number") {
    throw new Refusal("session.usage-invalid");
  }
  const milliseconds = quantityFromDecimal(decimal, 1000);
  if (milliseconds === null || milliseconds > SESSION_MILLISECONDS_MAX) {
    throw new Refusal("session.usage-invalid");
  }
  return milliseconds;
}

function subjectOf(subject: unknown): string {
  if (subject === undefined || subject === null) return "";
  if (!isText(subject, 256)) throw new Refusal("session.subject-invalid");
  return subject;
}

function dataOf(data: unknown, durationField: string, plain: boolean): string {
  if (data === undefined || data === null) return "{}";
  if (typeof data !== "object" || Array.isArray(data)) throw new Refusal("session.data-invalid");
  if (Object.hasOwn(data, durationField)) {
    throw new Refusal("session.duration-in-data", { why: durationField });
  }
  const written = writeData(data as Json, [], plain);
  if (written === null) throw new Refusal("session.data-invalid");
  return dataText(written);
}

/** PostgreSQL refuses NUL, and its driver would silently change half of a surrogate pair. */
function isText(value: unknown, lengthMax: number): value is string {
  if (typeof value !== "string" || value.length === 0 || value.length > lengthMax) return false;
  return !value.includes("\u0000") && value.isWellFormed();
}
