import type { Deck, DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import { isCallDeck } from "@counterpart/domain/catalogue/check-decks.ts";
import { attempt, DECIMAL_PLACES } from "@counterpart/domain/catalogue/check-values.ts";
import { deckRowKey, inOrderOfKey } from "@counterpart/domain/catalogue/deck-row-key.ts";
import type { ProblemCode, ProblemDetail } from "@counterpart/domain/catalogue/problems.ts";
import { formatDecimal, parseDecimal } from "@counterpart/domain/decimal.ts";
import { checkZone } from "@counterpart/domain/period.ts";
import { priceFraction } from "@counterpart/domain/rating/price-fraction.ts";
import { unitOf } from "@counterpart/domain/units.ts";
import { compileBands } from "@counterpart/domain/voice/time-bands.ts";
import type { DeckColumns } from "./catalogue-schema.ts";
import { findTimeGaps } from "./deck-row-times.ts";
import {
  type DeckRecords,
  type LineProblem,
  lineProblem,
  parseDeckTable,
} from "./parse-deck-table.ts";
import { CALL_COLUMNS, type CallCells, type RowOfCalls, readRowCall } from "./read-row-call.ts";

/** Bands and groups of the deck are what its rows may name. */
export interface DeckCsvFormat extends Pick<Deck, "timeBands" | "originGroups" | "holidays"> {
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

/**
 * A file with the wrong columns has a problem in each line; nobody reads more than the first ones.
 */
const PROBLEMS_MAX = 100;

/** Reads the rows of a deck. 170,000 of them take about a second. */
export function readDeckCsv(text: string, format: DeckCsvFormat): DeckCsv {
  const table = parseDeckTable(text, format.delimiter ?? ",");
  return "problems" in table
    ? { rows: [], problems: table.problems }
    : readDeckTable(table, format);
}

/** The same of records that are cut already. */
export function readDeckTable({ records, lineOf }: DeckRecords, format: DeckCsvFormat): DeckCsv {
  const [header = []] = records;
  const found = findColumns(header, format);
  if (found.problems.length > 0) return { rows: [], problems: found.problems };
  if (records.length === 1) {
    return { rows: [], problems: [lineProblem(1, "catalogue.csv-empty", {})] };
  }
  const reading = startReading(found.columns, format, lineOf);
  for (let at = 1; at < records.length; at++) {
    const record = records[at]!;
    if (record.length === header.length) readRow(reading, record, at);
    else {
      const detail = { fields: record.length, columns: header.length };
      tell(reading, at, "catalogue.csv-width", detail);
    }
  }
  const rows = inOrderOfKey(reading.rows);
  if (reading.hasCalls && reading.problems.length === 0) tellTimeGaps(reading, rows);
  return { rows, problems: withCount(reading) };
}

function tellTimeGaps(reading: Reading, rows: readonly DeckRow[]): void {
  // Malformed bands and dates are told where the deck says them.
  const calendar = attempt(() => compileBands(reading.format, checkZone("UTC")));
  for (const { row, example } of calendar === null ? [] : findTimeGaps(rows, calendar)) {
    const record = reading.records.get(deckRowKey(row)) ?? 0;
    tell(reading, record, "catalogue.csv-band-gap", { key: row.key, example });
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
  ...CALL_COLUMNS,
] as const satisfies readonly FieldName[];

function findColumns(
  header: readonly string[],
  { columns, key }: DeckCsvFormat,
): { columns: ColumnsFound; problems: readonly LineProblem[] } {
  const problems: LineProblem[] = [];
  const found: Partial<Record<FieldName, number>> = {};
  const isNetworkByParts =
    key === "network" && (columns === undefined ? !header.includes("key") : !columns.key);
  // What is charged where no jurisdiction can be told takes the place of the rate.
  const isByJurisdiction =
    columns === undefined ? header.includes("interRate") : columns.interRate !== undefined;
  const required: readonly FieldName[] = [
    ...(isNetworkByParts ? (["mcc", "mnc"] as const) : (["key"] as const)),
    ...(isByJurisdiction ? [] : (["rate"] as const)),
  ];
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
  /** By what they are known by. */
  readonly rows: Map<string, DeckRow>;
  /** Record of each key. */
  readonly records: Map<string, number>;
  /** Smallest units that a rate is for. */
  readonly unitSize: number;
  /** Prices repeat: each text is read once. */
  readonly rates: Map<string, ReadPrice>;
  readonly fees: Map<string, ReadPrice>;
  readonly problems: LineProblem[];
  /** Whether there are columns of calls: those cost nothing where there are none. */
  readonly hasCalls: boolean;
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
    rows: new Map(),
    records: new Map(),
    unitSize: attempt(() => unitOf(format.per))?.size ?? 1,
    rates: new Map(),
    fees: new Map(),
    problems: [],
    hasCalls: CALL_COLUMNS.some((column) => columns[column] !== undefined),
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
  if (initialIncrement === undefined) {
    if (subsequentIncrement !== undefined)
      tell(reading, record, "catalogue.csv-increment-alone", {});
    if (rateNext !== undefined) tell(reading, record, "catalogue.csv-rate-next-alone", {});
  }
  const ofCalls = reading.hasCalls ? readCalls(reading, fields, record) : NO_CALLS;
  if (ofCalls.call?.interRate !== undefined && rateNext !== undefined) {
    tell(reading, record, "catalogue.csv-jurisdiction-next", {});
  }
  if (key === null || rate === undefined) return;
  const whole = reading.hasCalls ? deckRowKey({ key, ...ofCalls }) : key;
  const known = reading.records.get(whole);
  if (known !== undefined) {
    const detail = { key: whole, line: reading.lineOf(known) };
    tell(reading, record, "catalogue.csv-key-twice", detail);
    return;
  }
  reading.records.set(whole, record);
  reading.rows.set(whole, {
    key,
    rate,
    ...ofCalls,
    ...(name === "" ? {} : { name }),
    ...(rateNext === undefined ? {} : { rateNext }),
    ...(connectFee === undefined ? {} : { connectFee }),
    ...(initialIncrement === undefined ? {} : { initialIncrement }),
    ...(subsequentIncrement === undefined ? {} : { subsequentIncrement }),
  });
}

const NO_CALLS: RowOfCalls = {};

function readCalls(reading: Reading, fields: readonly string[], record: number): RowOfCalls {
  const cells: CallCells = {
    text: (column) => cell(reading, fields, column),
    price: (column) => readPrice(reading, fields, column, record),
    tell: (code, detail) => tell(reading, record, code, detail),
  };
  const row = readRowCall(cells, YES.includes(cell(reading, fields, "blocked").toLowerCase()));
  const { format } = reading;
  const [field] = Object.keys(row);
  if (field !== undefined && !isCallDeck(format)) {
    tell(reading, record, "catalogue.for-calls-only", { key: field });
  }
  const { timeBand: band, originGroup: group } = row;
  if (band !== undefined && !Object.hasOwn(format.timeBands ?? {}, band)) {
    tell(reading, record, "catalogue.csv-band-unknown", { band });
  }
  if (group !== undefined && !Object.hasOwn(format.originGroups ?? {}, group)) {
    tell(reading, record, "catalogue.csv-origin-group-unknown", { group });
  }
  return row;
}

function cell(reading: Reading, fields: readonly string[], field: FieldName): string {
  const at = reading.columns[field];
  return at === undefined ? "" : (fields[at] ?? "");
}

const PREFIX = /^[0-9]{1,15}$/;
/** Of numbers whose network has no row. */
const NETWORK_PREFIX = /^\+[0-9]{1,15}$/;
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
  if (NETWORK_PREFIX.test(text)) return text;
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
  const isEmpty = cell(reading, fields, "rate") === "";
  if (reading.columns.interRate !== undefined) {
    const indeterminate = readPrice(reading, fields, "indeterminateRate", record);
    if (indeterminate !== undefined && !isEmpty)
      tell(reading, record, "catalogue.csv-rate-twice", {});
    if (indeterminate !== undefined) return indeterminate;
    const higher = isEmpty ? higherRate(reading, fields, record) : undefined;
    if (higher !== undefined) return higher;
  }
  if (isEmpty) tell(reading, record, "catalogue.csv-rate-missing", {});
  return readPrice(reading, fields, "rate", record);
}

/** Of a row by jurisdiction: what a call costs of which that cannot be told (handbook §2.7). */
function higherRate(
  reading: Reading,
  fields: readonly string[],
  record: number,
): string | undefined {
  const intra = readPrice(reading, fields, "intraRate", record);
  const inter = readPrice(reading, fields, "interRate", record);
  if (intra === undefined || inter === undefined) return intra ?? inter;
  const [a, b] = [parseDecimal(intra, DECIMAL_PLACES), parseDecimal(inter, DECIMAL_PLACES)];
  return a > b ? intra : inter;
}

const YES: readonly string[] = ["yes", "true", "1", "y", "x"];
const NO: readonly string[] = ["no", "false", "0", "n", ""];

function readPrice(
  reading: Reading,
  fields: readonly string[],
  field: FieldName,
  record: number,
): string | undefined {
  const text = cell(reading, fields, field);
  if (text === "") return undefined;
  const isFee = !/[rR]ate/.test(field);
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
