/** The SQL of import runs: how far each file of a source has come. */
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import type { Db } from "../platform/database.ts";
import { LOCKS } from "../platform/locks.ts";
import type { ImportTally } from "./import-tally.ts";

export interface ImportRun {
  readonly id: string;
  /** Path under which the file was first imported. */
  readonly name: string;
  /** Lines that are done with; those after it may have been committed, but nobody noted it. */
  readonly throughLine: number;
  /** RFC 3339, in UTC. */
  readonly finishedAt: string | null;
  readonly noted: NotedProgress;
}

/** What is known of the lines up to `throughLine`. */
export interface NotedProgress {
  readonly tally: ImportTally;
  /** Length of the file of refused lines. */
  readonly refusedBytes: number;
}

/** False when another process imports this file; the lock ends with the connection. */
export async function tryLockRun(db: Db, id: string): Promise<boolean> {
  const { rows } = await db.query<{ locked: boolean }>(
    "select pg_try_advisory_lock($1, hashtext($2)) as locked",
    [LOCKS.import, id],
  );
  return rows[0]!.locked;
}

export async function findRun(db: Db, id: string): Promise<ImportRun | null> {
  const { rows } = await db.query<{
    name: string;
    through_line: string;
    finished_at: string | null;
    outcomes: NotedProgress;
  }>(
    `select name, through_line, outcomes,
        to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as finished_at
      from import_run where id = $1`,
    [id],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return {
    id,
    name: row.name,
    throughLine: Number(row.through_line),
    finishedAt: row.finished_at,
    noted: row.outcomes,
  };
}

export interface NewRun {
  readonly id: string;
  readonly name: string;
  /** Empty for events of any source. */
  readonly source: string;
  readonly fingerprint: string;
  readonly startedAt: Instant;
  readonly noted: NotedProgress;
}

export async function insertRun(db: Db, run: NewRun): Promise<void> {
  await db.query(
    `insert into import_run (id, name, source, fingerprint, started_at, through_line, outcomes)
      values ($1, $2, $3, $4, $5, 0, $6)`,
    [
      run.id,
      run.name,
      run.source,
      run.fingerprint,
      formatInstant(run.startedAt),
      JSON.stringify(run.noted),
    ],
  );
}

export interface RunProgress {
  readonly throughLine: number;
  readonly finishedAt: Instant | null;
  readonly noted: NotedProgress;
}

export async function updateRun(db: Db, id: string, progress: RunProgress): Promise<void> {
  const { throughLine, finishedAt, noted } = progress;
  await db.query(
    "update import_run set through_line = $2, finished_at = $3, outcomes = $4 where id = $1",
    [
      id,
      throughLine,
      finishedAt === null ? null : formatInstant(finishedAt),
      JSON.stringify(noted),
    ],
  );
}
