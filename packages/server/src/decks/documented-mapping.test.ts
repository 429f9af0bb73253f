import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LIST_COLUMNS, readDeckMapping } from "./deck-mapping.ts";

const DOCUMENT = readFileSync(new URL("../../../../docs/DECKS.md", import.meta.url), "utf8");

test("the mapping of the document is one, and the document names every column", () => {
  const [, yaml = ""] = /```yaml\n([\s\S]*?)```/.exec(DOCUMENT) ?? [];
  expect(readDeckMapping(yaml, "docs/DECKS.md")).toMatchObject({
    encoding: "windows-1252",
    decimal: ",",
    prices: "cents",
    columns: { prefix: "Area codes" },
  });
  expect(LIST_COLUMNS.filter((name) => !new RegExp(`\\b${name}\\b`).test(DOCUMENT))).toEqual([]);
});

test("a mapping that means nothing is refused with the line of each problem", () => {
  const text = 'decimal: "."\ndelimiter: ";;"\ncolumns: { price: Rate }\nprices: pennies\n';
  const problems = (() => {
    try {
      return readDeckMapping(text, "m.yaml");
    } catch (error) {
      return (error as { detail: { problems: readonly { line: number }[] } }).detail.problems;
    }
  })();
  expect(problems).toMatchObject([
    { file: "m.yaml", line: 2 },
    { file: "m.yaml", line: 3, code: "catalogue.unknown-key" },
    { file: "m.yaml", line: 4, code: "catalogue.wrong-value" },
  ]);
});
