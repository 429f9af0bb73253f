/**
 * The ingest transaction: key, event with its charges, totals, usage and counts commit together, and the
 * acknowledgement follows the commit.
 */
import { assert } from "@counterpart/domain/assert.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import type { ClientBase } from "pg";
import type { InTurn } from "../platform/in-turn.ts";
import { uuidAt } from "./binary-format.ts";
import {
  clearDraft,
  copyPieces,
  draftEvent,
  type GroupDraft,
  keyParameters,
} from "./draft-group.ts";
import { type Gate, isRated } from "./encode-events.ts";
import {
  beginAtGate,
  beginWithKeys,
  type Claim,
  type EventRows,
  endWait,
  type Kept,
  type KnownKey,
  keepInQuarantine,
  lockKnownKeys,
  releaseKeys,
  storeGroup,
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
export type Step = "claimed" | "stored" | "committed";
export type AtStep = (step: Step) => void | Promise<void>;

export interface Group {
  /** Revision that its events were rated by. */
  readonly revision: number;
  /** What was read besides and cannot be kept; counted with the group. */
  readonly refused: readonly Refused[];
  readonly atStep?: AtStep | undefined;
}

export interface DraftedGroup extends Group {
  /** Lets groups claim their keys in the order in which they were drafted. */
  readonly claimInTurn?: InTurn | undefined;
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

/** What else belongs into the transaction of a group, told what became of its entries. */
export type AfterGroup = (outcomes: readonly Outcome[]) => Promise<void>;

/** Commits what the writer has drafted. */
export async function commitDraft(
  writer: Writer,
  group: DraftedGroup,
  after?: AfterGroup,
): Promise<GroupOutcomes> {
  const { claimInTurn = atOnce } = group;
  const begin = () => claimInTurn(() => beginDraft(writer));
  const outcomes = await inTransaction(writer, group, begin, async (claim) => {
    const written = await writeGroup(writer, group, claim);
    if (after !== undefined) await after(written.entries);
    return written;
  });
  assert(outcomes.entries.length === writer.draft.ids.length, "every entry has an outcome");
  return outcomes;
}

const atOnce: InTurn = (work) => work();

export interface CandidateGroup extends Group {
  /** At most one candidate of each key. */
  readonly candidates: readonly Candidate[];
}

/** Drafts and commits a group, and tells what became of each candidate, in their order. */
export async function commitGroup(
  writer: Writer,
  group: CandidateGroup,
  after?: AfterGroup,
): Promise<readonly Outcome[]> {
  const { candidates, ...rest } = group;
  draftAll(writer, candidates);
  const drafted = { ...rest, candidateOf: (entry: number) => candidates[entry]! };
  return (await commitDraft(writer, drafted, after)).entries;
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
 * charges it. `after` belongs to the transaction. Returns the keys that were released.
 */
export async function commitReplay(
  writer: Writer,
  group: CandidateGroup,
  after?: (released: ReadonlySet<string>) => Promise<void>,
): Promise<Set<string>> {
  const { client, slot } = writer;
  const begin = async () => ({ gate: await beginAtGate(client) });
  return await inTransaction(writer, group, begin, async ({ gate }) => {
    const rated = group.candidates.filter(isRated);
    const released = await releaseKeys(client, rated);
    await group.atStep?.("claimed");
    const tally = intakeTally();
    const receivedAt = new Map<string, Instant>();
    for (const wait of await endWait(client, [...released], "r")) {
      tally.move(wait.source, wait.receivedAt, "quarantined", "accepted");
      receivedAt.set(wait.key, wait.receivedAt);
    }
    assert(receivedAt.size === released.size, "each key that is released has one body that waits");
    // A body that was replaced and came back since it was read was received on another day.
    const ready = rated.flatMap((candidate) => {
      const at = receivedAt.get(plainKey(candidate.key));
      return at === undefined ? [] : [{ ...candidate, receivedAt: at }];
    });
    draftAll(writer, ready);
    const at = { cut: gate.cut, slot };
    await storeGroup(client, at, eventRows(writer, NONE_HELD, gate), tally.counts());
    await group.atStep?.("stored");
    const waiting = group.candidates.filter((candidate) => !isRated(candidate));
    const reasons = waiting.map(({ key, content, verdict }) => {
      const { quarantined: code, detail } = verdict as Unrated;
      return { key, content, code, detail };
    });
    await updateReasons(client, reasons);
    await after?.(released);
    return released;
  });
}

const NONE_HELD: ReadonlySet<number> = new Set();

/** A key as its hexadecimal digits alone. */
function plainKey(key: string): string {
  return key.replaceAll("-", "");
}

async function inTransaction<Begun extends { readonly gate: Gate }, T>(
  { client }: Writer,
  { revision, atStep }: Group,
  begin: () => Promise<Begun>,
  write: (begun: Begun) => Promise<T>,
): Promise<T> {
  let written: T;
  try {
    const begun = await begin();
    if (begun.gate.revision !== revision) throw new StaleBook(begun.gate.revision);
    written = await write(begun);
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

async function beginDraft({ client, draft }: Writer): Promise<Claim> {
  const count = draft.ids.length;
  if (count === 0) return { gate: await beginAtGate(client), claimed: null };
  return await beginWithKeys(client, count, keyParameters(draft.keys));
}

async function writeGroup(
  writer: Writer,
  group: DraftedGroup,
  { gate, claimed }: Claim,
): Promise<GroupOutcomes> {
  const { client, slot, draft } = writer;
  await group.atStep?.("claimed");
  const sorted = await sortOut(client, group, draft, claimed);
  const repeats = draft.repeats.map(({ of }) => outcomeAgain(sorted.outcomes[of]!));
  const outcomes: GroupOutcomes = { entries: sorted.outcomes, repeats };
  const tally = tallyGroup(draft, group.refused, outcomes);
  if (sorted.corrections.length > 0) await supersede(client, sorted.corrections, tally);
  if (sorted.kept.length > 0) await keepInQuarantine(client, sorted.kept);
  const rows = eventRows(writer, sorted.held, gate);
  await storeGroup(client, { cut: gate.cut, slot }, rows, tally.counts());
  await group.atStep?.("stored");
  return outcomes;
}

/** The rated events of the draft but those at the `held` places, and what they move; null for none. */
function eventRows({ draft }: Writer, held: ReadonlySet<number>, gate: Gate): EventRows | null {
  if (draft.rowStarts.length - 1 === held.size) return null;
  return { pieces: copyPieces(draft, held, gate), ...sumDeltas(draft.deltas, held) };
}

/** Everything that was read as received, and then as what became of it. */
function tallyGroup(
  { sources, receivedAt, repeats }: GroupDraft,
  refused: readonly Refused[],
  outcomes: GroupOutcomes,
): IntakeTally {
  const tally = intakeTally();
  for (let at = 0; at < sources.length; at++) {
    tally.count(sources[at]!.handle, receivedAt[at]!, "received");
  }
  for (const { source, receivedAt } of repeats) tally.count(source.handle, receivedAt, "received");
  for (const { source, receivedAt } of refused) {
    tally.count(source?.handle ?? 0, receivedAt, "received");
  }
  for (const [at, { outcome }] of outcomes.entries.entries()) {
    tally.count(sources[at]!.handle, receivedAt[at]!, outcome);
  }
  for (const [at, { outcome }] of outcomes.repeats.entries()) {
    tally.count(repeats[at]!.source.handle, repeats[at]!.receivedAt, outcome);
  }
  for (const { source, receivedAt, refused: code } of refused) {
    tally.count(source?.handle ?? 0, receivedAt, "refused", code);
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
  draft: GroupDraft,
  claimed: ReadonlySet<string> | null,
): Promise<Sorted> {
  const sorted: Sorted = { outcomes: [], held: new Set(), kept: [], corrections: [] };
  const known = await findKnown(client, draft, claimed);
  for (let entry = 0; entry < draft.ids.length; entry++) {
    const before = known.get(entry);
    if (before === undefined) {
      takeNew(sorted, draft.unrated.get(entry));
      continue;
    }
    const content = uuidAt(draft.keys.content, entry);
    if (before.content !== content && before.state === "q") {
      sorted.corrections.push(group.candidateOf(entry));
      takeNew(sorted, draft.unrated.get(entry));
      continue;
    }
    if (draft.rated[entry]! >= 0) sorted.held.add(draft.rated[entry]!);
    if (before.content === content) {
      const first = before.state === "a" ? "accepted" : "quarantined";
      sorted.outcomes.push({ outcome: "duplicate", first });
      continue;
    }
    const candidate = group.candidateOf(entry);
    sorted.kept.push({ candidate, state: "c", code: "event.conflicting", detail: "" });
    sorted.outcomes.push(CONFLICTING);
  }
  return sorted;
}

/** What the store holds of the entries whose keys were not claimed. */
async function findKnown(
  client: ClientBase,
  { ids, keys }: GroupDraft,
  claimed: ReadonlySet<string> | null,
): Promise<ReadonlyMap<number, KnownKey>> {
  const known = new Map<number, KnownKey>();
  if (claimed === null) return known;
  const unclaimed = new Map<string, number>();
  for (let entry = 0; entry < ids.length; entry++) {
    const key = uuidAt(keys.key, entry);
    if (!claimed.has(key)) unclaimed.set(key, entry);
  }
  const stored = await lockKnownKeys(client, [...unclaimed.keys()]);
  for (const [key, entry] of unclaimed) {
    const before = stored.get(key);
    assert(before !== undefined, "a key that was not claimed is held by another event");
    known.set(entry, before);
  }
  return known;
}

/** `unrated`: the candidate, if it could not be rated. */
function takeNew(sorted: Sorted, unrated: Candidate | undefined): void {
  if (unrated === undefined) {
    sorted.outcomes.push(ACCEPTED);
    return;
  }
  const { quarantined: code, detail } = unrated.verdict as Unrated;
  sorted.kept.push({ candidate: unrated, state: "p", code, detail });
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
  for (const { source, receivedAt } of await endWait(client, keys, "s")) {
    tally.move(source, receivedAt, "quarantined", "conflicting");
  }
}
