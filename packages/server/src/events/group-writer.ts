/** Writes groups on a connection of its own, and deals with what the world does meanwhile. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import type { Client } from "pg";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import type { Database } from "../platform/database.ts";
import { type AtStep, CommitUnknown, commitGroup, StaleBook, type Writer } from "./commit-group.ts";
import { rowBuffer } from "./encode-events.ts";
import { numberTuples } from "./events.repo.ts";
import type { ItemOutcome } from "./ingest.ts";
import { makeMonths } from "./partitions.repo.ts";
import { type Candidate, prepareEvent, type Refused } from "./prepare-event.ts";
import type { SchemaChecks } from "./schema-checks.ts";
import { takeSlot } from "./slots.repo.ts";

/** What was submitted together and is answered together. */
export interface Batch {
  readonly outcomes: ItemOutcome[];
  /** Items without an outcome yet. */
  left: number;
  readonly resolve: (outcomes: ItemOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

export interface Item {
  readonly prepared: Candidate | Refused;
  readonly batch: Batch;
  readonly index: number;
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
  readonly atStep?: AtStep | undefined;
}

/** A database that is away is waited for so long; then the producer is told to send again. */
const ATTEMPTS_MAX = 8;

export function groupWriterOpener(database: Database) {
  return (options: GroupWriterOptions): Promise<GroupWriter> => openGroupWriter(database, options);
}

async function openGroupWriter(
  database: Database,
  options: GroupWriterOptions,
): Promise<GroupWriter> {
  const { keeper, checks, atStep } = options;
  let writer: Writer | null = await connectWriter(database);

  const attempt = async (items: readonly Item[]): Promise<void> => {
    writer ??= await connectWriter(database);
    const prepared = items.map((item) => item.prepared);
    const candidates = prepared.filter((one): one is Candidate => "key" in one);
    const refused = prepared.filter((one): one is Refused => "refused" in one);
    await makeMonths(database, candidates.map(({ time, verdict }) => "charges" in verdict ? time : null));
    await numberNewTuples(writer.client, candidates);
    const revision = keeper.book().revision;
    const outcomes = await commitGroup(writer, { candidates, refused, revision, atStep });
    let next = 0;
    for (const item of items) {
      const one = item.prepared;
      if ("key" in one) settle(item, { id: one.id, ...outcomes[next++]! });
      else settle(item, { id: one.id, outcome: "refused", code: one.refused, detail: one.detail });
    }
  };

  const prepareAgain = (item: Item): Item => {
    const { prepared } = item;
    if (!("key" in prepared)) return item;
    const { receivedAt, body } = prepared;
    const again = { book: keeper.book(), checks, receivedAt, sources: null };
    return { ...item, prepared: prepareEvent(body, again) };
  };

  const write = async (items: readonly Item[], attempts = 0): Promise<void> => {
    try {
      await attempt(items);
    } catch (error) {
      if (error instanceof StaleBook) {
        await keeper.refresh(error.revision);
        return await write(items.map(prepareAgain), attempts);
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
  };

  /** Halves a group until the item that the store refuses stands alone; that one is kept unpriced. */
  const isolate = async (items: readonly Item[], error: unknown): Promise<void> => {
    if (items.length > 1) {
      const half = items.length >> 1;
      await write(items.slice(0, half));
      return await write(items.slice(half));
    }
    const [item] = items;
    const { prepared } = item!;
    if (!("key" in prepared) || !("charges" in prepared.verdict)) return item!.batch.reject(error);
    const code: RefusalCode = "event.text-not-storable";
    const verdict = { quarantined: code, detail: "the store refuses it" };
    await write([{ ...item!, prepared: { ...prepared, verdict } }]);
  };

  return {
    write: (items) => write(items),
    async close() {
      await discard(writer);
    },
  };
}

/** A writing connection with its slot. */
export async function connectWriter(database: Database): Promise<Writer & { client: Client }> {
  const client: Client = await database.client("writer");
  return { client, slot: await takeSlot(client), rows: rowBuffer() };
}

async function discard(writer: Writer | null): Promise<null> {
  await (writer?.client as Client | undefined)?.end().catch(() => undefined);
  return null;
}

/** Numbers the tuples of these events that have no number yet. */
export async function numberNewTuples(
  client: Writer["client"],
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
  const numbers = await numberTuples(client, [...unnumbered.keys()]);
  for (const [text, tuples] of unnumbered) for (const tuple of tuples) tuple.id = numbers.get(text)!;
}

type Failure = "retry" | "connection" | "data" | "ours";

/** What to do about an error, by its SQLSTATE: serialization and deadlock, class 22 or 23, or none. */
function kindOfFailure(error: unknown): Failure {
  if (error instanceof CommitUnknown) return "connection";
  const code = (error as { code?: unknown }).code;
  if (typeof code !== "string") {
    const text = String((error as Error).message);
    return /connection|terminated|closed|not queryable/i.test(text) ? "connection" : "ours";
  }
  if (code === "40001" || code === "40P01") return "retry";
  if (code.startsWith("22") || code.startsWith("23")) return "data";
  // 57P0x: shutting down or starting; 08: connection; E…: the socket's own error names.
  if (/^(57P0|08|E[A-Z])/.test(code) || code === "53300") return "connection";
  return "ours";
}
