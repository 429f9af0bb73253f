import type { Deck, DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import { attempt, DECIMAL_PLACES } from "@counterpart/domain/catalogue/check-values.ts";
import {
  type CatalogueProblem,
  type ProblemCode,
  type ProblemDetail,
  problem,
} from "@counterpart/domain/catalogue/problems.ts";
import { formatDecimal, parseDecimal } from "@counterpart/domain/decimal.ts";
import { priceFraction } from "@counterpart/domain/rating/deck-index.ts";
import { unitOf } from "@counterpart/domain/units.ts";
import { CsvError, type Options, parse } from "csv-parse/sync";
import type { DeckColumns } from "./catalogue-schema.ts";

export interface DeckCsvFormat {
  readonly key: Deck["key"];
  /** What its rates are for; of an unknown unit they are only read. */
  readonly per: Deck["per"];
  /** Header of each field's column; without it, the header has our names and no others. */
  readonly columns?: DeckColumns | undefined;
  readonly delimiter?: string | undefined;
  /** Digits that are put before each key. */
  readonly keyPrefix?: string | undefined;
}

export interface DeckCsv {
  /** Sorted by key, with decimals in their shortest form: the same prices are the same rows. */
  readonly rows: readonly DeckRow[];
  readonly problems: readonly LineProblem[];
}

export interface LineProblem extends Pick<CatalogueProblem, "code" | "message"> {
  /** From 1, the header included. */
  readonly line: number;
}

/**
 * A file with the wrong columns has a problem in each line; nobody reads more than the first ones.
 */
const PROBLEMS_MAX = 100;

const RECORD_BYTES_MAX = 65_536;

/** Reads the rows of a deck. 170,000 of them take about a second. */
export function readDeckCsv(text: string, format: DeckCsvFormat): DeckCsv {
  const table = parseTable(text, format.delimiter ?? ",");
  if ("problems" in table) return { rows: [], problems: table.problems };
  const [header = [], ...records] = table.records;
  const found = findColumns(header, format);
  if (found.problems.length > 0) return { rows: [], problems: found.problems };
  if (records.length === 0) {
    return { rows: [], problems: [lineProblem(1, "catalogue.csv-empty", {})] };
  }
  const reading = startReading(found.columns, format, table.lineOf);
  for (const [index, record] of records.entries()) {
    if (record.length === header.length) readRow(reading, record, index + 1);
    else {
      const detail = { fields: record.length, columns: header.length };
      tell(reading, index + 1, "catalogue.csv-width", detail);
    }
  }
  const rows = reading.rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  return { rows, problems: withCount(reading) };
}

type Table =
  | { readonly records: readonly string[][]; readonly lineOf: (record: number) => number }
  | { readonly problems: readonly LineProblem[] };

/**
 * Line numbers cost as much again as everything else, so they are looked up when a problem needs
 * one.
 */
function parseTable(text: string, delimiter: string): Table {
  const nul = text.indexOf("\0");
  if (nul !== -1) {
    const line = text.slice(0, nul).split("\n").length;
    return { problems: [lineProblem(line, "catalogue.text-not-storable", {})] };
  }
  const options: Options = {
    bom: true,
    delimiter,
    max_record_size: RECORD_BYTES_MAX,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  };
  let lines: readonly number[] | undefined;
  const lineOf = (record: number): number => {
    lines ??= (parse(text, { ...options, info: true }) as unknown as WithInfo[]).map(
      ({ info }) => info.lines,
    );
    return lines[record] ?? 0;
  };
  try {
    return { records: parse(text, options) as unknown as string[][], lineOf };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === "number" ? error.lines : 1;
    return { problems: [lineProblem(line, "catalogue.csv-malformed", { why: whyOf(error) })] };
  }
}

interface WithInfo {
  readonly info: { readonly lines: number };
}

function whyOf(error: CsvError): string {
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return "a quote is not closed";
    case "CSV_MAX_RECORD_SIZE":
      return "a line is too long, or a quote is not closed";
    default:
      return "a quote stands inside or behind a field";
  }
}

type FieldName = keyof DeckColumns;
type ColumnsFound = Readonly<Partial<Record<FieldName, number>>>;

const FIELD_NAMES = [
  "key",
  "mcc",
  "mnc",
  "name",
  "rate",
  "rateNext",
  "connectFee",
  "initialIncrement",
  "subsequentIncrement",
  "blocked",
] as const satisfies readonly FieldName[];

function findColumns(
  header: readonly string[],
  { columns, key }: DeckCsvFormat,
): { columns: ColumnsFound; problems: readonly LineProblem[] } {
  const problems: LineProblem[] = [];
  const found: Partial<Record<FieldName, number>> = {};
  const isNetworkByParts =
    key === "network" && (columns === undefined ? !header.includes("key") : !columns.key);
  const required: readonly FieldName[] = isNetworkByParts
    ? ["mcc", "mnc", "rate"]
    : ["key", "rate"];
  for (const field of FIELD_NAMES) {
    const title = columns?.[field] ?? field;
    const at = header.indexOf(title);
    const isNamed = columns === undefined ? at !== -1 : columns[field] !== undefined;
    if (!isNamed && !required.includes(field)) continue;
    if (at === -1) problems.push(lineProblem(1, "catalogue.csv-column-missing", { column: title }));
    else found[field] = at;
    if (at !== -1 && header.includes(title, at + 1)) {
      problems.push(lineProblem(1, "catalogue.csv-column-twice", { column: title }));
    }
  }
  if (columns === undefined) {
    const ours: readonly string[] = FIELD_NAMES;
    for (const column of header.filter((title) => !ours.includes(title))) {
      problems.push(lineProblem(1, "catalogue.csv-column-unknown", { column }));
    }
  }
  return { columns: found, problems };
}

/** The price in its shortest form, or what is wrong with it. */
type ReadPrice =
  | { readonly price: string }
  | { readonly code: "catalogue.csv-rate-malformed" | "catalogue.csv-rate-too-precise" };

interface Reading {
  readonly columns: ColumnsFound;
  readonly format: DeckCsvFormat;
  readonly lineOf: (record: number) => number;
  readonly rows: DeckRow[];
  /** Record of each key. */
  readonly records: Map<string, number>;
  /** Smallest units that a rate is for. */
  readonly unitSize: number;
  /** Prices repeat: each text is read once. */
  readonly rates: Map<string, ReadPrice>;
  readonly fees: Map<string, ReadPrice>;
  readonly problems: LineProblem[];
  untold: number;
}

function startReading(
  columns: ColumnsFound,
  format: DeckCsvFormat,
  lineOf: Reading["lineOf"],
): Reading {
  return {
    columns,
    format,
    lineOf,
    rows: [],
    records: new Map(),
    unitSize: attempt(() => unitOf(format.per))?.size ?? 1,
    rates: new Map(),
    fees: new Map(),
    problems: [],
    untold: 0,
  };
}

function readRow(reading: Reading, fields: readonly string[], record: number): void {
  const key = readKey(reading, fields, record);
  const rate = readRate(reading, fields, record);
  const name = cell(reading, fields, "name");
  const rateNext = readPrice(reading, fields, "rateNext", record);
  const connectFee = readPrice(reading, fields, "connectFee", record);
  const initialIncrement = readIncrement(reading, fields, "initialIncrement", record);
  const subsequentIncrement = readIncrement(reading, fields, "subsequentIncrement", record);
  if (key === null || rate === undefined) return;
  const known = reading.records.get(key);
  if (known !== undefined) {
    const detail = { key, line: reading.lineOf(known) };
    tell(reading, record, "catalogue.csv-key-twice", detail);
    return;
  }
  reading.records.set(key, record);
  reading.rows.push({
    key,
    rate,
    ...(name === "" ? {} : { name }),
    ...(rateNext === undefined ? {} : { rateNext }),
    ...(connectFee === undefined ? {} : { connectFee }),
    ...(initialIncrement === undefined ? {} : { initialIncrement }),
    ...(subsequentIncrement === undefined ? {} : { subsequentIncrement }),
  });
}

function cell(reading: Reading, fields: readonly string[], field: FieldName): string {
  const at = reading.columns[field];
  return at === undefined ? "" : (fields[at] ?? "");
}

const PREFIX = /^[0-9]{1,15}$/;
/** MCC and MNC together may be written with or without a mark between them. */
const NETWORK = /^([0-9]{3})(?:[-/ ]?([0-9]{2,3}))?$/;

function readKey(reading: Reading, fields: readonly string[], record: number): string | null {
  const prefix = reading.format.keyPrefix ?? "";
  if (reading.format.key === "prefix") {
    const text = prefix + cell(reading, fields, "key");
    if (PREFIX.test(text)) return text;
    tell(reading, record, "catalogue.csv-prefix-malformed", { text: text || "nothing" });
    return null;
  }
  const isWhole = reading.columns.key !== undefined;
  const mnc = cell(reading, fields, "mnc");
  const parts = cell(reading, fields, "mcc") + (mnc === "" ? "" : `-${mnc}`);
  const text = prefix + (isWhole ? cell(reading, fields, "key") : parts);
  const network = NETWORK.exec(text);
  if (network !== null) {
    return network[2] === undefined ? network[1]! : `${network[1]}-${network[2]}`;
  }
  tell(reading, record, "catalogue.csv-network-malformed", { text: text || "nothing" });
  return null;
}

/** null: blocked. undefined: there is a problem. */
function readRate(
  reading: Reading,
  fields: readonly string[],
  record: number,
): string | null | undefined {
  const blocked = cell(reading, fields, "blocked").toLowerCase();
  if (YES.includes(blocked)) return null;
  if (!NO.includes(blocked)) {
    tell(reading, record, "catalogue.csv-blocked-malformed", { text: blocked });
  }
  if (cell(reading, fields, "rate") === "") tell(reading, record, "catalogue.csv-rate-missing", {});
  return readPrice(reading, fields, "rate", record);
}

const YES: readonly string[] = ["yes", "true", "1", "y", "x"];
const NO: readonly string[] = ["no", "false", "0", "n", ""];

function readPrice(
  reading: Reading,
  fields: readonly string[],
  field: "rate" | "rateNext" | "connectFee",
  record: number,
): string | undefined {
  const text = cell(reading, fields, field);
  if (text === "") return undefined;
  const isFee = field === "connectFee";
  const known = isFee ? reading.fees : reading.rates;
  let read = known.get(text);
  if (read === undefined) {
    read = readPriceText(text, isFee ? 1 : reading.unitSize);
    known.set(text, read);
  }
  if ("price" in read) return read.price;
  tell(reading, record, read.code, { text });
  return undefined;
}

/** Refused here, where its line is known: a compiled deck holds no price that is too precise. */
function readPriceText(text: string, unitSize: number): ReadPrice {
  const pico = attempt(() => parseDecimal(text, DECIMAL_PLACES));
  if (pico === null || pico < 0n) return { code: "catalogue.csv-rate-malformed" };
  const price = formatDecimal(pico, DECIMAL_PLACES);
  const isHeld = attempt(() => priceFraction(price, unitSize)) !== null;
  return isHeld ? { price } : { code: "catalogue.csv-rate-too-precise" };
}

const INCREMENT_MAX = 86_400;

function readIncrement(
  reading: Reading,
  fields: readonly string[],
  field: "initialIncrement" | "subsequentIncrement",
  record: number,
): number | undefined {
  const text = cell(reading, fields, field);
  if (text === "") return undefined;
  const increment = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (increment >= 1 && increment <= INCREMENT_MAX) return increment;
  tell(reading, record, "catalogue.csv-increment-malformed", { text });
  return undefined;
}

function tell<Code extends ProblemCode>(
  reading: Reading,
  record: number,
  code: Code,
  detail: ProblemDetail<Code>,
): void {
  if (reading.problems.length >= PROBLEMS_MAX) reading.untold += 1;
  else reading.problems.push(lineProblem(reading.lineOf(record), code, detail));
}

function withCount({ problems, untold }: Reading): readonly LineProblem[] {
  if (untold === 0) return problems;
  const line = problems.at(-1)?.line ?? 1;
  return [...problems, lineProblem(line, "catalogue.csv-more-problems", { count: untold })];
}

function lineProblem<Code extends ProblemCode>(
  line: number,
  code: Code,
  detail: ProblemDetail<Code>,
): LineProblem {
  return { line, code, message: problem([], code, detail).message };
}
