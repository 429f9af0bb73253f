/** The demo on databases that somebody has worked with. */
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { perCheck } from "../../scenarios/facts-world.ts";
import { applyTerms } from "../../scenarios/small-world.ts";
import { runCounterpart } from "../../test/run-counterpart.ts";
import { createTestDatabase, type TestDatabase } from "../../test/test-database.ts";
import { DEMO_CATALOGUE } from "../demo/run-demo.ts";

let store: TestDatabase;
let directory: string;
beforeEach(async () => {
  store = await createTestDatabase();
  directory = await mkdtemp(join(tmpdir(), "counterpart-demo-"));
});
afterEach(async () => {
  await store.drop();
  await rm(directory, { recursive: true });
});

const run = (...args: readonly string[]) => runCounterpart({ DATABASE_URL: store.url }, ...args);
const demo = () => run("demo", "--events", "1000", "--exit");

test("prices and accounts that somebody added to the demo stay when it runs again", async () => {
  expect(await demo()).toMatchObject({ code: 0 });
  await cp(DEMO_CATALOGUE, directory, { recursive: true });
  const plan = join(directory, "plans", "standard.yaml");
  await writeFile(plan, (await readFile(plan, "utf8")).replace('"149.00"', '"159.00"'));
  await appendFile(join(directory, "accounts.yaml"), "  mine: { party: alpenkurier }\n");
  expect(await run("apply", directory)).toMatchObject({ code: 0 });
  const again = await demo();
  expect(again.code).toBe(0);
  expect(again.said).toContain("The catalogue was changed here and stays so:");
  expect(again.out).toContain("Nothing was changed: this database holds the demo already.");
  expect((await run("apply", directory, "--dry-run")).out).toContain("Nothing to change");
}, 120_000);

test("a database with a catalogue of its own is not made a demo of", async () => {
  await applyTerms(store.database, [perCheck("0.05")]);
  const { code, said } = await demo();
  expect(code).not.toBe(0);
  expect(said).toContain("demo.other-catalogue");
  expect(said).toContain("Give the demo another one: COUNTERPART_DATA or DATABASE_URL");
}, 30_000);

test("a port that is taken is told before a month is ingested", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as { port: number };
  const { code, said } = await run("demo", "--events", "1000", "--port", String(port));
  other.close();
  expect(code).not.toBe(0);
  expect(said).toContain("server.port-in-use");
  expect(said).not.toContain("Ingesting");
}, 30_000);
