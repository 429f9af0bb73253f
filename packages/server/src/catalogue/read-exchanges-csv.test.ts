import { exchangesOf, exchangeTable } from "@counterpart/domain/catalogue/exchange-table.ts";
import { expect, test } from "vitest";
import { readExchangesCsv } from "./read-exchanges-csv.ts";

test("two of many columns are read, codes with marks or without, each once", () => {
  const text =
    "\ufeffNPA-NXX;LATA;OCN;ST\n212-555;132;9206;NY\n212555;132;9206;ny\n423-239-1;956;1;TN\n276;932;1;VA\n";
  const format = { columns: { code: "NPA-NXX", state: "ST" }, delimiter: ";" as const };
  expect(readExchangesCsv(text, format)).toEqual({
    exchanges: [
      { code: "212555", state: "NY" },
      { code: "4232391", state: "TN" },
      { code: "276", state: "VA" },
    ],
    problems: [],
  });
});

test.each([
  ["code,state\n112,NY\n", [[2, "catalogue.csv-exchange-malformed"]]],
  ["code,state\n2125,NY\n", [[2, "catalogue.csv-exchange-malformed"]]],
  ["code,state\n12125550,NY\n", [[2, "catalogue.csv-exchange-malformed"]]],
  [
    "code,state\n,NY\n\n212,\n",
    [
      [2, "catalogue.csv-exchange-malformed"],
      [4, "catalogue.csv-state-malformed"],
    ],
  ],
  ["code,state\n212,NY\n718,NY\n212,NJ\n", [[4, "catalogue.csv-exchange-moved"]]],
  ["code,state,code\n", [[1, "catalogue.csv-column-twice"]]],
  ["code,state\n", [[1, "catalogue.csv-empty"]]],
  [
    "",
    [
      [1, "catalogue.csv-column-missing"],
      [1, "catalogue.csv-column-missing"],
    ],
  ],
])("%o is refused", (text, expected) => {
  const { problems } = readExchangesCsv(text, {});
  expect(problems.map(({ line, code }) => [line, code])).toEqual(expected);
});

test("of many problems a hundred are listed", () => {
  const { problems } = readExchangesCsv(`code,state\n${"x,NY\n".repeat(150)}`, {});
  expect(problems).toHaveLength(101);
  expect(problems.at(-1)!.message).toContain("50 more");
});

test("a table is the same, whatever order its rows came in, and reads as it was written", () => {
  const exchanges = [
    { code: "212", state: "NY" },
    { code: "201555", state: "NJ" },
  ];
  const table = exchangeTable(exchanges);
  expect(exchangeTable(exchanges.toReversed())).toEqual(table);
  expect(readExchangesCsv(table.csv, {}).exchanges).toEqual(exchangesOf(table));
});
