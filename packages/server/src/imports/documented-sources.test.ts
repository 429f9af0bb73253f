import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import { parseInstant } from "@counterpart/domain/instant.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/test-database.ts";
import { applyCatalogue } from "../catalogue/apply-catalogue.ts";
import { sourceSchema } from "../catalogue/catalogue-schema.ts";
import { printProblems } from "../catalogue/print-problems.ts";
import { readCatalogueDirectory } from "../catalogue/read-directory.ts";
import { openIngest } from "../main/open-counterpart.ts";
import { importFile } from "./import-file.ts";
import { printImport } from "./print-import.ts";
import { recordReader } from "./record-reader.ts";

const document = (name: string): string =>
  readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), "utf8");
const SOURCES = document("SOURCES.md");

function blocks(text: string, language: string): string[] {
  const fenced = text.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"));
  return [...fenced].map(([, block]) => block!);
}

const [SWITCHES = "", OFFICE = "", BAD = ""] = blocks(SOURCES, "yaml");
const [BASE = ""] = blocks(document("CATALOGUE.md"), "yaml");
const [RECORDS = ""] = blocks(SOURCES, "csv");

let world: TestDatabase;
let scratch: string;
beforeAll(async () => {
  world = await createTestDatabase();
  scratch = mkdtempSync(join(tmpdir(), "documented-sources-"));
});
afterAll(async () => {
  await world.drop();
  rmSync(scratch, { recursive: true });
});

function catalogueOf(name: string, files: Readonly<Record<string, string>>): string {
  const directory = join(scratch, name);
  mkdirSync(directory);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  return directory;
}

test("the file of the example is imported with the outcome that is shown", async () => {
  const files = { "base.yaml": BASE, "switches.yaml": SWITCHES, "office.yaml": OFFICE };
  const read = await readCatalogueDirectory(catalogueOf("good", files));
  const { database } = world;
  await applyCatalogue(database, { read, by: "test", dryRun: false });
  const path = join(scratch, "cdr.csv");
  writeFileSync(path, RECORDS);
  const now = () => parseInstant("2026-10-06T08:00:00Z");
  const { keeper, ingest } = await openIngest(database, { now });
  try {
    const options = { database, keeper, ingest, source: "office-3cx", now };
    const result = await importFile({ ...options, path });
    // How long it took is no fact about the file.
    const shown = printImport({ ...result, path: "cdr.csv" }).replace(/ \(.*lines\/s\)$/m, "");
    const [example] = blocks(SOURCES, "console");
    expect(example).toBe(`$ counterpart import --source office-3cx cdr.csv\n${shown}\n`);
  } finally {
    await ingest.close();
  }
});

test("the first record of the example is the event that is shown", async () => {
  const { catalogue } = await readCatalogueDirectory(
    catalogueOf("mapped", { "base.yaml": BASE, "office.yaml": OFFICE }),
  );
  const named = { name: "office-3cx", source: catalogue!.sources["office-3cx"]! };
  const read = recordReader(named, (type) => BUILT_IN_TYPES[type]);
  async function* bytes(): AsyncGenerator<Buffer> {
    yield Buffer.from(RECORDS);
  }
  const events: unknown[] = [];
  for await (const records of read(bytes())) {
    for (const record of records) if ("body" in record) events.push(JSON.parse(record.body));
  }
  expect(events[0]).toEqual(JSON.parse(blocks(SOURCES, "json")[0]!));
});

test("a bad mapping gets the problems that are shown, with file and line", async () => {
  const directory = catalogueOf("bad", { "base.yaml": BASE, "office.yaml": BAD });
  const { catalogue, problems } = await readCatalogueDirectory(directory);
  expect(catalogue).toBe(null);
  expect(`${printProblems(problems)}\n`).toBe(blocks(SOURCES, "text")[0]);
});

test("the document has a row for every key of a source, its mapping and its fields", () => {
  const { shape } = sourceSchema;
  const mapping = shape.csv.unwrap().shape;
  const keys = [
    ...Object.keys(shape),
    ...Object.keys(shape.dialPlan.unwrap().shape),
    ...Object.keys(mapping),
    ...Object.keys(mapping.time.shape),
    ...mapping.time.shape.format.unwrap().options,
  ];
  expect(keys.filter((key) => !SOURCES.includes(`\n| \`${key}\``))).toEqual([]);
});
