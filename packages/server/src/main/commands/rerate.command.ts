import {
  checkZone,
  instantOfDateOrInstant,
  monthPeriod,
  parseMonth,
  type Zone,
} from "@counterpart/domain/period.ts";
import { Command } from "commander";
import { openBookKeeper } from "../../catalogue/book-keeper.ts";
import { group } from "../../platform/progress.ts";
import { printReport, printReratings } from "../../reratings/print-rerating.ts";
import {
  loadRerating,
  previewRerating,
  type ReratingReport,
  runRerating,
  startRerating,
  stopRerating,
} from "../../reratings/rerate.ts";
import type { ReratingFilter } from "../../reratings/rerating-filter.ts";
import { listReratings } from "../../reratings/reratings.repo.ts";
import { print, printJson, readWhole, say, withDatabase } from "../command-context.ts";
import { lookInto, runStoppable, showAndAsk } from "../long-work.ts";
import { Stopped, sameCommand } from "../stopped.ts";

interface RerateOptions {
  readonly from?: string;
  readonly to?: string;
  readonly period?: string;
  readonly account?: string[];
  readonly type?: string[];
  readonly agreement?: string[];
  readonly term?: string[];
  readonly reason?: string;
  readonly preview?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function rerateCommand(): Command {
  return new Command("rerate")
    .summary("price a range of events again with the catalogue in force")
    .description(
      "Shows what pricing events again would change, in money by agreement, and does " +
        "it when told so. Nothing that is stored is changed: an event that comes to " +
        "something else gets a fact, and the difference is an adjustment on the next " +
        "statements. An event is priced again for all parties. Events that can no " +
        "longer be rated are listed and left.\n\n" +
        "One that was killed or stopped by Ctrl-C goes on where it was when it is asked for again; running " +
        "it twice changes nothing. Tiers follow once all of a month is re-rated.",
    )
    .option("--from <time>", "a date in the provider's zone, or RFC 3339")
    .option("--to <time>", "events before this")
    .option("--period <month>", "instead of both: a month in the provider's zone, such as 2026-10")
    .option("--account <id...>", "only events of these accounts")
    .option("--type <name...>", "only events of these types")
    .option("--agreement <id...>", "only events that these agreements charge, before or after")
    .option("--term <id...>", "only events that these terms charge, before or after")
    .option("--reason <text>", "why; it is kept with every fact")
    .option("--preview", "show what would change and store nothing")
    .option("--yes", "do it without a preview and a question")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  counterpart rerate --period 2026-10 --agreement acme-2026 --preview\n" +
        "  counterpart rerate --from 2026-10-01 --to 2026-11-01 --type voice.call \\\n" +
        '    --reason "October rates came late" --yes',
    )
    .action(async (options: RerateOptions) => await rerate(options));
}

async function rerate(options: RerateOptions): Promise<void> {
  const { preview = false, yes = false, json = false, reason } = options;
  if (!preview && reason === undefined) throw new Error("Say why: --reason; or look: --preview.");
  await withDatabase(async ({ database }) => {
    const keeper = await openBookKeeper(database);
    const filter = readFilter(options, checkZone(keeper.catalogue().provider.timeZone));
    let revision: number | null = null;
    if (preview || !yes) {
      const report = await lookInto("events", (onProgress) =>
        previewRerating(database, keeper, filter, onProgress),
      );
      if (preview && json) return printJson(report);
      if (preview) return print(printReport(report, true));
      const shown = printReport(report, true);
      if (report.changed === 0) return say(shown);
      await showAndAsk(shown, "Re-rate them?", "rerating.not-confirmed");
      revision = report.revision;
    }
    const asked = { filter, reason: reason!, by: "cli", revision };
    const batch = await startRerating(database, keeper, asked);
    await runStoppable("Re-rating", "events", (control) =>
      runRerating(database, keeper, batch, control),
    );
    const { row, ...report } = await loadRerating(database.pool("reader"), keeper.book(), batch);
    if (json) printJson({ rerating: batch, ...report });
    else print(`${printReport(report, false)}\nThis is re-rating ${batch}.`);
    if (row.state === "r") throw new Stopped(stoppedAt(report, batch));
  });
}

function stoppedAt({ tried, changed }: ReratingReport, batch: number): string {
  return [
    `Stopped: ${group(tried)} events were looked at, ${group(changed)} of them changed. What is done stays.`,
    "Months that the rest may touch do not close before that is done.",
    `Go on with: ${sameCommand()}`,
    `Or leave the rest: counterpart reratings stop ${batch}`,
  ].join("\n");
}

function readFilter(options: RerateOptions, zone: Zone): ReratingFilter {
  const { from, to, period, account = [], type = [], agreement = [], term = [] } = options;
  const names = { accounts: account, types: type, agreements: agreement, terms: term };
  if (period !== undefined) {
    const { start, end } = monthPeriod(zone, parseMonth(period));
    return { from: start, to: end, ...names };
  }
  if (from === undefined || to === undefined) {
    throw new Error("Say which events: --period, or --from and --to.");
  }
  return {
    from: instantOfDateOrInstant(zone, from),
    to: instantOfDateOrInstant(zone, to),
    ...names,
  };
}

export function reratingsCommand(): Command {
  const command = new Command("reratings").summary("re-ratings: list, show, stop");
  command
    .command("list", { isDefault: true })
    .description("the newest ones")
    .option("--limit <n>", "at most so many", "20")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart reratings list --limit 5")
    .action(async ({ limit, json = false }: { limit: string; json?: boolean }) => {
      await withDatabase(async ({ database }) => {
        const page = { before: null, limit: readWhole(limit) };
        const rows = await listReratings(database.pool("reader"), page);
        if (json) printJson(rows);
        else if (rows.length === 0) print("Nothing was re-rated yet.");
        else print(printReratings(rows));
      });
    });
  command
    .command("show")
    .description("what one has come to")
    .argument("<number>")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart reratings show 7")
    .action(async (number: string, { json = false }: { json?: boolean }) => {
      await withDatabase(async ({ database }) => {
        const { book } = await openBookKeeper(database);
        const db = database.pool("reader");
        const { row, ...report } = await loadRerating(db, book(), readWhole(number));
        if (json) printJson({ ...row, ...report });
        else print(`${printReratings([row])}\n\n${printReport(report, false)}`);
      });
    });
  command
    .command("stop")
    .description("what is done stays, the rest is left")
    .argument("<number>")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart reratings stop 7")
    .action(async (number: string, { json = false }: { json?: boolean }) => {
      await withDatabase(async ({ database }) => {
        const rerating = readWhole(number);
        await stopRerating(database.pool("writer"), rerating);
        if (json) printJson({ rerating, state: "stopped" });
        else print(`Re-rating ${rerating} is stopped. What it did stays.`);
      });
    });
  return command;
}
