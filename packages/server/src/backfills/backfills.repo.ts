/** The SQL of backfills: what they hold, how far they have come, what became of each item. */
import {
  DONE_OUTCOMES,
  type DoneOutcome,
  type ItemOutcome,
} from "@counterpart/domain/events/backfill-outcomes.ts";
import type { Db } from "../platform/database.ts";
import type { BackfillItem, ItemKind } from "./read-item.ts";

const INSTANT = (column: string): string => `(extract(epoch from ${column}) * 1000)::bigint`;
const DIGITS = (column: string): string => `replace(${column}::text, '-', '')`;

export interface BackfillRow {
  readonly id: number;
  readonly name: string;
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly opened_at: string;
  readonly opened_by: string;
  /** open, closing, closed, undoing (being reverted), reverted */
  readonly state: "o" | "c" | "d" | "u" | "r";
  readonly close_batch: number | null;
  readonly revert_batch: number | null;
  readonly ended_at: string | null;
}

const BACKFILL = `select id, name, reason, ${INSTANT("opened_at")} as opened_at, opened_by, state,
    close_batch, revert_batch, ${INSTANT("ended_at")} as ended_at
  from backfill`;

/** False when there is one of this name. */
export async function insertBackfill(
  db: Db,
  backfill: { readonly name: string; readonly reason: string; readonly by: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into backfill (name, reason, opened_at, opened_by, state)
      values ($1, $2, now(), $3, 'o') on conflict do nothing`,
    [backfill.name, backfill.reason, backfill.by],
  );
  return rowCount === 1;
}

export async function findBackfill(db: Db, name: string): Promise<BackfillRow | null> {
  const { rows } = await db.query<BackfillRow>(`${BACKFILL} where name = $1`, [name]);
  return rows[0] ?? null;
}

/** The same; nobody else changes its state until the transaction ends. */
export async function lockBackfill(
  db: Db,
  name: string,
  mode: "share" | "update",
): Promise<BackfillRow | null> {
  const { rows } = await db.query<BackfillRow>(`${BACKFILL} where name = $1 for ${mode}`, [name]);
  return rows[0] ?? null;
}

/** Newest first. */
export async function listBackfills(
  db: Db,
  page: { readonly before: number | null; readonly limit: number },
): Promise<BackfillRow[]> {
  const { rows } = await db.query<BackfillRow>(
    `${BACKFILL} where ($1::integer is null or id < $1) order by id desc limit $2`,
    [page.before, page.limit],
  );
  return rows;
}

/** Those that are being closed or reverted, oldest first. */
export async function listUnfinished(db: Db): Promise<BackfillRow[]> {
  const { rows } = await db.query<BackfillRow>(`${BACKFILL} where state in ('c', 'u') order by id`);
  return rows;
}

export async function beginClose(db: Db, id: number, batch: number): Promise<void> {
  await db.query("update backfill set state = 'c', close_batch = $2 where id = $1", [id, batch]);
}

export async function beginRevert(db: Db, id: number, batch: number): Promise<void> {
  await db.query("update backfill set state = 'u', revert_batch = $2 where id = $1", [id, batch]);
}

export async function endBackfill(db: Db, id: number, state: "d" | "r"): Promise<void> {
  await db.query("update backfill set state = $2, ended_at = now() where id = $1", [id, state]);
}

/** Adds items. Returns the keys of those that are new to the backfill. */
export async function insertItems(
  db: Db,
  id: number,
  items: readonly BackfillItem[],
): Promise<Set<string>> {
  const { rows } = await db.query<{ key: string }>(
    `insert into backfill_item (backfill_id, key, kind, ref, body)
      select $1, * from unnest($2::uuid[], $3::"char"[], $4::text[], $5::text[])
      on conflict do nothing returning ${DIGITS("key")} as key`,
    [id, ...columnsOf(items)],
  );
  return new Set(rows.map(({ key }) => key));
}

function columnsOf(items: readonly BackfillItem[]): unknown[] {
  return [
    items.map(({ key }) => key),
    items.map(({ kind }) => kind),
    items.map(({ ref }) => ref),
    items.map(({ body }) => body),
  ];
}

/** What the backfill holds under these keys. */
export async function listItems(
  db: Db,
  id: number,
  keys: readonly string[],
): Promise<BackfillItem[]> {
  const { rows } = await db.query<BackfillItem>(
    `select ${DIGITS("key")} as key, kind, ref, body from backfill_item
      where backfill_id = $1 and key = any($2::uuid[])`,
    [id, keys],
  );
  return rows;
}

export async function deleteItems(db: Db, id: number): Promise<void> {
  await db.query("delete from backfill_item where backfill_id = $1", [id]);
}

/** Items with no outcome yet, after a key and in their order. */
export async function listPending(
  db: Db,
  id: number,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<BackfillItem[]> {
  const { rows } = await db.query<BackfillItem>(
    `select ${DIGITS("key")} as key, kind, ref, body from backfill_item
      where backfill_id = $1 and outcome is null and ($2::uuid is null or key > $2)
      order by backfill_item.key limit $3`,
    [id, after, limit],
  );
  return rows;
}

/** Those of these items that have no outcome yet. */
export async function listStillPending(
  db: Db,
  id: number,
  keys: readonly string[],
): Promise<Set<string>> {
  const { rows } = await db.query<{ key: string }>(
    `select ${DIGITS("key")} as key from backfill_item
      where backfill_id = $1 and outcome is null and key = any($2::uuid[])`,
    [id, keys],
  );
  return new Set(rows.map(({ key }) => key));
}

/** Contents of keys, and whether they wait in quarantine. */
export async function listKeyStates(
  db: Db,
  keys: readonly string[],
): Promise<Map<string, { readonly content: string; readonly state: "a" | "q" }>> {
  const { rows } = await db.query<{ key: string; content: string; state: "a" | "q" }>(
    `select ${DIGITS("key")} as key, ${DIGITS("content")} as content, state
      from event_key where key = any($1::uuid[])`,
    [`{${keys.join(",")}}`],
  );
  return new Map(rows.map((row) => [row.key, row]));
}

export interface RecordedOutcome {
  readonly key: string;
  readonly outcome: ItemOutcome;
  readonly code: string | null;
  readonly detail: string;
  /** Of the fact that was stated; 0: none. */
  readonly ordinal: number;
  /** Hash of what a corrected event said before. */
  readonly contentBefore: string | null;
}

/** Notes what became of items. What was done is not kept twice: its line goes. */
export async function recordOutcomes(
  db: Db,
  id: number,
  outcomes: readonly RecordedOutcome[],
): Promise<void> {
  if (outcomes.length === 0) return;
  await db.query(
    `update backfill_item set outcome = new.outcome, code = new.code, detail = new.detail,
        ordinal = new.ordinal, content_before = new.content_before,
        body = case when new.code is null then null else body end
      from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::uuid[])
        as new (key, outcome, code, detail, ordinal, content_before)
      where backfill_id = $1 and backfill_item.key = new.key and backfill_item.outcome is null`,
    [
      id,
      outcomes.map(({ key }) => key),
      outcomes.map(({ outcome }) => outcome),
      outcomes.map(({ code }) => code),
      outcomes.map(({ detail }) => detail),
      outcomes.map(({ ordinal }) => ordinal),
      outcomes.map(({ contentBefore }) => contentBefore),
    ],
  );
}

export interface DoneItem {
  readonly key: string;
  readonly outcome: DoneOutcome;
  readonly ordinal: number;
  readonly contentBefore: string | null;
}

/** Items that changed something and that no revert has looked at, after a key and in their order. */
export async function listDone(
  db: Db,
  id: number,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<DoneItem[]> {
  const { rows } = await db.query<DoneItem>(
    `select ${DIGITS("key")} as key, outcome, ordinal,
        ${DIGITS("content_before")} as "contentBefore"
      from backfill_item
      where backfill_id = $1 and undone is null and ($2::uuid is null or key > $2)
        and outcome = any($4::text[])
      order by backfill_item.key limit $3`,
    [id, after, limit, DONE_OUTCOMES],
  );
  return rows;
}

/** Those of these keys with which the backfill has done something. */
export async function listDoneKeys(
  db: Db,
  id: number,
  keys: readonly string[],
): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const { rows } = await db.query<{ key: string }>(
    `select ${DIGITS("key")} as key from backfill_item
      where backfill_id = $1 and key = any($2::uuid[]) and outcome = any($3::text[])`,
    [id, keys, DONE_OUTCOMES],
  );
  return new Set(rows.map(({ key }) => key));
}

export interface Undone {
  readonly key: string;
  readonly undone: "undone" | "nothing" | "left";
  readonly code: string | null;
}

export async function recordUndone(db: Db, id: number, undone: readonly Undone[]): Promise<void> {
  if (undone.length === 0) return;
  await db.query(
    `update backfill_item set undone = new.undone, undone_code = new.code
      from unnest($2::uuid[], $3::text[], $4::text[]) as new (key, undone, code)
      where backfill_id = $1 and backfill_item.key = new.key`,
    [
      id,
      undone.map(({ key }) => key),
      undone.map((item) => item.undone),
      undone.map(({ code }) => code),
    ],
  );
}

export interface ItemCount {
  readonly kind: ItemKind;
  /** null: not yet. */
  readonly outcome: ItemOutcome | null;
  /** Of an outcome that is a refusal. */
  readonly code: string | null;
  readonly undone: Undone["undone"] | null;
  readonly undone_code: string | null;
  readonly count: number;
  /** The first of them by name. */
  readonly example: string;
}

/** How many items there are of each fate. Reads all of them, about 0.3 s a million. */
export async function countItems(db: Db, id: number): Promise<ItemCount[]> {
  const { rows } = await db.query<Omit<ItemCount, "count"> & { count: string }>(
    `select kind, outcome, code, undone, undone_code, count(*) as count, min(ref collate "C") as example
      from backfill_item where backfill_id = $1
      group by 1, 2, 3, 4, 5 order by count(*) desc, 1, 2, 3, 4, 5`,
    [id],
  );
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

export interface ItemRow extends Omit<ItemCount, "count" | "example"> {
  readonly key: string;
  readonly ref: string;
  readonly detail: string | null;
}

export interface ItemPage {
  /** Of these outcomes, or whose undoing came to one of these; both null: all. */
  readonly outcomes: readonly ItemOutcome[] | null;
  readonly undone: readonly Undone["undone"][] | null;
  readonly after: string | null;
  readonly limit: number;
}

/** In the order of their keys. */
export async function listItemRows(db: Db, id: number, page: ItemPage): Promise<ItemRow[]> {
  const { rows } = await db.query<ItemRow>(
    `select ${DIGITS("key")} as key, kind, ref, outcome, code, detail, undone, undone_code
      from backfill_item
      where backfill_id = $1 and ($3::uuid is null or key > $3)
        and (coalesce($2::text[], $5::text[]) is null or outcome = any($2) or undone = any($5))
      order by backfill_item.key limit $4`,
    [id, page.outcomes, page.after, page.limit, page.undone],
  );
  return rows;
}
