/**
 * Takes events from every reader, prepares them and commits them in groups. Two lanes, so that a single
 * event never waits behind a bulk import. Every queue is bounded: `submit` waits while its lane is full.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import type { AtStep, Outcome } from "./commit-group.ts";
import type { Batch, GroupWriter, GroupWriterOptions, Item } from "./group-writer.ts";
import { type Preparation, prepareEvent } from "./prepare-event.ts";
import { type SchemaChecks, schemaChecks } from "./schema-checks.ts";

export type ItemOutcome = { readonly id: string | null } & (
  | Outcome
  | { readonly outcome: "refused"; readonly code: RefusalCode; readonly detail: string }
);

export type Lane = "single" | "bulk";

export interface Submission {
  /** JSON texts of events. */
  readonly bodies: readonly string[];
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

/** Longest piece of work between two turns of the event loop. */
const SLICE_MS = 4;
/** Items that a lane holds before `submit` waits. */
const LANE_ITEMS_MAX = { single: 10_000, bulk: 50_000 };

export async function startIngest(options: IngestOptions): Promise<Ingest> {
  const checks = schemaChecks();
  const lanes = {
    single: await startLane(options, checks, "single", 1),
    bulk: await startLane(options, checks, "bulk", options.bulkWriters ?? 2),
  };
  return {
    checks,
    async submit({ bodies, lane, sources }) {
      await lanes[lane].room();
      const preparation = (): Preparation => {
        return { book: options.keeper.book(), checks, receivedAt: options.now(), sources };
      };
      const items = await prepareAll(bodies, preparation);
      return await lanes[lane].commit(items);
    },
    waiting: () => ({ single: lanes.single.waiting(), bulk: lanes.bulk.waiting() }),
    async close() {
      await Promise.all([lanes.single.close(), lanes.bulk.close()]);
    },
  };
}

async function prepareAll(
  bodies: readonly string[],
  preparation: () => Preparation,
): Promise<Item["prepared"][]> {
  const prepared: Item["prepared"][] = [];
  let current = preparation();
  let started = performance.now();
  for (const body of bodies) {
    prepared.push(prepareEvent(body, current));
    if ((prepared.length & 15) === 0 && performance.now() - started > SLICE_MS) {
      await nextTurn();
      current = preparation();
      started = performance.now();
    }
  }
  return prepared;
}

interface LaneQueue {
  room(): Promise<void>;
  commit(prepared: readonly Item["prepared"][]): Promise<ItemOutcome[]>;
  waiting(): number;
  close(): Promise<void>;
}

async function startLane(
  options: IngestOptions,
  checks: SchemaChecks,
  lane: Lane,
  writers: number,
): Promise<LaneQueue> {
  const queue: Item[] = [];
  const groupMax = options.groupMax ?? 8_192;
  let unfinished = 0;
  let closing = false;
  const idle: (() => void)[] = [];
  const waitingForRoom: (() => void)[] = [];
  const finished = (count: number): void => {
    unfinished -= count;
    if (unfinished < LANE_ITEMS_MAX[lane]) for (const wake of waitingForRoom.splice(0)) wake();
  };

  const work = async (writer: GroupWriter): Promise<void> => {
    for (;;) {
      if (queue.length === 0) {
        if (closing) break;
        await new Promise<void>((resolve) => idle.push(resolve));
        continue;
      }
      const { group, deferred } = takeGroup(queue, groupMax);
      // What repeats a key of this group goes first in the next one, which then finds it stored.
      queue.unshift(...deferred);
      await writer.write(group);
      finished(group.length);
    }
    await writer.close();
  };
  const workers: Promise<void>[] = [];
  for (let i = 0; i < writers; i++) {
    const { keeper, atStep } = options;
    workers.push(work(await options.openWriter({ keeper, checks, atStep })));
  }

  return {
    async room() {
      while (unfinished >= LANE_ITEMS_MAX[lane]) {
        await new Promise<void>((resolve) => waitingForRoom.push(resolve));
      }
    },
    async commit(prepared) {
      if (prepared.length === 0) return [];
      unfinished += prepared.length;
      const outcomes = new Promise<ItemOutcome[]>((resolve, reject) => {
        const batch: Batch = { outcomes: [], left: prepared.length, resolve, reject };
        for (let index = 0; index < prepared.length; index++) {
          queue.push({ prepared: prepared[index]!, batch, index });
        }
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

/** The next items with no key twice among them. */
function takeGroup(queue: Item[], groupMax: number): { group: Item[]; deferred: Item[] } {
  const group: Item[] = [];
  const deferred: Item[] = [];
  const keys = new Set<string>();
  for (const item of queue.splice(0, groupMax)) {
    const { prepared } = item;
    if ("key" in prepared) {
      if (keys.has(prepared.key)) {
        deferred.push(item);
        continue;
      }
      keys.add(prepared.key);
    }
    group.push(item);
  }
  return { group, deferred };
}
