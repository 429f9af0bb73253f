import { type ChildProcess, spawn } from "node:child_process";
import { readFile, readlink, stat } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { OWNER, type PostgresCluster } from "./postgres-cluster.ts";
import type { PostgresSettings } from "./postgres-settings.ts";
import { USER_JOINED, USERS_PIPE } from "./postgres-users.ts";
import { hasCode, isAlive, plainEnvironment, runAs } from "./run-as.ts";

/**
 * What a postmaster.pid says. `host` is a socket directory or 127.0.0.1; empty early in a start.
 */
export type Postmaster = { readonly pid: number; readonly host: string; readonly port: number };

export async function readPostmaster(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return "";
    throw error;
  });
  const [pid, , , port, socketDirectory, address] = text.split("\n").map((line) => line.trim());
  if (!pid) return undefined;
  return { pid: Number(pid), host: socketDirectory || address || "", port: Number(port) };
}

/**
 * Whether the process of this id really is the server of this data directory. After a kill -9 or a
 * restart of the container its id may belong to anything. A server's working directory is its data.
 */
export async function isPostmasterOf(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === "win32") return true; // PostgreSQL itself recognises a strange process
  if (process.platform === "linux") {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    return cwd === data;
  }
  const { output } = await runAs(undefined, "ps", ["-o", "command=", "-p", String(pid)]);
  return output.includes(`-D ${data}`);
}

export type ServerState = {
  readonly version: string;
  /** The process that started it. */
  readonly launcherPid: number;
  readonly settings: PostgresSettings;
};

/** Undefined while it does not take connections: starting, recovering, stopping or gone. */
export async function askServer(
  cluster: PostgresCluster,
  { host, port }: Postmaster,
  settingNames: readonly string[],
): Promise<ServerState | undefined> {
  if (host === "") return undefined;
  const { password } = cluster;
  const client = new pg.Client({ host, port, user: OWNER, database: OWNER, password });
  let isLost = false; // it may stop while we ask
  client.on("error", () => {
    isLost = true;
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string; value: string | null }>(
      "SELECT name, current_setting(name, true) AS value FROM unnest($1::text[]) AS name",
      [["server_version", "counterpart.launcher_pid", ...settingNames]],
    );
    const values = new Map(rows.map(({ name, value }) => [name, value ?? ""]));
    return {
      version: values.get("server_version") ?? "",
      launcherPid: Number(values.get("counterpart.launcher_pid")),
      settings: Object.fromEntries(settingNames.map((name) => [name, values.get(name) ?? ""])),
    };
  } catch (error) {
    const notNow = ["ECONNREFUSED", "ENOENT", "ECONNRESET", "EPIPE", "57P03", "57P01"];
    if (isLost || hasCode(error, ...notNow)) return undefined;
    if (error instanceof Error && error.message.startsWith("Connection terminated"))
      return undefined;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

export type ServerProcess = {
  /** Undefined while it runs. */
  readonly exitCode: () => number | undefined;
  /** Undefined until PostgreSQL is known to run. */
  readonly pid: () => Promise<number | undefined>;
  /** Its users' pipe keeps it from now on, no longer this process. */
  readonly handOver: () => void;
  /** Whoever uses it. */
  readonly stop: () => Promise<void>;
};

/** The lock is held by another server, or by the last sessions of one that was killed. */
export const EXIT_LOCKED = 75;
/*
 * Runs as PostgreSQL's user, in the home, and turns into the server. The lock is the kernel's: it
 * holds across containers, where process ids do not, and ends with the last process of the server.
 * Under it, a postmaster.pid with the id of a strange process is removed. The watcher reads from us
 * until we use the server or are dead, and then from the pipe that all users have open
 * (postgres-users.ts): when the last of them ends, however it ends, it reads the end and stops the
 * server.
 */
const LAUNCH = `umask 077
cd "$1" && exec 9>>lock || exit 71
if command -v flock >/dev/null 2>&1; then flock -n 9 || exit ${EXIT_LOCKED}; fi
[ -z "$(find postgres.log -size +20000 2>/dev/null)" ] || mv -f postgres.log postgres.log.1
exec >>postgres.log 2>&1
if [ -n "$2" ] && read -r pid <data/postmaster.pid && [ "$pid" = "$2" ]; then
  rm -f data/postmaster.pid
fi
users=${USERS_PIPE}$$
rm -f "$users" && mkfifo "$users" && exec 4<>"$users" 5<"$users" 4>&- || exit 71
( {
  read -r told <&3
  while read -r token <&5; do : >"${USER_JOINED}$token"; done
  if [ ! -d data ] || { read -r pid <data/postmaster.pid && [ "$pid" = "$$" ]; }; then
    kill -INT "$$"
  fi
  rm -f "$users"
} >/dev/null 2>&1 9>&- & )
shift 2
exec "$@" 3<&- 5<&-`;

/** Starts the server of a cluster. `stalePid` is what postmaster.pid wrongly says. */
export function launchServer(
  cluster: PostgresCluster,
  bin: string,
  settings: PostgresSettings,
  stalePid: number | undefined,
): ServerProcess {
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  if (process.platform === "win32") return launchOnWindows(cluster, bin, flags);
  const script = [LAUNCH, "counterpart-postgres", cluster.directory, String(stalePid ?? "")];
  const command = [join(bin, "postgres"), "-D", cluster.data, ...flags];
  const child = spawn("/bin/sh", ["-c", ...script, ...command], {
    ...cluster.user,
    cwd: "/",
    env: plainEnvironment(),
    detached: true, // Ctrl-C in a terminal is for us, who stop the server when its work is done
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const watcher = child.stdio[3] as Socket;
  watcher.on("error", () => {});
  const handOver = () => watcher.destroy();
  const { ended, exitCode } = watchEnd(child, handOver);
  child.unref();
  watcher.unref();
  const stop = async () => {
    child.ref();
    child.kill("SIGINT");
    await ended;
  };
  return { exitCode, stop, handOver, pid: async () => child.pid };
}

function watchEnd(child: ChildProcess, andThen: () => void) {
  let code: number | undefined;
  const ended = new Promise<void>((resolve) => {
    const finish = (exit: number | null) => {
      code = exit ?? -1;
      andThen();
      resolve();
    };
    child.once("exit", finish);
    child.once("error", () => finish(null));
  });
  return { ended, exitCode: () => code };
}

/** pg_ctl gives up the administrator's rights, which PostgreSQL refuses; it outlives us, though. */
function launchOnWindows(
  cluster: PostgresCluster,
  bin: string,
  flags: readonly string[],
): ServerProcess {
  const pgCtl = join(bin, "pg_ctl");
  const log = join(cluster.directory, "postgres.log");
  const args = ["start", "--no-wait", "-D", cluster.data, "-l", log, "-o", flags.join(" ")];
  const child = spawn(pgCtl, args, { env: plainEnvironment(), stdio: "ignore", windowsHide: true });
  const { exitCode } = watchEnd(child, () => {});
  return {
    exitCode: () => (exitCode() === 0 ? undefined : exitCode()),
    pid: async () => (await readPostmaster(cluster.data))?.pid,
    handOver: () => {},
    stop: async () => {
      await runAs(undefined, pgCtl, ["stop", "-D", cluster.data, "-m", "fast"]);
    },
  };
}

/** Where the server's log ends now, and what it has said since. */
export async function logEnd(cluster: PostgresCluster): Promise<number> {
  const found = await stat(join(cluster.directory, "postgres.log")).catch(() => undefined);
  return found?.size ?? 0;
}

export async function logSince(cluster: PostgresCluster, start: number): Promise<string> {
  const log = await readFile(join(cluster.directory, "postgres.log"), "utf8").catch(() => "");
  return log.slice(log.length < start ? 0 : start).trim();
}
