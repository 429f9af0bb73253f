/** Accepted events with all that has been stated about them since. */
import {
  type Fact,
  type FactKind,
  type Standing,
  standingOf,
} from "@counterpart/domain/events/event-history.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { Handle } from "@counterpart/domain/rating/book.ts";
import type { Db } from "../platform/database.ts";
import { type EventRow, type FactRow, listEventRows, listFactRows } from "./facts.repo.ts";

/** What an event says and is charged, until a fact states something else. */
export interface EventVersion {
  readonly account: Handle;
  readonly time: Instant;
  readonly type: { readonly handle: Handle; readonly name: string };
  readonly subject: string;
  /** As JSON, without personal values; those, or null for none. */
  readonly data: string;
  readonly personal: string | null;
  /** As `chargesFromText` reads them. */
  readonly charges: string;
  /** What it added to hourly usage; null: stored by a version that did not keep that. */
  readonly usage: { readonly tuple: number; readonly measured: number } | null;
}

export interface KnownEvent {
  /** 32 hexadecimal digits. */
  readonly key: string;
  readonly source: string;
  readonly id: string;
  readonly receivedAt: Instant;
  /** Hash of what it says now. */
  readonly content: string;
  readonly standing: Standing<EventVersion>;
  /** What it stood at before the last fact about it; null: there is none. */
  readonly before: Standing<EventVersion> | null;
}

export const FACT_KINDS: Readonly<Record<FactRow["kind"], FactKind>> = {
  v: "void",
  r: "restore",
  c: "correction",
  p: "rerating",
};

/** What is known of keys, `null` for one that waits in quarantine; the others are unknown. */
export async function loadKnownEvents(
  db: Db,
  keys: readonly string[],
): Promise<Map<string, KnownEvent | null>> {
  const rows = await listEventRows(db, keys);
  const stated = rows.filter(({ facts }) => facts > 0).map(({ key }) => key);
  const facts = new Map<string, FactRow[]>();
  for (const fact of stated.length === 0 ? [] : await listFactRows(db, stated)) {
    const same = facts.get(fact.key);
    if (same === undefined) facts.set(fact.key, [fact]);
    else same.push(fact);
  }
  return new Map(rows.map((row) => [row.key, toKnown(row, facts.get(row.key) ?? [])]));
}

function toKnown(row: EventRow, facts: readonly FactRow[]): KnownEvent | null {
  if (row.state === "q") return null;
  const first = firstVersion(row);
  const { key, source, id, content } = row;
  const receivedAt = Number(row.received_at) as Instant;
  const stated = toFacts(first, facts);
  return {
    key,
    source,
    id,
    content,
    receivedAt,
    standing: standingOf(first, stated),
    before: stated.length === 0 ? null : standingOf(first, stated.slice(0, -1)),
  };
}

function firstVersion(row: EventRow): EventVersion {
  const { subject, data, personal, charges } = row;
  return {
    account: row.account_id,
    time: Number(row.time) as Instant,
    type: { handle: row.type_id, name: row.type },
    subject,
    data,
    personal,
    charges,
    usage: usageOf(row),
  };
}

function usageOf({ usage_tuple, measured }: EventRow | FactRow): EventVersion["usage"] {
  if (usage_tuple === null || measured === null) return null;
  return { tuple: usage_tuple, measured: Number(measured) };
}

/** Facts that do not say anything new about the event leave it as it was said before. */
function toFacts(first: EventVersion, rows: readonly FactRow[]): Fact<EventVersion>[] {
  let last = first;
  return rows.map((row) => {
    const { ordinal, side, charges } = row;
    const kind = FACT_KINDS[row.kind];
    if (side === "-") return { ordinal, kind, stated: null };
    const says = row.data === null ? last : { ...row, data: row.data, subject: row.subject! };
    last = {
      account: row.account_id,
      time: Number(row.time) as Instant,
      type: { handle: row.type_id, name: row.type },
      subject: says.subject,
      data: says.data,
      personal: says.personal,
      charges,
      usage: usageOf(row),
    };
    return { ordinal, kind, stated: last };
  });
}
