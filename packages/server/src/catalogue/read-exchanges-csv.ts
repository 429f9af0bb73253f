/** Reads a table of exchanges as numbering plans are published: many columns, of which two count. */
import type { Exchange } from "@counterpart/domain/catalogue/exchange-table.ts";
import type { BundleExchangeTable } from "./catalogue-schema.ts";
import { type LineProblem, lineProblem, parseDeckTable } from "./parse-deck-table.ts";

export interface ExchangesCsv {
  /** Each code once. */
  readonly exchanges: readonly Exchange[];
  readonly problems: readonly LineProblem[];
}

const PROBLEMS_MAX = 100;

/** Area code, exchange and block of thousand, with or without marks between them. */
const CODE = /^([2-9][0-9]{2})(?:[-/ ]?([2-9][0-9]{2})(?:[-/ ]?([0-9]))?)?$/;
const STATE = /^[A-Z]{2}$/;

/** Every problem with its line; at most a hundred, and how many more there are. */
export function readExchangesCsv(text: string, format: BundleExchangeTable): ExchangesCsv {
  const table = parseDeckTable(text, format.delimiter ?? ",");
  if ("problems" in table) return { exchanges: [], problems: table.problems };
  const [header = [], ...records] = table.records;
  const { code: codeName = "code", state: stateName = "state" } = format.columns ?? {};
  const problems: LineProblem[] = [];
  const [codeAt, stateAt] = [codeName, stateName].map((column) => {
    const at = header.indexOf(column);
    if (at === -1) problems.push(lineProblem(1, "catalogue.csv-column-missing", { column }));
    if (at !== header.lastIndexOf(column)) {
      problems.push(lineProblem(1, "catalogue.csv-column-twice", { column }));
    }
    return at;
  });
  if (problems.length > 0) return { exchanges: [], problems };
  if (records.length === 0) {
    return { exchanges: [], problems: [lineProblem(1, "catalogue.csv-empty", {})] };
  }
  const known = new Map<string, { readonly exchange: Exchange; readonly record: number }>();
  for (const [at, record] of records.entries()) {
    const line = (): number => table.lineOf(at + 1);
    const read = readExchange(record[codeAt!] ?? "", record[stateAt!] ?? "", line);
    if ("message" in read) {
      problems.push(read);
      continue;
    }
    const before = known.get(read.code);
    if (before === undefined) known.set(read.code, { exchange: read, record: at + 1 });
    else if (before.exchange.state !== read.state) {
      const detail = { ...before.exchange, line: table.lineOf(before.record) };
      problems.push(lineProblem(line(), "catalogue.csv-exchange-moved", detail));
    }
  }
  return {
    exchanges: [...known.values()].map(({ exchange }) => exchange),
    problems: cut(problems),
  };
}

function readExchange(
  codeText: string,
  stateText: string,
  line: () => number,
): Exchange | LineProblem {
  const code = CODE.exec(codeText);
  if (code === null) {
    const text = codeText.slice(0, 64) || "nothing";
    return lineProblem(line(), "catalogue.csv-exchange-malformed", { text });
  }
  const state = stateText.toUpperCase();
  if (!STATE.test(state)) {
    const text = stateText.slice(0, 64) || "nothing";
    return lineProblem(line(), "catalogue.csv-state-malformed", { text });
  }
  return { code: code.slice(1).join(""), state };
}

function cut(problems: readonly LineProblem[]): readonly LineProblem[] {
  const more = problems.length - PROBLEMS_MAX;
  if (more <= 0) return problems;
  const { line } = problems[PROBLEMS_MAX]!;
  const rest = lineProblem(line, "catalogue.csv-more-problems", { count: more });
  return [...problems.slice(0, PROBLEMS_MAX), rest];
}
