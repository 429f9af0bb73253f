/**
 * A priced use in the form that explanations are made from: as if it had been stored and read back.
 */
import type { RecordedCharge, RecordedEvent } from "@counterpart/domain/explain/recorded.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { type Charge, chargesFromText } from "@counterpart/domain/rating/charge.ts";
import { chargesText } from "../events/encode-events.ts";
import { listDeckRows } from "../explain/explain.repo.ts";
import { deckOf, rowsOfSpans, toDeckRow } from "../explain/explain-event.ts";
import type { Db } from "../platform/database.ts";
import type { QuotedBook } from "./quote-target.ts";

export interface QuotedUse {
  readonly type: string;
  readonly account: string;
  readonly time: Instant;
  readonly data: Readonly<Record<string, unknown>>;
  readonly charges: readonly Charge[];
  /** How many events the charges of a month are taken for. */
  readonly events: bigint;
}

export async function recordQuote(
  db: Db,
  { book, catalogue, askedRows }: QuotedBook,
  { type, account, time, data, charges }: QuotedUse,
): Promise<RecordedEvent> {
  const rows = await listDeckRows(
    db,
    charges.flatMap(({ deckRow, steps }) => [deckRow, ...rowsOfSpans(steps)]),
  );
  const deckRows = new Map([...askedRows, ...rows.map(toDeckRow)].map((row) => [row.id, row]));
  const decks = new Map(
    Object.entries(catalogue.decks).map(([name, body]) => [`decks/${name}`, body]),
  );
  const stored = chargesFromText(chargesText(charges));
  return {
    key: "",
    source: "",
    id: "",
    type,
    account,
    subject: account,
    time,
    receivedAt: time,
    revision: book.revision,
    cut: 0,
    data,
    personal: [],
    waited: null,
    conflicting: 0,
    statedBy: 0,
    isVoid: false,
    facts: [],
    charges: charges.map(({ term, tuple }, at): RecordedCharge => {
      return {
        stored: stored[at]!,
        term: term.term,
        agreement: { name: term.agreement.name, body: term.agreement.body },
        deck: deckOf(term.term, stored[at]!, decks, deckRows),
        dimensions: JSON.parse(tuple.text) as Record<string, string>,
      };
    }),
  };
}
