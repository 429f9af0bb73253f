/** Price lists in the shapes that operators send, and what is wrong with those that are not. */

import { parseInstant } from "@counterpart/domain/instant.ts";
import { checkZone } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { expect, test } from "vitest";
import { readDeckCsv } from "../catalogue/read-deck-csv.ts";
import { type DeckMapping, NO_MAPPING } from "./deck-mapping.ts";
import { decodeText, type Encoding } from "./decode-text.ts";
import { readPriceList } from "./read-price-list.ts";
import { writeDeckCsv } from "./write-deck-csv.ts";

type Key = "prefix" | "network";

function read(text: string, mapping: Partial<DeckMapping> = {}, key: Key = "prefix") {
  const deck = { key, per: key === "prefix" ? "minute" : "segment", currency: "EUR" };
  const format = {
    deck,
    mapping: { ...NO_MAPPING, ...mapping },
    start: parseInstant("2026-11-30T23:00:00Z"),
    zone: checkZone("Europe/Berlin"),
  };
  return readPriceList(text, format);
}

/** `prefix rate initial/subsequent`, as short as a row can be told. */
async function rowsOf(...args: Parameters<typeof read>) {
  const { rows } = await read(...args);
  return rows.map(({ key, row }) => {
    if (row === null) return `${key} deleted`;
    const { rate, initialIncrement: initial, subsequentIncrement: next, connectFee } = row;
    return [key, rate ?? "blocked", initial && `${initial}/${next ?? initial}`, connectFee]
      .filter((part) => part !== undefined)
      .join(" ");
  });
}

test.each<[shape: string, text: string, mapping: Partial<DeckMapping>, rows: string[]]>([
  [
    "our own columns",
    "key,name,rate,initialIncrement,subsequentIncrement\n49,Germany,0.0120,60,1\n",
    {},
    ["49 0.012 60/1"],
  ],
  [
    "titles that say what they are, columns that nothing is read from",
    "Dial Code,Destination,Connection Fee,Rate per minute,Comment\n+93,Afghanistan,0.00000,0.20930,x\n",
    {},
    ["93 0.2093"],
  ],
  [
    "semicolons, decimal commas, both increments in a cell, CRLF",
    "Code;Destination;Price;Increments\r\n49;Deutschland;0,0120;60/1\r\n",
    { decimal: "," },
    ["49 0.012 60/1"],
  ],
  [
    "lines above the header, columns by title",
    "Atlas Carrier\nValid until further notice\n\nZiel;Vorwahl;EUR/min\nItalien;39;0,01\n",
    { skipLines: 3, decimal: ",", columns: { prefix: "Vorwahl", rate: "EUR/min" } },
    ["39 0.01"],
  ],
  [
    "no header, columns by number, quoted fields with blanks between",
    '"93", "Afghanistan", "0.2"\n"937", "Afghanistan", "0.3"\n',
    { header: false, columns: { prefix: 1, name: 2, rate: 3 } },
    ["93 0.2", "937 0.3"],
  ],
  [
    "a country code and a list of area codes in columns of their own",
    "Country Code|Area Codes|Rate\n44||0.01\n44|20, 7400-7402|0.02\n",
    {},
    ["44 0.01", "4420 0.02", "447400 0.02", "447401 0.02", "447402 0.02"],
  ],
  [
    "prices in cents, the currency beside them",
    "prefix\trate\n1\t1.25\n2\t0.5 EUR\n3\tEUR 120\n4\t.005\n",
    { prices: "cents" },
    ["1 0.0125", "2 0.005", "3 1.2", "4 0.00005"],
  ],
  [
    "blocked and deleted rows, by status or in place of the price",
    "prefix,rate,status\n1,0.1,Increase\n2,,Blocked\n3,N/A,\n4,0.1,deleted\n5,closed,new\n",
    { blocked: ["blocked", "n/a", "closed"] },
    ["1 0.1", "2 blocked", "3 blocked", "4 deleted", "5 blocked"],
  ],
  [
    "increments that the list says once, in its words",
    "prefix,rate,increments\n1,0.1,\n2,0.2,1/30/6\n",
    { values: { initialIncrement: 60, subsequentIncrement: 1, connectFee: "0.05" } },
    ["1 0.1 60/1 0.05", "2 0.2 30/6 0.05"],
  ],
  ["CR alone ends the lines", "prefix,rate\r1,0.1\r2,0.2\r", {}, ["1 0.1", "2 0.2"]],
])("%s", async (_, text, mapping, rows) => {
  expect((await rowsOf(text, mapping)).sort()).toEqual(rows);
});

test("networks by MCC and MNC; the column of networks then holds their names", async () => {
  const text =
    "country,mcc,mnc,network,price,currency\nDE,262,01,Telekom,0.07,EUR\nDE,262,,,0.08,EUR\n";
  const { rows, columns } = await read(text, {}, "network");
  expect(rows.map(({ row }) => row)).toEqual([
    { key: "262", rate: "0.08" },
    { key: "262-01", name: "Telekom", rate: "0.07" },
  ]);
  expect(columns.unread).toEqual(["country"]);
});

test("rows for callers, times and rules of calls are read as in our own decks, and written so", async () => {
  const text =
    "prefix;originGroup;timeBand;rate;minCharge;graceSeconds\n" +
    "49;;;0,01;;3\n49;eea;;0,005;0,001;\n49;;peak;0,02;;\n33;;;0,02;;\n";
  const mapping = { ...NO_MAPPING, decimal: "," } as const;
  const deck = {
    key: "prefix",
    per: "minute",
    currency: "EUR",
    timeBands: { peak: { times: ["08:00-18:00"] } },
    originGroups: { eea: ["33"] },
  } as const;
  const start = parseInstant("2026-11-30T23:00:00Z");
  const { rows } = await readPriceList(text, { deck, mapping, start, zone: checkZone("UTC") });
  expect(rows.map(({ key, row }) => [key, row?.rate, row?.call])).toEqual([
    ["33", "0.02", undefined],
    ["49", "0.01", { graceSeconds: 3 }],
    ["49//peak", "0.02", undefined],
    ["49/eea/", "0.005", { minCharge: "0.001" }],
  ]);
  const written = writeDeckCsv(rows.map(({ row }) => row!));
  expect(written.split("\n")[0]).toBe("key,name,rate,graceSeconds,timeBand,originGroup,minCharge");
  expect(readDeckCsv(written, deck)).toEqual({ rows: rows.map(({ row }) => row), problems: [] });
});

test("rows with days of their own: earlier ones count from the start, later ones from their day", async () => {
  const text =
    "prefix,rate,effective date\n1,0.1,01.06.2026\n1,0.2,15.12.2026\n2,0.3,15.12.2026 00:00\n3,0.4,\n";
  const { rows, dates } = await read(text, { dates: "dd.mm.yyyy" });
  expect(rows.map(({ key, row, at }) => [key, row?.rate, dates.get(at) ?? "start"])).toEqual([
    ["1", "0.1", "start"],
    ["3", "0.4", "start"],
    ["1", "0.2", "2026-12-15"],
    ["2", "0.3", "2026-12-15"],
  ]);
});

const problemsOf = async (...args: Parameters<typeof read>): Promise<unknown[]> => {
  const refusal = await read(...args).catch((error: unknown) => error);
  if (!(refusal instanceof Refusal)) throw new Error(`read: ${args[0]}`);
  if (refusal.code !== "deck.list-invalid") return [refusal.code];
  const problems = refusal.detail.problems as readonly { line: number; code: string }[];
  return problems.map(({ line, code }) => `${line} ${code}`);
};

test.each<[text: string, problems: string[], mapping?: Partial<DeckMapping>]>([
  ["", ["deck.delimiter-unclear"]],
  ["just one column\n49\n", ["deck.delimiter-unclear"]],
  ["prefix,rate\n", ["1 deck.empty"]],
  ["a,b\n1,2\n", ["1 deck.column-missing", "1 deck.column-missing"]],
  ["prefix,rate\n1,2\n", ["1 deck.column-not-there"], { columns: { name: "Ziel" } }],
  ["1,2\n", ["1 deck.column-not-there"], { header: false, columns: { prefix: 1, rate: 3 } }],
  ["prefix,rate\n4 4,1\n", ["2 deck.prefixes-malformed"]],
  ["prefix,rate\n,1\n", ["2 deck.prefixes-malformed"]],
  ["prefix,rate\n49-44,1\n", ["2 deck.prefixes-backwards"]],
  ["prefix,rate\n10000-99999,1\n", ["2 deck.prefixes-too-many"]],
  [`prefix,rate\n${"9".repeat(400)},1\n`, ["2 deck.prefixes-too-long"]],
  ["prefix,rate\n49,1\n33,1\n49,2\n", ["4 deck.key-twice"]],
  ['prefix,rate\n"44-46",1\n45,2\n', ["3 deck.key-twice"]],
  ["prefix,rate\n49,\n", ["2 catalogue.csv-rate-missing"]],
  [
    "prefix,rate\n49,free\n33,-1\n34,1e5\n",
    ["2", "3", "4"].map((n) => `${n} deck.price-malformed`),
  ],
  ["prefix;rate\n49;0,012\n", ["2 deck.price-malformed"]],
  ["prefix;rate\n49;1.234,5\n", ["2 deck.price-malformed"], { decimal: "," }],
  ["prefix,rate\n49,0.0000000000001\n", ["2 catalogue.csv-rate-malformed"]],
  [
    "prefix,rate,increments\n49,1,60\n33,1,0/0\n",
    [
      "2 deck.increments-malformed",
      "3 catalogue.csv-increment-malformed",
      "3 catalogue.csv-increment-malformed",
    ],
  ],
  [
    "prefix,rate,effective\n49,1,12/31/2026\n33,1,2026-02-30\n",
    ["2 deck.date-malformed", "3 deck.date-malformed"],
  ],
  ["prefix,rate,currency\n49,1,usd\n33,1,EUR\n34,1,USD\n", ["2 deck.currency-differs"]],
  ["prefix,rate,status\n49,1,perhaps\n", ["2 deck.status-unknown"]],
  ["prefix,name,rate\n49,Ger\0many,1\n", ["2 catalogue.text-not-storable"]],
  ['prefix,rate\n49,"1\n33,2\n', ["2 deck.line-malformed"]],
  ["x\nprefix,rate\n\n49,free\n", ["4 deck.price-malformed"], { skipLines: 1 }],
])("%j is refused: %j", async (text, problems, mapping) => {
  expect(await problemsOf(text, mapping)).toEqual(problems);
});

test("a list full of problems is refused with the first hundred and the number of the others", async () => {
  const lines = Array.from({ length: 250 }, (_, n) => `${n + 100},free`);
  const refusal = await read(`prefix,rate\n${lines.join("\n")}\n`).catch((error: unknown) => error);
  const { problems, notListed } = (refusal as Refusal).detail;
  expect([(problems as unknown[]).length, notListed]).toEqual([100, 150]);
});

const TEXT = "prefix;name;rate\n33;Île-de-France é €;0.1\n";

test.each<[name: string, bytes: Buffer, encoding?: Encoding]>([
  ["UTF-8", Buffer.from(TEXT)],
  ["UTF-8 with a mark", Buffer.from(`\ufeff${TEXT}`)],
  ["UTF-16LE with a mark", Buffer.from(`\ufeff${TEXT}`, "utf16le")],
  ["UTF-16BE with a mark", Buffer.from(`\ufeff${TEXT}`, "utf16le").swap16()],
  ["UTF-16LE that is named", Buffer.from(TEXT, "utf16le"), "utf-16le"],
  ["windows-1252", Buffer.from(TEXT.replace("€", "\x80"), "latin1"), "windows-1252"],
  ["latin1", Buffer.from(TEXT.replace("€", "\x80"), "latin1"), "latin1"],
])("%s is read as it was written", (_, bytes, encoding) => {
  expect(decodeText(bytes, encoding)).toBe(TEXT);
});

test.each<[name: string, bytes: Buffer, code: string, says: RegExp]>([
  ["latin1", Buffer.from("a;b\n1;é\n", "latin1"), "deck.encoding-unclear", /line 2.*windows-1252/s],
  ["UTF-16LE", Buffer.from(TEXT, "utf16le"), "deck.encoding-unclear", /encoding: utf-16le/],
  [
    "UTF-16BE",
    Buffer.from(TEXT, "utf16le").swap16(),
    "deck.encoding-unclear",
    /encoding: utf-16be/,
  ],
  ["a workbook", Buffer.from("PK\x03\x04 and so on", "latin1"), "deck.file-not-csv", /workbook/],
])("%s without a mark is refused with what to set", (_, bytes, code, says) => {
  const refusal = (() => {
    try {
      return decodeText(bytes);
    } catch (error) {
      return error;
    }
  })() as Refusal;
  expect(refusal.code).toBe(code);
  expect(JSON.stringify(refusal.detail)).toMatch(says);
});
