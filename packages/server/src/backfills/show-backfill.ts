/** What closing a backfill would do, and what a closed or reverted one has done. */
import type { ItemOutcome } from "@counterpart/domain/events/backfill-outcomes.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { Book } from "@counterpart/domain/rating/book.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { loadRevision } from "../catalogue/catalogue.repo.ts";
import { connectWriter } from "../events/group-writer.ts";
import { schemaChecks } from "../events/schema-checks.ts";
import { changePreview, type EffectOfMany, effectsToShow } from "../facts/change-effects.ts";
import { chargedTerms } from "../facts/charged-terms.ts";
import { listEffects } from "../facts/fact-effects.repo.ts";
import type { Database, Db } from "../platform/database.ts";
import { type BackfillRow, countItems, listPending, type Undone } from "./backfills.repo.ts";
import { loadBackfill } from "./open-backfill.ts";
import { isPlannedChange, planItems } from "./plan-items.ts";
import type { BackfillItem } from "./read-item.ts";
import { isPending, type OnProgress, runPages } from "./run-pages.ts";
import { receiptItems } from "./take-receipts.ts";

/** Items that share what becomes of them. */
export interface Fate<Outcome> {
  readonly outcome: Outcome;
  /** Why it is so, of a refusal; null: it is none. */
  readonly code: string | null;
  readonly count: number;
  /** The first of them by name. */
  readonly example: string;
}

export interface BackfillPreview {
  /** Of the catalogue that prices it. */
  readonly revision: number;
  readonly outcomes: readonly Fate<ItemOutcome>[];
  readonly effects: readonly EffectOfMany[];
}

/**
 * What closing would do by the book in force, of items that are not done yet; stores nothing. Refuses
 * `backfill.unknown`.
 */
export async function previewBackfill(
  database: Database,
  keeper: BookKeeper,
  name: string,
  { now, onProgress }: { readonly now: () => Instant; readonly onProgress?: OnProgress },
): Promise<BackfillPreview> {
  const writer = await connectWriter(database);
  const { client } = writer;
  try {
    const { id } = await loadBackfill(client, name);
    const book = await keeper.refresh(await loadRevision(client));
    const pricing = { book, checks: schemaChecks(), terms: chargedTerms() };
    const preview = changePreview(writer, pricing.terms);
    const fates = fateCounts<ItemOutcome>();
    const look = async (items: readonly BackfillItem[]): Promise<void> => {
      const all = [...items, ...(await receiptItems(client, book, id, items))];
      const plans = await planItems(client, pricing, now(), all);
      await preview.add(plans.filter(isPlannedChange).map(({ change }) => change));
      const refs = new Map(all.map(({ key, ref }) => [key, ref]));
      for (const plan of plans) {
        fates.add(plan.outcome, "code" in plan ? plan.code : null, 1, refs.get(plan.key)!);
      }
    };
    const pages = { isLeft: isPending, list: listPending, step: look };
    await runPages(client, id, pages, { onProgress });
    const effects = await preview.effects(book);
    return { revision: book.revision, outcomes: fates.list(), effects };
  } finally {
    await client.end();
  }
}

interface FateCounts<Outcome> {
  add(outcome: Outcome, code: string | null, count: number, example: string): void;
  /** Most frequent first, then by name. */
  list(): Fate<Outcome>[];
}

function fateCounts<Outcome extends string>(): FateCounts<Outcome> {
  const fates = new Map<string, Fate<Outcome>>();
  return {
    add(outcome, code, count, example) {
      const name = `${outcome} ${code ?? ""}`;
      const before = fates.get(name);
      fates.set(name, {
        outcome,
        code,
        count: count + (before?.count ?? 0),
        example: before === undefined || example < before.example ? example : before.example,
      });
    },
    list: () =>
      [...fates]
        .sort(([a, one], [b, other]) => other.count - one.count || (a < b ? -1 : 1))
        .map(([, fate]) => fate),
  };
}

/** What a backfill has come to so far. */
export interface BackfillReport {
  readonly row: BackfillRow;
  readonly items: number;
  /** Items that nothing was done with yet. */
  readonly pending: number;
  readonly outcomes: readonly Fate<ItemOutcome>[];
  readonly effects: readonly EffectOfMany[];
  /** Of a revert after the close; empty: there was none. */
  readonly undone: readonly Fate<Undone["undone"]>[];
  readonly undoneEffects: readonly EffectOfMany[];
}

/** Refuses `backfill.unknown`. */
export async function reportBackfill(db: Db, book: Book, name: string): Promise<BackfillReport> {
  const row = await loadBackfill(db, name);
  const outcomes = fateCounts<ItemOutcome>();
  const undone = fateCounts<Undone["undone"]>();
  let items = 0;
  let pending = 0;
  for (const { count, example, ...item } of await countItems(db, row.id)) {
    items += count;
    if (item.outcome === null) pending += count;
    else outcomes.add(item.outcome, item.code, count, example);
    if (item.undone !== null) undone.add(item.undone, item.undone_code, count, example);
  }
  return {
    row,
    items,
    pending,
    outcomes: outcomes.list(),
    effects: await effectsOf(db, book, row.close_batch),
    undone: undone.list(),
    undoneEffects: await effectsOf(db, book, row.revert_batch),
  };
}

async function effectsOf(db: Db, book: Book, batch: number | null): Promise<EffectOfMany[]> {
  if (batch === null) return [];
  return effectsToShow(await listEffects(db, batch), book, new Map());
}
