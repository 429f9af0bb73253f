/** Backfills are opened, and filled with items that nothing else sees until they are closed. */
import { checkCatalogueId } from "@counterpart/domain/ids.ts";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import { checkReason } from "../facts/state-facts.ts";
import type { SplitLine } from "../imports/split-lines.ts";
import type { Database, Db } from "../platform/database.ts";
import {
  type BackfillRow,
  findBackfill,
  insertBackfill,
  insertItems,
  listItems,
  lockBackfill,
} from "./backfills.repo.ts";
import { type BackfillItem, readItem } from "./read-item.ts";

export interface NewBackfill {
  /** As ids of the catalogue are: `october-calls`. */
  readonly name: string;
  readonly reason: string;
  readonly by: string;
}

/** Refuses `id.malformed`, `fact.reason-missing` and `backfill.name-taken`. */
export async function openBackfill(
  db: Db,
  { name, reason, by }: NewBackfill,
): Promise<BackfillRow> {
  const backfill = { name: checkCatalogueId(name), reason: checkReason(reason), by };
  if (!(await insertBackfill(db, backfill))) throw new Refusal("backfill.name-taken", { name });
  return await loadBackfill(db, name);
}

/** Refuses `backfill.unknown`. */
export async function loadBackfill(db: Db, name: string): Promise<BackfillRow> {
  const row = await findBackfill(db, name);
  if (row === null) throw new Refusal("backfill.unknown", { name: name.slice(0, 80) });
  return row;
}

/** A line that is no item, or not another one. */
export interface RefusedLine {
  readonly line: number;
  readonly refused: RefusalCode;
  readonly detail: string;
}

export interface Added {
  /** Every line up to this one is kept, or told. */
  readonly throughLine: number;
  readonly added: number;
  /** Lines that the backfill held already: the same file may be added again. */
  readonly already: number;
  readonly refused: readonly RefusedLine[];
}

const PAGE = 1_000;

/**
 * Adds lines, page by page; each yield tells of a page that is kept. A line that cannot be an item spoils
 * nothing. A process that dies loses the page under way: the same lines again change nothing else. Refuses
 * `backfill.unknown` and `backfill.not-open`.
 */
export async function* addLines(
  database: Database,
  name: string,
  lines: AsyncIterable<readonly SplitLine[]>,
): AsyncGenerator<Added> {
  const client = await database.client("writer");
  try {
    await loadBackfill(client, name);
    let page: SplitLine[] = [];
    for await (const some of lines) {
      for (const line of some) {
        page.push(line);
        if (page.length < PAGE) continue;
        yield await addPage(client, name, page);
        page = [];
      }
    }
    yield await addPage(client, name, page);
  } finally {
    await client.end();
  }
}

async function addPage(db: Db, name: string, lines: readonly SplitLine[]): Promise<Added> {
  const refused: RefusedLine[] = [];
  const read: { line: number; item: BackfillItem }[] = [];
  for (const line of lines) {
    if ("text" in line && line.text.trim() === "") continue;
    const item =
      "text" in line ? readItem(line.text) : { refused: line.problem, detail: line.detail };
    if ("refused" in item) refused.push({ line: line.line, ...item });
    else read.push({ line: line.line, item });
  }
  const items = read.map(({ item }) => item);
  const { added, held } = await keepItems(db, name, items);
  let already = 0;
  const taken = new Set<string>();
  for (const { line, item } of read) {
    const { key, kind, body } = item;
    if (added.has(key) && !taken.has(key)) {
      taken.add(key);
      continue;
    }
    const before = held.get(key);
    if (before?.kind === kind && before.body === body) already++;
    else refused.push({ line, refused: "fact.named-twice", detail: item.ref });
  }
  refused.sort((a, b) => a.line - b.line);
  return { throughLine: lines.at(-1)?.line ?? 0, added: added.size, already, refused };
}

/** `held`: what the backfill holds of those that are not all added. */
async function keepItems(
  db: Db,
  name: string,
  items: readonly BackfillItem[],
): Promise<{ added: ReadonlySet<string>; held: ReadonlyMap<string, BackfillItem> }> {
  await db.query("begin");
  try {
    const backfill = await lockBackfill(db, name, "share");
    if (backfill?.state !== "o") throw new Refusal("backfill.not-open", { name });
    const added = await insertItems(db, backfill.id, items);
    const keys = items.map(({ key }) => key);
    const held = added.size === items.length ? [] : await listItems(db, backfill.id, keys);
    await db.query("commit");
    return { added, held: new Map(held.map((item) => [item.key, item])) };
  } catch (error) {
    await db.query("rollback").catch(() => undefined);
    throw error;
  }
}
