import type { DeckRowCall } from "@counterpart/domain/catalogue/call-rules.ts";
import type { DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";

type Cells = Readonly<Record<string, string | number | null | undefined>>;

/** The rows as the CSV that a catalogue holds: `readDeckCsv` reads the same rows back. */
export function writeDeckCsv(rows: readonly DeckRow[]): string {
  const flat = rows.map(cellsOf);
  const columns = columnsOf(flat);
  const hasBlocked = rows.some(({ rate }) => rate === null);
  const header = [...columns, ...(hasBlocked ? ["blocked"] : [])].join(",");
  const lines = flat.map((row) => {
    const cells = columns.map((column) => csvCell(row[column]));
    if (hasBlocked) cells.push(row.rate === null ? "yes" : "");
    return cells.join(",");
  });
  return `${[header, ...lines].join("\n")}\n`;
}

/** Rules of calls have columns of their own. */
function cellsOf({ call, ...row }: DeckRow): Cells {
  const rules: DeckRowCall | undefined = call;
  return rules === undefined ? row : { ...row, ...rules };
}

/**
 * The key, the name and the rate, then whatever else a row has, in the order of the first that has
 * it.
 */
function columnsOf(rows: readonly Cells[]): readonly string[] {
  const columns = new Set(["key", "name", "rate"]);
  for (const row of rows) {
    for (const column in row) if (row[column] !== undefined) columns.add(column);
  }
  return [...columns];
}

/** A line end in a name becomes a blank, so that a row is a line. */
export function withoutLineEnds(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/\s*[\r\n]+\s*/g, " ") : text;
}

/** A cell as RFC 4180 writes it. */
function csvCell(value: string | number | null | undefined): string {
  const text = withoutLineEnds(String(value ?? ""));
  return /[",]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
