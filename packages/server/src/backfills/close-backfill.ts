/** Closing a backfill: what it holds goes the way of every event and fact. */
import type { ItemOutcome } from "@counterpart/domain/events/backfill-outcomes.ts";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { commitGroup, commitReplay, StaleBook, type Writer } from "../events/commit-group.ts";
import { makeMonths } from "../events/partitions.repo.ts";
import { schemaChecks } from "../events/schema-checks.ts";
import { type EventChange, sumEffects } from "../facts/change-effects.ts";
import { chargedTerms } from "../facts/charged-terms.ts";
import { commitFacts, StoodOnAnother } from "../facts/commit-facts.ts";
import { addEffects } from "../facts/fact-effects.repo.ts";
import { insertBatch } from "../facts/facts.repo.ts";
import { isOvertaken } from "../facts/state-facts.ts";
import type { Database, Db } from "../platform/database.ts";
import { isOfData, stateOf } from "../platform/sql-states.ts";
import {
  type BackfillRow,
  beginClose,
  insertItems,
  listPending,
  listStillPending,
  lockBackfill,
  type RecordedOutcome,
  recordOutcomes,
} from "./backfills.repo.ts";
import {
  type PlannedEvent,
  type PlannedItem,
  type PlannedNothing,
  type PlannedStatement,
  type Pricing,
  planItems,
} from "./plan-items.ts";
import type { BackfillItem } from "./read-item.ts";
import { isPending, type Pages, type RunOptions } from "./run-pages.ts";
import { receiptItems } from "./take-receipts.ts";

/**
 * Notes that a backfill is to be closed; from now on it takes no items. One that is being closed or is
 * closed stays so. Refuses `backfill.unknown`, `backfill.empty` and `backfill.being-reverted`.
 */
export async function startClose(db: Db, name: string, by: string): Promise<void> {
  await db.query("begin");
  try {
    const backfill = await lockBackfill(db, name, "update");
    if (backfill === null) throw new Refusal("backfill.unknown", { name: name.slice(0, 80) });
    if (backfill.state === "u" || backfill.state === "r") {
      throw new Refusal("backfill.being-reverted", { name });
    }
    if (backfill.state === "o") {
      const any = await listPending(db, backfill.id, { after: null, limit: 1 });
      if (any.length === 0) throw new Refusal("backfill.empty", { name });
      await beginClose(db, backfill.id, await batchOf(db, backfill, by));
    }
    await db.query("commit");
  } catch (error) {
    await db.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** What is stated by a backfill says so. */
export async function batchOf(
  db: Db,
  { name, reason }: Pick<BackfillRow, "name" | "reason">,
  by: string,
): Promise<number> {
  const none = { idempotencyKey: null, request: null, answer: null };
  const batch = await insertBatch(db, { kind: "b", by, reason: `${name}: ${reason}`, ...none });
  return batch!;
}

/** What a close does with items that are pending. */
export function pagesToClose(close: Omit<Run, "pricing">): Pages<BackfillItem> {
  const run: Run = { ...close, pricing: null };
  return {
    isLeft: isPending,
    list: listPending,
    step: async (items) => applyItems(run, [...items, ...(await takeReceipts(run, items))]),
  };
}

interface Run {
  readonly id: number;
  readonly batch: number;
  readonly database: Database;
  readonly writer: Writer;
  readonly keeper: BookKeeper;
  /** By the book of the keeper; null: that has to be looked at anew. */
  pricing: Pricing | null;
  readonly options: RunOptions;
}

/** Notes what the items of a page take along before anything is stored: what is killed then finds it. */
async function takeReceipts(run: Run, items: readonly BackfillItem[]): Promise<BackfillItem[]> {
  const { id, writer, keeper } = run;
  const receipts = await receiptItems(writer.client, keeper.book(), id, items);
  if (receipts.length > 0) await insertItems(writer.client, id, receipts);
  return receipts;
}

/** An item that the store refuses is left alone, its neighbours are not. */
async function applyItems(run: Run, items: readonly BackfillItem[]): Promise<void> {
  for (;;) {
    try {
      return await attemptItems(run, items);
    } catch (error) {
      if (error instanceof StaleBook) {
        await run.keeper.refresh(error.revision);
        run.pricing = null;
      } else if (isOfData(error)) return await isolate(run, items, error);
      else if (!isOvertaken(error)) throw error;
    }
  }
}

async function isolate(run: Run, items: readonly BackfillItem[], error: unknown): Promise<void> {
  if (items.length > 1) {
    const half = items.length >> 1;
    await applyItems(run, items.slice(0, half));
    return await applyItems(run, items.slice(half));
  }
  const detail = `SQLSTATE ${stateOf(error)}`;
  const { key } = items[0]!;
  const left = { key, outcome: "left", code: "event.not-storable", detail } as const;
  await recordOutcomes(run.writer.client, run.id, [nothingOf(left)]);
}

async function attemptItems(run: Run, items: readonly BackfillItem[]): Promise<void> {
  const { client } = run.writer;
  // Of an attempt before, a part may have been committed.
  const keys = items.map(({ key }) => key);
  const pending = await listStillPending(client, run.id, keys);
  run.pricing ??= { book: run.keeper.book(), checks: schemaChecks(), terms: chargedTerms() };
  const plans = await planItems(
    client,
    run.pricing,
    run.options.now(),
    items.filter(({ key }) => pending.has(key)),
  );
  const events = plans.filter((plan): plan is PlannedEvent => "candidate" in plan);
  await makeMonths(
    run.database,
    events.map(({ candidate }) => candidate),
  );
  await acceptEvents(
    run,
    run.pricing,
    events.filter(({ waits }) => !waits),
  );
  await releaseEvents(
    run,
    run.pricing,
    events.filter(({ waits }) => waits),
  );
  await statePlanned(run, run.pricing, plans.filter(isStatement));
  await recordOutcomes(client, run.id, plans.filter(isNothing).map(nothingOf));
}

function isStatement(plan: PlannedItem): plan is PlannedStatement {
  return "content" in plan;
}

function isNothing(plan: PlannedItem): plan is PlannedNothing {
  return !("change" in plan);
}

/** New events, and those that take the place of a body that waits with other content. */
async function acceptEvents(
  run: Run,
  { book, terms }: Pricing,
  events: readonly PlannedEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const { writer, options } = run;
  const candidates = events.map(({ candidate }) => candidate);
  const group = { candidates, refused: [], revision: book.revision, atStep: options.atStep };
  await commitGroup(writer, group, async (outcomes) => {
    // Another event of its id was first since this was planned: it is planned anew, by what is there now.
    if (outcomes.some(({ outcome }) => outcome !== "accepted")) throw new StoodOnAnother();
    await note(run, terms, events);
  });
}

/** Bodies that wait with the same content: what keeps them back is no reason for a backfill. */
async function releaseEvents(
  run: Run,
  { book, terms }: Pricing,
  events: readonly PlannedEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const { writer, options } = run;
  const candidates = events.map(({ candidate }) => candidate);
  const group = { candidates, refused: [], revision: book.revision, atStep: options.atStep };
  await commitReplay(writer, group, async (released) => {
    // Somebody else released or replaced a body meanwhile.
    if (released.size < events.length) throw new StoodOnAnother();
    await note(run, terms, events);
  });
}

async function statePlanned(
  run: Run,
  { book, terms }: Pricing,
  plans: readonly PlannedStatement[],
): Promise<void> {
  if (plans.length === 0) return;
  const changes = plans.map(({ change }) => change);
  const group = { revision: book.revision, changes, terms, atStep: run.options.atStep };
  await commitFacts(
    run.writer,
    group,
    async () => run.batch,
    () => note(run, terms, plans),
  );
}

/** Notes what was done, and what it comes to. */
async function note(
  { writer, id, batch }: Run,
  terms: Pricing["terms"],
  done: readonly (PlannedEvent | PlannedStatement)[],
): Promise<void> {
  const changes = done.map(({ change }): EventChange => change);
  await addEffects(writer.client, batch, sumEffects(changes, terms));
  const outcomes = done.map((plan): RecordedOutcome => {
    if ("candidate" in plan) return toRecord(plan.key, plan.outcome);
    const contentBefore = plan.outcome === "corrected" ? plan.content : null;
    const { ordinal } = plan.change;
    return { ...toRecord(plan.key, plan.outcome), ordinal, contentBefore };
  });
  await recordOutcomes(writer.client, id, outcomes);
}

function nothingOf({ key, outcome, code, detail }: PlannedNothing): RecordedOutcome {
  return toRecord(key, outcome, code, detail);
}

function toRecord(
  key: string,
  outcome: ItemOutcome,
  code: RefusalCode | null = null,
  detail = "",
): RecordedOutcome {
  return { key, outcome, code, detail, ordinal: 0, contentBefore: null };
}
