/** A backfill from the command line, from opening to reverting it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { check, perCheck } from "../../scenarios/facts-world.ts";
import { applyTerms, send } from "../../scenarios/small-world.ts";
import { type Ran, runCounterpart } from "../../test/run-counterpart.ts";
import { createTestDatabase, type TestDatabase } from "../../test/test-database.ts";

let store: TestDatabase;
let directory: string;
beforeAll(async () => {
  store = await createTestDatabase();
  directory = await mkdtemp(join(tmpdir(), "counterpart-backfill-"));
  await applyTerms(store.database, [perCheck("0.05")]);
  await send(store.database, [check("1")]);
});
afterAll(async () => {
  await store.drop();
  await rm(directory, { recursive: true });
});

const backfill = (...args: readonly string[]): Promise<Ran> =>
  runCounterpart({ DATABASE_URL: store.url }, "backfill", ...args);

test("counterpart backfill opens, adds, shows in money, asks, closes and reverts", async () => {
  // Each command is a process, perhaps on a busy machine.
  const file = join(directory, "late.ndjson");
  const lines = ['{"void": "switch/1"}', check("2"), check("3"), '{"void": "switch/9"}', "{}"];
  await writeFile(file, lines.join("\n"));
  const opened = await backfill("open", "late", "--reason", "a lost file");
  expect(opened.out).toContain("counterpart backfill add late FILE");
  const added = await backfill("add", "late", file);
  expect([added.code, added.out]).toEqual([3, expect.stringContaining("4 items added, 1 line")]);
  expect(added.out).toMatch(/late\.ndjson:5 +backfill\.item-unreadable/);
  const shown = await backfill("show", "late");
  expect(shown.out).toMatch(/late +open .* cli .* a lost file\n/);
  expect(shown.out).toMatch(/ 2 +accepted +switch\/2\n/);
  expect(shown.out).toMatch(/ 1 +left +event\.unknown +switch\/9 +No event/);
  expect(shown.out).toMatch(/hofladen .* 3 +0\.05 +0\.10 +0\.05 +0\.05 +EUR\n/);
  const unasked = await backfill("close", "late");
  expect([unasked.code, unasked.out]).toEqual([3, ""]);
  expect(unasked.said).toContain("backfill.not-confirmed");
  const closed = await backfill("close", "late", "--yes");
  expect([closed.code, closed.out]).toEqual([0, expect.stringMatching(/late +closed /)]);
  expect((await backfill("show", "late", "--left")).out).toContain("switch/9  event.unknown");
  const reverted = await backfill("revert", "late", "--yes", "--json");
  expect(JSON.parse(reverted.out)).toMatchObject({
    row: { state: "r" },
    undone: [{ outcome: "undone", count: 3 }],
  });
  expect((await backfill("list")).out).toMatch(/late +reverted /);
}, 240_000);
