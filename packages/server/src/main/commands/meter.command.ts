import { formatMeterValue } from "@counterpart/domain/meters/meter-value.ts";
import { Command } from "commander";
import { openBookKeeper } from "../../catalogue/book-keeper.ts";
import { listMeters, type MeterHead, type MeterRow, readMeter } from "../../meters/read-meter.ts";
import { printTable } from "../../platform/print-table.ts";
import { print, printJson, withDatabase } from "../command-context.ts";

interface ReadOptions {
  readonly from: string;
  readonly to: string;
  readonly account?: string;
  readonly by: string;
  readonly json?: boolean;
}

export function meterCommand(): Command {
  return new Command("meter")
    .summary("what the catalogue's meters come to")
    .description("Meters are declared in the catalogue and computed from the stored events.")
    .addCommand(listCommand())
    .addCommand(readCommand());
}

function listCommand(): Command {
  return new Command("list")
    .summary("the meters of the catalogue")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart meter list")
    .action(async ({ json = false }: { json?: boolean }) => {
      await withDatabase(async ({ database }) => {
        const meters = listMeters((await openBookKeeper(database)).catalogue());
        if (json) return printJson(meters);
        if (meters.length === 0) return print("The catalogue has no meters.");
        const columns = [{ title: "meter" }, { title: "what it counts" }, { title: "title" }];
        const rows = meters.map((meter) => [meter.name, describe(meter), meter.title ?? ""]);
        print(printTable(columns, rows));
      });
    });
}

function describe({ derive, aggregation, of, on }: MeterHead): string {
  if (derive !== null) return derive;
  return `${aggregation}${of === null ? "" : ` of ${of}`}, ${on}`;
}

function readCommand(): Command {
  return new Command("read")
    .summary("its value over a range")
    .description("Exact, in smallest units: time is in milliseconds.")
    .argument("<meter>", "its name")
    .requiredOption("--from <time>", "events from here on, as RFC 3339")
    .requiredOption("--to <time>", "events before this")
    .option("--account <account>", "only events of this account")
    .option("--by <names>", "account, day, month, channel and the meter's by, by comma", "")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  counterpart meter read peakCalls --from 2026-10-01T00:00:00Z --to 2026-11-01T00:00:00Z\n" +
        "  counterpart meter read answerRate --by account,country \\\n" +
        "    --from 2026-10-01T00:00:00Z --to 2026-11-01T00:00:00Z",
    )
    .action(async (meter: string, { from, to, account, by, json = false }: ReadOptions) => {
      const groupBy = by.split(",").filter((name) => name !== "");
      await withDatabase(async ({ database }) => {
        const keeper = await openBookKeeper(database);
        const rows = await readMeter(database, keeper, { meter, from, to, account, groupBy });
        if (json) printJson(rows.map(({ group, value }) => ({ group, value: shown(value) })));
        else print(printValues(meter, groupBy, rows));
      });
    });
}

function shown(value: MeterRow["value"]): string | null {
  return value === null ? null : formatMeterValue(value);
}

function printValues(meter: string, groupBy: readonly string[], rows: readonly MeterRow[]): string {
  return printTable(
    [...groupBy.map((title) => ({ title })), { title: meter, align: "right" as const }],
    rows.map(({ group, value }) => [
      ...groupBy.map((name) => group[name] ?? ""),
      shown(value) ?? "none",
    ]),
  );
}
