/** The one event that a session becomes. */
import { assert } from "@counterpart/domain/assert.ts";
import { formatDecimal } from "@counterpart/domain/decimal.ts";
import { formatInstant } from "@counterpart/domain/instant.ts";
import type { Book } from "@counterpart/domain/rating/book.ts";
import type { AssembledSession } from "@counterpart/domain/sessions/assemble-session.ts";
import { durationField } from "@counterpart/domain/sessions/duration-field.ts";
import { dataText, writeData } from "../events/canonical-data.ts";
import { eventContent } from "../events/event-hash.ts";
import { readEvent } from "../events/read-event.ts";
import { eventIdOf } from "./read-session-record.ts";
import type { AssembledEvent, DueSession } from "./sessions.repo.ts";

/**
 * Its id is the session's, and its duration is written as the readers of call records write it, so
 * that a call record of the same id and content is a duplicate of it, and one of other content
 * conflicts with it.
 */
export function sessionEvent(
  session: Pick<DueSession, "source" | "sessionId" | "leg">,
  { time, milliseconds, type, subject, data }: AssembledSession,
  book: Book,
): Omit<AssembledEvent, "records"> {
  const field = durationFieldOf(type, book);
  const seconds = formatDecimal(BigInt(milliseconds), 3);
  const written = writeData({ ...data, [field]: seconds }, [], false);
  const head = JSON.stringify({
    specversion: "1.0",
    id: eventIdOf(session),
    source: session.source,
    type,
    ...(subject === "" ? {} : { subject }),
    time: formatInstant(time),
  });
  assert(written !== null, "the data of a session is nested no deeper than that of its records");
  const text = `${head.slice(0, -1)},"data":${dataText(written)}}`;
  const event = readEvent(text);
  const content = "refused" in event ? null : eventContent(event);
  return { text, content, milliseconds };
}

/** A type that has gone from the catalogue is told by ingest; its duration is kept all the same. */
function durationFieldOf(type: string, { types }: Book): string {
  const known = types.get(type);
  return (known === undefined ? null : durationField(known.body)) ?? "durationSeconds";
}
