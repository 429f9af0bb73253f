import { expect, test } from "vitest";
import { createTestDatabase } from "../../test/test-database.ts";
import { assertSafeSettings } from "./assert-safe-settings.ts";
import { type Db, openDatabase } from "./database.ts";

const SAFE = {
  server_version_num: "150000",
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
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
  ${"server_version_num"} | ${"140099"}       | ${"database.too-old"}
  ${"server_version_num"} | ${"150000"}       | ${undefined}
`("$setting = $value: $code", async ({ setting, value, code }) => {
  const error = await assertSafeSettings(serverWith({ [setting]: value })).catch((e: unknown) => e);
  expect((error as { code?: string } | undefined)?.code).toBe(code);
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
