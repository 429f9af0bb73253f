import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmod,
  lchown,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { findPostgresPackage } from "./postgres-binaries.ts";
import { isAlive } from "./run-as.ts";

let root = "";
let directory = "";
let servers: EmbeddedPostgres[] = [];
let children: ChildProcess[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "counterpart-embedded-"));
  await chmod(root, 0o755);
  directory = root;
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await Promise.all(children.map(endOf));
  [servers, children] = [[], []];
  await rm(root, { recursive: true, force: true, maxRetries: 10 });
});

async function start(transport?: "tcp"): Promise<EmbeddedPostgres> {
  const how = transport === undefined ? {} : { transport };
  const server = await startEmbeddedPostgres({ dataDirectory: directory, ...how });
  servers.push(server);
  return server;
}

/** In order, where it listens for the end of its input, so that no server outlives its files. */
async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  if (child.stdin === null) child.kill("SIGKILL");
  else child.stdin.end();
  await ended;
}

type Told = { readonly pid: number; readonly url: string; readonly startedHere: boolean };

/** Starts it from another process of Counterpart. */
async function startElsewhere(): Promise<Told & { readonly process: ChildProcess }> {
  const script = fileURLToPath(new URL("../../test/run-embedded-postgres.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, directory], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  for await (const line of createInterface(child.stdout)) {
    return { ...(JSON.parse(line) as Told), process: child };
  }
  throw new Error("the other process ended without a server");
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: "array" });
    return rows;
  } finally {
    await client.end();
  }
}

async function isGone(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid) && isRunning(pid), { timeout: 20_000 }).toBe(false);
}

/** Not a zombie, whose parent has not looked at it yet. */
async function isRunning(pid: number): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z");
  return !status.includes(") Z");
}

const data = () => join(directory, "postgres-18", "data");

test("it runs with safe settings that its superuser cannot loosen, and shows them", async () => {
  const { settings, version, url } = await start();
  expect(version).toMatch(/^18\./);
  expect(settings).toMatchObject({
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
    max_wal_size: "4GB",
    jit: "off",
  });
  await query(url.replace("//counterpart:", "//postgres:"), "ALTER SYSTEM SET fsync = off");
  await query(url.replace("//counterpart:", "//postgres:"), "SELECT pg_reload_conf()");
  expect(await query(url, "SHOW fsync")).toEqual([["on"]]);
});

test("text is ordered by code point, pages have checksums, the owner is no superuser", async () => {
  const { url } = await start();
  expect(await query(url, "SHOW server_encoding")).toEqual([["UTF8"]]);
  expect(await query(url, "SELECT 'Z' < 'a', lower('Ä')")).toEqual([[true, "ä"]]);
  expect(await query(url, "SHOW data_checksums")).toEqual([["on"]]);
  const flags = "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user";
  expect(await query(url, flags)).toEqual([[false, true]]);
});

test("only its own socket leads in, with its directory closed and a password asked", async () => {
  const { url, socketDirectory, port } = await start();
  expect(await query(url, "SHOW listen_addresses")).toEqual([[""]]);
  expect((await stat(socketDirectory ?? "")).mode & 0o777).toBe(0o700);
  expect((await stat(join(data(), "counterpart.password"))).mode & 0o777).toBe(0o600);
  for (const user of ["counterpart", "postgres"]) {
    const place = `host=${socketDirectory}&port=${port}`;
    const wrong = `postgresql://${user}:wrong@localhost/postgres?${place}`;
    await expect(query(wrong, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  }
});

test("over TCP it listens on a free port of this machine and asks for the password", async () => {
  const { url, socketDirectory, port } = await start("tcp");
  expect(socketDirectory).toBeUndefined();
  expect(port).not.toBe(5432);
  expect(await query(url, "SHOW listen_addresses")).toEqual([["127.0.0.1"]]);
  const wrong = `postgresql://counterpart:wrong@127.0.0.1:${port}/counterpart`;
  await expect(query(wrong, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
});

test("a stop is clean, keeps the data and leaves no lock and no socket", async () => {
  const first = await start();
  await query(first.url, "CREATE TABLE kept AS SELECT 7 AS value");
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  expect(await readdir(data())).not.toContain("postmaster.pid");
  const left = await readdir(join(directory, "postgres-18"));
  expect(left.sort()).toEqual(["data", "lock", "postgres.log"]);
  const second = await start();
  expect(await query(second.url, "SELECT value FROM kept")).toEqual([[7]]);
  const log = await readFile(join(directory, "postgres-18", "postgres.log"), "utf8");
  expect(log).not.toContain("automatic recovery");
});

test("a data directory too deep for a socket has its socket elsewhere", async () => {
  directory = join(directory, "d".repeat(60), "e".repeat(60));
  const { url, socketDirectory } = await start();
  expect(socketDirectory?.startsWith(directory)).toBe(false);
  expect(await query(url, "SELECT 1")).toEqual([[1]]);
});

test("a second start joins the first, whichever stops first leaves it to the other", async () => {
  const first = await start();
  const second = await start();
  expect(second).toMatchObject({ pid: first.pid, url: first.url, startedHere: false });
  expect(second.settings).toEqual(first.settings);
  await second.stop();
  expect(await query(first.url, "SELECT 1")).toEqual([[1]]);
  const third = await start();
  await first.stop();
  expect(await query(third.url, "SELECT 1")).toEqual([[1]]);
  await third.stop();
  expect(isAlive(first.pid) && (await isRunning(first.pid))).toBe(false);
});

test.each(["ends in order", "is killed"])(
  "a process that joined keeps PostgreSQL when the one that started it %s",
  async (how) => {
    const starter = await startElsewhere();
    const joined = await startElsewhere();
    expect(joined).toMatchObject({ pid: starter.pid, startedHere: false });
    if (how === "is killed") starter.process.kill("SIGKILL");
    else starter.process.stdin?.end();
    await once(starter.process, "exit");
    expect(await query(joined.url, "SELECT 1")).toEqual([[1]]);
    const late = await start();
    expect(late).toMatchObject({ pid: starter.pid, startedHere: false });
    joined.process.kill("SIGKILL");
    await once(joined.process, "exit");
    expect(await query(late.url, "SELECT 1")).toEqual([[1]]);
    await late.stop();
    expect(isAlive(starter.pid) && (await isRunning(starter.pid))).toBe(false);
    expect((await readdir(join(directory, "postgres-18"))).sort()).toEqual([
      "data",
      "lock",
      "postgres.log",
    ]);
  },
);

test("after kill -9 of the last process that joined, PostgreSQL stops by itself", async () => {
  const starter = await startElsewhere();
  const joined = await startElsewhere();
  starter.process.kill("SIGKILL");
  await once(starter.process, "exit");
  joined.process.kill("SIGKILL");
  await isGone(starter.pid);
});

test("processes that come and go at once always find PostgreSQL", async () => {
  const visits = Array.from({ length: 4 }, async () => {
    for (let visit = 0; visit < 5; visit++) {
      const server = await startEmbeddedPostgres({ dataDirectory: directory });
      expect(await query(server.url, "SELECT 1")).toEqual([[1]]);
      await server.stop();
    }
  });
  await Promise.all(visits);
  expect((await readdir(join(directory, "postgres-18"))).sort()).toEqual([
    "data",
    "lock",
    "postgres.log",
  ]);
}, 120_000);

test("of processes that start at once, one runs the server and all are connected", async () => {
  const all = await Promise.all([startElsewhere(), startElsewhere(), startElsewhere()]);
  expect(new Set(all.map(({ pid }) => pid)).size).toBe(1);
  expect(all.filter(({ startedHere }) => startedHere)).toHaveLength(1);
  for (const { url } of all) expect(await query(url, "SELECT 1")).toEqual([[1]]);
  expect(await readdir(join(directory, "postgres-18"))).toHaveLength(5); // one cluster, one socket, one pipe
});

test("after kill -9 of PostgreSQL the next start has what was committed", async () => {
  const first = await start();
  await query(first.url, "CREATE TABLE kept AS SELECT 7 AS value");
  process.kill(first.pid, "SIGKILL");
  const second = await start();
  expect(await query(second.url, "SELECT value FROM kept")).toEqual([[7]]);
  expect(second.startedHere).toBe(true);
});

test("after kill -9 of its parent PostgreSQL stops by itself, and starts again", async () => {
  const first = await startElsewhere();
  first.process.kill("SIGKILL");
  await isGone(first.pid);
  const second = await start();
  expect(second.startedHere).toBe(true);
  const log = await readFile(join(directory, "postgres-18", "postgres.log"), "utf8");
  expect(log).toContain("database system is shut down");
});

test("after its data are moved away and its parent is killed PostgreSQL stops", async () => {
  const first = await startElsewhere();
  await rename(data(), join(directory, "postgres-18", "moved"));
  first.process.kill("SIGKILL");
  await isGone(first.pid);
});

test("when its parent ends in order PostgreSQL ends in order", async () => {
  const first = await startElsewhere();
  first.process.stdin?.end();
  const [code] = await once(first.process, "exit");
  expect(code).toBe(0);
  expect(isAlive(first.pid) && (await isRunning(first.pid))).toBe(false);
});

test("a postmaster.pid that names a strange process of the same user is no obstacle", async () => {
  const first = await start();
  const { uid, gid } = await stat(data());
  await first.stop();
  const strange = spawn("sleep", ["60"], {
    stdio: "ignore",
    cwd: "/",
    ...(process.getuid?.() === 0 && { uid, gid }),
  });
  children.push(strange);
  const path = join(data(), "postmaster.pid");
  const socket = join(directory, "postgres-18", "counterpart-socket-killed");
  const lines = [strange.pid, data(), 1_700_000_000, 5432, socket, "", "  123  456", "ready"];
  await writeFile(path, `${lines.join("\n")}\n`, { mode: 0o600 });
  await lchown(path, uid, gid);
  const second = await start();
  expect(await query(second.url, "SELECT 1")).toEqual([[1]]);
  expect(strange.exitCode).toBeNull();
});

test("a server that a dead process left behind is stopped in order and started anew", async () => {
  const { uid, gid } = await start().then(async (first) => {
    await first.stop();
    return stat(data());
  });
  const dead = spawn("true");
  await once(dead, "exit");
  const { native } = await findPostgresPackage();
  const flags = [`counterpart.launcher_pid=${dead.pid}`, "listen_addresses="];
  flags.push(`unix_socket_directories=${join(directory, "postgres-18")}`);
  const args = ["-D", data(), ...flags.flatMap((flag) => ["-c", flag])];
  const orphan = spawn(join(native, "bin", "postgres"), args, {
    cwd: "/",
    stdio: "ignore",
    ...(process.getuid?.() === 0 && { uid, gid }),
  });
  children.push(orphan);
  const ended = once(orphan, "exit");
  await expect
    .poll(() => readFile(join(data(), "postmaster.pid"), "utf8").catch(() => ""))
    .toContain("ready");
  const second = await start();
  expect(second.startedHere).toBe(true);
  expect(await ended).toEqual([0, null]);
});

test("data of another major version is refused", async () => {
  const first = await start();
  await first.stop();
  await writeFile(join(data(), "PG_VERSION"), "17\n");
  await expect(start()).rejects.toMatchObject({
    code: "database.other-major-version",
    detail: { found: "17", needed: 18 },
  });
});

test("a server that cannot start fails with what it said", async () => {
  const first = await start();
  await first.stop();
  await writeFile(join(data(), "postgresql.conf"), "no_such_setting = 1\n");
  await expect(start()).rejects.toThrow(/no_such_setting/);
});
