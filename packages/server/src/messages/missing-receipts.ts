/**
 * Reports messages whose receipt did not come in time, as their platform would: by a receipt that says so,
 * through the ordinary ingest. Its id is that of the receipt that is missing, so that this may die anywhere
 * or run twice at once, and each message is reported once.
 */
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import {
  type MissingReceipt,
  missingReceipt,
  type ReceiptType,
  receiptTypes,
} from "@counterpart/domain/messages/missing-receipt.ts";
import type { Period } from "@counterpart/domain/period.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { eventKey, uuidOf } from "../events/event-hash.ts";
import type { Ingest } from "../events/ingest.ts";
import { readEvent } from "../events/read-event.ts";
import { type KnownEvent, loadKnownEvents } from "../facts/known-event.ts";
import { FACT_ITEMS_MAX, stateFacts } from "../facts/state-facts.ts";
import type { Database } from "../platform/database.ts";
import {
  type AwaitingRow,
  findClaimed,
  listAwaiting,
  listConflictingReceipts,
} from "./missing-receipts.repo.ts";

export interface MissingReceiptsOptions {
  readonly database: Database;
  readonly keeper: BookKeeper;
  readonly ingest: Pick<Ingest, "submit">;
  readonly now: Instant;
}

export interface ReceiptsTally {
  /** Messages reported as unconfirmed. */
  readonly reported: number;
  /** Those of which a receipt came after all. */
  readonly corrected: number;
}

const PAGE = 1_000;
const HOUR = 3_600_000;

/**
 * `windowOf`: which messages to look at, by their times, for a source whose receipts may take so many hours.
 * Costs with the messages and receipts of these sources in it; sources without a limit cost nothing.
 */
export async function reportMissingReceipts(
  options: MissingReceiptsOptions,
  windowOf: (hours: number) => Period,
): Promise<ReceiptsTally> {
  const { sources, eventTypes } = options.keeper.catalogue();
  const types = receiptTypes({ ...BUILT_IN_TYPES, ...eventTypes });
  let reported = 0;
  let since: number | null = null;
  for (const [source, { receiptHours }] of Object.entries(sources)) {
    if (receiptHours === undefined) continue;
    const { start, end } = windowOf(receiptHours);
    since = Math.min(since ?? start, start);
    const last = Math.min(end, options.now - receiptHours * HOUR + 1) as Instant;
    if (last <= start) continue;
    const asked = { source, hours: receiptHours, window: { start, end: last } };
    reported += await reportOfSource(options, types, asked);
  }
  const corrected = since === null ? 0 : await correctLate(options, types, since);
  return { reported, corrected };
}

interface AskedSource {
  readonly source: string;
  readonly hours: number;
  readonly window: Period;
}

async function reportOfSource(
  { database, keeper, ingest, now }: MissingReceiptsOptions,
  types: readonly ReceiptType[],
  { source, hours, window }: AskedSource,
): Promise<number> {
  const book = keeper.book();
  const db = database.pool("writer");
  const rule = { noDlrAfterHours: hours };
  const query = {
    accounts: [...book.accounts.values()].map(({ handle }) => handle),
    source: book.sources.get(source)!.handle,
    types: types.flatMap(({ message, receipt }) => [message, receipt]),
    from: window.start,
    to: window.end,
    limit: PAGE,
  };
  let reported = 0;
  let after: AwaitingRow | null = null;
  for (;;) {
    const rows: AwaitingRow[] = await listAwaiting(db, { ...query, after });
    const overdue = rows.flatMap((row) => {
      const type = types.find((one) => one.message === row.type || one.receipt === row.type);
      const data = { ...JSON.parse(row.data), ...JSON.parse(row.personal ?? "{}") };
      const time = Number(row.time) as Instant;
      const awaiting = { type: row.type, id: row.id, data };
      const missing = type && missingReceipt(type, awaiting, time, rule, now);
      return missing ? [{ row, missing, key: eventKey(source, missing.id) }] : [];
    });
    const claimed = await findClaimed(
      db,
      overdue.map(({ key }) => key),
    );
    const bodies = overdue
      .filter(({ key }) => !claimed.has(key))
      .map(({ row, missing }) => bodyOf(source, row, missing));
    if (bodies.length > 0) {
      const outcomes = await ingest.submit({ bodies, lane: "bulk", sources: null });
      reported += outcomes.filter(({ outcome }) => outcome === "accepted").length;
    }
    if (rows.length < PAGE) return reported;
    after = rows.at(-1)!;
  }
}

function bodyOf(source: string, { subject, time }: AwaitingRow, missing: MissingReceipt): string {
  const at = formatInstant(Number(time) as Instant);
  return JSON.stringify({ specversion: "1.0", source, subject, time: at, ...missing });
}

const REASON = "A receipt came after the message had been reported as unconfirmed.";

/** A receipt that comes after the hours still counts: it takes the place of the one that was missing. */
async function correctLate(
  { database, keeper }: MissingReceiptsOptions,
  types: readonly ReceiptType[],
  since: number,
): Promise<number> {
  const names = types.map(({ receipt }) => receipt);
  const db = database.pool("writer");
  const late = await listConflictingReceipts(db, names, since);
  let corrected = 0;
  for (let at = 0; at < late.length; at += FACT_ITEMS_MAX) {
    const page = late.slice(at, at + FACT_ITEMS_MAX);
    const known = await loadKnownEvents(
      db,
      page.map(({ key }) => key),
    );
    const items = page.filter(({ key }) => isUnconfirmed(known.get(key) ?? null, types));
    if (items.length === 0) continue;
    const { results } = await stateFacts(database, keeper, {
      kind: "correction",
      items: items.map(({ key, body }) => ({ ref: uuidOf(key), event: readEvent(body) })),
      reason: REASON,
      by: "receipts",
      idempotencyKey: null,
      // Who may write was judged when the receipt came.
      sources: null,
      dryRun: false,
    });
    corrected += results.filter((result) => !("refused" in result)).length;
  }
  return corrected;
}

function isUnconfirmed(known: KnownEvent | null, types: readonly ReceiptType[]): boolean {
  if (known === null || known.standing.isVoid) return false;
  const { type, data } = known.standing.version;
  const named = types.find(({ receipt }) => receipt === type.name);
  const said: Readonly<Record<string, unknown>> = JSON.parse(data);
  return named !== undefined && said[named.statusField] === "unconfirmed";
}
