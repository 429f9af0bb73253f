import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/test-database.ts";
import { createKey, type KeyRequest } from "./create-key.ts";
import { listKeys } from "./keys.repo.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const REQUEST: KeyRequest = {
  name: "switch",
  scopes: ["events:write"],
  sources: null,
  expiresAt: null,
};

function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1_000).toISOString();
}

test.each<[string, Partial<KeyRequest>, string]>([
  ["without a name", { name: "" }, "key.name-malformed"],
  ["with a name of white space", { name: " \t" }, "key.name-malformed"],
  ["with a name that is too long", { name: "x".repeat(101) }, "key.name-malformed"],
  ["that expired years ago", { expiresAt: "2020-01-01T00:00:00Z" }, "key.expires-in-past"],
  ["that has just expired", { expiresAt: inSeconds(-1) }, "key.expires-in-past"],
])("a key %s is refused, and none is stored", async (_, change, code) => {
  const before = await listKeys(db.database.pool("writer"), { limit: 10, offset: 0 });
  await expect(createKey(db.database, { ...REQUEST, ...change })).rejects.toMatchObject({ code });
  expect(await listKeys(db.database.pool("writer"), { limit: 10, offset: 0 })).toEqual(before);
});

test("a key may expire soon, and its name is kept without white space around it", async () => {
  const expiresAt = inSeconds(3_600);
  const made = await createKey(db.database, { ...REQUEST, name: " switch ", expiresAt });
  expect(made).toMatchObject({ name: "switch", expiresAt, revokedAt: null });
});
