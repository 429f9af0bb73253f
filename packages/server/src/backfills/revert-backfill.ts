/**
 * Reverting a backfill. Before it is closed it is dropped, and nothing was changed; afterwards what it did is
 * undone by facts: new events are voided, voids restored, restores voided, and corrections taken back. Also
 * one that was half closed.
 */
import { assert } from "@counterpart/domain/assert.ts";
import { DONE_OUTCOMES, undoingOf } from "@counterpart/domain/events/backfill-outcomes.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import type { Writer } from "../events/commit-group.ts";
import { sumEffects } from "../facts/change-effects.ts";
import { chargedTerms } from "../facts/charged-terms.ts";
import { type Change, commitFacts } from "../facts/commit-facts.ts";
import { addEffects } from "../facts/fact-effects.repo.ts";
import { type KnownEvent, loadKnownEvents } from "../facts/known-event.ts";
import { undo } from "../facts/plan-facts.ts";
import { receiptsOfMessages } from "../facts/receipts-of-messages.ts";
import { isOvertaken, refusalOfStore } from "../facts/state-facts.ts";
import type { Db } from "../platform/database.ts";
import { tryLockForTransaction } from "../platform/locks.ts";
import {
  beginRevert,
  type DoneItem,
  deleteItems,
  endBackfill,
  listDone,
  listDoneKeys,
  lockBackfill,
  recordUndone,
  type Undone,
} from "./backfills.repo.ts";
import { batchOf } from "./close-backfill.ts";
import type { Pages, RunOptions } from "./run-pages.ts";

/**
 * Drops a backfill that is open. Notes of a closed or half closed one that it is to be reverted. One that is
 * being reverted or is reverted stays so. Refuses `backfill.unknown` and `backfill.already-running`.
 */
export async function startRevert(db: Db, name: string, by: string): Promise<void> {
  await db.query("begin");
  try {
    const backfill = await lockBackfill(db, name, "update");
    if (backfill === null) throw new Refusal("backfill.unknown", { name: name.slice(0, 80) });
    const { id, state } = backfill;
    if (state === "o") {
      await deleteItems(db, id);
      await endBackfill(db, id, "r");
    }
    if (state === "c" || state === "d") {
      // A close that is under way would go on.
      if (!(await tryLockForTransaction(db, "backfill"))) {
        throw new Refusal("backfill.already-running");
      }
      await beginRevert(db, id, await batchOf(db, backfill, by));
    }
    await db.query("commit");
  } catch (error) {
    await db.query("rollback").catch(() => undefined);
    throw error;
  }
}

interface Run {
  readonly id: number;
  readonly batch: number;
  readonly writer: Writer;
  /** Its book says which types are receipts; undoing prices nothing. */
  readonly keeper: BookKeeper;
  readonly terms: ReturnType<typeof chargedTerms>;
  readonly options: Pick<RunOptions, "atStep">;
}

/** What a revert does with items that changed something. */
export function pagesToRevert(revert: Omit<Run, "terms">): Pages<DoneItem> {
  const run: Run = { ...revert, terms: chargedTerms() };
  return {
    isLeft: ({ outcome, undone }) =>
      undone === null && DONE_OUTCOMES.some((done) => done === outcome),
    list: listDone,
    step: (items) => undoItems(run, items),
  };
}

/** A page is one transaction. */
async function undoItems(run: Run, items: readonly DoneItem[]): Promise<void> {
  const { client } = run.writer;
  for (;;) {
    const known = await loadKnownEvents(
      client,
      items.map(({ key }) => key),
    );
    const plans = items.map((item) => planUndoing(item, known.get(item.key) ?? null));
    const own = plans.flatMap(({ change }) => (change === null ? [] : [change]));
    const changes = [...own, ...(await receiptChanges(run, own))];
    const versions = changes.flatMap(({ takesBack, states }) => [takesBack, states]);
    await run.terms.learn(
      client,
      versions.flatMap((version) => (version === null ? [] : [version.charges])),
    );
    try {
      const group = { revision: null, changes, terms: run.terms, atStep: run.options.atStep };
      await commitFacts(
        run.writer,
        group,
        async () => run.batch,
        async () => {
          await addEffects(client, run.batch, sumEffects(changes, run.terms));
          await recordUndone(
            client,
            run.id,
            plans.map(({ undone }) => undone),
          );
        },
      );
      return;
    } catch (error) {
      if (!isOvertaken(error)) throw refusalOfStore(error);
    }
  }
}

/**
 * Receipts of messages that are voided now go with them, whoever has sent them: half a message would owe a
 * part of its price. Those that the backfill did something with are undone as its items. A void that is
 * undone brings back no more than it took: its receipts are items, too.
 */
async function receiptChanges(run: Run, own: readonly Change[]): Promise<Change[]> {
  const { writer, keeper, id } = run;
  const voided = own.filter(({ states }) => states === null).map(({ key }) => ({ ref: key }));
  if (voided.length === 0) return [];
  const receipts = await receiptsOfMessages(writer.client, keeper.book(), "void", voided);
  const keys = receipts.map(({ key }) => key);
  const done = await listDoneKeys(writer.client, id, keys);
  return receipts.filter(({ key }) => !done.has(key)).map(undo);
}

interface PlannedUndoing {
  readonly undone: Undone;
  readonly change: Change | null;
}

function planUndoing(
  { key, outcome, ordinal, contentBefore }: DoneItem,
  known: KnownEvent | null,
): PlannedUndoing {
  assert(known !== null, "what a backfill did is about accepted events");
  const undoing = undoingOf(outcome, ordinal, known.standing);
  switch (undoing.do) {
    case "nothing":
      return { undone: { key, undone: "nothing", code: null }, change: null };
    case "leave":
      return { undone: { key, undone: "left", code: undoing.code }, change: null };
    case "restate":
      return {
        undone: { key, undone: "undone", code: null },
        change: restate(known, contentBefore),
      };
    default:
      return { undone: { key, undone: "undone", code: null }, change: undo(known) };
  }
}

/** What the event said and was charged before its last fact, a correction. */
function restate({ key, standing, before }: KnownEvent, content: string | null): Change {
  assert(before !== null && !before.isVoid, "a correction stands on what was said before");
  assert(content !== null, "the hash of what was said before is noted with a correction");
  const { ordinal, version } = standing;
  return { key, ordinal: ordinal + 1, takesBack: version, states: before.version, content };
}
