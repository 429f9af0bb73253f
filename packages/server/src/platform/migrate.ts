import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "@counterpart/domain/assert.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type pg from "pg";
import type { Database, Db } from "./database.ts";
import { ensureRoles, refusalOfRights } from "./ensure-roles.ts";

export type Migration = {
  readonly number: number;
  readonly name: string;
  /** SHA-256 of its text, in hexadecimal; line ends do not count, as git may change them. */
  readonly checksum: string;
  /** Of texts that it had before, with the same result: a line `-- Was: <checksum>` each. */
  readonly formerly: readonly string[];
  readonly sql: string;
};

/** Where this version of Counterpart keeps its own. */
export const MIGRATIONS = fileURLToPath(new URL("../../migrations/", import.meta.url));

const FILE_NAME = /^(\d{4})-([a-z0-9]+(?:-[a-z0-9]+)*)\.sql$/;
const FORMERLY = /^-- Was: +([0-9a-f]{64})$/gm;
/** Of pg_advisory_lock: any number that nothing else in the database locks. */
const MIGRATION_LOCK = 4_031_977_201;
/** A migration that waits for a table lock makes everybody behind it wait too. */
const LOCK_WAIT = "10s";

/**
 * The files of a directory, by number. Refuses gaps, repeated numbers and .sql files named
 * otherwise.
 */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith(".sql")).sort();
  const migrations: Migration[] = [];
  for (const file of files) {
    const [, digits, name] = FILE_NAME.exec(file) ?? [];
    if (digits === undefined || name === undefined)
      throw new Refusal("migration.misnamed", { file });
    const number = Number(digits);
    const expected = migrations.length + 1;
    if (number !== expected) throw new Refusal("migration.gap", { file, expected });
    const sql = (await readFile(join(directory, file), "utf8")).replaceAll("\r\n", "\n");
    const checksum = createHash("sha256").update(sql).digest("hex");
    const formerly = [...sql.matchAll(FORMERLY)].flatMap(([, was]) => was ?? []);
    migrations.push({ number, name, checksum, formerly, sql });
  }
  return migrations;
}

/**
 * Brings the database up to this code and answers what it applied. Each migration is one
 * transaction; one that fails leaves those before it applied. Of several processes at once one
 * works and the others wait. Refuses a database that is newer than this code, a changed file and a
 * gap, before any change; and a login without the rights that it takes, with the SQL that gives them.
 */
export async function migrate(
  database: Database,
  directory: string = MIGRATIONS,
): Promise<readonly Migration[]> {
  const migrations = await readMigrations(directory);
  const client = await database.client("owner");
  try {
    await client.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await ensureRoles(client);
    await client.query(`CREATE TABLE IF NOT EXISTS migration (
      number integer PRIMARY KEY,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`);
    const pending = await pendingMigrations(client, migrations);
    for (const migration of pending) await apply(client, migration);
    return pending;
  } catch (error) {
    throw (await refusalOfRights(client, error)) ?? error;
  } finally {
    await client.end(); // which gives the lock back, also after a failure
  }
}

/** Those that the database lacks. Refuses as `migrate` does. Needs the table `migration`. */
export async function pendingMigrations(
  db: Db,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> {
  const { rows } = await db.query<{ number: number; name: string; checksum: string }>(
    "SELECT number, name, checksum FROM migration ORDER BY number",
  );
  for (const [index, { number, name, checksum }] of rows.entries()) {
    if (number !== index + 1) throw new Refusal("migration.gap", { applied: number });
    const file = migrations[index];
    if (file === undefined) throw new Refusal("migration.database-newer", { number, name });
    if (file.checksum !== checksum && !file.formerly.includes(checksum)) {
      throw new Refusal("migration.changed", { number, name });
    }
  }
  return migrations.slice(rows.length);
}

async function apply(client: pg.Client, { number, name, checksum, sql }: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(`SET LOCAL lock_timeout = '${LOCK_WAIT}'`);
    const before = await transactionId(client);
    await client.query(sql);
    assert((await transactionId(client)) === before, "a migration leaves its transaction open");
    await client.query("INSERT INTO migration (number, name, checksum) VALUES ($1, $2, $3)", [
      number,
      name,
      checksum,
    ]);
    await client.query("COMMIT");
  } catch (cause) {
    await client.query("ROLLBACK").catch(() => {}); // a lost connection has rolled back already
    throw new Error(`migration ${number} (${name}) failed and is not applied`, { cause });
  }
}

async function transactionId(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>("SELECT pg_current_xact_id()::text AS id");
  return rows[0]?.id ?? "";
}
