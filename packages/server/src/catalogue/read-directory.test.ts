import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkCatalogue } from "@counterpart/domain/catalogue/check-catalogue.ts";
import { PROBLEMS } from "@counterpart/domain/catalogue/problems.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { expressionChecks } from "../meters/expressions.ts";
import { listYamlFiles, YAML_BYTES_MAX } from "./catalogue-files.ts";
import { locateProblem, type Problem } from "./locate-problem.ts";
import { readCatalogueDirectory } from "./read-directory.ts";

const GOOD = join(import.meta.dirname, "fixtures/provider");

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "catalogue-"));
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** A way to spoil the good catalogue, and the problem that it makes (`fixtures/problems.yaml`). */
interface Spoiled {
  readonly code: string;
  readonly replace?: string;
  readonly by?: string;
  readonly add?: Readonly<Record<string, string | Uint8Array>>;
  /** File of the problem, and what the line that it points to holds. */
  readonly at: readonly [file: string, line: string];
}

const FILES = ["provider.yaml", "catalogue.yaml", "decks/voice.csv"];
const MAIN = "catalogue.yaml";
const VOICE = "decks/voice.csv";

function spoil({
  replace = "",
  by = "",
  add = {},
}: Pick<Spoiled, "replace" | "by" | "add">): string {
  const directory = mkdtempSync(join(scratch, "case-"));
  cpSync(GOOD, directory, { recursive: true });
  for (const [file, text] of Object.entries(add)) writeFileSync(join(directory, file), text);
  if (replace === "") return directory;
  const file = FILES.find((name) => readFileSync(join(GOOD, name), "utf8").includes(replace));
  if (file === undefined) throw new Error(`no file holds ${replace}`);
  const text = readFileSync(join(GOOD, file), "utf8");
  writeFileSync(
    join(directory, file),
    text.replace(replace, () => by),
  );
  return directory;
}

async function problemsIn(directory: string): Promise<readonly Problem[]> {
  const { catalogue, problems, locate } = await readCatalogueDirectory(directory);
  if (catalogue === null) return problems;
  const found = checkCatalogue(catalogue, BUILT_IN_TYPES, expressionChecks);
  return [...problems, ...found.map((each) => locateProblem(each, locate))];
}

test("a good catalogue has no problems, and its rows come with it", async () => {
  const { catalogue, deckRows, problems } = await readCatalogueDirectory(GOOD);
  expect(problems).toEqual([]);
  expect(checkCatalogue(catalogue!, BUILT_IN_TYPES, expressionChecks)).toEqual([]);
  const { rows } = catalogue!.decks["voice-retail"]!.versions[0]!;
  expect(deckRows.get(rows)).toEqual([
    { key: "49", name: "Germany", rate: "0.02", initialIncrement: 1, subsequentIncrement: 1 },
    {
      key: "4915",
      name: "Germany; mobile",
      rate: "0.1",
      connectFee: "0.01",
      initialIncrement: 60,
      subsequentIncrement: 60,
    },
  ]);
  expect(deckRows.get(catalogue!.decks["sms-cost"]!.versions[0]!.rows)).toEqual([
    { key: "262", rate: "0.06" },
    { key: "262-01", rate: "0.05" },
  ]);
});

test("decimals keep their digits as written; a JSON Schema keeps its numbers", async () => {
  const { catalogue } = await readCatalogueDirectory(GOOD);
  expect(catalogue!.plans.basic!.terms[1]!.price).toMatchObject({ rate: "0.0750" });
  expect(catalogue!.plans.basic!.terms[2]!.price).toMatchObject({ included: "10" });
  expect(catalogue!.sources["berlin-pbx"]!.dialPlan).toEqual({
    countryCode: "49",
    nationalPrefix: "0",
    internationalPrefixes: ["00"],
  });
  expect(catalogue!.sources["berlin-pbx"]!.csv!.data.to).toEqual({ column: 3 });
  expect(catalogue!.eventTypes["fax.page"]!.schema).toMatchObject({
    properties: { pages: { minimum: 1, multipleOf: 0.5 } },
  });
});

const CASES_TEXT = readFileSync(join(import.meta.dirname, "fixtures/problems.yaml"), "utf8");
const CASES = parse(CASES_TEXT) as readonly Spoiled[];

const LATIN_1 = Uint8Array.of(0x23, 0xe9, 0x0a);
const LARGE = "#".repeat(YAML_BYTES_MAX + 1);

/** Those that a fixture cannot hold as text. */
const UNREADABLE: readonly Spoiled[] = [
  { code: "not-utf8", add: { "x.yaml": LATIN_1 }, at: ["x.yaml", ""] },
  { code: "not-utf8", add: { [VOICE]: LATIN_1 }, at: [MAIN, "file: decks/voice.csv"] },
  { code: "too-large", add: { "x.yaml": LARGE }, at: ["x.yaml", ""] },
];

test.each([...CASES, ...UNREADABLE])("$code: $at.1", async (spoiled) => {
  const directory = spoil(spoiled);
  const problems = await problemsIn(directory);
  const [file, line] = spoiled.at;
  const found = problems.filter(({ code }) => code === `catalogue.${spoiled.code}`);
  const places = found.map((each) => [each.file, lineAt(directory, each)]);
  expect(places, JSON.stringify(problems)).toContainEqual([file, expect.stringContaining(line)]);
  for (const { message } of found) expect(message).not.toMatch(/undefined|\{\w+\}/);
});

function lineAt(directory: string, { file, line }: Problem): string {
  if (file === null || line === null) return "";
  return readFileSync(join(directory, file), "utf8").split("\n")[line - 1] ?? "";
}

/** Told by `checkChange`, by HTTP alone, or tried one by one below. */
const ELSEWHERE = [
  "fixed-for-ever",
  "cannot-be-removed",
  "account-fixed",
  "account-left-out",
  "coverage-fixed",
  "name-taken-out",
  "file-not-here",
  "unreadable",
  "too-many-files",
  "csv-more-problems",
];

test("every code of a problem has its case", () => {
  const cased = [...CASES, ...UNREADABLE].map(({ code }) => code);
  const codes = [...new Set([...cased, ...ELSEWHERE])].map((code) => `catalogue.${code}`);
  // Those of price lists have their cases with the reader of price lists.
  const own = Object.keys(PROBLEMS).filter((code) => code.startsWith("catalogue."));
  expect(codes.sort()).toEqual(own.sort());
});

test("all problems of all files are told at once, in the order of the files", async () => {
  const directory = spoil({
    replace: "title: Pay",
    by: "titel: Pay",
    add: { "a.yaml": "plans:\n  x: {terms: 3}\n", "b.yaml": "plans:\n  y: {terms: 4}\n" },
  });
  const problems = await problemsIn(directory);
  expect(problems.map(({ file, code, path }) => [file, code, path])).toEqual([
    ["a.yaml", "catalogue.wrong-type", "/plans/x/terms"],
    ["b.yaml", "catalogue.wrong-type", "/plans/y/terms"],
    [MAIN, "catalogue.unknown-key", "/plans/basic/titel"],
  ]);
});

/** A key that is there twice, one that means nothing, and a text where a map belongs. */
const MALFORMED =
  "parties:\n  x1: { name: A, name: B }\n  x2: { nam: A }\nmeters:\n  x3: nothing\n" +
  "accounts:\n  a1: { party: x2 }\n";

test("problems of form hide neither those of rows nor those of sense", async () => {
  const directory = spoil({
    replace: "0.020",
    by: "free",
    add: {
      "x.yaml": MALFORMED,
      "y.yaml": "accounts:\n  a2: { party: nobody }\n  a3: { party: x1, prent: a2 }\n",
    },
  });
  const problems = await problemsIn(directory);
  expect(problems.map(({ file, code, path }) => [file, code, path])).toEqual([
    [VOICE, "catalogue.csv-rate-malformed", "/decks/voice-retail/versions/0"],
    ["x.yaml", "catalogue.key-twice", "/parties/x1/name"],
    ["x.yaml", "catalogue.missing", "/parties/x2/name"],
    ["x.yaml", "catalogue.unknown-key", "/parties/x2/nam"],
    ["x.yaml", "catalogue.wrong-type", "/meters/x3"],
    ["y.yaml", "catalogue.party-unknown", "/accounts/a2/party"],
    ["y.yaml", "catalogue.unknown-key", "/accounts/a3/prent"],
  ]);
});

test("what a key that is not known may have meant is not guessed at", async () => {
  const directory = spoil({ replace: "from: { column: caller }", by: "from: { colum: caller }" });
  expect((await problemsIn(directory)).map(({ code }) => code)).toEqual(["catalogue.unknown-key"]);
});

test.each([
  ["a file", "parties: [\n"],
  ["a section", "partys: {}\n"],
])("%s that cannot be read may hold what others name", async (_, text) => {
  const add = { "x.yaml": text, "y.yaml": "accounts:\n  a1: { party: nobody }\n" };
  const problems = await problemsIn(spoil({ replace: "0.020", by: "free", add }));
  expect(problems.map(({ file }) => file)).toEqual([VOICE, "x.yaml"]);
});

test("a malformed provider hides nothing of the rest", async () => {
  const add = { "y.yaml": "accounts:\n  a1: { party: nobody }\n" };
  const problems = await problemsIn(spoil({ replace: "homeCurrency:", by: "currency:", add }));
  expect(problems.map(({ code, path }) => [code, path])).toEqual([
    ["catalogue.missing", "/provider/homeCurrency"],
    ["catalogue.unknown-key", "/provider/currency"],
    ["catalogue.party-unknown", "/accounts/a1/party"],
  ]);
});

test("problems of rows and of sense are told together", async () => {
  const directory = spoil({
    replace: "0.020",
    by: "free",
    add: {
      "x.yaml": "sources:\n  x: {reader: cloudevents, account: nobody}\n",
    },
  });
  const codes = (await problemsIn(directory)).map(({ code }) => code);
  expect(codes).toEqual(["catalogue.csv-rate-malformed", "catalogue.account-unknown"]);
});

test("a file with the wrong column is not told line by line without end", async () => {
  const lines = Array.from({ length: 1000 }, (_, at) => `${at};x;free;;1;`);
  const header = "prefix;destination;rate_per_minute;connect_fee;increment_seconds;notes";
  const directory = spoil({ add: { [VOICE]: [header, ...lines].join("\n") } });
  const problems = await problemsIn(directory);
  expect(problems).toHaveLength(101);
  expect(problems.at(-1)).toMatchObject({
    code: "catalogue.csv-more-problems",
    message: "900 more problems in this file are not listed.",
  });
});

test("a directory that is not there is a problem, not a crash", async () => {
  const problems = await problemsIn(join(scratch, "nothing-here"));
  expect(problems).toMatchObject([{ code: "catalogue.unreadable", file: null, line: null }]);
});

test("a link may lead to a file inside, and not to one outside", async () => {
  const directory = spoil({ replace: "decks/voice.csv", by: "decks/link.csv" });
  symlinkSync("voice.csv", join(directory, "decks/link.csv"));
  expect(await problemsIn(directory)).toEqual([]);
  symlinkSync(join(GOOD, "provider.yaml"), join(directory, "outside.yaml"));
  expect(await problemsIn(directory)).toMatchObject([
    { code: "catalogue.file-outside", file: "outside.yaml" },
  ]);
});

test("a directory with too many files is not searched to its end", async () => {
  expect((await listYamlFiles(GOOD)).files).toEqual(["catalogue.yaml", "provider.yaml"]);
  const { files, problems } = await listYamlFiles(GOOD, 2);
  expect(files).toEqual([]);
  expect(problems).toMatchObject([{ code: "catalogue.too-many-files" }]);
});
