import { parseMonth } from "@counterpart/domain/period.ts";
import { Command } from "commander";
import { printTable } from "../../platform/print-table.ts";
import { showMoney } from "../../platform/show-money.ts";
import { showQuantity } from "../../statements/show-quantity.ts";
import { statementCsv } from "../../statements/statement-csv.ts";
import {
  listStatements,
  loadStatement,
  type StatementView,
} from "../../statements/statement-views.repo.ts";
import { print, printJson, readWhole, withDatabase } from "../command-context.ts";

interface ListOptions {
  readonly period?: string;
  readonly agreement?: string;
  readonly limit: string;
  readonly json?: boolean;
}

interface ShowOptions {
  readonly csv?: boolean;
  readonly json?: boolean;
}

export function statementsCommand(): Command {
  const command = new Command("statements")
    .summary("list statements, or show one with its lines")
    .description("Invoices and settlement statements that a close has issued. They never change.");
  command
    .command("list", { isDefault: true })
    .description("the statements of a month or an agreement")
    .option("--period <month>", "only this month, such as 2026-10")
    .option("--agreement <id>", "only this agreement")
    .option("--limit <n>", "at most so many", "1000")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart statements list --period 2026-10")
    .action(async ({ limit, json = false, ...filter }: ListOptions) => {
      if (filter.period !== undefined) parseMonth(filter.period);
      await withDatabase(async ({ database }) => {
        const db = database.pool("reader");
        const statements = await listStatements(db, { ...filter, limit: readWhole(limit) });
        if (json) return printJson(statements);
        print(
          printTable(
            [
              { title: "statement" },
              { title: "kind" },
              { title: "total", align: "right" },
              { title: "" },
              { title: "issued" },
            ],
            statements.map((one) => [
              one.id,
              one.kind,
              showMoney(one.total),
              one.currency,
              one.issuedAt,
            ]),
          ),
        );
      });
    });
  command
    .command("show")
    .description("one statement with its lines")
    .argument("<id>", "such as stm_2026-10_acme")
    .option("--csv", "print CSV")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart statements show stm_2026-10_acme --csv")
    .action(async (id: string, { csv = false, json = false }: ShowOptions) => {
      await withDatabase(async ({ database }) => {
        const statement = await loadStatement(database.pool("reader"), id);
        if (json) printJson(statement);
        else if (csv) process.stdout.write(statementCsv(statement));
        else print(printStatement(statement));
      });
    });
  return command;
}

export function printStatement(statement: StatementView): string {
  const { id, kind, agreement, firstDay, endDay, currency, total } = statement;
  const table = printTable(
    [
      { title: "line", align: "right" },
      { title: "service" },
      { title: "term" },
      { title: "of" },
      { title: "events", align: "right" },
      { title: "quantity", align: "right" },
      { title: "exact", align: "right" },
      { title: "stated before", align: "right" },
      { title: currency, align: "right" },
    ],
    statement.lines.map((line) => [
      `${line.number}`,
      line.servicePeriod,
      line.title,
      Object.values(line.dimensions).join(" "),
      line.events,
      showQuantity(line),
      line.amount,
      line.statedBefore,
      line.money,
    ]),
  );
  return [
    `${id}  ${kind} of ${agreement}, ${firstDay} to before ${endDay}`,
    table,
    `total ${showMoney(total)} ${currency}`,
    `Each line: counterpart explain ${id}/1`,
  ].join("\n");
}
