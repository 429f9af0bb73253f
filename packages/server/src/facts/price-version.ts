/**
 * What an event comes to by the book in force: the event as it stands, or as a correction says it.
 */
import { formatInstant } from "@counterpart/domain/instant.ts";
import { chargesToText } from "@counterpart/domain/rating/charge.ts";
import { openText, personalText } from "../events/canonical-data.ts";
import type { RatedCandidate } from "../events/encode-events.ts";
import type { EventVersion, KnownEvent } from "./known-event.ts";

/** The event as a CloudEvent again, as it was accepted or last corrected. */
export function bodyOf({ source, id, standing }: KnownEvent): string {
  const { type, subject, time, data, personal } = standing.version;
  const envelope = JSON.stringify({
    id,
    source,
    type: type.name,
    subject,
    time: formatInstant(time),
  });
  return `${envelope.slice(0, -1)},"data":${joined(data, personal)}}`;
}

/** Two JSON objects as one, with every digit of their numbers. */
function joined(open: string, personal: string | null): string {
  if (personal === null) return open;
  return open === "{}" ? personal : `${open.slice(0, -1)},${personal.slice(1)}`;
}

/** A rated event, its tuples numbered, as it comes, or as a fact states it in place of another version. */
export function versionOf(rated: RatedCandidate, before: EventVersion | null): EventVersion {
  const { account, type, subject, data, charges, usageTuple, measured } = rated.verdict;
  return {
    account: account.handle,
    time: rated.time,
    type: { handle: type.handle, name: type.name },
    subject,
    data: openText(data),
    personal: personalText(data),
    charges: chargesToText(charges),
    // What was not kept cannot be taken back: then nothing is put in its place either.
    usage: before !== null && before.usage === null ? null : { tuple: usageTuple.id, measured },
  };
}
