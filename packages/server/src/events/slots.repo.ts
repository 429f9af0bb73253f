import { assert } from "@counterpart/domain/assert.ts";
import type { Db } from "./events.repo.ts";

/** First key of the two-key advisory locks that hold slots. */
const SLOT_LOCK = 4_360_002;
const SLOTS_MAX = 1_000;

/** Takes the lowest free slot for as long as the connection lives. */
export async function takeSlot(db: Db): Promise<number> {
  for (let slot = 0; slot < SLOTS_MAX; slot++) {
    const { rows } = await db.query<{ taken: boolean }>(
      "select pg_try_advisory_lock($1, $2) as taken",
      [SLOT_LOCK, slot],
    );
    if (rows[0]!.taken) return slot;
  }
  assert(false, "there are fewer writing connections than slots");
}
