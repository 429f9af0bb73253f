/**
 * One event on its way to the store: read, identified, validated, measured and rated. Pure but for the
 * book and the clock it is given; throws nothing, so that one event never spoils its neighbours.
 */
import type { DialPlan } from "@counterpart/domain/catalogue/source.ts";
import {
  type Measured,
  measureEvent,
  prescribedId,
} from "@counterpart/domain/events/measure-event.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import {
  type Book,
  type BookAccount,
  type BookSource,
  type BookType,
  findAccount,
  type Tuple,
  tupleOf,
} from "@counterpart/domain/rating/book.ts";
import type { Charge } from "@counterpart/domain/rating/charge.ts";
import { rateEvent } from "@counterpart/domain/rating/rate-event.ts";
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import { type CanonicalData, writeContent, writeData } from "./canonical-data.ts";
import { contentDigits, keyDigits } from "./event-hash.ts";
import { ExactNumber } from "./exact-number.ts";
import { type ReadEvent, type ReadText, type RefusedEvent, readEvent } from "./read-event.ts";
import type { SchemaChecks } from "./schema-checks.ts";

/** What preparation stands on. `sources`: those that the writer may write, null for all. */
export interface Preparation {
  readonly book: Book;
  readonly checks: SchemaChecks;
  readonly receivedAt: Instant;
  readonly sources: ReadonlySet<string> | null;
  /** However old: it was accepted before, or somebody says on purpose that it belongs there. */
  readonly anyAge?: true;
}

/** An event that has an identity: it is kept, whatever becomes of it. */
export interface Candidate {
  /** Hexadecimal digits, with the dashes of a UUID or without. */
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
  readonly data: CanonicalData;
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

export function prepareEvent(body: ReadText, preparation: Preparation): Candidate | Refused {
  if (typeof body !== "string") return refuse(body, preparation);
  return prepareReadEvent(readEvent(body), body, preparation);
}

/** Counted under the source that it names, or under the only one that its producer may write. */
function refuse({ refused, detail, id, source }: RefusedEvent, preparation: Preparation): Refused {
  const { book, sources, receivedAt } = preparation;
  const [only = "", another] = sources ?? [];
  const name = source ?? (another === undefined ? only : "");
  return { refused, detail, id, source: book.sources.get(name) ?? null, receivedAt };
}

export function prepareReadEvent(
  event: ReadEvent | RefusedEvent,
  body: string,
  preparation: Preparation,
): Candidate | Refused {
  const { book, receivedAt, sources } = preparation;
  if ("refused" in event) return refuse(event, preparation);
  const source = book.sources.get(event.source) ?? null;
  const { id, type, time } = event;
  if (sources !== null && !sources.has(event.source)) {
    return { refused: "event.source-not-permitted", detail: "", id, source, receivedAt };
  }
  if (source === null) {
    return { refused: "event.source-unknown", detail: "", id, source, receivedAt };
  }
  const bookType = book.types.get(type) ?? null;
  const content = writeContent(event, bookType?.body.personal ?? NO_NAMES);
  if (content === null) return { refused: "event.too-deep", detail: "", id, source, receivedAt };
  return {
    key: keyDigits(event.source, id),
    content: contentDigits(content),
    source,
    id,
    type,
    time,
    receivedAt,
    body,
    verdict: judge({ event, source, type: bookType, content }, preparation),
  };
}

interface Identified {
  readonly event: ReadEvent;
  readonly source: BookSource;
  readonly type: BookType | null;
  readonly content: CanonicalData;
}

function judge(identified: Identified, preparation: Preparation): Rated | Unrated {
  try {
    return price(identified, preparation);
  } catch (error) {
    // Our bug: the event is kept and can be replayed when it is mended. Our messages name no values.
    const what = error instanceof Error ? error.message : "";
    return quarantined("rating.failed", what.slice(0, 200));
  }
}

function price(
  { event, source, type, content }: Identified,
  { book, checks, receivedAt, anyAge }: Preparation,
): Rated | Unrated {
  if (!isStorable(event)) return quarantined("event.text-not-storable");
  if (event.time < receivedAt - source.millisecondsBack && anyAge === undefined) {
    return quarantined("event.too-old");
  }
  if (event.time > receivedAt + source.millisecondsAhead) return quarantined("event.in-future");
  if (type === null) return quarantined("event.type-unknown", event.type);
  const subject = event.subject === "" ? (source.body.account ?? "") : event.subject;
  if (subject === "") return quarantined("event.subject-missing");
  const account = findAccount(book, source.name, subject, event.time);
  if (account === null) return quarantined("event.account-unknown", subject);
  const data = content.exact ? (plain(event.data) as ReadEvent["data"]) : event.data;
  const invalid = checks.check(type, data);
  if (invalid !== null) {
    // Which of the fields it is about, only the schema knows.
    const exact = content.exact ? " (a number of over 15 digits is checked as its text)" : "";
    return quarantined("event.data-invalid", `${invalid}${exact}`);
  }
  const id = prescribedId(type.measures, data);
  if (id !== null && id !== event.id) return quarantined("event.id-not-as-due", id);
  const plan = source.body.dialPlan ?? NO_PLAN;
  const rated = rateUse({ account, type, time: event.time, data, plan }, book);
  if ("quarantined" in rated) return rated;
  const { quantities, dimensions, counted } = rated.measured;
  return {
    account,
    type,
    subject,
    // Exact numbers are kept as texts: readers of the stored data may use doubles. What a text made
    // known is kept with it: the text is personal and may be erased.
    data:
      content.exact || counted !== null
        ? writeData({ ...data, ...counted }, type.body.personal ?? NO_NAMES, event.plain)!
        : content,
    charges: rated.charges,
    usageTuple: tupleOf(book, type.usageTuples, dimensions),
    measured: quantities[type.measure] ?? 0,
  };
}

/** What an account is said to have used; `data` fits the schema of its type. */
export interface Use {
  readonly account: BookAccount;
  readonly type: BookType;
  readonly time: Instant;
  /** Exact numbers as decimal texts. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly plan: DialPlan;
}

export interface RatedUse {
  readonly measured: Measured;
  readonly charges: readonly Charge[];
}

/** Measures and rates. Events and quotes are priced by this and nothing else. */
export function rateUse({ account, type, time, data, plan }: Use, book: Book): RatedUse | Unrated {
  const measured = measureEvent(type, data, plan);
  if ("refused" in measured) return quarantined(measured.refused, measured.detail);
  const { quantities, dimensions, numbers } = measured;
  const rating = rateEvent({ account, type, time, quantities, dimensions, numbers }, book);
  if ("refused" in rating) return quarantined(rating.refused, rating.detail);
  return { measured, charges: rating.charges };
}

const NO_PLAN = {};
const NO_NAMES: readonly string[] = [];

function quarantined(code: RefusalCode, detail = ""): Unrated {
  return { quarantined: code, detail };
}

/** PostgreSQL refuses NUL, and its driver would silently change half of a surrogate pair. */
function isStorable(event: ReadEvent): boolean {
  return event.plain || (isText(event.id) && isText(event.type) && isText(event.subject));
}

function isText(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}

/** Exact numbers as decimal texts, which every schema of a decimal accepts. */
export function plain(value: unknown): unknown {
  if (value instanceof ExactNumber) return value.digits;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
