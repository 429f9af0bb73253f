/** The text of a price list as records, with the lines that they stand in. */
import {
  type CatalogueProblem,
  type ProblemCode,
  type ProblemDetail,
  problem,
} from "@counterpart/domain/catalogue/problems.ts";
import { CsvError, type Options, parse } from "csv-parse/sync";

export interface LineProblem extends Pick<CatalogueProblem, "code" | "message"> {
  /** From 1, the header included. */
  readonly line: number;
}

const RECORD_BYTES_MAX = 65_536;

/** The header is the first record. */
export interface DeckRecords {
  readonly records: readonly (readonly string[])[];
  /** Where a record stands; the header is record 0. */
  readonly lineOf: (record: number) => number;
}

export type DeckTable = DeckRecords | { readonly problems: readonly LineProblem[] };

/**
 * Line numbers cost as much again as everything else, so they are looked up when a problem needs
 * one.
 */
export function parseDeckTable(text: string, delimiter: string): DeckTable {
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

export function lineProblem<Code extends ProblemCode>(
  line: number,
  code: Code,
  detail: ProblemDetail<Code>,
): LineProblem {
  return { line, code, message: problem([], code, detail).message };
}
