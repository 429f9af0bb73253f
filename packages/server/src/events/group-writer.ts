/** Prepares and writes groups on a connection of its own, and deals with what the world does meanwhile. */
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { Client } from "pg";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import type { Database } from "../platform/database.ts";
import type { InTurn } from "../platform/in-turn.ts";
import {
  type AtStep,
  CommitUnknown,
  commitDraft,
  type GroupOutcomes,
  StaleBook,
  type Writer,
} from "./commit-group.ts";
import { clearDraft, draftEvent, startDraft } from "./draft-group.ts";
import { numberTuples } from "./events.repo.ts";
import type { ItemOutcome } from "./ingest.ts";
import { makeMonths } from "./partitions.repo.ts";
import {
  type Candidate,
  type Preparation,
  prepareEvent,
  type Refused,
  type Unrated,
} from "./prepare-event.ts";
import type { ReadText } from "./read-event.ts";
import type { SchemaChecks } from "./schema-checks.ts";
import { takeSlot } from "./slots.repo.ts";

/** What was submitted together and is answered together. */
export interface Batch {
  readonly receivedAt: Instant;
  /** Sources that the producer may write; null for all. */
  readonly sources: ReadonlySet<string> | null;
  readonly outcomes: ItemOutcome[];
  /** Items without an outcome yet. */
  left: number;
  readonly resolve: (outcomes: ItemOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

/** An event that waits, still as it was handed in: it is prepared when its group is written. */
export interface Item {
  readonly body: ReadText;
  readonly batch: Batch;
  readonly index: number;
  /** Of an event that the store would not take as it was rated. */
  readonly unrated?: Unrated;
}

function settle({ batch, index }: Item, outcome: ItemOutcome): void {
  batch.outcomes[index] = outcome;
  batch.left--;
  if (batch.left === 0) batch.resolve(batch.outcomes);
}

export interface GroupWriter {
  /** Ends when each item has its outcome, or its batch is rejected. Never throws. */
  write(items: readonly Item[]): Promise<void>;
  close(): Promise<void>;
}

export interface GroupWriterOptions {
  readonly keeper: BookKeeper;
  readonly checks: SchemaChecks;
  /** Lets one writer draft at a time, so that the others' groups are with PostgreSQL meanwhile. */
  readonly inTurn: InTurn;
  /** Lets them claim keys in that order: of two contents of one id, the first that came counts. */
  readonly claimInTurn: InTurn;
  readonly atStep?: AtStep | undefined;
}

/** A database that is away is waited for so long; then the producer is told to send again. */
const ATTEMPTS_MAX = 8;
/**
 * Longest piece of work between two turns of the event loop. Another writer's COPY waits for its turns,
 * a socket's buffer (200 kB, 2 ms of work for PostgreSQL) at each.
 */
const SLICE_MS = 1;
/** Events that are prepared together: their new tuples are numbered by one statement. */
const SLICE_ITEMS = 64;

export function groupWriterOpener(database: Database) {
  return (options: GroupWriterOptions): Promise<GroupWriter> => openGroupWriter(database, options);
}

/** Where the items of a group have gone. */
interface Drafted {
  readonly entries: Item[];
  readonly repeats: Item[];
  readonly refused: { readonly item: Item; readonly prepared: Refused }[];
  /** Items under a key of this group, by how often the key came before: each a group of its own. */
  readonly later: Item[][];
}

async function openGroupWriter(
  database: Database,
  { keeper, checks, inTurn, claimInTurn, atStep }: GroupWriterOptions,
): Promise<GroupWriter> {
  let writer: Writer | null = await connectWriter(database);

  const attempt = async (items: readonly Item[]): Promise<Item[][]> => {
    const connected = writer ?? (await connectWriter(database));
    writer = connected;
    const { book, drafted } = await inTurn(async () => {
      const book = keeper.book();
      return { book, drafted: await draftItems(database, connected, items, { book, checks }) };
    });
    const outcomes = await commitDraft(connected, {
      revision: book.revision,
      refused: drafted.refused.map(({ prepared }) => prepared),
      candidateOf: (entry) => {
        const item = drafted.entries[entry]!;
        return prepareItem(item, preparationOf(item, { book, checks })) as Candidate;
      },
      claimInTurn,
      atStep,
    });
    settleAll(connected, drafted, outcomes);
    return drafted.later;
  };

  const write = async (items: readonly Item[], attempts = 0): Promise<void> => {
    let later: Item[][];
    try {
      later = await attempt(items);
    } catch (thrown) {
      let error: unknown = thrown;
      if (thrown instanceof StaleBook) {
        // Loading the book may fail as the commit may: it is then tried again like one.
        const refreshed = keeper.refresh(thrown.revision);
        error = await refreshed.then(
          () => null,
          (reason: unknown) => reason,
        );
        if (error === null) return await write(items, attempts);
      }
      const kind = kindOfFailure(error);
      if (kind === "connection") writer = await discard(writer);
      if (kind === "data") return await isolate(items, error);
      if (error instanceof CommitUnknown || kind === "ours" || attempts === ATTEMPTS_MAX) {
        for (const { batch } of items) batch.reject(error);
        return;
      }
      await sleep(Math.random() * 50 * 2 ** attempts);
      return await write(items, attempts + 1);
    }
    for (const group of later) await write(group);
  };

  /** Halves a group until the item that the store refuses stands alone; that one is kept unpriced. */
  const isolate = async (items: readonly Item[], error: unknown): Promise<void> => {
    if (items.length > 1) {
      const half = items.length >> 1;
      await write(items.slice(0, half));
      return await write(items.slice(half));
    }
    const item = items[0]!;
    if (item.unrated !== undefined) return item.batch.reject(error);
    // Its message could show a value; its code cannot.
    const { code } = error as { code?: unknown };
    const unrated: Unrated = { quarantined: "event.not-storable", detail: `SQLSTATE ${code}` };
    await write([{ ...item, unrated }]);
  };

  return {
    write: (items) => write(items),
    async close() {
      await discard(writer);
    },
  };
}

type Standing = Pick<Preparation, "book" | "checks">;

function preparationOf({ batch }: Item, { book, checks }: Standing): Preparation {
  return { book, checks, receivedAt: batch.receivedAt, sources: batch.sources };
}

function prepareItem({ body, unrated }: Item, preparation: Preparation): Candidate | Refused {
  const prepared = prepareEvent(body, preparation);
  if (unrated === undefined || !("key" in prepared)) return prepared;
  return { ...prepared, verdict: unrated };
}

/** Prepares items slice by slice, so that other work gets its turns, and drafts them. */
async function draftItems(
  database: Database,
  { client, draft }: Writer,
  items: readonly Item[],
  standing: Standing,
): Promise<Drafted> {
  clearDraft(draft);
  const drafted: Drafted = { entries: [], repeats: [], refused: [], later: [] };
  const seen = new Map<string, number>();
  let preparation: Preparation | null = null;
  let started = performance.now();
  for (let at = 0; at < items.length; at += SLICE_ITEMS) {
    const slice = items.slice(at, at + SLICE_ITEMS);
    const candidates: Candidate[] = [];
    const candidateItems: Item[] = [];
    for (const item of slice) {
      if (
        preparation?.receivedAt !== item.batch.receivedAt ||
        preparation.sources !== item.batch.sources
      ) {
        preparation = preparationOf(item, standing);
      }
      const prepared = prepareItem(item, preparation);
      if ("key" in prepared) {
        candidates.push(prepared);
        candidateItems.push(item);
      } else drafted.refused.push({ item, prepared });
    }
    if (hasNewTuples(candidates)) await numberNewTuples(client, candidates);
    await makeMonths(database, candidates);
    for (const [place, candidate] of candidates.entries()) {
      const item = candidateItems[place]!;
      const drawn = draftEvent(draft, candidate);
      if (drawn === "entry") drafted.entries.push(item);
      else if (drawn === "repeat") drafted.repeats.push(item);
      else {
        const before = seen.get(candidate.key) ?? 0;
        seen.set(candidate.key, before + 1);
        drafted.later[before] ??= [];
        drafted.later[before].push(item);
      }
    }
    if (performance.now() - started > SLICE_MS) {
      await nextTurn();
      started = performance.now();
    }
  }
  return drafted;
}

function settleAll(
  { draft }: Writer,
  { entries, repeats, refused }: Drafted,
  outcomes: GroupOutcomes,
): void {
  for (let at = 0; at < entries.length; at++) {
    settle(entries[at]!, withId(draft.ids[at]!, outcomes.entries[at]!));
  }
  for (let at = 0; at < repeats.length; at++) {
    settle(repeats[at]!, withId(draft.repeats[at]!.id, outcomes.repeats[at]!));
  }
  for (const { item, prepared } of refused) {
    const { id, refused: code, detail } = prepared;
    settle(item, { id, outcome: "refused", code, detail });
  }
}

function withId(id: string, outcome: GroupOutcomes["entries"][number]): ItemOutcome {
  return { id, ...outcome };
}

/** A writing connection with its slot. */
export async function connectWriter(database: Database): Promise<Writer & { client: Client }> {
  const client: Client = await database.client("writer");
  return { client, slot: await takeSlot(client), draft: startDraft() };
}

async function discard(writer: Writer | null): Promise<null> {
  await (writer?.client as Client | undefined)?.end().catch(() => undefined);
  return null;
}

function hasNewTuples(candidates: readonly Candidate[]): boolean {
  for (const { verdict } of candidates) {
    if (!("charges" in verdict)) continue;
    if (verdict.usageTuple.id === 0) return true;
    for (const { tuple } of verdict.charges) if (tuple.id === 0) return true;
  }
  return false;
}

/** Numbers the tuples of these events that have no number yet. */
export async function numberNewTuples(
  db: Pick<Writer["client"], "query">,
  candidates: readonly Candidate[],
): Promise<void> {
  const unnumbered = new Map<string, { id: number; readonly text: string }[]>();
  const note = (tuple: { id: number; readonly text: string }): void => {
    if (tuple.id !== 0) return;
    const same = unnumbered.get(tuple.text);
    if (same === undefined) unnumbered.set(tuple.text, [tuple]);
    else if (!same.includes(tuple)) same.push(tuple);
  };
  for (const { verdict } of candidates) {
    if (!("charges" in verdict)) continue;
    note(verdict.usageTuple);
    for (const { tuple } of verdict.charges) note(tuple);
  }
  if (unnumbered.size === 0) return;
  const numbers = await numberTuples(db, [...unnumbered.keys()]);
  for (const [text, tuples] of unnumbered)
    for (const tuple of tuples) tuple.id = numbers.get(text)!;
}

type Failure = "retry" | "connection" | "data" | "ours";

/** What to do about an error, by its SQLSTATE: serialization and deadlock, class 22 or 23, or none. */
function kindOfFailure(error: unknown): Failure {
  if (error instanceof CommitUnknown) return "connection";
  const code = (error as { code?: unknown }).code;
  if (typeof code !== "string") {
    const text = String((error as Error).message);
    return /connection|terminated|closed|not queryable|timeout expired/i.test(text)
      ? "connection"
      : "ours";
  }
  if (code === "40001" || code === "40P01") return "retry";
  if (code.startsWith("22") || code.startsWith("23")) return "data";
  // 57P0x: shutting down or starting; 08: connection; E…: the socket's own error names.
  if (/^(57P0|08|E[A-Z])/.test(code) || code === "53300") return "connection";
  return "ours";
}
