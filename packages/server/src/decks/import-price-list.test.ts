/**
 * From an operator's list to a version of a deck: in a catalogue directory, and in the one in
 * force.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseInstant } from "@counterpart/domain/instant.ts";
import { parseLocalDay } from "@counterpart/domain/period.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/test-database.ts";
import { applyCatalogue } from "../catalogue/apply-catalogue.ts";
import { openBookKeeper } from "../catalogue/book-keeper.ts";
import { readCatalogueDirectory } from "../catalogue/read-directory.ts";
import { planOrder } from "./change-deck.ts";
import { NO_MAPPING } from "./deck-mapping.ts";
import { openDirectoryShelf, openShelfInForce, versionAt, versionNamed } from "./deck-shelf.ts";
import { type ListImport, planImport } from "./import-price-list.ts";
import { lookUp } from "./look-up.ts";
import { readNewDeck } from "./new-deck.ts";
import { printDeckList, printImportPlan, printLookup } from "./print-decks.ts";
import { storeInDirectory, storeInForce } from "./store-deck-versions.ts";

const YAML = `provider: { name: Testtel, homeCurrency: EUR, timeZone: Europe/Berlin }
decks:
  atlas:
    key: prefix
    currency: EUR
    per: minute
    noticeDays: 7
    versions:
      - { from: "2026-01-01", file: decks/atlas.csv } # the first
  other:
    key: prefix
    currency: EUR
    per: minute
    versions:
      - { from: "2026-01-01", file: decks/other.csv }
`;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "decks-"));
  await writeFile(join(directory, "catalogue.yaml"), YAML);
  await mkdir(join(directory, "decks"));
  await writeFile(
    join(directory, "decks/atlas.csv"),
    "key,name,rate\n31,Netherlands,0.02\n33,France,0.03\n49,Germany,0.01\n",
  );
  await writeFile(join(directory, "decks/other.csv"), "key,rate\n1,0.5\n");
});
afterEach(() => rm(directory, { recursive: true }));

const LIST = "prefix,destination,rate\n49,Germany,0.012\n33,France,0.03\n44,United Kingdom,0.02\n";

const list = (more: Partial<ListImport> = {}): ListImport => ({
  deck: "atlas",
  text: LIST,
  mapping: NO_MAPPING,
  from: "2026-12-01",
  isWhole: true,
  notified: parseLocalDay("2026-11-20"),
  ...more,
});

async function storeInTestDirectory(more: Partial<ListImport> = {}): Promise<readonly string[]> {
  const shelf = await openDirectoryShelf(directory);
  const plan = await planImport(shelf, list(more));
  return await storeInDirectory(directory, shelf, plan);
}

test("the difference is shown first: counts, changes, and what is most likely a mistake", async () => {
  const plan = await planImport(await openDirectoryShelf(directory), list());
  expect(printImportPlan(plan)).toBe(
    `3 lines read for deck atlas

Version 2026-12-01 of atlas, against that of 2026-01-01: 3 rows, in force from 2026-11-30T23:00:00Z
new  increase  decrease  otherwise  unchanged  deleted
───  ────────  ────────  ─────────  ─────────  ───────
  1         1         0          0          1        1

change    key  name            before  after
────────  ───  ──────────────  ──────  ─────  ───────
increase  49   Germany         0.01    0.012  +20.0 %
deleted   31   Netherlands     0.02
new       44   United Kingdom          0.02`,
  );
});

test("a directory gets the rows as a CSV of their own and one line of YAML; comments stay", async () => {
  expect(await storeInTestDirectory()).toEqual(["decks/atlas-2026-12-01.csv", "catalogue.yaml"]);
  expect(await readFile(join(directory, "catalogue.yaml"), "utf8")).toBe(
    YAML.replace(
      "# the first\n",
      '# the first\n      - { from: "2026-12-01", file: "decks/atlas-2026-12-01.csv" }\n',
    ),
  );
  expect(await readFile(join(directory, "decks/atlas-2026-12-01.csv"), "utf8")).toBe(
    "key,name,rate\n33,France,0.03\n44,United Kingdom,0.02\n49,Germany,0.012\n",
  );
  const { problems } = await readCatalogueDirectory(directory);
  expect(problems).toEqual([]);
});

test("a list of changes keeps the other rows, and a version that follows is told of", async () => {
  await storeInTestDirectory({ from: "2027-01-01" });
  const shelf = await openDirectoryShelf(directory);
  const text = "prefix,rate,status\n49,0.013,\n33,,blocked\n";
  const { versions } = await planImport(shelf, list({ text, isWhole: false }));
  expect(versions).toMatchObject([{ from: "2026-12-01", followedBy: "2027-01-01" }]);
  expect(versions[0]!.rows.map(({ key, rate }) => [key, rate])).toEqual([
    ["31", "0.02"],
    ["33", null],
    ["49", "0.013"],
  ]);
});

test("rows with days of their own make a version for each day", async () => {
  const text =
    "prefix,rate,effective\n49,0.009,2026-11-01\n49,0.02,2026-12-15\n33,0.03,2026-12-15\n";
  const files = await storeInTestDirectory({ text });
  expect(files).toEqual([
    "decks/atlas-2026-12-01.csv",
    "decks/atlas-2026-12-15.csv",
    "catalogue.yaml",
  ]);
  const atlas = await (await openDirectoryShelf(directory)).open("atlas");
  const at = (time: string) => versionAt(atlas, parseInstant(time))?.rows.map(({ rate }) => rate);
  expect(at("2026-12-01T00:00:00Z")).toEqual(["0.03", "0.009"]);
  expect(at("2026-12-15T00:00:00Z")).toEqual(["0.03", "0.02"]);
});

test.each([
  ["2026-11-26", 1],
  ["2026-11-27", 0],
])(
  "told on 20 November with a week's notice, from %s %i row is dearer too soon",
  async (from, rows) => {
    const { versions } = await planImport(await openDirectoryShelf(directory), list({ from }));
    expect(versions.map((version) => [version.shortNotice.length, version.dearerFrom])).toEqual([
      [rows, "2026-11-27"],
    ]);
  },
);

test("a version of the same date is compared with itself, and replaced in its own file", async () => {
  await storeInTestDirectory();
  const shelf = await openDirectoryShelf(directory);
  const plan = await planImport(shelf, list({ text: LIST.replace("0.012", "0.011") }));
  expect(plan.versions).toMatchObject([{ replaces: true, against: "2026-12-01" }]);
  expect(plan.versions[0]!.comparison.counts).toMatchObject({ decreased: 1, unchanged: 2 });
  const files = await storeInDirectory(directory, shelf, plan);
  expect(files).toEqual(["decks/atlas-2026-12-01.csv"]);
  expect(await readdir(join(directory, "decks"))).toHaveLength(3);
});

test("a list makes a deck that the catalogue does not have", async () => {
  const create = readNewDeck({ create: true, currency: "USD", noticeDays: 7 });
  const asked = list({ deck: "nova", create });
  const shelf = await openDirectoryShelf(directory);
  const plan = await planImport(shelf, asked);
  expect(printImportPlan(plan)).toMatch(/^3 lines read for the new deck nova/);
  expect(await storeInDirectory(directory, shelf, plan)).toEqual([
    "decks/nova-2026-12-01.csv",
    "decks/nova.yaml",
  ]);
  const after = await openDirectoryShelf(directory);
  const nova = await after.open("nova");
  expect(nova.deck).toMatchObject({ key: "prefix", currency: "USD", per: "minute", noticeDays: 7 });
  expect(nova.versions.map(({ from, rows }) => [from, rows.length])).toEqual([["2026-12-01", 3]]);
  await expect(planImport(after, asked)).rejects.toThrow("deck.exists");
});

test.each([
  [{ create: true }, "deck.new-unclear"],
  [{ create: false, per: "minute" }, "deck.new-unclear"],
  [{ create: false, key: "network" as const }, "deck.new-unclear"],
])("what a new deck is must be said, and only of a new one: %j", (options, code) => {
  expect(() => readNewDeck(options)).toThrow(code);
});

test("networks are priced per segment unless something else is said", () => {
  const made = { create: true, currency: "EUR", key: "network" as const };
  expect(readNewDeck(made)).toEqual({ key: "network", currency: "EUR", per: "segment" });
  expect(readNewDeck({ ...made, per: "message" })).toMatchObject({ per: "message" });
  expect(readNewDeck({ create: false })).toBe(null);
});

test("an older version comes back as a new one", async () => {
  await storeInTestDirectory();
  const shelf = await openDirectoryShelf(directory);
  const order = { kind: "rollback", deck: "atlas", to: "2026-01-01", from: "2026-12-05" } as const;
  const plan = await planOrder(shelf, order, parseInstant("2026-11-20T12:00:00Z"));
  const [version] = plan.versions;
  expect(version!.comparison.counts).toMatchObject({ added: 1, deleted: 1, decreased: 1 });
  await storeInDirectory(directory, shelf, plan);
  const after = await (await openDirectoryShelf(directory)).open("atlas");
  expect(versionNamed(after, "2026-12-05").rows).toEqual(versionNamed(after, "2026-01-01").rows);
  expect(() => versionNamed(after, "2026-12-06")).toThrow("deck.version-unknown");
});

test("every version is listed with its state, and a lookup says what wins and what is scheduled", async () => {
  await storeInTestDirectory();
  const shelf = await openDirectoryShelf(directory);
  const atlas = await shelf.open("atlas");
  const now = parseInstant("2026-11-20T12:00:00Z");
  expect(printDeckList([atlas], now)).toBe(
    `deck   key     priced          version     state      rows
─────  ──────  ──────────────  ──────────  ─────────  ────
atlas  prefix  EUR per minute  2026-01-01  in force      3
                               2026-12-01  scheduled     3`,
  );
  expect(printLookup(lookUp(atlas, "4930123456", now))).toBe(
    `4930123456 in deck atlas (EUR per minute) at 2026-11-20T12:00:00Z, version 2026-01-01:
row  name     price
───  ───────  ─────  ────────────────────────
49   Germany  0.01   wins: the longest prefix
From 2026-12-01: 49 at 0.012`,
  );
  expect(printLookup(lookUp(atlas, "861", now))).toContain("No row matches: no rate is never zero");
  await expect(shelf.open("nothing")).rejects.toThrow("deck.unknown");
});

let testDatabase: TestDatabase | null = null;
afterEach(async () => {
  await testDatabase?.drop();
  testDatabase = null;
});

test("the catalogue in force gets a version as one change, and the book has it", async () => {
  testDatabase = await createTestDatabase();
  const { database } = testDatabase;
  const read = await readCatalogueDirectory(directory);
  await applyCatalogue(database, { read, by: "test", dryRun: false });
  const keeper = await openBookKeeper(database);
  const shelf = await openShelfInForce(database.pool("reader"));
  const plan = await planImport(shelf, list());
  expect(plan.versions[0]!.comparison.counts).toMatchObject({ increased: 1, deleted: 1 });
  const { revision } = await storeInForce(database, shelf, plan.deck, plan.versions, "test");
  expect(revision).toBe(2);
  // What was compared with the revision before is not stored over this one.
  const late = await planImport(shelf, list({ text: LIST.replace("0.012", "0.011") }));
  const stale = storeInForce(database, shelf, late.deck, late.versions, "test");
  await expect(stale).rejects.toThrow("catalogue.changed");
  await keeper.refresh(revision);
  const after = await openShelfInForce(database.pool("reader"));
  const atlas = await after.open("atlas");
  expect(atlas.versions.map(({ from, rows }) => [from, rows.length])).toEqual([
    ["2026-01-01", 3],
    ["2026-12-01", 3],
  ]);
  expect(atlas.versions[1]!.rows[0]).toMatchObject({ key: "33", name: "France", rate: "0.03" });
  // The directory with the same version applies as nothing new.
  await storeInTestDirectory();
  const again = await readCatalogueDirectory(directory);
  const { changes } = await applyCatalogue(database, { read: again, by: "test", dryRun: true });
  expect(changes).toEqual([]);
});
