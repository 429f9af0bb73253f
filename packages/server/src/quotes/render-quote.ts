import { chargeTable } from "@counterpart/domain/explain/charge-table.ts";
import { describeQuantity } from "@counterpart/domain/explain/describe-quantity.ts";
import { trace } from "@counterpart/domain/explain/trace.ts";
import type { ExplainedQuote } from "@counterpart/domain/quotes/explain-quote.ts";
import { REFUSALS } from "@counterpart/domain/refusals.ts";
import type { Rendering } from "../explain/render-explanation.ts";
import { printTable } from "../platform/print-table.ts";
import { group } from "../platform/progress.ts";
import { showMoney } from "../platform/show-money.ts";
import type { FileQuote, FileQuoteMonth } from "./quote-file.ts";

/** A quote as text: sentences only, a table under them, or every step. */
export function renderQuote(quote: ExplainedQuote, as: Rendering): string {
  const { charges } = quote;
  const sentence = [
    ...(quote.authorised === undefined ? [] : [quote.authorised.sentence]),
    quote.sentence,
  ].join("\n");
  switch (as) {
    case "sentence":
      return [sentence, ...charges.map((charge) => charge.sentence)].join("\n");
    case "table": {
      const { columns, rows } = chargeTable(charges);
      return [sentence, printTable(columns, rows)].join("\n");
    }
    case "trace": {
      const blocks = charges.map((charge) => `${charge.sentence}\n${trace(charge.steps)}`);
      return [sentence, ...blocks].join("\n\n");
    }
  }
}

/** What each party's months come to, term by term, and what has no price. */
export function renderFileQuote(quote: FileQuote): string {
  const counts = [
    `${group(quote.events)} events: ${group(quote.priced)} priced`,
    ...(quote.uncharged === 0 ? [] : [`${group(quote.uncharged)} of them not charged here`]),
  ].join(", ");
  return [counts, ...unpricedTable(quote), ...quote.months.map(renderMonth)].join("\n\n");
}

function unpricedTable({ unpriced }: FileQuote): string[] {
  if (unpriced.length === 0) return [];
  const table = printTable(
    [
      { title: "no price" },
      { title: "events", align: "right" },
      { title: "first line", align: "right" },
      { title: "" },
    ],
    unpriced.map(({ code, count, line, detail }) => [
      code,
      group(count),
      group(line),
      detail === "" ? REFUSALS[code][1] : detail,
    ]),
  );
  return [table];
}

function renderMonth(month: FileQuoteMonth): string {
  const { agreement, party, role, currency, lines } = month;
  const right = "right" as const;
  const table = printTable(
    [
      { title: "term" },
      { title: "split by" },
      { title: "events", align: right },
      { title: "quantity", align: right },
      { title: `exact ${currency}`, align: right },
      { title: "money", align: right },
    ],
    [
      ...lines.map((line) => [
        line.title,
        Object.values(line.dimensions).join(" "),
        group(BigInt(line.events)),
        line.unit === "" ? "" : describeQuantity(line.unit, BigInt(line.quantity)),
        line.amount,
        showMoney(line.money),
      ]),
      ["total", "", "", "", month.amount, showMoney(month.total)],
    ],
  );
  const without =
    month.unmeasured.length === 0
      ? ""
      : `\nWithout ${month.unmeasured.join(", ")}: meters are worked out of stored events.`;
  return `${party} (${role}), ${agreement}, ${month.month}\n${table}${without}`;
}
