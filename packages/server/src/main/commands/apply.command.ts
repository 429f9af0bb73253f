import { checkZone, instantOfDateOrInstant } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { Command } from "commander";
import { applyCatalogue } from "../../catalogue/apply-catalogue.ts";
import { openBookKeeper } from "../../catalogue/book-keeper.ts";
import type { Problem } from "../../catalogue/locate-problem.ts";
import { printDifference } from "../../catalogue/print-difference.ts";
import { printProblems } from "../../catalogue/print-problems.ts";
import { readCatalogueDirectory } from "../../catalogue/read-directory.ts";
import type { Database } from "../../platform/database.ts";
import { group, progressBar } from "../../platform/progress.ts";
import { countQuarantined } from "../../quarantine/quarantine.repo.ts";
import { replayQuarantine } from "../../quarantine/replay.ts";
import { printProposed, printReport } from "../../reratings/print-rerating.ts";
import type { ProposedRerating } from "../../reratings/propose-reratings.ts";
import { previewRerating, type ReratingReport } from "../../reratings/rerate.ts";
import {
  type CommandContext,
  EXIT,
  print,
  printJson,
  say,
  withDatabase,
  withProgress,
} from "../command-context.ts";

interface ApplyOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly replay: boolean;
  readonly previewMoney?: boolean;
}

export function applyCommand(): Command {
  return new Command("apply")
    .summary("check a catalogue directory, show what it changes, and publish it")
    .description(
      "Reads every .yaml file of a directory and the CSV files of its decks, shows the difference " +
        "to the catalogue in force and publishes it as one versioned change. Every problem is told " +
        "at once, with its file and line, and then nothing is applied. Afterwards the quarantined " +
        "events that the change may cure are tried again.\n\n" +
        "Events that came before keep their charges. Where a price changes for a time that has " +
        "events, the command that prices them again is shown.",
    )
    .argument("<directory>", "the catalogue, such as catalogues/demo")
    .option("--dry-run", "show the difference and change nothing")
    .option("--no-replay", "leave quarantined events waiting")
    .option("--preview-money", "show what pricing events again would change, in money")
    .option("--json", "print the changes as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  counterpart apply catalogues/demo --dry-run\n" +
        "  counterpart apply catalogues/demo\n  counterpart apply catalogues/demo --preview-money",
    )
    .action(async (directory: string, options: ApplyOptions) => {
      await withDatabase((context) => apply(context, directory, options));
    });
}

async function apply(
  { database }: CommandContext,
  directory: string,
  { dryRun = false, json = false, replay, previewMoney = false }: ApplyOptions,
): Promise<void> {
  if (dryRun && previewMoney) {
    throw new Error("--preview-money looks with the catalogue in force: leave --dry-run out.");
  }
  const read = await readCatalogueDirectory(directory);
  try {
    const applied = await applyCatalogue(database, { read, by: "cli", dryRun });
    const { changes, notes, reratings, revision } = applied;
    const previews = previewMoney ? await previewAll(database, reratings) : [];
    if (json) printJson({ revision, dryRun, changes, notes, reratings, previews });
    else if (changes.length === 0) print(`Nothing to change: revision ${revision} is the same.`);
    else {
      print(printDifference(changes));
      print(dryRun ? "Nothing was changed (--dry-run)." : `Applied as revision ${revision}.`);
    }
    if (!json) {
      for (const note of notes) print(`Note: ${note}`);
      if (reratings.length > 0) print(`\n${printProposed(reratings, revision)}`);
      for (const preview of previews) print(`\n${printReport(preview, true)}`);
    }
    if (!dryRun && changes.length > 0 && replay) await replayCurable({ database, log: say });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "catalogue.invalid") throw error;
    const problems = error.detail.problems as readonly Problem[];
    if (json) printJson({ problems });
    else print(`${printProblems(problems)}\n${countProblems(problems)}`);
    process.exitCode = EXIT.refused;
  }
}

/** One for each proposed re-rating, in their order. */
async function previewAll(
  database: Database,
  proposed: readonly ProposedRerating[],
): Promise<ReratingReport[]> {
  const keeper = await openBookKeeper(database);
  const zone = checkZone(keeper.catalogue().provider.timeZone);
  const reports: ReratingReport[] = [];
  for (const { from, to, agreements } of proposed) {
    const range = {
      from: instantOfDateOrInstant(zone, from),
      to: instantOfDateOrInstant(zone, to),
    };
    const filter = { ...range, agreements, accounts: [], types: [], terms: [] };
    reports.push(
      await withProgress("Looking", "events", (onProgress) =>
        previewRerating(database, keeper, filter, onProgress),
      ),
    );
  }
  return reports;
}

function countProblems(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${group(problems.length)} problems`;
  return `${count}; nothing was applied.`;
}

async function replayCurable({ database }: CommandContext): Promise<void> {
  const waiting = await countQuarantined(database.pool("reader"));
  const total = waiting.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return;
  const keeper = await openBookKeeper(database);
  const bar = progressBar({ label: "Replaying", total, unit: "events" });
  const { released } = await replayQuarantine(database, keeper, {
    codes: null,
    onProgress: bar.update,
  });
  bar.finish();
  say(`${group(released)} of ${group(total)} quarantined events were released.`);
}
