/**
 * Takes events from every reader, prepares them and commits them in groups. Two lanes, so that a single
 * event never waits behind a bulk import. Every queue is bounded: `submit` waits while its lane is full.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { takeTurns } from "../platform/in-turn.ts";
import type { AtStep, Outcome } from "./commit-group.ts";
import type { Batch, GroupWriter, GroupWriterOptions, Item } from "./group-writer.ts";
import type { ReadText } from "./read-event.ts";
import { type SchemaChecks, schemaChecks } from "./schema-checks.ts";

export type ItemOutcome = { readonly id: string | null } & (
  | Outcome
  /** Of something that is no event yet: what it conflicts with. */
  | { readonly outcome: "conflicting"; readonly code: RefusalCode }
  | { readonly outcome: "refused"; readonly code: RefusalCode; readonly detail: string }
);

/** Why an item conflicts with what came before. */
export function conflictCode(item: ItemOutcome): RefusalCode {
  return "code" in item ? item.code : "event.conflicting";
}

export type Lane = "single" | "bulk";

export interface Submission {
  readonly bodies: readonly ReadText[];
  readonly lane: Lane;
  /** Sources that the producer may write; null for all. */
  readonly sources: ReadonlySet<string> | null;
}

export interface Ingest {
  /**
   * What became of each body, in order, after the commit. Rejects with CommitUnknown when that cannot be
   * told: the producer then sends again, and what was stored is a duplicate.
   */
  submit(submission: Submission): Promise<ItemOutcome[]>;
  readonly checks: SchemaChecks;
  /** Items that wait or are being committed, by lane. */
  waiting(): Record<Lane, number>;
  /** Ends after what was submitted is committed. */
  close(): Promise<void>;
}

export interface IngestOptions {
  readonly keeper: BookKeeper;
  readonly openWriter: (options: GroupWriterOptions) => Promise<GroupWriter>;
  readonly now: () => Instant;
  readonly bulkWriters?: number;
  /** Most events of one transaction. */
  readonly groupMax?: number;
  readonly atStep?: AtStep | undefined;
}

/** What a lane holds before `submit` waits, and what one transaction takes, in UTF-16 units of bodies. */
const LANE_ITEMS_MAX = { single: 10_000, bulk: 100_000 };
/** So long after a single event the bulk lane is polite: one writer, small groups, short waits. */
const POLITE_MS = 250;
const POLITE_GROUP_MAX = 256;
const POLITE_PAUSE_MS = 20;
const LANE_LENGTH_MAX = 1 << 26;
const GROUP_LENGTH_MAX = 1 << 24;

export async function startIngest(options: IngestOptions): Promise<Ingest> {
  const checks = schemaChecks();
  let singleAt = Number.NEGATIVE_INFINITY;
  const isPolite = (): boolean => performance.now() - singleAt < POLITE_MS;
  const lanes = {
    single: await startLane(options, checks, "single", 1, () => false),
    bulk: await startLane(options, checks, "bulk", options.bulkWriters ?? 3, isPolite),
  };
  return {
    checks,
    async submit({ bodies, lane, sources }) {
      if (lane === "single") singleAt = performance.now();
      await lanes[lane].room();
      return await lanes[lane].commit(bodies, sources);
    },
    waiting: () => ({ single: lanes.single.waiting(), bulk: lanes.bulk.waiting() }),
    async close() {
      await Promise.all([lanes.single.close(), lanes.bulk.close()]);
    },
  };
}

interface LaneQueue {
  room(): Promise<void>;
  commit(bodies: readonly ReadText[], sources: Submission["sources"]): Promise<ItemOutcome[]>;
  waiting(): number;
  close(): Promise<void>;
}

/** Bodies of one submission that wait; `next` is the first of them. */
interface Run {
  readonly bodies: readonly ReadText[];
  readonly batch: Batch;
  next: number;
}

async function startLane(
  options: IngestOptions,
  checks: SchemaChecks,
  lane: Lane,
  writers: number,
  isPolite: () => boolean,
): Promise<LaneQueue> {
  const queue: Run[] = [];
  const groupMax = options.groupMax ?? 8_192;
  let unfinished = 0;
  let length = 0;
  let closing = false;
  const idle: (() => void)[] = [];
  const waitingForRoom: (() => void)[] = [];
  const isFull = () => unfinished >= LANE_ITEMS_MAX[lane] || length >= LANE_LENGTH_MAX;

  const work = async (writer: GroupWriter, place: number): Promise<void> => {
    for (;;) {
      if (queue.length === 0) {
        if (closing) break;
        await new Promise<void>((resolve) => idle.push(resolve));
        continue;
      }
      const polite = isPolite();
      if (polite && place > 0) {
        await sleep(POLITE_PAUSE_MS);
        continue;
      }
      const group = takeGroup(queue, polite ? Math.min(groupMax, POLITE_GROUP_MAX) : groupMax);
      await writer.write(group.items);
      unfinished -= group.items.length;
      length -= group.length;
      if (!isFull()) for (const wake of waitingForRoom.splice(0)) wake();
    }
    await writer.close();
  };
  const workers: Promise<void>[] = [];
  const turns = { inTurn: takeTurns(), claimInTurn: takeTurns() };
  for (let i = 0; i < writers; i++) {
    const { keeper, atStep } = options;
    workers.push(work(await options.openWriter({ keeper, checks, ...turns, atStep }), i));
  }

  return {
    async room() {
      while (isFull()) await new Promise<void>((resolve) => waitingForRoom.push(resolve));
    },
    async commit(bodies, sources) {
      if (bodies.length === 0) return [];
      const receivedAt = options.now();
      unfinished += bodies.length;
      for (const body of bodies) length += lengthOf(body);
      const outcomes = new Promise<ItemOutcome[]>((resolve, reject) => {
        const left = bodies.length;
        const outcomes = new Array<ItemOutcome>(left);
        const batch: Batch = { receivedAt, sources, outcomes, left, resolve, reject };
        queue.push({ bodies, batch, next: 0 });
      });
      for (const wake of idle.splice(0)) wake();
      return await outcomes;
    },
    waiting: () => unfinished,
    async close() {
      closing = true;
      for (const wake of idle.splice(0)) wake();
      await Promise.all(workers);
    },
  };
}

function lengthOf(body: ReadText): number {
  return typeof body === "string" ? body.length : 0;
}

/** The next bodies of the queue, up to the most that a transaction takes. */
function takeGroup(queue: Run[], groupMax: number): { items: Item[]; length: number } {
  const items: Item[] = [];
  let length = 0;
  let runs = 0;
  while (runs < queue.length && items.length < groupMax && length < GROUP_LENGTH_MAX) {
    const run = queue[runs]!;
    const body = run.bodies[run.next]!;
    items.push({ body, batch: run.batch, index: run.next });
    length += lengthOf(body);
    run.next++;
    if (run.next === run.bodies.length) runs++;
  }
  queue.splice(0, runs);
  return { items, length };
}
