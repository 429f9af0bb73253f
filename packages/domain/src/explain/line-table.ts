import type { ExplanationTable } from "./charge-table.ts";
import type { ExplainedLine } from "./explained.ts";

/** Statement lines with what was stated before, what it is now and the difference. */
export function lineTable(lines: readonly ExplainedLine[]): ExplanationTable {
  return {
    columns: [
      { title: "line", align: "right" },
      { title: "service" },
      { title: "term" },
      { title: "split by" },
      { title: "events", align: "right" },
      { title: "quantity", align: "right" },
      { title: "exact", align: "right" },
      { title: "before", align: "right" },
      { title: "now", align: "right" },
      { title: "difference", align: "right" },
      { title: "" },
    ],
    rows: lines.map((line) => [
      `${line.number}`,
      line.servicePeriod,
      line.title,
      Object.values(line.dimensions).join(" "),
      line.events,
      line.quantity,
      line.amount,
      line.before,
      line.now,
      line.difference,
      line.currency,
    ]),
  };
}
