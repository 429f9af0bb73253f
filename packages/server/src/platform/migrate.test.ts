import { mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TestDatabase } from "../../test/test-database.ts";
import { createEmptyTestDatabase, createTestDatabase } from "../../test/test-database.ts";
import { MIGRATIONS, migrate, readMigrations } from "./migrate.ts";

let directory = "";
let empty: TestDatabase;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "counterpart-migrations-"));
  empty = await createEmptyTestDatabase();
});

afterEach(async () => {
  await empty.drop();
  await rm(directory, { recursive: true });
});

async function write(file: string, sql: string): Promise<void> {
  await writeFile(join(directory, file), sql);
}

async function applied(): Promise<unknown[]> {
  const { rows } = await empty.database
    .pool("owner")
    .query("SELECT number, name FROM migration ORDER BY number");
  return rows.map(({ number, name }) => `${number} ${name}`);
}

async function tableExists(name: string): Promise<boolean> {
  const { rows } = await empty.database
    .pool("owner")
    .query("SELECT to_regclass($1) IS NOT NULL AS found", [name]);
  return rows[0].found;
}

test("migrations are applied in order, once, and new ones later", async () => {
  await write("0001-parties.sql", "CREATE TABLE party (id integer); SELECT 1;");
  await write("0002-names.sql", "ALTER TABLE party ADD name text");
  expect(await migrate(empty.database, directory)).toHaveLength(2);
  expect(await migrate(empty.database, directory)).toEqual([]);
  await write("0003-zones.sql", "ALTER TABLE party ADD zone text");
  expect(await migrate(empty.database, directory)).toMatchObject([{ number: 3, name: "zones" }]);
  expect(await applied()).toEqual(["1 parties", "2 names", "3 zones"]);
});

test("no migrations are no error", async () => {
  expect(await migrate(empty.database, directory)).toEqual([]);
});

test("processes that start at once apply each migration once", async () => {
  await write("0001-slow.sql", "SELECT pg_sleep(0.2); CREATE TABLE slow (id integer)");
  const starts = [1, 2, 3, 4].map(() => migrate(empty.database, directory));
  const counts = (await Promise.all(starts)).map((done) => done.length);
  expect(counts.sort()).toEqual([0, 0, 0, 1]);
});

test("a migration that fails changes nothing, and those before it stay", async () => {
  await write("0001-good.sql", "CREATE TABLE good (id integer)");
  await write("0002-bad.sql", "CREATE TABLE bad (id integer); SELECT 1/0");
  await expect(migrate(empty.database, directory)).rejects.toMatchObject({
    message: expect.stringContaining("migration 2 (bad)"),
    cause: { code: "22012" },
  });
  expect(await applied()).toEqual(["1 good"]);
  expect(await tableExists("bad")).toBe(false);
  await write("0002-bad.sql", "CREATE TABLE bad (id integer)");
  expect(await migrate(empty.database, directory)).toHaveLength(1);
});

test("a migration that ends its own transaction is found out", async () => {
  await write("0001-own.sql", "CREATE TABLE own (id integer); COMMIT; BEGIN");
  await expect(migrate(empty.database, directory)).rejects.toMatchObject({
    cause: { name: "AssertionFailure" },
  });
});

test("a changed migration is refused before anything is applied", async () => {
  await write("0001-first.sql", "CREATE TABLE first (id integer)");
  await migrate(empty.database, directory);
  await write("0001-first.sql", "CREATE TABLE first (id bigint)");
  await write("0002-second.sql", "CREATE TABLE second (id integer)");
  await expect(migrate(empty.database, directory)).rejects.toMatchObject({
    code: "migration.changed",
    detail: { number: 1 },
  });
  expect(await tableExists("second")).toBe(false);
});

test("a text that says which one it was before is no change", async () => {
  await write("0001-first.sql", "CREATE TABLE first (id integer)");
  const [before] = await readMigrations(directory);
  await migrate(empty.database, directory);
  await write("0001-first.sql", `-- Was: ${before?.checksum}\nCREATE TABLE first (id int4)`);
  expect(await migrate(empty.database, directory)).toEqual([]);
});

test("line ends that git has changed are no change", async () => {
  await write("0001-lines.sql", "CREATE TABLE lines (\nid integer)\n");
  await migrate(empty.database, directory);
  await write("0001-lines.sql", "CREATE TABLE lines (\r\nid integer)\r\n");
  expect(await migrate(empty.database, directory)).toEqual([]);
});

test("an older Counterpart refuses a database that a newer one has migrated", async () => {
  await write("0001-first.sql", "SELECT 1");
  await write("0002-newer.sql", "SELECT 2");
  await migrate(empty.database, directory);
  await rm(join(directory, "0002-newer.sql"));
  await expect(migrate(empty.database, directory)).rejects.toMatchObject({
    code: "migration.database-newer",
    detail: { number: 2, name: "newer" },
  });
});

test("a database with a gap is refused", async () => {
  await write("0001-first.sql", "SELECT 1");
  await write("0002-second.sql", "SELECT 2");
  await migrate(empty.database, directory);
  await empty.database.pool("owner").query("DELETE FROM migration WHERE number = 1");
  await expect(migrate(empty.database, directory)).rejects.toMatchObject({
    code: "migration.gap",
  });
});

test.each`
  files                           | code                    | because
  ${["0002-a.sql"]}               | ${"migration.gap"}      | ${"numbers begin at 1"}
  ${["0001-a.sql", "0003-b.sql"]} | ${"migration.gap"}      | ${"no number is left out"}
  ${["0001-a.sql", "0001-b.sql"]} | ${"migration.gap"}      | ${"no number is used twice"}
  ${["1-a.sql"]}                  | ${"migration.misnamed"} | ${"a number has four digits"}
  ${["0001-Big_Name.sql"]}        | ${"migration.misnamed"} | ${"a name is kebab-case"}
  ${["0001-a.sql", "README.md"]}  | ${undefined}            | ${"other files do not matter"}
`("$files: $because", async ({ files, code }) => {
  for (const file of files) await write(file, "SELECT 1");
  const error = await readMigrations(directory).catch((e: unknown) => e);
  expect((error as { code?: string }).code).toBe(code);
});

test("a renamed file of the same content is the same migration", async () => {
  await write("0001-old-name.sql", "SELECT 1");
  await migrate(empty.database, directory);
  await rename(join(directory, "0001-old-name.sql"), join(directory, "0001-new-name.sql"));
  expect(await migrate(empty.database, directory)).toEqual([]);
});

test("test databases have every migration of the repository applied", async () => {
  const files = (await readdir(MIGRATIONS)).filter((file) => file.endsWith(".sql"));
  const { database, drop } = await createTestDatabase();
  const { rows } = await database.pool("owner").query("SELECT number FROM migration");
  expect(rows).toHaveLength(files.length);
  await drop();
});
