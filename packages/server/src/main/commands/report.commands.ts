/** Reports: usage, margin, and the account of everything. */
import { formatDecimal } from "@counterpart/domain/decimal.ts";
import { formatMoney, roundToMoney } from "@counterpart/domain/money.ts";
import { parseMonth } from "@counterpart/domain/period.ts";
import { findImbalances, type IntakeAccount } from "@counterpart/domain/statements/completeness.ts";
import { Command } from "commander";
import { openBookKeeper } from "../../catalogue/book-keeper.ts";
import { printTable } from "../../platform/print-table.ts";
import { group } from "../../platform/progress.ts";
import { showMoney } from "../../platform/show-money.ts";
import { listAccounts } from "../../statements/completeness.repo.ts";
import { type MarginReport, reportMargin } from "../../statements/margin.ts";
import { showQuantity } from "../../statements/show-quantity.ts";
import { findUsage } from "../../usage/find-usage.ts";
import { EXIT, print, printJson, withDatabase } from "../command-context.ts";

export function reportCommands(): Command[] {
  return [usageCommand(), marginCommand(), accountCommand()];
}

interface UsageOptions {
  readonly from: string;
  readonly to: string;
  readonly by: string;
  readonly timeZone?: string;
  readonly where: string[];
  readonly json?: boolean;
}

function usageCommand(): Command {
  return new Command("usage")
    .summary("usage over any range, by anything")
    .description(
      "Counts and quantities by event type, from the usage that ingest keeps by the hour of UTC: a range " +
        "begins and ends on full hours.",
    )
    .requiredOption("--from <time>", "from this full hour on, as RFC 3339")
    .requiredOption("--to <time>", "before this full hour")
    .option("--by <names>", "account, hour, day, month, channel or dimensions, by comma", "channel")
    .option("--time-zone <zone>", "of day and month, whole hours from UTC (default: UTC)")
    .option("--where <name=value...>", "only rows with this value", [])
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  counterpart usage --from 2026-10-01T00:00:00Z --to 2026-11-01T00:00:00Z \\\n" +
        "    --by account,country --where channel=sms.outbound\n" +
        "  counterpart usage --from 2026-10-01T00:00:00+02:00 --to 2026-10-08T00:00:00+02:00 \\\n" +
        "    --by day --time-zone Europe/Berlin",
    )
    .action(async ({ by, json = false, ...asked }: UsageOptions) => {
      const groupBy = by.split(",").filter((name) => name !== "");
      await withDatabase(async ({ database }) => {
        const question = { ...asked, groupBy, limit: 10_000, offset: 0 };
        const rows = await findUsage(database.pool("reader"), question);
        if (json) return printJson(rows);
        print(
          printTable(
            [
              { title: "type" },
              ...groupBy.map((title) => ({ title })),
              { title: "events", align: "right" as const },
              { title: "quantity", align: "right" as const },
            ],
            rows.map((row) => [
              row.type,
              ...groupBy.map((name) => row.group[name] ?? ""),
              group(BigInt(row.events)),
              showQuantity(row),
            ]),
          ),
        );
      });
    });
}

interface MarginOptions {
  readonly period: string;
  readonly json?: boolean;
}

function marginCommand(): Command {
  return new Command("margin")
    .summary("what the provider keeps, by channel")
    .description(
      "Revenue, cost and partners' shares of a month by channel, in the provider's home currency at " +
        "the exchange rate of each day. Fees and tiers are in it once the month is closed.",
    )
    .requiredOption("--period <month>", "the month, such as 2026-10")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart margin --period 2026-10")
    .action(async ({ period, json = false }: MarginOptions) => {
      const month = parseMonth(period);
      await withDatabase(async ({ database }) => {
        const keeper = await openBookKeeper(database);
        const report = await reportMargin(database.pool("reader"), keeper, month);
        if (json) printJson(report);
        else print(printMargin(report));
      });
    });
}

export function printMargin({ currency, channels, provisional }: MarginReport): string {
  const money = (pico: bigint): string =>
    showMoney(formatMoney(roundToMoney({ currency, pico }, "halfEven")));
  const percent = (part: bigint, whole: bigint): string =>
    whole === 0n ? "" : `${formatDecimal((part * 1000n) / whole, 1)} %`;
  const sum = (of: (one: MarginReport["channels"][number]) => bigint): bigint =>
    channels.reduce((total, one) => total + of(one), 0n);
  const row = (one: MarginReport["channels"][number]): string[] => [
    one.channel,
    group(one.charges),
    money(one.revenue),
    money(one.cost),
    money(one.shares),
    money(one.margin),
    percent(one.margin, one.revenue),
  ];
  const total = row({
    channel: "total",
    charges: sum(({ charges }) => charges),
    revenue: sum(({ revenue }) => revenue),
    cost: sum(({ cost }) => cost),
    shares: sum(({ shares }) => shares),
    margin: sum(({ margin }) => margin),
  });
  const table = printTable(
    [
      { title: "channel" },
      { title: "charges", align: "right" },
      { title: `revenue ${currency}`, align: "right" },
      { title: "cost", align: "right" },
      { title: "shares", align: "right" },
      { title: "margin", align: "right" },
      { title: "", align: "right" },
    ],
    [...channels.map(row), total],
  );
  return provisional ? `${table}\nprovisional: the month is not closed` : table;
}

function accountCommand(): Command {
  return new Command("account")
    .summary("the account of everything that was received")
    .description(
      "For each source and day of receipt: what was received against its outcomes, and those against " +
        "the rows that are stored. A close refuses while it does not add up.",
    )
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart account")
    .action(async ({ json = false }: { json?: boolean }) => {
      await withDatabase(async ({ database }) => {
        const accounts = await listAccounts(database.pool("reader"));
        const imbalances = findImbalances(accounts);
        if (json) printJson({ accounts, imbalances });
        else {
          print(printAccounts(accounts));
          print(
            imbalances.length === 0
              ? "Everything received is accounted for."
              : imbalances.map(({ day, source, what }) => `${day} ${source}: ${what}`).join("\n"),
          );
        }
        if (imbalances.length > 0) process.exitCode = EXIT.failed;
      });
    });
}

export function printAccounts(accounts: readonly IntakeAccount[]): string {
  const right = (title: string) => ({ title, align: "right" as const });
  return printTable(
    [
      { title: "day" },
      { title: "source" },
      right("received"),
      right("accepted"),
      right("duplicate"),
      right("conflicting"),
      right("quarantined"),
      right("refused"),
    ],
    accounts.map((one) => [
      one.day,
      one.source ?? "(unknown)",
      group(one.received),
      group(one.accepted),
      group(one.duplicate),
      group(one.conflicting),
      group(one.quarantined),
      group(one.refused),
    ]),
  );
}
