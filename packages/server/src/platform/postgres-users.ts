import { randomUUID } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresCluster } from "./postgres-cluster.ts";
import { exists } from "./postgres-home.ts";
import { hasCode } from "./run-as.ts";

/*
 * Who uses a server has its named pipe open for writing; the kernel closes that with the process,
 * however it ends. The server's watcher (postgres-process.ts) reads the pipe. Its end means that
 * nobody is left: then the watcher stops the server. A line is the token of a user who has come: the
 * watcher answers with a file of that name, after which it cannot have read the end.
 */
export const USERS_PIPE = "users-";
export const USER_JOINED = "joined-";

type IsRunning = () => Promise<boolean>;

export type ServerUse = {
  /** Answers, once that is known, whether the server has ended with it; else others use it. */
  readonly leave: (isRunning: IsRunning) => Promise<boolean>;
};

const POLL_MS = 10;
/** One who leaves may have read the token before the watcher could. */
const TOKEN_AGAIN_MS = 200;
const STOP_MS_MAX = 60_000;

/** Undefined while there is no such pipe, or when nobody reads it. Windows has none. */
export function startUse(cluster: PostgresCluster, pid: number): ServerUse | undefined {
  const pipe = openPipe(cluster, pid, constants.O_WRONLY);
  return pipe === undefined ? undefined : useOf(cluster, pid, pipe);
}

/** The same of a server that somebody else has started. Undefined too when it is being stopped. */
export async function joinUsers(
  cluster: PostgresCluster,
  pid: number,
  isRunning: IsRunning,
): Promise<ServerUse | undefined> {
  const pipe = openPipe(cluster, pid, constants.O_WRONLY);
  if (pipe === undefined) return undefined;
  const token = randomUUID();
  const answer = join(cluster.directory, `${USER_JOINED}${token}`);
  try {
    for (let waitedMs = 0; await isRunning(); waitedMs += POLL_MS) {
      if (waitedMs % TOKEN_AGAIN_MS === 0) writeSync(pipe, `${token}\n`);
      await sleep(POLL_MS);
      if (!(await exists(answer))) continue;
      await rm(answer, { force: true }); // who starts the server sweeps such files away
      return useOf(cluster, pid, pipe);
    }
  } catch (error) {
    if (!hasCode(error, "EPIPE")) throw error; // the watcher has ended
  }
  closeSync(pipe);
  return undefined;
}

function useOf(cluster: PostgresCluster, pid: number, pipe: number): ServerUse {
  const leave = async (isRunning: IsRunning): Promise<boolean> => {
    const reader = openPipe(cluster, pid, constants.O_RDONLY);
    closeSync(pipe);
    const begun = performance.now();
    let isTold = false;
    while (await isRunning()) {
      if (reader !== undefined && hasWriter(reader)) {
        closeSync(reader);
        return false;
      }
      if (!isTold && performance.now() - begun > STOP_MS_MAX) {
        process.kill(pid, "SIGQUIT");
        isTold = true;
      }
      await sleep(POLL_MS);
    }
    if (reader !== undefined) closeSync(reader);
    return true;
  };
  return { leave };
}

/** Closed in children, as all that Node opens. */
function openPipe(cluster: PostgresCluster, pid: number, mode: number): number | undefined {
  if (process.platform === "win32") return undefined;
  const path = join(cluster.directory, `${USERS_PIPE}${pid}`);
  try {
    // PostgreSQL's user could plant a link or a file here: root follows and writes neither.
    const pipe = openSync(path, mode | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    if (fstatSync(pipe).isFIFO()) return pipe;
    closeSync(pipe);
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ENXIO")) throw error;
    return undefined;
  }
  throw new Error(`${path} is not a named pipe: remove it`);
}

/** A pipe without data is at its end only if nobody has it open for writing. */
function hasWriter(reader: number): boolean {
  try {
    return readSync(reader, Buffer.alloc(4096)) > 0;
  } catch (error) {
    if (hasCode(error, "EAGAIN")) return true;
    throw error;
  }
}
