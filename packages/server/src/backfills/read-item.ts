/** Reads one item of a backfill from its line. */
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import { keyDigits } from "../events/event-hash.ts";
import { keyOfRef } from "../events/event-ref.ts";
import {
  EVENT_BYTES_MAX,
  type ReadEvent,
  type RefusedEvent,
  readObject,
  toEvent,
} from "../events/read-event.ts";

/** new event, void, restore, correction */
export type ItemKind = "n" | "v" | "r" | "c";

export interface BackfillItem {
  readonly kind: ItemKind;
  /** Of its event: 32 hexadecimal digits. A backfill holds one item of an event. */
  readonly key: string;
  /** `source/id`, or the key as it was given. */
  readonly ref: string;
  /** The line; null: the reference says all. */
  readonly body: string | null;
}

export interface RefusedItem {
  readonly refused: RefusalCode;
  readonly detail: string;
}

/** Longest line: an event, and what says that it is a correction. */
export const ITEM_BYTES_MAX = EVENT_BYTES_MAX + 64;

/**
 * A CloudEvent is a new event; `{"void": ref}`, `{"restore": ref}` and `{"correct": event}` are about one
 * that was accepted. Whether it can be done is seen when the backfill is previewed or closed.
 */
export function readItem(text: string): BackfillItem | RefusedItem {
  const object = readObject(text);
  if (typeof object === "string") return { refused: "event.unreadable", detail: object };
  const [word, ...more] = Object.keys(object);
  if (more.length > 0) return eventItem("n", toEvent(object), text);
  if (word === "void" || word === "restore") return undoItem(word, object[word]);
  if (word !== "correct") return { refused: "backfill.item-unreadable", detail: "" };
  const event = correctedEvent(object);
  if (event === null) return { refused: "backfill.item-unreadable", detail: "no event" };
  return eventItem("c", event, text);
}

/** The event of a correction's line; null when it holds none. */
export function correctedEvent({
  correct,
}: Readonly<Record<string, unknown>>): ReadEvent | RefusedEvent | null {
  if (typeof correct !== "object" || correct === null || Array.isArray(correct)) return null;
  return toEvent(correct as Readonly<Record<string, unknown>>);
}

function eventItem(
  kind: "n" | "c",
  event: ReadEvent | RefusedEvent,
  body: string,
): BackfillItem | RefusedItem {
  if ("refused" in event) return { refused: event.refused, detail: event.detail };
  if (body.length > ITEM_BYTES_MAX || (kind === "n" && body.length > EVENT_BYTES_MAX)) {
    return { refused: "event.too-large", detail: "" };
  }
  const { source, id } = event;
  if (!isText(source) || !isText(id)) return { refused: "event.text-not-storable", detail: "" };
  return { kind, key: keyDigits(source, id), ref: `${source}/${id}`, body };
}

function undoItem(word: "void" | "restore", ref: unknown): BackfillItem | RefusedItem {
  const key = typeof ref === "string" && isText(ref) && ref.length <= 1_000 ? keyOfRef(ref) : null;
  if (key === null) return { refused: "backfill.item-unreadable", detail: "no source/id" };
  const kind = word === "void" ? "v" : "r";
  return { kind, key: key.replaceAll("-", ""), ref: ref as string, body: null };
}

/** What PostgreSQL can hold. */
function isText(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}
