/** Receipts share the fate of the messages that a backfill voids and restores: they become items of it. */
import type { Book } from "@counterpart/domain/rating/book.ts";
import type { KnownEvent } from "../facts/known-event.ts";
import { receiptsOfMessages } from "../facts/receipts-of-messages.ts";
import type { Db } from "../platform/database.ts";
import { listItems } from "./backfills.repo.ts";
import type { BackfillItem } from "./read-item.ts";

const KINDS = [
  ["v", "void"],
  ["r", "restore"],
] as const;

/**
 * The receipts that these items take along, as items that the backfill does not hold yet: what it says of a
 * receipt itself goes first.
 */
export async function receiptItems(
  db: Db,
  book: Book,
  backfill: number,
  items: readonly BackfillItem[],
): Promise<BackfillItem[]> {
  const taken: BackfillItem[] = [];
  for (const [kind, fact] of KINDS) {
    const named = items.filter((item) => item.kind === kind).map(({ key }) => ({ ref: key }));
    if (named.length === 0) continue;
    const receipts = await receiptsOfMessages(db, book, fact, named);
    taken.push(...receipts.map((receipt) => toItem(kind, receipt)));
  }
  if (taken.length === 0) return [];
  const keys = taken.map(({ key }) => key);
  const held = new Set((await listItems(db, backfill, keys)).map(({ key }) => key));
  return taken.filter(({ key }) => !held.has(key));
}

function toItem(kind: "v" | "r", { key, source, id }: KnownEvent): BackfillItem {
  return { kind, key, ref: `${source}/${id}`, body: null };
}
