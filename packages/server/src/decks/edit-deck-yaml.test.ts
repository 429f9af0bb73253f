import { expect, test } from "vitest";
import { insertDeckVersion, versionFile } from "./edit-deck-yaml.ts";

const ENTRY = { from: "2026-12-01", file: "decks/a.csv" };
const LINE = '{ from: "2026-12-01", file: "decks/a.csv" }';

test.each<[layout: string, at: number, before: string, after: string]>([
  [
    "a list of lines, comments and all",
    1,
    "# ours\ndecks:\n  a:\n    key: prefix # by prefix\n    versions:\n" +
      '      - { from: "2025-01-01", file: x.csv } # first\n\n      # next year\n      - from: "2027-01-01"\n' +
      "        file: y.csv\n  b: {}\n",
    "# ours\ndecks:\n  a:\n    key: prefix # by prefix\n    versions:\n" +
      '      - { from: "2025-01-01", file: x.csv } # first\n' +
      `      - ${LINE}\n\n      # next year\n      - from: "2027-01-01"\n` +
      "        file: y.csv\n  b: {}\n",
  ],
  [
    "the end of a file without a line end",
    1,
    "decks:\n  a:\n    versions:\n    - from: 2025-01-01\n      file: x.csv",
    `decks:\n  a:\n    versions:\n    - from: 2025-01-01\n      file: x.csv\n    - ${LINE}`,
  ],
  [
    "before the first version",
    0,
    "decks:\n  a:\n    versions:\n      # the first\n      - { from: 2027-01-01, file: x.csv }\n",
    `decks:\n  a:\n    versions:\n      # the first\n      - ${LINE}\n      - { from: 2027-01-01, file: x.csv }\n`,
  ],
  [
    "a list in one line",
    1,
    "decks: { a: { versions: [{ from: 2025-01-01, file: x.csv }] } }\n",
    `decks: { a: { versions: [{ from: 2025-01-01, file: x.csv }, ${LINE}] } }\n`,
  ],
  [
    "before the first of a list in one line",
    0,
    "decks: { a: { versions: [{ from: 2027-01-01, file: x.csv }] } }\n",
    `decks: { a: { versions: [${LINE}, { from: 2027-01-01, file: x.csv }] } }\n`,
  ],
  [
    "rows inside the YAML",
    1,
    "decks:\n  a:\n    versions:\n      - from: 2025-01-01\n        csv: |\n          key,rate\n          49,1\n  b: {}\n",
    "decks:\n  a:\n    versions:\n      - from: 2025-01-01\n        csv: |\n          key,rate\n          49,1\n" +
      `      - ${LINE}\n  b: {}\n`,
  ],
])("%s: only the version is new", (_, at, before, after) => {
  expect(insertDeckVersion(before, "a", at, ENTRY)).toBe(after);
});

test("what cannot be edited safely is refused", () => {
  for (const text of ["decks: {}\n", "decks:\n  a:\n    versions: []\n", "decks: [a]\n", "- a\n"]) {
    expect(() => insertDeckVersion(text, "a", 0, ENTRY)).toThrow("deck.version-by-hand");
  }
});

test("only a version that is nothing but a file is taken for one", () => {
  const text =
    "decks:\n  a:\n    versions:\n      - { from: 2025-01-01, file: x.csv }\n" +
    "      - { from: 2026-01-01, file: y.csv, delimiter: ';' }\n      - { from: 2027-01-01, csv: z }\n";
  expect([0, 1, 2, 3].map((at) => versionFile(text, "a", at))).toEqual(["x.csv", null, null, null]);
});
