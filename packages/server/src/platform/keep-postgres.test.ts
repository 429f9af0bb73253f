import { chmod, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Database, openDatabase } from "./database.ts";

let directory = "";
let database: Database;
let lines: string[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "counterpart-keep-"));
  await chmod(directory, 0o755); // for root's sake: PostgreSQL runs as another user then
  lines = [];
  database = await openDatabase({ dataDirectory: directory, log: (line) => lines.push(line) });
});

afterEach(async () => {
  await database.close();
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

const home = () => join(directory, "postgres-18");
const pidNow = (): number => database.embedded?.pid ?? 0;
const WAIT = { timeout: 20_000, interval: 50 };

/** Whether a server with other data than those that were moved away has been made. */
async function hasData(): Promise<boolean> {
  return (await readdir(home())).includes("data");
}

test("after kill -9 pools that were made before, new connections and the URL find it again", async () => {
  const pool = database.pool("owner");
  await pool.query("CREATE TABLE kept AS SELECT 7 AS value");
  const [url, pid] = [database.url, pidNow()];
  process.kill(pid, "SIGKILL");
  await expect.poll(pidNow, WAIT).not.toBe(pid);
  expect((await pool.query("SELECT value FROM kept")).rows).toEqual([{ value: 7 }]);
  const client = await database.client("owner");
  expect((await client.query("SELECT value FROM kept")).rows).toEqual([{ value: 7 }]);
  await client.end();
  expect(database.url).not.toBe(url);
  await expect.poll(() => lines, WAIT).toContain("PostgreSQL runs again");
  expect((await readdir(home())).filter((name) => /^(users|counterpart)-/.test(name))).toHaveLength(
    2, // one pipe, one socket: those of the server that was killed are gone
  );
});

test("one that cannot start is tried again after longer and longer pauses, never on new data", async () => {
  const pid = pidNow();
  await rename(join(home(), "data"), join(home(), "moved"));
  process.kill(pid, "SIGKILL");
  const tried = (): readonly string[] => lines.filter((line) => line.includes("starting it again"));
  await expect
    .poll(tried, WAIT)
    .toEqual([
      `PostgreSQL (process ${pid}) has ended: starting it again now`,
      `PostgreSQL (process ${pid}) has ended: starting it again in 1 s`,
      `PostgreSQL (process ${pid}) has ended: starting it again in 2 s`,
    ]);
  expect(await hasData()).toBe(false);
  await rename(join(home(), "moved"), join(home(), "data"));
  await expect.poll(() => lines, WAIT).toContain("PostgreSQL runs again");
  expect((await database.pool("owner").query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
});

test("who closes while it is away need not wait for it", async () => {
  await rename(join(home(), "data"), join(home(), "moved"));
  process.kill(pidNow(), "SIGKILL");
  await expect.poll(() => lines.at(-1), WAIT).toMatch(/in 1 s$/);
  await database.close();
  expect(await hasData()).toBe(false);
});
