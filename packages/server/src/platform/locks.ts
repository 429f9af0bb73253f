/** Advisory locks: one table of their numbers, so that no two meanings share one. */
import type { Db } from "./database.ts";

export const LOCKS = {
  /** Shared by every writing transaction; alone for the one statement that raises revision or cut. */
  gate: 4_360_001,
  /** One publication of a catalogue at a time. */
  apply: 4_360_004,
  /** One close at a time. */
  close: 4_360_005,
  /** With the hash of its run: one import of a file at a time. */
  import: 4_360_006,
  /** One demo at a time fills a database. */
  demo: 4_360_007,
  /** One re-rating at a time. */
  rerate: 4_360_008,
  /** One backfill at a time is closed or reverted. */
  backfill: 4_360_009,
} as const;

/** Waits for a lock and holds it until the transaction ends. */
export async function lockForTransaction(db: Db, lock: keyof typeof LOCKS): Promise<void> {
  await db.query("select pg_advisory_xact_lock($1)", [LOCKS[lock]]);
}

/** Waits for a lock and holds it until the connection ends. */
export async function lockForConnection(db: Db, lock: keyof typeof LOCKS): Promise<void> {
  await db.query("select pg_advisory_lock($1)", [LOCKS[lock]]);
}

/** The same until the transaction ends, without waiting: whether it was free. */
export async function tryLockForTransaction(db: Db, lock: keyof typeof LOCKS): Promise<boolean> {
  const { rows } = await db.query<{ locked: boolean }>(
    "select pg_try_advisory_xact_lock($1) as locked",
    [LOCKS[lock]],
  );
  return rows[0]!.locked;
}

/** Until the connection ends, without waiting: whether it was free. */
export async function tryLockForConnection(db: Db, lock: keyof typeof LOCKS): Promise<boolean> {
  const { rows } = await db.query<{ locked: boolean }>(
    "select pg_try_advisory_lock($1) as locked",
    [LOCKS[lock]],
  );
  return rows[0]!.locked;
}
