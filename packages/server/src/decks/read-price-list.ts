/**
 * Reads an operator's price list as rows of a deck. All problems are told at once with their lines,
 * and then nothing is read: a list is imported whole or not at all.
 */
import type { Deck } from "@counterpart/domain/catalogue/catalogue.ts";
import { deckRowKey } from "@counterpart/domain/catalogue/deck-row-key.ts";
import {
  type ProblemCode,
  type ProblemDetail,
  problem,
} from "@counterpart/domain/catalogue/problems.ts";
import {
  expandPrefixes,
  PREFIXES_PER_CELL_MAX,
} from "@counterpart/domain/decks/expand-prefixes.ts";
import type { OfferedRow } from "@counterpart/domain/decks/plan-deck-versions.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { Zone } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { LineProblem } from "../catalogue/parse-deck-table.ts";
import { readDeckTable } from "../catalogue/read-deck-csv.ts";
import { CALL_COLUMNS, CALL_PRICES } from "../catalogue/read-row-call.ts";
import { type CsvRecord, splitCsvRecords } from "../imports/split-csv-records.ts";
import type { DeckMapping, ListColumn } from "./deck-mapping.ts";
import { findDelimiter } from "./find-delimiter.ts";
import { type ColumnsRead, findListColumns } from "./find-list-columns.ts";
import { readListDate, readListIncrements, readListPrice, readListState } from "./list-cells.ts";
import { withoutLineEnds } from "./write-deck-csv.ts";

export interface ListFormat {
  readonly deck: Omit<Deck, "versions">;
  readonly mapping: DeckMapping;
  /** When rows without a day of their own count from. */
  readonly start: Instant;
  /** In which dates are meant. */
  readonly zone: Zone;
}

export interface PriceList {
  readonly rows: readonly OfferedRow[];
  /** Date text of each day that a row names. */
  readonly dates: ReadonlyMap<Instant, string>;
  readonly columns: ColumnsRead;
  /** Records of the file, its header left out. */
  readonly records: number;
}

const PROBLEMS_MAX = 100;
const DATES_MAX = 60;

/** Refuses `deck.list-invalid` with at most 100 problems, and `deck.delimiter-unclear`. */
export async function readPriceList(text: string, format: ListFormat): Promise<PriceList> {
  const { mapping } = format;
  const body = withoutLines(text, mapping.skipLines);
  const delimiter = mapping.delimiter ?? findDelimiter(body);
  const reading: Reading = {
    format,
    calls: [],
    days: new Map(),
    dates: new Map(),
    currencies: new Set(),
    prices: new Map(),
    problems: [],
    untold: 0,
  };
  const tell: Tell = (line, code, detail) =>
    addProblem(reading, line + mapping.skipLines, code, detail);
  let columns: ColumnsRead | null = null;
  let records = 0;
  for await (const some of splitCsvRecords(chunksOf(body), { delimiter })) {
    for (const record of some) {
      if ("problem" in record) tell(record.line, "deck.line-malformed", { why: record.detail });
      else if ("skipped" in record || record.fields.every((field) => field === "")) continue;
      else if (columns === null) {
        columns = findListColumns(record.fields, format, (code, detail) =>
          tell(record.line, code, detail),
        );
        if (columns === null) throw refusal(reading);
        reading.calls = callColumnsOf(columns);
        if (!mapping.header) records += readRecord(reading, columns, record, tell);
      } else records += readRecord(reading, columns, record, tell);
    }
  }
  if (records === 0) tell(1, "deck.empty", {});
  if (columns === null) throw refusal(reading);
  const rows = finishDays(reading);
  if (reading.problems.length > 0) throw refusal(reading);
  return { rows, dates: reading.dates, columns, records };
}

type Tell = <Code extends ProblemCode>(
  line: number,
  code: Code,
  detail: ProblemDetail<Code>,
) => void;

interface Reading {
  readonly format: ListFormat;
  calls: readonly (typeof CALL_COLUMNS)[number][];
  readonly days: Map<Instant, Day>;
  readonly dates: Map<Instant, string>;
  /** Other ones that were told. */
  readonly currencies: Set<string>;
  /** Prices repeat: each text is read once. */
  readonly prices: Map<string, string | null>;
  readonly problems: LineProblem[];
  untold: number;
}

/** Rows of one day, as the records that our own reader takes. */
interface Day {
  readonly records: string[][];
  /** Line of the list that each is from. */
  readonly origins: number[];
  /** Line of the list that has each key. */
  readonly keys: Map<string, number>;
  readonly deleted: string[];
}

const CSV_COLUMNS = [
  "key",
  "name",
  "rate",
  "rateNext",
  "connectFee",
  "initialIncrement",
  "subsequentIncrement",
  "blocked",
] as const;

/** Those that the list has: a deck of other things than calls has none. */
function callColumnsOf({ places }: ColumnsRead): readonly (typeof CALL_COLUMNS)[number][] {
  return CALL_COLUMNS.filter((name) => places[name] !== undefined);
}

type Record = Extract<CsvRecord, { readonly fields: unknown }>;

/** Always 1: the record counts, whatever becomes of it. */
function readRecord(reading: Reading, columns: ColumnsRead, record: Record, tell: Tell): 1 {
  const { format } = reading;
  const { mapping, deck } = format;
  const cell = cellOf(columns, record.fields);
  const { line } = record;
  const currency = cell("currency").toUpperCase();
  const isOther = currency !== "" && currency !== deck.currency;
  // Once for each currency: of a list in another one every row would say the same.
  if (isOther && !reading.currencies.has(currency)) {
    reading.currencies.add(currency);
    tell(line, "deck.currency-differs", { currency, deckCurrency: deck.currency });
  }
  const state = readListState(cell("status"), cell("rate"), mapping);
  if (state === null) tell(line, "deck.status-unknown", { text: cell("status") });
  const day = dayOf(reading, cell("effective"), line, tell);
  const keys = deck.key === "prefix" ? prefixesOf(cell, line, tell) : [networkOf(cell)];
  // A row of an unknown status is told already, and its price is still looked at.
  const isPriced = state === "priced" || state === null;
  const rate = isPriced ? priceOf(reading, cell("rate"), line, tell) : "";
  const rateNext = isPriced ? priceOf(reading, cell("rateNext"), line, tell) : "";
  const connectFee = isPriced ? priceOf(reading, cell("connectFee"), line, tell) : "";
  const [initial, subsequent] = incrementsOf(cell, line, tell);
  const { values } = mapping;
  const name = withoutLineEnds(cell("name"));
  if (name.includes("\0")) tell(line, "catalogue.text-not-storable", {});
  const rest = [
    name,
    rate,
    rateNext || (isPriced ? (values.rateNext ?? "") : ""),
    // A fee of nothing is no fee: lists write it out.
    (/[1-9]/.test(connectFee) && connectFee) || (isPriced ? (values.connectFee ?? "") : ""),
    initial || String(values.initialIncrement ?? ""),
    subsequent || String(values.subsequentIncrement ?? ""),
    state === "blocked" ? "yes" : "",
    ...reading.calls.map((column) => callCell(column, reading, cell(column), isPriced, line, tell)),
  ];
  const originGroup = cell("originGroup") || null;
  const timeBand = cell("timeBand") || null;
  for (const prefix of keys) {
    const key = deckRowKey({ key: prefix, originGroup, timeBand });
    const before = day.keys.get(key);
    if (before !== undefined) {
      tell(line, "deck.key-twice", { key, line: before });
      continue;
    }
    day.keys.set(key, line + mapping.skipLines);
    if (state === "deleted") day.deleted.push(key);
    else {
      day.records.push([prefix, ...rest]);
      day.origins.push(line + mapping.skipLines);
    }
  }
  return 1;
}

type Cell = (name: ListColumn) => string;

function cellOf({ places }: ColumnsRead, fields: readonly string[]): Cell {
  return (name) => {
    const at = places[name];
    return at === undefined ? "" : (fields[at] ?? "").trim();
  };
}

const NO_DAY: Day = { records: [], origins: [], keys: new Map(), deleted: [] };

/** Of the row's date; one before the list takes over counts from then. */
function dayOf(reading: Reading, text: string, line: number, tell: Tell): Day {
  const { mapping, zone, start } = reading.format;
  let at = start;
  if (text !== "") {
    const date = readListDate(text, mapping.dates, zone);
    if (date === null) {
      tell(line, "deck.date-malformed", { text, format: mapping.dates });
      return { ...NO_DAY, keys: new Map() };
    }
    if (date.at > start) {
      at = date.at;
      reading.dates.set(at, date.from);
      if (reading.dates.size === DATES_MAX + 1) {
        tell(line, "deck.dates-too-many", { datesMax: DATES_MAX });
      }
    }
  }
  let day = reading.days.get(at);
  if (day === undefined) {
    day = { records: [], origins: [], keys: new Map(), deleted: [] };
    reading.days.set(at, day);
  }
  return day;
}

function prefixesOf(cell: Cell, line: number, tell: Tell): readonly string[] {
  const lead = [cell("countryCode"), cell("prefix") === "" ? "" : cell("areaCode")]
    .map((part) => part.replace(/^\+/, ""))
    .join("");
  const text = cell("prefix") === "" ? cell("areaCode") : cell("prefix");
  const expanded = expandPrefixes(text, lead);
  if ("prefixes" in expanded) return expanded.prefixes;
  const shown = expanded.text === "" ? "nothing" : expanded.text;
  switch (expanded.problem) {
    case "malformed":
      tell(line, "deck.prefixes-malformed", { text: shown });
      break;
    case "backwards":
      tell(line, "deck.prefixes-backwards", { text: shown });
      break;
    case "too-many":
      tell(line, "deck.prefixes-too-many", { text: shown, prefixesMax: PREFIXES_PER_CELL_MAX });
      break;
    case "too-long":
      tell(line, "deck.prefixes-too-long", { text: shown });
  }
  return [];
}

/** What is no network is told by the reader of decks. */
function networkOf(cell: Cell): string {
  if (cell("network") !== "") return cell("network");
  return cell("mnc") === "" ? cell("mcc") : `${cell("mcc")}-${cell("mnc")}`;
}

function priceOf(reading: Reading, text: string, line: number, tell: Tell): string {
  if (text === "") return "";
  const { mapping, deck } = reading.format;
  let price = reading.prices.get(text);
  if (price === undefined) {
    price = readListPrice(text, deck.currency, mapping);
    reading.prices.set(text, price);
  }
  if (price === null) tell(line, "deck.price-malformed", { text, decimal: mapping.decimal });
  // A price that is told already must not be told again as missing.
  return price ?? "0";
}

/** Prices in our form, the rest as it stands: the reader of decks knows what it may be. */
function callCell(
  name: (typeof CALL_COLUMNS)[number],
  reading: Reading,
  text: string,
  isPriced: boolean,
  line: number,
  tell: Tell,
): string {
  if (!(CALL_PRICES as readonly string[]).includes(name)) return text;
  return isPriced ? priceOf(reading, text, line, tell) : "";
}

function incrementsOf(cell: Cell, line: number, tell: Tell): readonly [string, string] {
  const both = cell("increments");
  if (both === "") return [cell("initialIncrement"), cell("subsequentIncrement")];
  const read = readListIncrements(both);
  if (read === null) tell(line, "deck.increments-malformed", { text: both });
  return read ?? ["", ""];
}

/** The rows of each day by the reader of decks, whose problems are told at the list's own lines. */
function finishDays(reading: Reading): OfferedRow[] {
  const { deck } = reading.format;
  const rows: OfferedRow[] = [];
  for (const [at, day] of reading.days) {
    for (const deleted of day.deleted) rows.push({ key: deleted, row: null, at });
    if (day.records.length === 0) continue;
    const header = [...CSV_COLUMNS, ...reading.calls];
    const records = [header, ...day.records];
    const lineOf = (record: number): number => day.origins[record - 1] ?? 1;
    const read = readDeckTable({ records, lineOf }, deck);
    for (const found of read.problems) addLineProblem(reading, found);
    for (const row of read.rows) rows.push({ key: deckRowKey(row), row, at });
  }
  return rows;
}

function addProblem<Code extends ProblemCode>(
  reading: Reading,
  line: number,
  code: Code,
  detail: ProblemDetail<Code>,
): void {
  addLineProblem(reading, { line, code, message: problem([], code, detail).message });
}

function addLineProblem(reading: Reading, found: LineProblem): void {
  if (reading.problems.length >= PROBLEMS_MAX) reading.untold += 1;
  else reading.problems.push(found);
}

function refusal({ problems, untold }: Reading): Refusal {
  const sorted = problems.toSorted((a, b) => a.line - b.line);
  const more = untold === 0 ? {} : { notListed: untold };
  return new Refusal("deck.list-invalid", { problems: sorted, ...more });
}

/** Without the first lines; CR, LF and CRLF each end one. */
function withoutLines(text: string, count: number): string {
  let at = 0;
  for (let n = 0; n < count && at < text.length; n++) {
    const end = /\r\n|\n|\r/g;
    end.lastIndex = at;
    if (end.exec(text) === null) return "";
    at = end.lastIndex;
  }
  return text.slice(at);
}

const CHUNK_CHARACTERS = 262_144;

/** Cut anywhere but inside a pair: each part is encoded by itself. */
async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + CHUNK_CHARACTERS, text.length);
    if (/[\ud800-\udbff]/.test(text.charAt(end - 1))) end -= 1;
    yield Buffer.from(text.slice(at, end));
    at = end;
  }
}
