import { Refusal } from "@counterpart/domain/refusals.ts";
import { Command } from "commander";
import { applyCatalogue } from "../../catalogue/apply-catalogue.ts";
import { openBookKeeper } from "../../catalogue/book-keeper.ts";
import type { Problem } from "../../catalogue/locate-problem.ts";
import { printDifference } from "../../catalogue/print-difference.ts";
import { printProblems } from "../../catalogue/print-problems.ts";
import { readCatalogueDirectory } from "../../catalogue/read-directory.ts";
import { group, progressBar } from "../../platform/progress.ts";
import { countQuarantined } from "../../quarantine/quarantine.repo.ts";
import { replayQuarantine } from "../../quarantine/replay.ts";
import {
  type CommandContext,
  EXIT,
  print,
  printJson,
  say,
  withDatabase,
} from "../command-context.ts";

interface ApplyOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly replay: boolean;
}

export function applyCommand(): Command {
  return new Command("apply")
    .summary("check a catalogue directory, show what it changes, and publish it")
    .description(
      "Reads every .yaml file of a directory and the CSV files of its decks, shows the difference " +
        "to the catalogue in force and publishes it as one versioned change. Every problem is told " +
        "at once, with its file and line, and then nothing is applied. Afterwards the quarantined " +
        "events that the change may cure are tried again.",
    )
    .argument("<directory>", "the catalogue, such as catalogues/demo")
    .option("--dry-run", "show the difference and change nothing")
    .option("--no-replay", "leave quarantined events waiting")
    .option("--json", "print the changes as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  counterpart apply catalogues/demo --dry-run\n  counterpart apply catalogues/demo",
    )
    .action(async (directory: string, options: ApplyOptions) => {
      await withDatabase((context) => apply(context, directory, options));
    });
}

async function apply(
  { database }: CommandContext,
  directory: string,
  { dryRun = false, json = false, replay }: ApplyOptions,
): Promise<void> {
  const read = await readCatalogueDirectory(directory);
  try {
    const applied = await applyCatalogue(database, { read, by: "cli", dryRun });
    const { changes, notes, revision } = applied;
    if (json) printJson({ revision, dryRun, changes, notes });
    else if (changes.length === 0) print(`Nothing to change: revision ${revision} is the same.`);
    else {
      print(printDifference(changes));
      print(dryRun ? "Nothing was changed (--dry-run)." : `Applied as revision ${revision}.`);
    }
    if (!json) for (const note of notes) print(`Note: ${note}`);
    if (!dryRun && changes.length > 0 && replay) await replayCurable({ database, log: say });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "catalogue.invalid") throw error;
    const problems = error.detail.problems as readonly Problem[];
    if (json) printJson({ problems });
    else print(`${printProblems(problems)}\n${countProblems(problems)}`);
    process.exitCode = EXIT.refused;
  }
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
