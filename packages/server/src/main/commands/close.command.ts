import { formatInstant } from "@counterpart/domain/instant.ts";
import { formatMoney } from "@counterpart/domain/money.ts";
import { parseMonth } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Imbalance } from "@counterpart/domain/statements/completeness.ts";
import type { CloseDoubt } from "@counterpart/domain/statements/doubt-close.ts";
import { Command } from "commander";
import { printTable } from "../../platform/print-table.ts";
import { group } from "../../platform/progress.ts";
import { showMoney } from "../../platform/show-money.ts";
import type { ReasonCount } from "../../quarantine/quarantine.repo.ts";
import { closeMonth } from "../../statements/close-month.ts";
import type { CloseResult } from "../../statements/close-period.ts";
import { EXIT, print, printJson, say, withDatabase } from "../command-context.ts";
import { runStoppable } from "../long-work.ts";
import { now, openIngest } from "../open-counterpart.ts";
import { Stopped, sameCommand } from "../stopped.ts";

interface CloseOptions {
  readonly period: string;
  readonly dryRun?: boolean;
  readonly despiteQuarantine?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function closeCommand(): Command {
  return new Command("close")
    .summary("close a month into invoices and settlement statements")
    .description(
      "Closes each agreement's own month, in its time zone. An agreement whose month is not over, or " +
        "inside its grace time, is listed and left. Closing again changes nothing; a close that was " +
        "killed or stopped by Ctrl-C goes on where it was. It refuses a month that no event is of or that " +
        "is long past, and while events of the month are quarantined, unless told otherwise; and whenever " +
        "an event that was received is unaccounted for. Sessions that have ended are charged first.",
    )
    .requiredOption("--period <month>", "the month, such as 2026-10")
    .option("--dry-run", "work out the statements and store nothing")
    .option("--yes", "close although no event is of the month, or it is long past")
    .option("--despite-quarantine", "close although events of the month wait in quarantine")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  counterpart close --period 2026-10 --dry-run\n" +
        "  counterpart close --period 2026-10 --despite-quarantine",
    )
    .action(async (options: CloseOptions) => await close(options));
}

async function close(options: CloseOptions): Promise<void> {
  const { dryRun = false, despiteQuarantine = false, yes = false, json = false } = options;
  const period = parseMonth(options.period);
  await withDatabase(async ({ database }) => {
    const { keeper, ingest } = await openIngest(database, { bulkWriters: 1 });
    const how = { dryRun, despiteQuarantine, refuseDoubtful: !yes };
    try {
      const result = await runStoppable(`Closing ${period}`, "agreements", (control) =>
        closeMonth({ database, keeper, ingest }, { period, now: now(), ...how, ...control }),
      );
      if (json) printJson(result);
      else print(printClose(result, dryRun));
      if (result.unissued > 0) throw new Stopped(stoppedAt(result, dryRun));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (json) printJson({ code: error.code, ...error.detail });
      else if (!printRefusedClose(error)) throw error;
      process.exitCode = EXIT.refused;
    } finally {
      await ingest.close();
    }
  });
}

function stoppedAt({ statements, unissued }: CloseResult, dryRun: boolean): string {
  const done = dryRun ? "nothing is stored" : `${group(statements.length)} statements are issued`;
  return `Stopped: ${done}, ${group(unissued)} are left.\nGo on with: ${sameCommand()}`;
}

export function printClose(result: CloseResult, dryRun: boolean): string {
  const { statements, left, already, quarantined, doubts } = result;
  const parts: string[] = [];
  if (statements.length > 0) {
    const rows = statements.map((one) => [
      one.id,
      one.party,
      one.role,
      showMoney(formatMoney({ currency: one.currency, minor: one.total })),
      one.currency,
      `${one.lines}`,
      `${one.adjustments}`,
    ]);
    parts.push(
      printTable(
        [
          { title: "statement" },
          { title: "party" },
          { title: "role" },
          { title: "total", align: "right" },
          { title: "" },
          { title: "lines", align: "right" },
          { title: "adjusting", align: "right" },
        ],
        rows,
      ),
    );
  }
  const made = dryRun ? "would be issued (--dry-run)" : "issued";
  parts.push(
    `${group(statements.length)} statements ${made}, ${group(already)} were there already.`,
  );
  for (const { agreement, until } of left) {
    parts.push(`left: ${agreement}, which can be closed from ${formatInstant(until)}`);
  }
  for (const doubt of doubts) parts.push(`note: ${DOUBTS[doubt]}`);
  if (quarantined.length > 0) parts.push(quarantineLines(quarantined));
  return parts.join("\n");
}

const DOUBTS: Readonly<Record<CloseDoubt, string>> = {
  noUsage: "no event is of this month",
  longPast: "this month ended more than a year ago",
};

function quarantineLines(reasons: readonly ReasonCount[]): string {
  return reasons
    .map(({ code, count }) => `not in it: ${group(count)} quarantined events, ${code}`)
    .join("\n");
}

/** Whether the refusal is one that a close explains at length. */
function printRefusedClose({ code, detail }: Refusal): boolean {
  if (code === "close.doubtful") {
    const doubts = (detail.doubts as readonly CloseDoubt[]).map((doubt) => DOUBTS[doubt]);
    say(`Is ${detail.period} the right month? ${doubts.join("; ")}.`);
    say(
      `Nothing was closed. ${detail.agreements} statements would be issued, which cannot be taken back:`,
    );
    say("look at them with --dry-run, then close with --yes.");
    return true;
  }
  if (code === "close.quarantined") {
    const reasons = detail.reasons as readonly ReasonCount[];
    print(
      printTable(
        [{ title: "quarantined", align: "right" }, { title: "reason" }, { title: "for example" }],
        reasons.map((one) => [group(one.count), one.code, one.samples.join(", ")]),
      ),
    );
    say(
      "Nothing was closed. Fix the causes and run `counterpart quarantine replay`, or close with",
    );
    say("--despite-quarantine: events that are released later arrive as adjustments.");
    return true;
  }
  if (code === "close.not-complete") {
    const imbalances = detail.imbalances as readonly Imbalance[];
    print(
      printTable(
        [{ title: "day" }, { title: "source" }, { title: "does not add up" }],
        imbalances.map(({ day, source, what }) => [day, source ?? "(unknown)", what]),
      ),
    );
    say("Nothing was closed: these events are unaccounted for.");
    return true;
  }
  return false;
}
