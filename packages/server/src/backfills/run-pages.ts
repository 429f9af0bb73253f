/** Items of a backfill done page by page: the loop that a close, a revert and a preview share. */
import type { Instant } from "@counterpart/domain/instant.ts";
import type { AtStep } from "../events/commit-group.ts";
import type { Db } from "../platform/database.ts";
import { countItems, type ItemCount } from "./backfills.repo.ts";

/** Told how many of how many items are done. */
export type OnProgress = (done: number, of: number) => void;

export interface RunOptions {
  readonly now: () => Instant;
  readonly onProgress?: OnProgress | undefined;
  /** Whether to leave the rest for another time. */
  readonly isStopping?: (() => boolean) | undefined;
  readonly atStep?: AtStep | undefined;
}

/** Which items there are to do, in the order of their keys, and what is done with some of them. */
export interface Pages<Item extends { readonly key: string }> {
  /** Whether items of such a fate are still to be done. */
  readonly isLeft: (count: ItemCount) => boolean;
  readonly list: (
    db: Db,
    backfill: number,
    page: { readonly after: string | null; readonly limit: number },
  ) => Promise<Item[]>;
  readonly step: (items: readonly Item[]) => Promise<void>;
}

/** Of an item with which a close has done nothing yet. */
export function isPending({ outcome }: Pick<ItemCount, "outcome">): boolean {
  return outcome === null;
}

const PAGE = 1_000;

/** Whether it came to the end: it may be told to stop between two pages. */
export async function runPages<Item extends { readonly key: string }>(
  db: Db,
  backfill: number,
  { isLeft, list, step }: Pages<Item>,
  { onProgress, isStopping }: Pick<RunOptions, "onProgress" | "isStopping">,
): Promise<boolean> {
  const counts = await countItems(db, backfill);
  const of = counts.filter(isLeft).reduce((sum, { count }) => sum + count, 0);
  let done = 0;
  let after: string | null = null;
  for (;;) {
    const items: Item[] = await list(db, backfill, { after, limit: PAGE });
    if (items.length === 0) return true;
    if (isStopping?.()) return false;
    await step(items);
    after = items.at(-1)!.key;
    done += items.length;
    onProgress?.(done, of);
  }
}
