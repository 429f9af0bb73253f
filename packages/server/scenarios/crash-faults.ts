/** Ways to lose a process, its PostgreSQL or a part of it, at random instants or at exact points. */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { SeededRandom } from "../src/demo/seeded-random.ts";
import { LOCKS } from "../src/platform/locks.ts";
import type { CrashProcess } from "./crash-process.ts";

/**
 * At random instants: the process, its PostgreSQL, both, one backend; the process while it applies. The
 * backend twice: that strikes a commit under way best, and costs no start of a process.
 */
export const RANDOM_FAULTS = [
  "process",
  "postmaster",
  "both",
  "backend",
  "backend",
  "apply",
] as const;

/** At exact points: after a step of the ingest transaction, while a month is attached, at the gate. */
export const EXACT_FAULTS = ["claimed", "stored", "committed", "month", "gate"] as const;

export type Fault = (typeof RANDOM_FAULTS)[number] | (typeof EXACT_FAULTS)[number];

export interface Scene {
  readonly process: CrashProcess;
  readonly random: SeededRandom;
  /** Number of the next catalogue edition. */
  readonly edition: number;
  /** Sends events of a month that has none yet. */
  readonly openMonth: () => void;
}

/** Makes it happen. The process has died when this ends, except after `backend`. */
export async function strike(fault: Fault, scene: Scene): Promise<void> {
  const { process: child, random } = scene;
  switch (fault) {
    case "process":
      await sleep(random.below(250));
      break;
    case "postmaster":
      await sleep(random.below(250));
      process.kill(child.postmaster!, "SIGKILL");
      // The process finds out, in part: some batches fail, some wait for the database to come back.
      await sleep(random.below(400));
      break;
    case "both":
      await sleep(random.below(250));
      process.kill(child.postmaster!, "SIGKILL");
      break;
    case "backend":
      await sleep(random.below(250));
      await killBackend(child, random);
      return;
    case "apply":
      void child.ask({ do: "apply", edition: scene.edition });
      await sleep(random.below(700));
      break;
    case "month":
      await killWhileAttaching(scene);
      break;
    case "gate":
      await killAtGate(scene);
      break;
    default:
      void child.ask({ do: "dieAt", step: fault, after: random.below(20) });
      await child.ended;
      break;
  }
  child.kill();
  await child.ended;
}

/** PostgreSQL ends every session and recovers when one backend is killed: the process lives on. */
async function killBackend(child: CrashProcess, random: SeededRandom): Promise<void> {
  await withSession(child.url, async (session) => {
    const { rows } = await session.query<{ pid: number }>(
      "select pid from pg_stat_activity where application_name = 'counterpart-writer' order by pid",
    );
    const victim = rows[random.below(rows.length)];
    if (victim === undefined) throw new Error("there is a writer to kill");
    process.kill(victim.pid, "SIGKILL");
  });
}

/** Holds what attaching a partition needs, so that the process is killed with its table half made. */
async function killWhileAttaching({ process: child, openMonth }: Scene): Promise<void> {
  await withSession(child.url, async (session) => {
    await session.query("begin; lock table event in share update exclusive mode");
    openMonth();
    await untilWaiting(session, "query like 'alter table event attach%'");
    child.kill();
  });
}

/** Holds the gate, so that the process is killed with a catalogue that is stored but not in force. */
async function killAtGate({ process: child, edition }: Scene): Promise<void> {
  await withSession(child.url, async (session) => {
    await session.query("begin");
    await session.query("select pg_advisory_xact_lock_shared($1)", [LOCKS.gate]);
    void child.ask({ do: "apply", edition });
    await untilWaiting(session, "query like 'select pg_advisory_xact_lock(%'");
    child.kill();
  });
}

/**
 * Lets each commit wait before its flush, so that what is struck at a random instant is often a transaction
 * that has been told to commit and is not durable yet.
 */
export async function slowCommits(url: string, microseconds: number): Promise<void> {
  await withSession(url.replace("//counterpart:", "//postgres:"), async (session) => {
    await session.query(`alter system set commit_delay = ${microseconds}`);
    await session.query("alter system set commit_siblings = 0");
    await session.query("select pg_reload_conf()");
  });
}

/** Waits until another session stands before a lock with such a statement. */
export async function untilWaiting(session: pg.Client, condition: string): Promise<void> {
  // Within a transaction the view shows what it showed first.
  const sql = `select pg_stat_clear_snapshot(); select 1 from pg_stat_activity
    where wait_event_type = 'Lock' and pid <> pg_backend_pid() and ${condition}`;
  for (let tried = 0; tried < 500; tried++) {
    const [, { rows }] = (await session.query(sql)) as unknown as [unknown, { rows: unknown[] }];
    if (rows.length > 0) return;
    await sleep(10);
  }
  throw new Error(`nobody waits: ${condition}`);
}

/** A session that may be lost with the server. */
export async function withSession<T>(
  url: string,
  work: (session: pg.Client) => Promise<T>,
): Promise<T> {
  const session = new pg.Client({ connectionString: url });
  session.on("error", () => undefined);
  await session.connect();
  try {
    return await work(session);
  } finally {
    await session.end().catch(() => undefined);
  }
}
