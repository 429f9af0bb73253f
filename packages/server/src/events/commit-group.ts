/**
 * The ingest transaction: key, event with its charges, totals, usage and counts commit together, and the
 * acknowledgement follows the commit.
 */
import { assert } from "@counterpart/domain/assert.ts";
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import type { ClientBase } from "pg";
import {
  clearDraft,
  copyPieces,
  draftEvent,
  type Entry,
  type GroupDraft,
  keyParameters,
} from "./draft-group.ts";
import { type Gate, isRated } from "./encode-events.ts";
import {
  addIntake,
  addTotals,
  addUsage,
  beginAtGate,
  copyEvents,
  endWait,
  insertKeys,
  type Kept,
  type KnownKey,
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
  /** Filled anew for each group. */
  readonly draft: GroupDraft;
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
  /** Revision that its events were rated by. */
  readonly revision: number;
  /** What was read besides and cannot be kept; counted with the group. */
  readonly refused: readonly Refused[];
  readonly atStep?: AtStep | undefined;
}

export interface DraftedGroup extends Group {
  /**
   * The candidate of an entry once more, as it was drafted. Drafts do not keep those that were rated:
   * few turn out to be known already.
   */
  readonly candidateOf: (entry: number) => Candidate;
}

/** What became of the entries of a draft and of the events that came again, each in order. */
export interface GroupOutcomes {
  readonly entries: readonly Outcome[];
  readonly repeats: readonly Outcome[];
}

/** Commits what the writer has drafted. */
export async function commitDraft(writer: Writer, group: DraftedGroup): Promise<GroupOutcomes> {
  const outcomes = await inTransaction(writer, group, (gate) => writeGroup(writer, group, gate));
  assert(outcomes.entries.length === writer.draft.entries.length, "every entry has an outcome");
  return outcomes;
}

export interface CandidateGroup extends Group {
  /** At most one candidate of each key. */
  readonly candidates: readonly Candidate[];
}

/** Drafts and commits a group, and tells what became of each candidate, in their order. */
export async function commitGroup(writer: Writer, group: CandidateGroup): Promise<readonly Outcome[]> {
  const { candidates, ...rest } = group;
  draftAll(writer, candidates);
  const drafted = { ...rest, candidateOf: (entry: number) => candidates[entry]! };
  return (await commitDraft(writer, drafted)).entries;
}

function draftAll({ draft }: Writer, candidates: readonly Candidate[]): void {
  clearDraft(draft);
  for (const candidate of candidates) {
    const place = draftEvent(draft, candidate);
    assert(place === "entry", "a group has one candidate of each key");
  }
}

/**
 * Commits quarantined events that can be rated now. Claims each by its state, so that of two replays one
 * charges it. Returns the keys that were released.
 */
export async function commitReplay(writer: Writer, group: CandidateGroup): Promise<Set<string>> {
  const { client, slot, draft } = writer;
  return await inTransaction(writer, group, async (gate) => {
    const rated = group.candidates.filter(isRated);
    const released = await releaseKeys(client, rated);
    await group.atStep?.("claimed");
    draftAll(writer, rated);
    const held = new Set(draft.entries.keys());
    for (const [at, { key }] of draft.entries.entries()) if (released.has(key)) held.delete(at);
    await storeEvents(writer, held, gate, group.atStep);
    const tally = intakeTally();
    for (const { source_id, day } of await endWait(client, [...released], "r")) {
      tally.move(source_id, day, "quarantined", "accepted");
    }
    await addIntake(client, slot, tally.counts());
    const waiting = group.candidates.filter((candidate) => !isRated(candidate));
    const reasons = waiting.map(({ key, content, verdict }) => {
      const { quarantined: code, detail } = verdict as Unrated;
      return { key, content, code, detail };
    });
    await updateReasons(client, reasons);
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

async function writeGroup(
  writer: Writer,
  group: DraftedGroup,
  gate: Gate,
): Promise<GroupOutcomes> {
  const { client, slot, draft } = writer;
  const { entries } = draft;
  const tally = tallyReceived(group.refused, draft);
  const claimed =
    entries.length === 0
      ? null
      : await insertKeys(client, entries.length, keyParameters(draft.keys));
  await group.atStep?.("claimed");
  const sorted = await sortOut(client, group, draft, claimed);
  await storeEvents(writer, sorted.held, gate, group.atStep);
  if (sorted.corrections.length > 0) await supersede(client, sorted.corrections, tally);
  if (sorted.kept.length > 0) await keepInQuarantine(client, sorted.kept);
  const repeats = draft.repeats.map(({ of }) => outcomeAgain(sorted.outcomes[of]!));
  for (const [at, entry] of entries.entries()) tally.count(entry, sorted.outcomes[at]!.outcome);
  for (const [at, repeat] of draft.repeats.entries()) tally.count(repeat, repeats[at]!.outcome);
  await addIntake(client, slot, tally.counts());
  return { entries: sorted.outcomes, repeats };
}

/** Stores the rated events of the draft but those at the `held` places, and what they move. */
async function storeEvents(
  { client, slot, draft }: Writer,
  held: ReadonlySet<number>,
  gate: Gate,
  atStep: AtStep | undefined,
): Promise<void> {
  if (draft.rowStarts.length - 1 === held.size) return;
  await copyEvents(client, copyPieces(draft, held, gate));
  await atStep?.("copied");
  const { totals, usage } = sumDeltas(draft.deltas, held);
  await addTotals(client, gate.cut, slot, totals);
  await addUsage(client, slot, usage);
  await atStep?.("totalled");
}

/** Every item as received, and the refused ones as that; the outcomes of the others follow. */
function tallyReceived(refused: readonly Refused[], { entries, repeats }: GroupDraft): IntakeTally {
  const tally = intakeTally();
  for (const entry of entries) tally.count(entry, "received");
  for (const repeat of repeats) tally.count(repeat, "received");
  for (const item of refused) {
    tally.count(item, "received");
    tally.count(item, "refused", item.refused);
  }
  return tally;
}

const ACCEPTED: Outcome = { outcome: "accepted" };
const CONFLICTING: Outcome = { outcome: "conflicting" };

/** What the same event gets that comes a second time. */
function outcomeAgain(first: Outcome): Outcome {
  if (first.outcome === "accepted" || first.outcome === "quarantined") {
    return { outcome: "duplicate", first: first.outcome };
  }
  return first;
}

interface Sorted {
  readonly outcomes: Outcome[];
  /** Places of rated events that are not stored. */
  readonly held: Set<number>;
  readonly kept: Kept[];
  readonly corrections: Candidate[];
}

/** Tells new, duplicate, conflicting and corrected events apart. `claimed`: null for all. */
async function sortOut(
  client: ClientBase,
  group: DraftedGroup,
  { entries }: GroupDraft,
  claimed: ReadonlySet<string> | null,
): Promise<Sorted> {
  const known = await findKnown(client, entries, claimed);
  const sorted: Sorted = { outcomes: [], held: new Set(), kept: [], corrections: [] };
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at]!;
    if (claimed === null || claimed.has(entry.key)) {
      takeNew(sorted, entry);
      continue;
    }
    const before = known.get(entry.key);
    assert(before !== undefined, "a key that was not claimed is held by another event");
    if (before.content !== entry.content && before.state === "q") {
      sorted.corrections.push(group.candidateOf(at));
      takeNew(sorted, entry);
      continue;
    }
    if (entry.rated >= 0) sorted.held.add(entry.rated);
    if (before.content === entry.content) {
      const first = before.state === "a" ? "accepted" : "quarantined";
      sorted.outcomes.push({ outcome: "duplicate", first });
      continue;
    }
    const candidate = group.candidateOf(at);
    sorted.kept.push({ candidate, state: "c", code: "event.conflicting", detail: "" });
    sorted.outcomes.push(CONFLICTING);
  }
  return sorted;
}

async function findKnown(
  client: ClientBase,
  entries: readonly Entry[],
  claimed: ReadonlySet<string> | null,
): Promise<ReadonlyMap<string, KnownKey>> {
  if (claimed === null) return new Map();
  const keys: string[] = [];
  for (const { key } of entries) if (!claimed.has(key)) keys.push(key);
  return await lockKnownKeys(client, keys);
}

function takeNew(sorted: Sorted, { candidate }: Entry): void {
  if (candidate === null) {
    sorted.outcomes.push(ACCEPTED);
    return;
  }
  const { quarantined: code, detail } = candidate.verdict as Unrated;
  sorted.kept.push({ candidate, state: "p", code, detail });
  sorted.outcomes.push({ outcome: "quarantined", code, detail });
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
