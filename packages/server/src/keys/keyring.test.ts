import type { Instant } from "@counterpart/domain/instant.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/test-database.ts";
import { TEST_BUNDLE } from "../../test/test-server.ts";
import { applyCatalogue } from "../catalogue/apply-catalogue.ts";
import { readCatalogueBundle } from "../catalogue/read-bundle.ts";
import { createKey } from "./create-key.ts";
import { makeKeyText } from "./key-text.ts";
import { openKeyring } from "./keyring.ts";
import { revokeKey } from "./keys.repo.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  const read = await readCatalogueBundle(TEST_BUNDLE);
  await applyCatalogue(db.database, { read, by: "test", dryRun: false });
});
afterAll(() => db.drop());

const now = (): Instant => Date.now() as Instant;

function make(expiresAt: string | null = null) {
  const request = { name: "test", scopes: ["usage:read"] as const, sources: ["switch"], expiresAt };
  return createKey(db.database, request);
}

test("a key is found with its scopes and sources, also one that was made after others were asked for", async () => {
  const keyring = openKeyring(db.database, now);
  for (let made = 0; made < 2; made++) {
    const { key, id } = await make();
    const found = await keyring.find(key);
    expect(found).toMatchObject({
      id,
      scopes: new Set(["usage:read"]),
      sources: new Set(["switch"]),
    });
    // Known now, it costs no look-up.
    expect(keyring.find(key)).not.toBeInstanceOf(Promise);
  }
});

test("the right id with another secret is refused", async () => {
  const keyring = openKeyring(db.database, now);
  const { key } = await make();
  await db.database.pool("owner").query("update api_key set hash = $1", [Buffer.alloc(32)]);
  await expect(async () => await keyring.find(key)).rejects.toThrow("key.not-valid");
});

test("a key that is revoked elsewhere is refused within 5 seconds", async () => {
  const keyring = openKeyring(db.database, now);
  const { key, id } = await make();
  await keyring.find(key);
  await revokeKey(db.database.pool("writer"), id);
  await expect
    .poll(
      async () =>
        await Promise.resolve()
          .then(() => keyring.find(key))
          .catch((error) => error.code),
      {
        timeout: 5_000,
        interval: 100,
      },
    )
    .toBe("key.not-valid");
});

test("a key that is revoked here is refused at once", async () => {
  const keyring = openKeyring(db.database, now);
  const { key, id } = await make();
  await keyring.find(key);
  await revokeKey(db.database.pool("writer"), id);
  await keyring.changed();
  await expect(async () => await keyring.find(key)).rejects.toThrow("key.not-valid");
});

test("a key ends at its time, by the clock of the server", async () => {
  let time = Date.now();
  const keyring = openKeyring(db.database, () => time as Instant);
  const { key } = await make(new Date(time + 60_000).toISOString());
  await keyring.find(key);
  time += 60_000;
  expect(() => keyring.find(key)).toThrow("key.not-valid");
});

test("keys that nobody has made cost few questions to the database", async () => {
  let asked = 0;
  const pool = db.database.pool("writer");
  const count = (query: string) => {
    asked++;
    return pool.query(query);
  };
  const counting = {
    ...db.database,
    pool: () => ({ query: count }) as never,
  };
  const keyring = openKeyring(counting, now);
  const tries = Array.from({ length: 50 }, async () => await keyring.find(makeKeyText().text));
  const results = await Promise.allSettled(tries);
  expect(results.every(({ status }) => status === "rejected")).toBe(true);
  expect(asked).toBeLessThan(5);
});
