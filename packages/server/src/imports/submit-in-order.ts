/** Keeps several batches under way and tells their outcomes in the order of the file. */
import { setTimeout as sleep } from "node:timers/promises";
import { CommitUnknown } from "../events/commit-group.ts";
import type { ItemOutcome } from "../events/ingest.ts";

export interface InOrder<Batch> {
  readonly submit: (batch: Batch) => Promise<ItemOutcome[]>;
  /** Called for one batch after the other, each when all before it are committed. */
  readonly committed: (batch: Batch, outcomes: readonly ItemOutcome[]) => Promise<void>;
  /** Batches that are under way at once. */
  readonly underWayMax: number;
}

interface UnderWay<Batch> {
  readonly batch: Batch;
  readonly outcomes: Promise<ItemOutcome[]>;
}

/**
 * Reads no further while `underWayMax` batches are under way. When a batch fails, or the reading of
 * them, what was submitted before it is still told; then the failure goes on.
 */
export async function submitInOrder<Batch>(
  batches: AsyncIterable<Batch>,
  { submit, committed, underWayMax }: InOrder<Batch>,
): Promise<void> {
  const underWay: UnderWay<Batch>[] = [];
  // False from the first batch on that failed: those after it may not be told.
  let isContiguous = true;
  const settleOldest = async (): Promise<void> => {
    const { batch, outcomes } = underWay.shift()!;
    isContiguous = false;
    await committed(batch, await outcomes);
    isContiguous = true;
  };
  try {
    for await (const batch of batches) {
      if (underWay.length >= underWayMax) await settleOldest();
      const outcomes = submitSurely(batch, submit);
      outcomes.catch(() => undefined); // told when it is the oldest
      underWay.push({ batch, outcomes });
    }
    while (underWay.length > 0) await settleOldest();
  } catch (error) {
    try {
      while (isContiguous && underWay.length > 0) await settleOldest();
    } finally {
      await Promise.allSettled(underWay.map(({ outcomes }) => outcomes));
    }
    throw error;
  }
}

const ATTEMPTS_MAX = 5;

/** Sends a batch again whose commit nobody could tell: what was stored is then a duplicate. */
async function submitSurely<Batch>(
  batch: Batch,
  submit: InOrder<Batch>["submit"],
): Promise<ItemOutcome[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await submit(batch);
    } catch (error) {
      if (!(error instanceof CommitUnknown) || attempt === ATTEMPTS_MAX) throw error;
      await sleep(100 * 2 ** attempt);
    }
  }
}
