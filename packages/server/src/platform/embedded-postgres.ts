import { lchown, mkdtemp, readdir, realpath } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "@counterpart/domain/refusals.ts";
import {
  binaryCacheParents,
  findPostgresPackage,
  preparePostgresBinaries,
} from "./postgres-binaries.ts";
import { ensureCluster, OWNER, type PostgresCluster } from "./postgres-cluster.ts";
import { findPostgresHome } from "./postgres-home.ts";
import type { ServerProcess, ServerState } from "./postgres-process.ts";
import {
  askServer,
  EXIT_LOCKED,
  isPostmasterOf,
  launchServer,
  logEnd,
  logSince,
  type Postmaster,
  readPostmaster,
} from "./postgres-process.ts";
import { type PostgresSettings, postgresSettings, usableMemory } from "./postgres-settings.ts";
import { joinUsers, type ServerUse, startUse, USER_JOINED, USERS_PIPE } from "./postgres-users.ts";
import { isAlive, removeAs } from "./run-as.ts";

export type EmbeddedPostgresOptions = {
  readonly dataDirectory: string;
  /** Progress and warnings, one line each. */
  readonly log?: (line: string) => void;
  /** TCP on a free port of 127.0.0.1 is for Windows, where it is the default. */
  readonly transport?: "socket" | "tcp";
};

export type EmbeddedPostgres = {
  /** With the password: not for logs. */
  readonly url: string;
  /** Undefined over TCP. */
  readonly socketDirectory: string | undefined;
  readonly port: number;
  readonly pid: number;
  readonly version: string;
  /** As the server itself shows them. */
  readonly settings: PostgresSettings;
  /** False when another process of Counterpart has started it. */
  readonly startedHere: boolean;
  /** Leaves it to the others who use it; the last one waits until it has ended. */
  readonly stop: () => Promise<void>;
  /** Can be asked often. */
  readonly isRunning: () => Promise<boolean>;
  /** When it has ended: starts or joins another server on the same cluster. Never makes a cluster. */
  readonly again: () => Promise<EmbeddedPostgres>;
};

/** A server as it was started or joined, before it is known how to come to another one. */
type FoundPostgres = Omit<EmbeddedPostgres, "isRunning" | "again">;

const START_MS_MAX = 600_000;
/** How long to retry while a server before this one lets go of the directory. */
const RETRY_MS_MAX = 30_000;
const SOCKET_PREFIX = "counterpart-socket-";
/** Of a Unix socket's path on macOS; Linux allows four more. */
const SOCKET_PATH_BYTES_MAX = 103;
const SOCKET_PORT = 5432;
/** What a server says when one before it is not quite gone, or the port was taken meanwhile. */
const NOT_YET =
  /lock file "[^"]*" already exists|lock file .*No such file|shared memory block|could not bind/;

/**
 * Runs the PostgreSQL of the npm package on this data directory, or joins the one that another
 * process of Counterpart has started on it. It lives as long as one of them uses it, and ends with
 * the last, also when that is killed; one that nobody watches is stopped and started anew. On
 * Windows it belongs to the process that started it, and who joined loses it with that.
 *
 * Refuses with `database.*` what the operator can cure; anything else fails with the end of the
 * server's log.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => {});
  const server = await startOrJoin(await prepare(options, log));
  const shared = server.startedHere ? "" : ", which another process of Counterpart uses as well";
  log(`data directory ${resolve(options.dataDirectory)}${shared}`);
  return server;
}

/** What servers are started from, one after the other. */
type Ground = {
  readonly cluster: PostgresCluster;
  readonly bin: string;
  readonly settings: PostgresSettings;
  readonly transport: "socket" | "tcp";
  readonly log: (line: string) => void;
};

async function prepare(
  options: EmbeddedPostgresOptions,
  log: (line: string) => void,
): Promise<Ground> {
  const found = await findPostgresPackage();
  const { major } = found;
  const home = await findPostgresHome({ dataDirectory: options.dataDirectory, major, log });
  const bin = await preparePostgresBinaries(found, home.user, binaryCacheParents(), log);
  const cluster = await ensureCluster(home, bin, major, log);
  const settings = postgresSettings(usableMemory());
  const transport = options.transport ?? (process.platform === "win32" ? "tcp" : "socket");
  return { cluster, bin, settings, transport, log };
}

async function startOrJoin(ground: Ground): Promise<EmbeddedPostgres> {
  const found = await findServer(ground);
  const { data } = ground.cluster;
  // Elsewhere than on Linux isPostmasterOf may have to start a program to know.
  const isRunning = async (): Promise<boolean> =>
    process.platform === "linux" ? await isPostmasterOf(found.pid, data) : isAlive(found.pid);
  return { ...found, isRunning, again: () => startOrJoin(ground) };
}

async function findServer(ground: Ground): Promise<FoundPostgres> {
  const { cluster, settings, log } = ground;
  const begun = performance.now();
  for (;;) {
    const postmaster = await readPostmaster(cluster.data);
    const running = postmaster && (await isPostmasterOf(postmaster.pid, cluster.data));
    const waitedMs = performance.now() - begun;
    if (running) {
      const joined = await joinServer(cluster, postmaster, Object.keys(settings), log);
      if (joined !== undefined) return joined;
      if (waitedMs > START_MS_MAX) throw new Error(`PostgreSQL on ${cluster.data} stays unready`);
    } else {
      const started = await launchAndWait({ ...ground, stale: postmaster });
      if (!("notYet" in started)) return started;
      if (waitedMs > RETRY_MS_MAX) throw stuck(cluster, started);
    }
    await sleep(100);
  }
}

/** Why it could not start now: another process holds the lock, or what the server said. */
type NotYet = { readonly notYet: "locked" | string };

function stuck(cluster: PostgresCluster, { notYet }: NotYet): Error {
  if (notYet === "locked") return new Refusal("database.directory-in-use", { data: cluster.data });
  return new Error(`PostgreSQL does not start on ${cluster.data}: ${notYet}`);
}

/** Undefined while it does not take connections, and when nobody uses it: then it is to stop. */
async function joinServer(
  cluster: PostgresCluster,
  postmaster: Postmaster,
  settingNames: readonly string[],
  log: (line: string) => void,
): Promise<FoundPostgres | undefined> {
  const { pid, host } = postmaster;
  const state = await askServer(cluster, postmaster, settingNames);
  if (state === undefined) return undefined;
  const joined = { ...describe(cluster, postmaster, state), startedHere: false };
  if (process.platform === "win32") {
    if (isAlive(state.launcherPid)) return { ...joined, stop: async () => {} };
  } else {
    const isRunning = () => isPostmasterOf(pid, cluster.data);
    const use = await joinUsers(cluster, pid, isRunning);
    const stop = use && once(() => leave(cluster, host, use, isRunning));
    if (stop !== undefined) return { ...joined, stop };
  }
  log("stopping a PostgreSQL that nobody uses any more");
  process.kill(pid, "SIGINT");
  return undefined;
}

async function leave(
  cluster: PostgresCluster,
  host: string,
  use: ServerUse,
  isRunning: () => Promise<boolean>,
): Promise<void> {
  if (await use.leave(isRunning)) await removeSocketDirectory(cluster, host);
}

function describe(cluster: PostgresCluster, { pid, host, port }: Postmaster, state: ServerState) {
  const { version, settings } = state;
  const isSocket = host.startsWith("/");
  const login = `postgresql://${OWNER}:${cluster.password}`;
  const url = isSocket
    ? `${login}@localhost/${OWNER}?host=${encodeURIComponent(host)}&port=${port}`
    : `${login}@${host}:${port}/${OWNER}`;
  return { url, socketDirectory: isSocket ? host : undefined, port, pid, version, settings };
}

type Launch = Ground & {
  /** What postmaster.pid says although that process is gone or another's. */
  readonly stale: Postmaster | undefined;
};

async function launchAndWait(launch: Launch): Promise<FoundPostgres | NotYet> {
  const { cluster, bin, settings, stale, log } = launch;
  const endpoint =
    launch.transport === "socket" ? await socketEndpoint(cluster) : await tcpEndpoint();
  const flags = {
    ...settings,
    ...endpoint.flags,
    port: String(endpoint.port),
    "counterpart.launcher_pid": String(process.pid),
  };
  const logStart = await logEnd(cluster);
  const server = launchServer(cluster, bin, flags, stale?.pid);
  const begun = performance.now();
  let use: ServerUse | undefined;
  let isSlow = false;
  while (server.exitCode() === undefined) {
    const pid = await server.pid();
    if (use === undefined && pid !== undefined) {
      use = startUse(cluster, pid);
      if (use !== undefined) server.handOver();
    }
    const postmaster = await readPostmaster(cluster.data);
    const isOurs = postmaster !== undefined && postmaster.pid === pid;
    const state = isOurs && (await askServer(cluster, postmaster, Object.keys(settings)));
    if (state) {
      await sweep(cluster, endpoint.host, pid, stale?.host);
      const stop = stopOf(cluster, endpoint.host, server, use);
      return { ...describe(cluster, postmaster, state), startedHere: true, stop };
    }
    const waitedMs = performance.now() - begun;
    if (!isSlow && waitedMs > 3_000) log("PostgreSQL is still starting: it may be recovering");
    isSlow = waitedMs > 3_000;
    if (waitedMs > START_MS_MAX) await server.stop();
    await sleep(20);
  }
  await use?.leave(async () => false);
  await removeSocketDirectory(cluster, endpoint.host);
  if (server.exitCode() === EXIT_LOCKED) return { notYet: "locked" };
  const said = await logSince(cluster, logStart);
  if (NOT_YET.test(said)) return { notYet: said };
  throw new Error(`PostgreSQL ended with ${server.exitCode()}: ${said.slice(-2_000)}`);
}

/** How who started it stops it; on Windows, where it has no users' pipe, whoever has joined. */
function stopOf(
  cluster: PostgresCluster,
  host: string,
  server: ServerProcess,
  use: ServerUse | undefined,
): () => Promise<void> {
  const isRunning = async () => server.exitCode() === undefined;
  if (use !== undefined) return once(() => leave(cluster, host, use, isRunning));
  return once(() => server.stop().then(() => removeSocketDirectory(cluster, host)));
}

type Endpoint = {
  readonly host: string;
  readonly port: number;
  readonly flags: Readonly<Record<string, string>>;
};

/**
 * A new directory for each start, so no lock of a killed server lies in it. In the home if short.
 */
async function socketEndpoint(cluster: PostgresCluster): Promise<Endpoint> {
  const pattern = join(`${SOCKET_PREFIX}XXXXXX`, `.s.PGSQL.${SOCKET_PORT}`);
  const parents = [cluster.directory, "/tmp", tmpdir()];
  const parent = parents.find(
    (path) => Buffer.byteLength(join(path, pattern)) <= SOCKET_PATH_BYTES_MAX,
  );
  const host = await mkdtemp(join(await realpath(parent ?? tmpdir()), SOCKET_PREFIX));
  if (cluster.user !== undefined) await lchown(host, cluster.user.uid, cluster.user.gid);
  const quoted = `"${host.replaceAll('"', '""')}"`; // the setting is a list
  const flags = { listen_addresses: "", unix_socket_directories: quoted };
  return { host, port: SOCKET_PORT, flags: { ...flags, unix_socket_permissions: "0700" } };
}

async function tcpEndpoint(): Promise<Endpoint> {
  const flags = { listen_addresses: "127.0.0.1", unix_socket_directories: "" };
  return { host: "127.0.0.1", port: await freePort(), flags };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** What starts that were killed have left: half-made clusters, socket directories and pipes. */
async function sweep(
  cluster: PostgresCluster,
  host: string,
  pid: number,
  staleHost = "",
): Promise<void> {
  const names = await readdir(cluster.directory);
  const prefixes = [SOCKET_PREFIX, "data.new-", USERS_PIPE, USER_JOINED];
  const left = names.filter(
    (name) => prefixes.some((prefix) => name.startsWith(prefix)) && name !== `${USERS_PIPE}${pid}`,
  );
  const paths = left.map((name) => join(cluster.directory, name)).filter((path) => path !== host);
  await removeAs(cluster.user, paths);
  if (staleHost !== host) await removeSocketDirectory(cluster, staleHost);
}

async function removeSocketDirectory(cluster: PostgresCluster, host: string): Promise<void> {
  if (basename(host).startsWith(SOCKET_PREFIX)) await removeAs(cluster.user, [host]);
}

function once(stop: () => Promise<void>): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  return () => {
    stopped ??= stop();
    return stopped;
  };
}
