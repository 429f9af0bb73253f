export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Rows under their titles, columns aligned and two spaces apart. */
export function printTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map(({ title }, at) =>
    Math.max(title.length, ...rows.map((row) => (row[at] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, at) => {
        const cell = cells[at] ?? "";
        return align === "right" ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!);
      })
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width));
  return [line(columns.map(({ title }) => title)), rule.join("  "), ...rows.map(line)].join("\n");
}
