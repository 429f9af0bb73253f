/**
 * The transaction of facts: the batch, its claims on the events, the facts, and what they move in
 * totals and usage commit together. Events and their charges stay as they are.
 */
import { type AtStep, CommitUnknown, StaleBook, type Writer } from "../events/commit-group.ts";
import type { Gate } from "../events/encode-events.ts";
import { addTotals, addUsage, beginAtGate } from "../events/events.repo.ts";
import type { ChargedTerms } from "./charged-terms.ts";
import { claimFacts, insertFacts, type NewFactRow } from "./facts.repo.ts";
import type { EventVersion } from "./known-event.ts";
import { sumChanges } from "./sum-changes.ts";

/** A fact about one event that is worked out and not stored yet. */
export interface Change {
  readonly key: string;
  readonly ordinal: number;
  /** What it stood at; null: nothing, it is void. */
  readonly takesBack: EventVersion | null;
  /** What it stands at from now on; null: nothing. */
  readonly states: EventVersion | null;
  /** Hash of what the event says from now on; null: it says the same as before. */
  readonly content: string | null;
}

/** Another fact was stated about one of the events meanwhile: nothing was written. */
export class StoodOnAnother extends Error {
  override readonly name = "StoodOnAnother";
}

export interface FactGroup {
  /** Revision that the changes were priced by; null: they are priced by no book. */
  readonly revision: number | null;
  /** At most one for each event. */
  readonly changes: readonly Change[];
  readonly terms: ChargedTerms;
  readonly atStep?: AtStep | undefined;
}

export type FactWriter = Pick<Writer, "client" | "slot">;

/**
 * Writes a group of facts. `batchOf` runs first in the transaction and gives the batch's number;
 * null: there is nothing to be done, and nothing is. `after` runs last. Returns whether it was
 * written.
 */
export async function commitFacts(
  { client, slot }: FactWriter,
  group: FactGroup,
  batchOf: () => Promise<number | null>,
  after: () => Promise<void> = async () => undefined,
): Promise<boolean> {
  try {
    const gate = await beginAtGate(client);
    if (group.revision !== null && gate.revision !== group.revision) {
      throw new StaleBook(gate.revision);
    }
    const batch = await batchOf();
    if (batch === null) {
      await client.query("rollback");
      return false;
    }
    await writeFacts({ client, slot }, group, batch, gate);
    await after();
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
  try {
    await client.query("commit");
  } catch (error) {
    throw new CommitUnknown("the connection was lost while committing", { cause: error });
  }
  await group.atStep?.("committed");
  return true;
}

/**
 * Keys, facts, totals and usage: the order of ingest, so that none waits for another in a circle.
 */
async function writeFacts(
  { client, slot }: FactWriter,
  { changes, terms, atStep }: FactGroup,
  batch: number,
  gate: Gate,
): Promise<void> {
  if (changes.length === 0) return;
  const claimed = await claimFacts(client, changes);
  if (claimed < changes.length) throw new StoodOnAnother();
  await atStep?.("claimed");
  const rows = changes.flatMap(toRows);
  await insertFacts(client, batch, gate, rows);
  const { totals, usage } = sumChanges(rows, terms);
  if (totals !== null) await addTotals(client, gate.cut, slot, totals);
  if (usage !== null) await addUsage(client, slot, usage);
  await atStep?.("stored");
}

function toRows({ key, ordinal, takesBack, states, content }: Change): NewFactRow[] {
  const rows: NewFactRow[] = [];
  if (takesBack !== null) rows.push({ key, ordinal, side: "-", version: takesBack, says: false });
  if (states !== null) {
    rows.push({ key, ordinal, side: "+", version: states, says: content !== null });
  }
  return rows;
}
