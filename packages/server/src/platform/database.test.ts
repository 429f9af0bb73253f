import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmptyTestDatabase, type TestDatabase } from "../../test/test-database.ts";
import { connectDatabase, databaseOptions, urlForRole } from "./database.ts";

let test1: TestDatabase;

beforeAll(async () => {
  test1 = await createEmptyTestDatabase();
  await test1.database.pool("owner").query(`DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['counterpart_writer', 'counterpart_reader'] LOOP
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        EXECUTE format('GRANT %I TO current_user', name);
      END IF;
    END LOOP;
  END $$`);
});

afterAll(() => test1.drop());

test.each(["writer", "reader"] as const)("%s takes its role, and keeps it", async (role) => {
  const client = await test1.database.client(role);
  await client.query("SET ROLE counterpart_reader");
  await client.query("RESET ROLE");
  const { rows } = await client.query("SELECT current_user AS role");
  expect(rows).toEqual([{ role: `counterpart_${role}` }]);
  await client.end();
});

test("the owner is the user of the URL", async () => {
  const { rows } = await test1.database
    .pool("owner")
    .query("SELECT current_user = session_user AS is_itself");
  expect(rows).toEqual([{ is_itself: true }]);
});

test.each`
  sql                                             | value
  ${"9007199254740993::int8"}                     | ${"9007199254740993"}
  ${"0.1000::numeric"}                            | ${"0.1000"}
  ${"'{0.1000,12345678901234567890}'::numeric[]"} | ${["0.1000", "12345678901234567890"]}
  ${"'{9007199254740993}'::int8[]"}               | ${["9007199254740993"]}
  ${"'2026-10-01'::date"}                         | ${"2026-10-01"}
  ${"'{2026-10-01}'::date[]"}                     | ${["2026-10-01"]}
  ${"'2026-10-01T12:00:00+05:45'::timestamptz"}   | ${"2026-10-01 06:15:00+00"}
  ${"7::int4"}                                    | ${7}
  ${"'\\x00ff'::bytea"}                           | ${Buffer.from([0, 255])}
`("$sql arrives as $value", async ({ sql, value }) => {
  const { rows } = await test1.database.pool("writer").query(`SELECT ${sql} AS value`);
  expect(rows).toEqual([{ value }]);
});

test("a pool is made once and none is open after close", async () => {
  const database = connectDatabase(test1.url);
  const pool = database.pool("owner");
  expect(database.pool("owner")).toBe(pool);
  await database.close();
  expect(pool.ended).toBe(true);
});

test("a session that the server ends is reported and does not end the process", async () => {
  const lines: string[] = [];
  const database = connectDatabase(test1.url, { log: (line) => lines.push(line) });
  const { rows } = await database.pool("owner").query("SELECT pg_backend_pid() AS pid");
  await test1.database.pool("owner").query("SELECT pg_terminate_backend($1)", [rows[0].pid]);
  await expect.poll(() => lines).toEqual([expect.stringContaining("connection was lost")]);
  await database.close();
});

test("options that a URL already has are kept", () => {
  const url = urlForRole("postgres://u:p%2B@h/d?options=-c%20statement_timeout%3D5s", "writer");
  const parsed = new URL(url);
  expect(parsed.password).toBe("p%2B");
  expect(parsed.searchParams.get("options")).toBe(
    "-c statement_timeout=5s -c TimeZone=UTC -c DateStyle=ISO " +
      "-c default_transaction_isolation=read\\ committed -c role=counterpart_writer",
  );
});

test.each([
  "postgres//user:secret@host",
  "postgresql:user:secret@host",
  "mysql://user:secret@host/name",
  "user:secret@",
  "user:secret@host/name",
])("%s is no URL of PostgreSQL, and is refused without showing its password", (url) => {
  const attempt = () => urlForRole(url, "owner");
  expect(attempt).toThrow(expect.objectContaining({ code: "database.url-malformed" }));
  expect(attempt).not.toThrow(/secret/);
});

test("the environment names a server or a data directory", () => {
  const env = { DATABASE_URL: "postgres://h/d", COUNTERPART_DATA: "/srv/data" };
  expect(databaseOptions(env)).toEqual({
    databaseUrl: "postgres://h/d",
    dataDirectory: "/srv/data",
  });
  expect(databaseOptions({ COUNTERPART_DATA: "" }).dataDirectory).toBeUndefined();
});
