import { expect, test } from "vitest";
import { createTestDatabase, dropDatabase, inDatabase } from "../../test/test-database.ts";
import { assertSafeSettings } from "./assert-safe-settings.ts";
import { type Db, openDatabase } from "./database.ts";

const SAFE = {
  server_version_num: "150000",
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  server_encoding: "UTF8",
};

/** A server with these settings; fsync of a real one cannot be changed while it runs. */
function serverWith(settings: Readonly<Record<string, string>>): Db {
  const rows = Object.entries({ ...SAFE, ...settings }).map(([name, value]) => ({ name, value }));
  return { query: async () => ({ rows }) } as unknown as Db;
}

test.each`
  setting                 | value             | code
  ${"fsync"}              | ${"off"}          | ${"database.settings-unsafe"}
  ${"full_page_writes"}   | ${"off"}          | ${"database.settings-unsafe"}
  ${"synchronous_commit"} | ${"off"}          | ${"database.settings-unsafe"}
  ${"synchronous_commit"} | ${"local"}        | ${undefined}
  ${"synchronous_commit"} | ${"remote_apply"} | ${undefined}
  ${"server_encoding"}    | ${"LATIN1"}       | ${"database.encoding"}
  ${"server_encoding"}    | ${"SQL_ASCII"}    | ${"database.encoding"}
  ${"server_version_num"} | ${"140099"}       | ${"database.too-old"}
  ${"server_version_num"} | ${"150000"}       | ${undefined}
`("$setting = $value: $code", async ({ setting, value, code }) => {
  const error = await assertSafeSettings(serverWith({ [setting]: value })).catch((e: unknown) => e);
  expect((error as { code?: string } | undefined)?.code).toBe(code);
});

test("a database that cannot hold every text is not opened; the line that makes one is told", async () => {
  const { url, database, drop } = await createTestDatabase();
  const admin = database.pool("owner");
  const [latin, right] = [
    `${new URL(url).pathname.slice(1)}_l`,
    `${new URL(url).pathname.slice(1)}_u`,
  ];
  await admin.query(`CREATE DATABASE ${latin} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'
                     LOCALE_PROVIDER libc`);
  const error: unknown = await openDatabase({ databaseUrl: inDatabase(url, latin) }).catch(
    (e) => e,
  );
  const sql = "CREATE DATABASE counterpart TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';";
  expect(error).toMatchObject({ code: "database.encoding", detail: { encoding: "LATIN1", sql } });
  await admin.query(sql.replace("counterpart", right));
  await (await openDatabase({ databaseUrl: inDatabase(url, right) })).close();
  for (const name of [latin, right]) await dropDatabase(url, name);
  await drop();
});

test("a database whose commits may be lost is not opened", async () => {
  const { url, database, drop } = await createTestDatabase();
  const name = new URL(url).pathname.slice(1);
  await database.pool("owner").query(`ALTER DATABASE ${name} SET synchronous_commit = off`);
  await expect(openDatabase({ databaseUrl: url })).rejects.toMatchObject({
    code: "database.settings-unsafe",
    detail: { synchronous_commit: "off" },
  });
  await drop();
});
