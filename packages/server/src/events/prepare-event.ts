/**
 * One event on its way to the store: read, identified, validated, measured and rated. Pure but for the
 * book and the clock it is given; throws nothing, so that one event never spoils its neighbours.
 */
import { type Measured, measureEvent, type Unmeasurable } from "@counterpart/domain/events/measure-event.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { type Book, type BookAccount, type BookSource, type BookType, findAccount, internTuple, type Tuple } from "@counterpart/domain/rating/book.ts";
import type { Charge } from "@counterpart/domain/rating/charge.ts";
import { rateEvent } from "@counterpart/domain/rating/rate-event.ts";
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import { eventContent, eventKey } from "./event-hash.ts";
import { ExactNumber } from "./exact-number.ts";
import { type ReadEvent, type RefusedEvent, readEvent } from "./read-event.ts";
import type { SchemaChecks } from "./schema-checks.ts";

/** What preparation stands on. `sources`: those that the writer may write, null for all. */
export interface Preparation {
  readonly book: Book;
  readonly checks: SchemaChecks;
  readonly receivedAt: Instant;
  readonly sources: ReadonlySet<string> | null;
}

/** An event that has an identity: it is kept, whatever becomes of it. */
export interface Candidate {
  readonly key: string;
  readonly content: string;
  readonly source: BookSource;
  readonly id: string;
  readonly type: string;
  readonly time: Instant;
  readonly receivedAt: Instant;
  /** The event's text as it came, for quarantine and for preparing it again with another book. */
  readonly body: string;
  readonly verdict: Rated | Unrated;
}

export interface Rated {
  readonly account: BookAccount;
  readonly type: BookType;
  readonly subject: string;
  /** Data without personal values, and those, as JSON. */
  readonly data: string;
  readonly personal: string | null;
  readonly charges: readonly Charge[];
  readonly usageTuple: Tuple;
  /** Quantity of the type's measure. */
  readonly measured: number;
}

export interface Unrated {
  readonly quarantined: RefusalCode;
  readonly detail: string;
}

export interface Refused {
  readonly refused: RefusalCode;
  readonly detail: string;
  readonly id: string | null;
  readonly source: BookSource | null;
  readonly receivedAt: Instant;
}

export function prepareEvent(body: string, preparation: Preparation): Candidate | Refused {
  return prepareReadEvent(readEvent(body), body, preparation);
}

export function prepareReadEvent(
  event: ReadEvent | RefusedEvent,
  body: string,
  preparation: Preparation,
): Candidate | Refused {
  const { receivedAt } = preparation;
  const source = preparation.book.sources.get(event.source ?? "") ?? null;
  if ("refused" in event) {
    return { refused: event.refused, detail: event.detail, id: event.id, source, receivedAt };
  }
  const refuse = (refused: RefusalCode): Refused => {
    return { refused, detail: "", id: event.id, source, receivedAt };
  };
  if (preparation.sources !== null && !preparation.sources.has(event.source)) {
    return refuse("event.source-not-permitted");
  }
  if (source === null) return refuse("event.source-unknown");
  const content = eventContent(event);
  if (content === null) return refuse("event.too-deep");
  return {
    key: eventKey(event.source, event.id),
    content,
    source,
    id: event.id,
    type: event.type,
    time: event.time,
    receivedAt,
    body,
    verdict: judge(event, source, preparation),
  };
}

function judge(event: ReadEvent, source: BookSource, preparation: Preparation): Rated | Unrated {
  try {
    return price(event, source, preparation);
  } catch {
    // Our bug: the event is kept and can be replayed when it is mended.
    return quarantined("rating.failed");
  }
}

function price(
  event: ReadEvent,
  source: BookSource,
  { book, checks, receivedAt }: Preparation,
): Rated | Unrated {
  if (!isStorable(event)) return quarantined("event.text-not-storable");
  if (event.time < receivedAt - source.millisecondsBack) return quarantined("event.too-old");
  if (event.time > receivedAt + source.millisecondsAhead) return quarantined("event.in-future");
  const type = book.types.get(event.type);
  if (type === undefined) return quarantined("event.type-unknown", event.type);
  const subject = event.subject === "" ? (source.body.account ?? "") : event.subject;
  if (subject === "") return quarantined("event.subject-missing");
  const account = findAccount(book, source.name, subject, event.time);
  if (account === null) return quarantined("event.account-unknown", subject);
  const invalid = checks.check(type, event.data);
  if (invalid !== null) return quarantined("event.data-invalid", invalid);
  const data = plainData(event.data);
  const measured: Measured | Unmeasurable = measureEvent(type, data, source.body.dialPlan ?? {});
  if ("refused" in measured) return quarantined(measured.refused, measured.detail);
  const rating = rateEvent({ account, type, time: event.time, ...measured }, book);
  if ("refused" in rating) return quarantined(rating.refused, rating.detail);
  return {
    account,
    type,
    subject,
    ...splitPersonal(type, data),
    charges: rating.charges,
    usageTuple: usageTuple(book, type, measured),
    measured: measured.quantities[type.measure] ?? 0,
  };
}

function quarantined(code: RefusalCode, detail = ""): Unrated {
  return { quarantined: code, detail };
}

/** PostgreSQL refuses NUL, and its driver would silently change half of a surrogate pair. */
function isStorable(event: ReadEvent): boolean {
  return isText(event.id) && isText(event.type) && isText(event.subject);
}

function isText(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}

/** Exact numbers as decimal texts, which every schema of a decimal accepts. */
function plainData(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  for (const field in data) {
    if (data[field] instanceof ExactNumber) {
      return Object.fromEntries(
        Object.entries(data).map(([name, value]) => [
          name,
          value instanceof ExactNumber ? value.digits : value,
        ]),
      );
    }
  }
  return data;
}

function splitPersonal(
  { body }: BookType,
  data: Readonly<Record<string, unknown>>,
): { data: string; personal: string | null } {
  const personal: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  let some = false;
  for (const field in data) {
    if (body.personal?.includes(field)) {
      personal[field] = data[field];
      some = true;
    } else rest[field] = data[field];
  }
  return { data: JSON.stringify(rest), personal: some ? JSON.stringify(personal) : null };
}

function usageTuple(book: Book, type: BookType, { dimensions }: Measured): Tuple {
  let key = dimensions.channel ?? "";
  const names = type.body.usage ?? [];
  for (const name of names) key += `\u0001${dimensions[name] ?? ""}`;
  const known = type.usageTuples.get(key);
  if (known !== undefined) return known;
  const values: Record<string, string> = { channel: dimensions.channel ?? "" };
  for (const name of names) {
    const value = dimensions[name];
    if (value !== undefined) values[name] = value;
  }
  const tuple = internTuple(book, JSON.stringify(values));
  type.usageTuples.set(key, tuple);
  return tuple;
}
