/**
 * Re-rating: recomputes the charges of a range of events with the catalogue in force and states what
 * differs as facts, page by page. It may be killed at any time and goes on where it was: a page's facts and
 * the note of how far it came commit together. Running it again changes nothing.
 */
import type { Book } from "@counterpart/domain/rating/book.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { loadRevision } from "../catalogue/catalogue.repo.ts";
import { type AtStep, StaleBook } from "../events/commit-group.ts";
import { connectWriter } from "../events/group-writer.ts";
import { schemaChecks } from "../events/schema-checks.ts";
import {
  changePreview,
  type EffectOfMany,
  effectsToShow,
  sumEffects,
} from "../facts/change-effects.ts";
import { chargedTerms } from "../facts/charged-terms.ts";
import { commitFacts, type FactWriter } from "../facts/commit-facts.ts";
import { addEffects, listEffects } from "../facts/fact-effects.repo.ts";
import { insertBatch } from "../facts/facts.repo.ts";
import { isOvertaken, refusalOfStore } from "../facts/state-facts.ts";
import type { Database, Db } from "../platform/database.ts";
import { tryLockForConnection } from "../platform/locks.ts";
import { type Pricing, type RatedPage, reratePage } from "./rerate-page.ts";
import { type CompiledFilter, compileFilter, type ReratingFilter } from "./rerating-filter.ts";
import {
  type Address,
  advanceRerating,
  countEvents,
  endRerating,
  findRerating,
  insertLeft,
  insertRerating,
  LEFT_SAMPLES_MAX,
  type LeftReason,
  listAddresses,
  listLeftReasons,
  listRunning,
  type ReratingRow,
} from "./reratings.repo.ts";

/** Told how many of how many events have been looked at. */
export type OnProgress = (done: number, of: number) => void;

/** What a re-rating comes to, or has come to so far. */
export interface ReratingReport {
  /** Of the catalogue that prices it. */
  readonly revision: number;
  readonly tried: number;
  /** Events of which a charge changes. */
  readonly changed: number;
  readonly effects: readonly EffectOfMany[];
  /** Events that can no longer be rated, and stay as they are. */
  readonly left: readonly LeftReason[];
}

const PAGE = 1_000;

/**
 * Works out and stores nothing. Refuses what a filter is refused for.
 */
export async function previewRerating(
  database: Database,
  keeper: BookKeeper,
  filter: ReratingFilter,
  onProgress?: OnProgress,
): Promise<ReratingReport> {
  const writer = await connectWriter(database);
  const db = writer.client;
  try {
    const book = await keeper.refresh(await loadRevision(db));
    const compiled = await compileFilter(db, filter, book);
    const of = await countEvents(db, compiled);
    const pricing = pricingOf(book);
    const preview = changePreview(writer, pricing.terms);
    const left = new Map<string, { count: number; samples: LeftReason["samples"] }>();
    let done = 0;
    let tried = 0;
    let changed = 0;
    for await (const addresses of pagesOf(db, compiled, null)) {
      const page = await reratePage(db, pricing, compiled, addresses);
      tried += page.tried;
      changed += page.changes.length;
      await preview.add(page.changes);
      for (const one of page.left) addLeft(left, one);
      done += addresses.length;
      onProgress?.(done, of);
    }
    return {
      revision: book.revision,
      tried,
      changed,
      effects: await preview.effects(book),
      left: [...left].map(([code, reason]) => ({ code, ...reason })),
    };
  } finally {
    await db.end();
  }
}

function addLeft(
  left: Map<string, { count: number; samples: LeftReason["samples"] }>,
  { code, event, detail }: RatedPage["left"][number],
): void {
  const { count, samples } = left.get(code) ?? { count: 0, samples: [] };
  const sample = samples.length < LEFT_SAMPLES_MAX ? [{ event, detail }] : [];
  left.set(code, { count: count + 1, samples: [...samples, ...sample] });
}

export interface NewRerating {
  readonly filter: ReratingFilter;
  readonly reason: string;
  readonly by: string;
  /** Refuse if another revision is in force by now: that of a preview. null: any. */
  readonly revision: number | null;
}

/**
 * Notes a re-rating that is to be run. One of the same filter and catalogue that did not finish is it
 * already; one of an older catalogue is stopped. Returns its number. Refuses `catalogue.changed` and what
 * a filter is refused for.
 */
export async function startRerating(
  database: Database,
  keeper: BookKeeper,
  { filter, reason, by, revision }: NewRerating,
): Promise<number> {
  const db = await database.client("writer");
  try {
    const book = await keeper.refresh(await loadRevision(db));
    await compileFilter(db, filter, book);
    if (revision !== null && revision !== book.revision) {
      throw new Refusal("catalogue.changed", { previewed: revision, inForce: book.revision });
    }
    for (const running of await listRunning(db)) {
      if (JSON.stringify(filterOf(running)) !== JSON.stringify(filterOf({ filter }))) continue;
      if (running.revision === book.revision) return running.batch;
      await endRerating(db, running.batch, "s");
    }
    await db.query("begin");
    const none = { idempotencyKey: null, request: null, answer: null };
    const batch = await insertBatch(db, { kind: "p", by, reason, ...none });
    await insertRerating(db, batch!, book.revision, filter);
    await db.query("commit");
    return batch!;
  } finally {
    await db.end();
  }
}

/** Its names in one order, which the stored JSON does not keep. */
export function filterOf({ filter }: Pick<ReratingRow, "filter">): ReratingFilter {
  const { from, to, accounts, types, agreements, terms } = filter as ReratingFilter;
  return { from, to, accounts, types, agreements, terms };
}

export interface RunOptions {
  readonly onProgress?: OnProgress | undefined;
  /** Whether to leave the rest for another time. */
  readonly isStopping?: (() => boolean) | undefined;
  readonly atStep?: AtStep | undefined;
}

/**
 * Runs a re-rating to its end, from where it was. Refuses `rerating.already-running` when one is under way,
 * `fact.not-storable`, and `catalogue.changed` when the catalogue is another than the one it began with: what
 * is done then stays, the rest is left, and it is stopped.
 */
export async function runRerating(
  database: Database,
  keeper: BookKeeper,
  batch: number,
  { onProgress, isStopping, atStep }: RunOptions = {},
): Promise<void> {
  const writer = await connectWriter(database);
  const { client } = writer;
  try {
    // The lock goes with the connection.
    if (!(await tryLockForConnection(client, "rerate"))) {
      throw new Refusal("rerating.already-running");
    }
    const row = await findRerating(client, batch);
    if (row === null) throw new Refusal("rerating.unknown", { rerating: batch });
    if (row.state !== "r") return;
    const book = await keeper.refresh(await loadRevision(client));
    if (book.revision !== row.revision) throw new StaleBook(book.revision);
    const filter = await compileFilter(client, filterOf(row), book);
    const of = onProgress === undefined ? 0 : await countEvents(client, filter);
    let done = Number(row.tried);
    const run = { batch, pricing: pricingOf(book), filter, atStep };
    for await (const addresses of pagesOf(client, filter, row.position)) {
      if (isStopping?.()) return;
      if (!(await runPage(writer, run, addresses))) return;
      done += addresses.length;
      onProgress?.(done, of);
    }
    await endRerating(client, batch, "d");
  } catch (error) {
    if (!(error instanceof StaleBook)) throw refusalOfStore(error);
    await endRerating(client, batch, "s");
    throw new Refusal("catalogue.changed", { rerating: batch, inForce: error.revision });
  } finally {
    await client.end();
  }
}

interface Run {
  readonly batch: number;
  readonly pricing: Pricing;
  readonly filter: CompiledFilter;
  readonly atStep: AtStep | undefined;
}

/** Whether the re-rating goes on: somebody may have stopped it. */
async function runPage(
  writer: FactWriter,
  { batch, pricing, filter, atStep }: Run,
  addresses: readonly Address[],
): Promise<boolean> {
  const { client } = writer;
  for (;;) {
    const page = await reratePage(client, pricing, filter, addresses);
    const { tried, changes } = page;
    const { revision } = pricing.book;
    try {
      return await commitFacts(
        writer,
        { revision, changes, terms: pricing.terms, atStep },
        async () => {
          const position = addresses.at(-1)!;
          const noted = { position, tried, changed: changes.length };
          return (await advanceRerating(client, batch, noted)) ? batch : null;
        },
        async () => {
          await addEffects(client, batch, sumEffects(changes, pricing.terms));
          await insertLeft(client, batch, page.left);
        },
      );
    } catch (error) {
      if (!isOvertaken(error)) throw error;
    }
  }
}

/** Pages of an account each, after the position; accounts in order of their handles. */
async function* pagesOf(
  db: Db,
  { accounts, from, to, types }: CompiledFilter,
  position: Address | null,
): AsyncGenerator<readonly Address[]> {
  for (const account of accounts) {
    if (position !== null && account < position.account) continue;
    let after = position?.account === account ? position : null;
    for (;;) {
      const page = await listAddresses(db, { account, from, to, types, after, limit: PAGE });
      if (page.length > 0) yield page;
      if (page.length < PAGE) break;
      after = page.at(-1)!;
    }
  }
}

function pricingOf(book: Book): Pricing {
  return { book, checks: schemaChecks(), terms: chargedTerms() };
}

/** A re-rating with what it has come to. Refuses `rerating.unknown`. */
export async function loadRerating(
  db: Db,
  book: Book,
  batch: number,
): Promise<ReratingReport & { readonly row: ReratingRow }> {
  const row = await findRerating(db, batch);
  if (row === null) throw new Refusal("rerating.unknown", { rerating: batch });
  return {
    row,
    revision: row.revision,
    tried: Number(row.tried),
    changed: Number(row.changed),
    effects: effectsToShow(await listEffects(db, batch), book, new Map()),
    left: await listLeftReasons(db, batch),
  };
}

/** Ends it: what is done stays, the rest is left. Refuses `rerating.unknown`, `rerating.not-running`. */
export async function stopRerating(db: Db, batch: number): Promise<ReratingRow> {
  const isStopped = await endRerating(db, batch, "s");
  const row = await findRerating(db, batch);
  if (row === null) throw new Refusal("rerating.unknown", { rerating: batch });
  if (!isStopped) throw new Refusal("rerating.not-running", { rerating: batch });
  return row;
}
