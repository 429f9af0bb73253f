/** The receipts that share the fate of their messages: one that is voided takes them along. */
import { refusalOf } from "@counterpart/domain/events/event-history.ts";
import { FINAL_STATES } from "@counterpart/domain/messages/delivery-dues.ts";
import { receiptId, receiptTypes } from "@counterpart/domain/messages/missing-receipt.ts";
import type { Book } from "@counterpart/domain/rating/book.ts";
import { keyDigits } from "../events/event-hash.ts";
import { keyOfRef } from "../events/event-ref.ts";
import type { Db } from "../platform/database.ts";
import type { FactItem } from "./fact-item.ts";
import { type KnownEvent, loadKnownEvents } from "./known-event.ts";

/** States that a receipt may say its message has left. */
const LEFT = ["submitted", "accepted", "unconfirmed", ...FINAL_STATES];

/**
 * The receipts of the messages among these items that can be voided or restored with them, those left out
 * that are items themselves. Costs a look-up of a few keys for each message.
 */
export async function receiptsOfMessages(
  db: Db,
  book: Book,
  kind: "void" | "restore",
  items: readonly FactItem[],
): Promise<KnownEvent[]> {
  const types = receiptTypes(
    Object.fromEntries(Array.from(book.types.values(), ({ name, body }) => [name, body])),
  );
  const asked = new Set(items.flatMap(({ ref }) => keyOfRef(ref)?.replaceAll("-", "") ?? []));
  const known = await loadKnownEvents(db, [...asked]);
  const keys = [...known.values()].flatMap((event) => {
    if (event === null || refusalOf(kind, event.standing) !== null) return [];
    const type = types.find(({ message }) => message === event.standing.version.type.name);
    if (type === undefined) return [];
    return LEFT.map((after) => keyDigits(event.source, receiptId(type, event.id, after)));
  });
  const receipts = await loadKnownEvents(
    db,
    keys.filter((key) => !asked.has(key)),
  );
  return [...receipts.values()].flatMap((event) => {
    const isPossible = event !== null && refusalOf(kind, event.standing) === null;
    return isPossible ? [event] : [];
  });
}
