/** The house rules that no other tool can check. See docs/STYLE.md. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { expect, test } from "vitest";

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(file));
const source = files.filter(
  (file) => /^packages\/.*\.ts$/.test(file) && !file.includes("fixtures/"),
);
const texts = new Map(source.map((file) => [file, readFileSync(file, "utf8")]));

function offenders(wrong: (text: string, file: string) => boolean): string[] {
  return [...texts].filter(([file, text]) => wrong(text, file)).map(([file]) => file);
}

/** Built from parts, so that this file does not hold what it forbids. */
const FORBIDDEN_WORDS = ["TO" + "DO", "FIX" + "ME", "@ts-" + "ignore", "@ts-" + "nocheck"];
const FORBIDDEN_NAMES = [
  "index.ts",
  "utils.ts",
  "helpers.ts",
  "common.ts",
  "shared.ts",
  "types.ts",
];

test("no file is put off, switched off or named after nothing", () => {
  expect(offenders((text) => FORBIDDEN_WORDS.some((word) => text.includes(word)))).toEqual([]);
  expect(source.filter((file) => FORBIDDEN_NAMES.includes(basename(file)))).toEqual([]);
});

test("files have at most 400 lines, and lines at most 110 characters", () => {
  expect(offenders((text) => text.split("\n").length > 401)).toEqual([]);
  const long = (text: string, file: string): boolean =>
    !file.endsWith(".test.ts") && text.split("\n").some((line) => line.length > 110);
  expect(offenders(long)).toEqual([]);
});

test("the domain is pure: no IO, no clock, no randomness, no dependencies", () => {
  const inDomain = (file: string): boolean =>
    file.startsWith("packages/domain/src/") && !file.endsWith(".test.ts");
  const impure =
    /from "(?!\.)|Date\.now|new Date\(\)|Math\.random|performance\.now|process\.|\bfetch\(/;
  expect(offenders((text, file) => inDomain(file) && impure.test(text))).toEqual([]);
  const manifest = JSON.parse(readFileSync("packages/domain/package.json", "utf8"));
  expect(manifest.dependencies).toEqual({});
});

test("only entry files ask for the time, the environment or the command line", () => {
  const entry = (file: string): boolean =>
    /packages\/server\/(src\/(main|platform|demo|http)|bench|test|scenarios)\//.test(file) ||
    file.endsWith(".test.ts");
  const asks = /Date\.now\(\)|process\.env|process\.argv/;
  expect(offenders((text, file) => !entry(file) && asks.test(text))).toEqual([]);
});

test("SQL stands in .repo.ts files only", () => {
  const mayHoldSql = (file: string): boolean =>
    /\.repo\.ts$|\.test\.ts$|packages\/server\/(src\/platform|bench|test|scenarios)\//.test(file);
  const sql = /["`]\s*(select|insert into|update|delete from|copy|create table|alter table) /i;
  expect(offenders((text, file) => !mayHoldSql(file) && sql.test(text))).toEqual([]);
});

test("folders are at most three deep below src", () => {
  const depth = (file: string): number => dirname(file).split("/src/")[1]?.split("/").length ?? 0;
  expect(source.filter((file) => depth(file) > 3)).toEqual([]);
});

test("event-level tables start their primary key with account_id", () => {
  const migrations = files
    .filter((file) => file.startsWith("packages/server/migrations/"))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  for (const table of ["event", "event_fact", "total", "usage"]) {
    const body = new RegExp(`create table ${table} \\(([\\s\\S]*?)\\n\\)`).exec(migrations)![1]!;
    expect(body).toMatch(/primary key \(account_id, /);
    expect(body).not.toMatch(/references/);
  }
});

test("documents name only files that exist", () => {
  const documents = files.filter((file) => /^(README|CONTRIBUTING|docs\/[A-Z]+)\.md$/.test(file));
  const missing = documents.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/`((?:packages|docs|catalogues)\/[\w./-]+)`/g)]
      .map(([, path]) => path!)
      .filter((path) => !existsSync(path)),
  );
  expect(missing).toEqual([]);
});
