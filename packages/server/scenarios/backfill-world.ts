/** What an operator does with backfills, in a line each; the backfill is `late` unless another is named. */
import type { Instant } from "@counterpart/domain/instant.ts";
import { startClose } from "../src/backfills/close-backfill.ts";
import { finishBackfill } from "../src/backfills/finish-backfill.ts";
import { type Added, addLines, openBackfill } from "../src/backfills/open-backfill.ts";
import { startRevert } from "../src/backfills/revert-backfill.ts";
import {
  type BackfillPreview,
  type BackfillReport,
  previewBackfill,
  reportBackfill,
} from "../src/backfills/show-backfill.ts";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { splitLines } from "../src/imports/split-lines.ts";
import type { Database } from "../src/platform/database.ts";
import { NOW } from "./small-world.ts";

export const now = (): Instant => NOW;

export const voiding = (id: string): string => JSON.stringify({ void: `switch/${id}` });
export const restoring = (id: string): string => JSON.stringify({ restore: `switch/${id}` });
export const correcting = (event: string): string => `{"correct": ${event}}`;

export interface BackfillWorld {
  open(name?: string): Promise<void>;
  /** Adds lines, and sums up what is told of them. */
  add(lines: readonly string[], name?: string): Promise<Omit<Added, "throughLine">>;
  show(name?: string): Promise<BackfillPreview>;
  /** Notes that it is to be closed, and leaves it there. */
  startClose(name?: string): Promise<void>;
  startRevert(name?: string): Promise<void>;
  finish(name?: string): Promise<BackfillReport>;
  close(name?: string): Promise<BackfillReport>;
  revert(name?: string): Promise<BackfillReport>;
}

const LATE = "late";

export function backfillWorld(store: { readonly database: Database }): BackfillWorld {
  const start = async (begin: typeof startClose, name: string): Promise<void> => {
    const client = await store.database.client("writer");
    await begin(client, name, "test").finally(() => client.end());
  };
  const finish = async (name = LATE): Promise<BackfillReport> => {
    const { database } = store;
    const keeper = await openBookKeeper(database);
    await finishBackfill(database, keeper, name, { now });
    return await reportBackfill(database.pool("reader"), keeper.book(), name);
  };
  return {
    async open(name = LATE) {
      const backfill = { name, reason: "a lost file", by: "test" };
      await openBackfill(store.database.pool("writer"), backfill);
    },
    async add(lines, name = LATE) {
      const bytes = (async function* () {
        yield Buffer.from(lines.join("\n"));
      })();
      const sum = { added: 0, already: 0, refused: [] as Added["refused"][number][] };
      for await (const page of addLines(store.database, name, splitLines(bytes))) {
        sum.added += page.added;
        sum.already += page.already;
        sum.refused.push(...page.refused);
      }
      return sum;
    },
    async show(name = LATE) {
      const keeper = await openBookKeeper(store.database);
      return await previewBackfill(store.database, keeper, name, { now });
    },
    startClose: (name = LATE) => start(startClose, name),
    startRevert: (name = LATE) => start(startRevert, name),
    finish,
    async close(name = LATE) {
      await start(startClose, name);
      return await finish(name);
    },
    async revert(name = LATE) {
      await start(startRevert, name);
      return await finish(name);
    },
  };
}

/** How many items there are of each outcome, or of each reason where it is a refusal. */
export const fates = (
  list: readonly {
    readonly outcome: string;
    readonly code: string | null;
    readonly count: number;
  }[],
): Readonly<Record<string, number>> =>
  Object.fromEntries(list.map(({ outcome, code, count }) => [code ?? outcome, count]));
