/**
 * The ingest transaction: key, event with its charges, totals, usage and counts commit together, and the
 * acknowledgement follows the commit.
 */
import { assert } from "@counterpart/domain/assert.ts";
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import type { ClientBase } from "pg";
import { encodeEvents, isRated, type RatedCandidate, type RowBuffer } from "./encode-events.ts";
import {
  addIntake,
  addTotals,
  addUsage,
  beginAtGate,
  copyEvents,
  endWait,
  type Gate,
  insertKeys,
  type Kept,
  keepInQuarantine,
  lockKnownKeys,
  releaseKeys,
  updateCorrectedKeys,
  updateReasons,
} from "./events.repo.ts";
import { type IntakeTally, intakeTally } from "./intake-tally.ts";
import type { Candidate, Refused, Unrated } from "./prepare-event.ts";
import { sumDeltas } from "./sum-deltas.ts";

/** What becomes of an event that has an identity. */
export type Outcome =
  | { readonly outcome: "accepted" | "conflicting" }
  /** The same event came before; its outcome then is repeated. */
  | { readonly outcome: "duplicate"; readonly first: "accepted" | "quarantined" }
  | { readonly outcome: "quarantined"; readonly code: RefusalCode; readonly detail: string };

/** A writing connection: its slot is part of the keys of the rows it adds to, so that none waits. */
export interface Writer {
  readonly client: ClientBase;
  readonly slot: number;
  readonly rows: RowBuffer;
}

/** The catalogue has moved on since the group was rated: nothing was written. */
export class StaleBook extends Error {
  override readonly name = "StaleBook";
  readonly revision: number;
  constructor(revision: number) {
    super(`the catalogue is at revision ${revision}`);
    this.revision = revision;
  }
}

/** Whether the transaction committed is not known: the producer must send again. */
export class CommitUnknown extends Error {
  override readonly name = "CommitUnknown";
}

/** Faults that tests inject between any two steps. */
export type Step = "claimed" | "copied" | "totalled" | "committed";
export type AtStep = (step: Step) => void | Promise<void>;

export interface Group {
  /** At most one candidate of each key. */
  readonly candidates: readonly Candidate[];
  /** Revision that they were rated by. */
  readonly revision: number;
  /** What was read besides and cannot be kept; counted with the group. */
  readonly refused: readonly Refused[];
  readonly atStep?: AtStep | undefined;
}

/** Commits a group and tells what became of each candidate, in their order. */
export async function commitGroup(writer: Writer, group: Group): Promise<Outcome[]> {
  const outcomes = await inTransaction(writer, group, (gate) => writeGroup(writer, group, gate));
  assert(outcomes.length === group.candidates.length, "every candidate has an outcome");
  return outcomes;
}

/**
 * Commits quarantined events that can be rated now. Claims each by its state, so that of two replays one
 * charges it. Returns the keys that were released.
 */
export async function commitReplay(writer: Writer, group: Group): Promise<Set<string>> {
  const { client, slot } = writer;
  return await inTransaction(writer, group, async (gate) => {
    const rated = group.candidates.filter(isRated);
    const released = await releaseKeys(client, rated);
    await group.atStep?.("claimed");
    const events = rated.filter(({ key }) => released.has(key));
    await storeEvents(writer, events, gate, group.atStep);
    const tally = intakeTally();
    for (const { source_id, day } of await endWait(client, [...released], "r")) {
      tally.move(source_id, day, "quarantined", "accepted");
    }
    await addIntake(client, slot, tally.counts());
    const waiting = group.candidates.filter((candidate) => !isRated(candidate));
    await updateReasons(client, waiting.map(({ key, content, verdict }) => {
      const { quarantined: code, detail } = verdict as Unrated;
      return { key, content, code, detail };
    }));
    return released;
  });
}

async function inTransaction<T>(
  { client }: Writer,
  { revision, atStep }: Group,
  write: (gate: Gate) => Promise<T>,
): Promise<T> {
  const gate = await beginAtGate(client);
  let written: T;
  try {
    if (gate.revision !== revision) throw new StaleBook(gate.revision);
    written = await write(gate);
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
  try {
    await client.query("commit");
  } catch (error) {
    throw new CommitUnknown("the connection was lost while committing", { cause: error });
  }
  await atStep?.("committed");
  return written;
}

async function writeGroup(writer: Writer, group: Group, gate: Gate): Promise<Outcome[]> {
  const { client, slot } = writer;
  const { candidates, atStep } = group;
  const tally = tallyReceived(group);
  const claimed = candidates.length === 0 ? new Set<string>() : await insertKeys(client, candidates);
  await atStep?.("claimed");
  const sorted = await sortOut(client, candidates, claimed, tally);
  const { events, kept, outcomes } = sorted;
  await storeEvents(writer, events, gate, atStep);
  if (kept.length > 0) await keepInQuarantine(client, kept);
  await addIntake(client, slot, tally.counts());
  return outcomes;
}

async function storeEvents(
  { client, slot, rows }: Writer,
  events: readonly RatedCandidate[],
  gate: Gate,
  atStep: AtStep | undefined,
): Promise<void> {
  if (events.length === 0) return;
  await copyEvents(client, encodeEvents(rows, events, gate));
  await atStep?.("copied");
  const { totals, usage } = sumDeltas(events);
  await addTotals(client, gate.cut, slot, totals);
  await addUsage(client, slot, usage);
  await atStep?.("totalled");
}

/** Every item as received, and the refused ones as that; the outcomes of the others follow. */
function tallyReceived({ candidates, refused }: Group): IntakeTally {
  const tally = intakeTally();
  for (const candidate of candidates) tally.count(candidate, "received");
  for (const item of refused) {
    tally.count(item, "received");
    tally.count(item, "refused", item.refused);
  }
  return tally;
}

interface Sorted {
  readonly events: RatedCandidate[];
  readonly kept: Kept[];
  readonly outcomes: Outcome[];
}

/** Tells new, duplicate, conflicting and corrected events apart. */
async function sortOut(
  client: ClientBase,
  candidates: readonly Candidate[],
  claimed: ReadonlySet<string>,
  tally: IntakeTally,
): Promise<Sorted> {
  const unclaimed = candidates.filter(({ key }) => !claimed.has(key));
  const known =
    unclaimed.length === 0
      ? new Map()
      : await lockKnownKeys(
          client,
          unclaimed.map(({ key }) => key),
        );
  const sorted: Sorted = { events: [], kept: [], outcomes: [] };
  const corrections: Candidate[] = [];
  for (const candidate of candidates) {
    if (!claimed.has(candidate.key)) {
      const before = known.get(candidate.key);
      assert(before !== undefined, "a key that was not claimed is held by another event");
      if (before.content === candidate.content) {
        const first = before.state === "a" ? "accepted" : "quarantined";
        sorted.outcomes.push({ outcome: "duplicate", first });
        tally.count(candidate, "duplicate");
        continue;
      }
      if (before.state === "a") {
        sorted.kept.push({ candidate, state: "c", code: "event.conflicting", detail: "" });
        sorted.outcomes.push({ outcome: "conflicting" });
        tally.count(candidate, "conflicting");
        continue;
      }
      corrections.push(candidate);
    }
    takeNew(sorted, candidate, tally);
  }
  if (corrections.length > 0) await supersede(client, corrections, tally);
  return sorted;
}

function takeNew(sorted: Sorted, candidate: Candidate, tally: IntakeTally): void {
  if (isRated(candidate)) {
    sorted.events.push(candidate);
    sorted.outcomes.push({ outcome: "accepted" });
    tally.count(candidate, "accepted");
    return;
  }
  const { quarantined: code, detail } = candidate.verdict as Unrated;
  sorted.kept.push({ candidate, state: "p", code, detail });
  sorted.outcomes.push({ outcome: "quarantined", code, detail });
  tally.count(candidate, "quarantined");
}

/** A correction takes the place of the body that waits, which then counts as the conflicting one. */
async function supersede(
  client: ClientBase,
  corrections: readonly Candidate[],
  tally: IntakeTally,
): Promise<void> {
  await updateCorrectedKeys(client, corrections);
  const keys = corrections.map(({ key }) => key);
  for (const { source_id, day } of await endWait(client, keys, "s")) {
    tally.move(source_id, day, "quarantined", "conflicting");
  }
}
