import type { Db } from "../platform/database.ts";
import { DEMO_SEED } from "./demo-world.ts";

const RUN_ID = "demo";

export interface DemoRun {
  readonly events: number;
  readonly finished: boolean;
  /** Lines of its traffic that are known to be stored. */
  readonly throughLine: number;
}

/** The demo that this database holds, if any. */
export async function findDemoRun(db: Db): Promise<DemoRun | null> {
  const { rows } = await db.query<{ name: string; finished: boolean; through_line: string }>(
    "select name, finished_at is not null as finished, through_line from import_run where id = $1",
    [RUN_ID],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const { name, finished, through_line } = row;
  return { events: Number(name), finished, throughLine: Number(through_line) };
}

export async function startDemoRun(db: Db, events: number): Promise<void> {
  await db.query(
    `insert into import_run (id, name, source, fingerprint, started_at, through_line, outcomes)
      values ($1, $2, 'demo', $3, now(), 0, '{}')`,
    [RUN_ID, `${events}`, `${DEMO_SEED}`],
  );
}

export async function noteDemoRun(db: Db, throughLine: number): Promise<void> {
  await db.query("update import_run set through_line = $2 where id = $1", [RUN_ID, throughLine]);
}

export async function finishDemoRun(db: Db): Promise<void> {
  await db.query("update import_run set finished_at = now() where id = $1", [RUN_ID]);
}
