/** A PostgreSQL of an administrator's, with logins that have few rights, as managed services give them. */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inDatabase } from "../../test/test-database.ts";
import { connectDatabase, type Database } from "./database.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { migrate } from "./migrate.ts";

let directory = "";
let server: EmbeddedPostgres;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "counterpart-roles-"));
  await chmod(directory, 0o755); // for root's sake: PostgreSQL runs as another user then
  server = await startEmbeddedPostgres({ dataDirectory: directory });
});

afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

/** What an administrator runs, in one database. */
async function administer(database: string, ...statements: readonly string[]): Promise<void> {
  const url = inDatabase(server.url, database).replace("//counterpart:", "//postgres:");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

async function asLogin<T>(
  [login, name]: readonly [string, string],
  use: (database: Database) => Promise<T>,
): Promise<T> {
  const url = inDatabase(server.url, name).replace(/counterpart:[^@]*@/, `${login}:secret@`);
  const database = connectDatabase(url);
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

const migrated = (login: string, name: string): Promise<unknown> =>
  asLogin([login, name], async (database) => {
    await migrate(database);
    const { rows } = await database.pool("writer").query("SELECT current_user AS role FROM gate");
    return rows;
  }).catch((error: unknown) => error);

const WORKS = [{ role: "counterpart_writer" }];

test("a login that may not make roles is told what an administrator runs, and then needs no more", async () => {
  const login = "CREATE ROLE metering LOGIN PASSWORD 'secret'";
  await administer("postgres", login, "CREATE DATABASE metering OWNER metering");
  const sql =
    "CREATE ROLE counterpart_writer NOLOGIN; CREATE ROLE counterpart_reader NOLOGIN; " +
    "GRANT counterpart_writer, counterpart_reader TO metering;";
  expect(await migrated("metering", "metering")).toMatchObject({
    code: "database.rights-missing",
    detail: { login: "metering", why: "permission denied to create role", sql },
  });
  await administer("metering", sql);
  expect(await migrated("metering", "metering")).toEqual(WORKS);
});

test("where the roles are there already, it lacks being granted them", async () => {
  const login = `CREATE ROLE "Second one" LOGIN PASSWORD 'secret'`;
  await administer("postgres", login, 'CREATE DATABASE second OWNER "Second one"');
  const sql = 'GRANT counterpart_writer, counterpart_reader TO "Second one";';
  const refused = { code: "database.rights-missing", detail: { login: '"Second one"', sql } };
  expect(await migrated("Second%20one", "second")).toMatchObject(refused);
  await administer("second", sql);
  expect(await migrated("Second%20one", "second")).toEqual(WORKS);
});

test("a login that may make roles makes them itself", async () => {
  for (const database of ["metering", "second"]) {
    await administer(database, "DROP OWNED BY counterpart_writer, counterpart_reader");
  }
  await administer(
    "postgres",
    "DROP ROLE counterpart_writer, counterpart_reader",
    "CREATE ROLE third LOGIN CREATEROLE PASSWORD 'secret'",
    "CREATE DATABASE third OWNER third",
  );
  expect(await migrated("third", "third")).toEqual(WORKS);
});

test("a login that does not own the database is told how it comes to it", async () => {
  await administer(
    "postgres",
    "CREATE ROLE guest LOGIN PASSWORD 'secret'",
    "GRANT counterpart_writer, counterpart_reader TO guest",
    "CREATE DATABASE hosted",
  );
  const sql = "ALTER DATABASE hosted OWNER TO guest;";
  expect(await migrated("guest", "hosted")).toMatchObject({
    code: "database.rights-missing",
    detail: { why: "permission denied for schema public", sql },
  });
  await administer("hosted", sql);
  expect(await migrated("guest", "hosted")).toEqual(WORKS);
});

test("a login that is another than the one that made the tables is told so", async () => {
  await administer(
    "hosted",
    "CREATE ROLE successor LOGIN PASSWORD 'secret'",
    "GRANT counterpart_writer, counterpart_reader TO successor",
    "ALTER DATABASE hosted OWNER TO successor",
    "REVOKE ALL ON migration FROM counterpart_writer, counterpart_reader",
  );
  const sql = "GRANT guest TO successor;";
  expect(await migrated("successor", "hosted")).toMatchObject({
    code: "database.rights-missing",
    detail: { why: "permission denied for table migration", sql },
  });
  await administer("hosted", sql);
  expect(await migrated("successor", "hosted")).toEqual(WORKS);
});
