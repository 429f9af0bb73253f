import { stringify } from "csv-stringify/sync";
import { plainQuantity } from "./show-quantity.ts";
import type { StatementView } from "./statement-views.repo.ts";

/** One record a line, the statement's own columns first. Texts that a spreadsheet would run are quoted. */
export function statementCsv(statement: StatementView): string {
  const { id, agreement, period, currency } = statement;
  return stringify(
    statement.lines.map((line) => ({
      statement: id,
      agreement,
      period,
      line: line.number,
      service_period: line.servicePeriod,
      term: line.term,
      title: line.title,
      dimensions: Object.entries(line.dimensions)
        .map(([name, value]) => `${name}=${value}`)
        .join(" "),
      events: line.events,
      ...plainQuantity(line),
      amount: line.amount,
      stated_before: line.statedBefore,
      money: line.money,
      currency,
    })),
    {
      header: true,
      columns: [
        "statement",
        "agreement",
        "period",
        "line",
        "service_period",
        "term",
        "title",
        "dimensions",
        "events",
        "quantity",
        "unit",
        "amount",
        "stated_before",
        "money",
        "currency",
      ],
      // Numbers may begin with a minus; free texts must not begin what a spreadsheet evaluates.
      cast: {
        string: (text, { column }) =>
          ["title", "dimensions", "term"].includes(String(column)) && /^[=+\-@\t\r]/.test(text)
            ? `'${text}`
            : text,
      },
    },
  );
}
