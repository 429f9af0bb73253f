import type { DeckRowCall } from "@counterpart/domain/catalogue/call-rules.ts";
import type { DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import { checkCallRules } from "@counterpart/domain/catalogue/check-call-rules.ts";
import type { ProblemCode, ProblemDetail } from "@counterpart/domain/catalogue/problems.ts";
import { ROUNDING_MODES } from "@counterpart/domain/rounding.ts";

/** Columns of rules of calls, by how they are written. */
const SECONDS = ["graceSeconds", "freeSeconds", "minDuration"] as const;
const FEES = ["attemptFee", "minCharge", "maxCharge"] as const;
const RATES = ["intraRate", "interRate"] as const;

export const CALL_COLUMNS = [
  "originGroup",
  "timeBand",
  ...SECONDS,
  ...FEES,
  ...RATES,
  "indeterminateRate",
  "maxChargeStrategy",
  "roundingMode",
  "roundingDecimals",
] as const;

/** Those that hold prices. */
export const CALL_PRICES = [...FEES, ...RATES, "indeterminateRate"] as const;

export type CallColumn = (typeof CALL_COLUMNS)[number];

/** One line of a price list, as far as its columns of calls go. */
export interface CallCells {
  /** Empty where the list has no such column. */
  readonly text: (column: CallColumn) => string;
  readonly price: (column: (typeof FEES)[number] | (typeof RATES)[number]) => string | undefined;
  readonly tell: <Code extends ProblemCode>(code: Code, detail: ProblemDetail<Code>) => void;
}

export type RowOfCalls = Pick<DeckRow, "originGroup" | "timeBand" | "call">;

/** Whom and when a row is for, and its rules; only what the line says. */
export function readRowCall(cells: CallCells, isBlocked: boolean): RowOfCalls {
  const originGroup = cells.text("originGroup");
  const timeBand = cells.text("timeBand");
  const call: Record<string, string | number> = {};
  for (const column of SECONDS) {
    const seconds = readSeconds(cells, column);
    if (seconds !== undefined) call[column] = seconds;
  }
  for (const column of [...FEES, ...RATES]) {
    const price = cells.price(column);
    if (price !== undefined) call[column] = price;
  }
  const strategy = readWord(cells, "maxChargeStrategy", ["free", "disconnect"]);
  if (strategy !== undefined) call.maxChargeStrategy = strategy;
  const mode = readWord(cells, "roundingMode", ROUNDING_MODES);
  if (mode !== undefined) call.roundingMode = mode;
  const decimals = readDecimals(cells);
  if (decimals !== undefined) call.roundingDecimals = decimals;
  checkRow(call, cells, isBlocked);
  return {
    ...(originGroup === "" ? {} : { originGroup }),
    ...(timeBand === "" ? {} : { timeBand }),
    ...(Object.keys(call).length === 0 ? {} : { call }),
  };
}

function checkRow(call: DeckRowCall, { tell }: CallCells, isBlocked: boolean): void {
  checkCallRules(call, [], (_, code, detail) => tell(code, detail));
  const field = Object.keys(call)[0];
  if (isBlocked && field !== undefined) tell("catalogue.csv-blocked-priced", { field });
  if ((call.intraRate === undefined) !== (call.interRate === undefined)) {
    tell("catalogue.csv-jurisdiction-half", {});
  }
}

const SECONDS_MAX = 86_400;

function readSeconds(cells: CallCells, column: (typeof SECONDS)[number]): number | undefined {
  const text = cells.text(column);
  if (text === "") return undefined;
  if (/^[0-9]{1,5}$/.test(text) && Number(text) <= SECONDS_MAX) return Number(text);
  cells.tell("catalogue.csv-seconds-malformed", { text });
  return undefined;
}

function readDecimals(cells: CallCells): number | undefined {
  const text = cells.text("roundingDecimals");
  if (text === "") return undefined;
  if (/^[0-9]{1,2}$/.test(text) && Number(text) <= 12) return Number(text);
  cells.tell("catalogue.csv-decimals-malformed", { text });
  return undefined;
}

function readWord(
  cells: CallCells,
  column: "maxChargeStrategy" | "roundingMode",
  known: readonly string[],
): string | undefined {
  const text = cells.text(column);
  if (text === "" || known.includes(text)) return text === "" ? undefined : text;
  cells.tell("catalogue.csv-word-unknown", { text, known: known.join(", ") });
  return undefined;
}
