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
import { group } from "../../platform/progress.ts";
import { countQuarantined } from "../../quarantine/quarantine.repo.ts";
import { printProposed, printReport } from "../../reratings/print-rerating.ts";
import type { ProposedRerating } from "../../reratings/propose-reratings.ts";
import { previewRerating, type ReratingReport } from "../../reratings/rerate.ts";
import { EXIT, print, printJson, say, withDatabase } from "../command-context.ts";
import { lookUntil, withStop } from "../long-work.ts";
import { runReplay, stoppedReplay } from "../run-replay.ts";
import { Stopped } from "../stopped.ts";

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
        "to the catalogue in force and publishes it as one versioned change. Problems are told " +
        "together, each with its file and line, and then nothing is applied; only those that rest " +
        "on a malformed part wait until it is mended. Afterwards the quarantined events that the " +
        "change may cure are tried again.\n\n" +
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
      await withDatabase(({ database }) =>
        withStop((stop) => apply(database, directory, options, stop)),
      );
    });
}

async function apply(
  database: Database,
  directory: string,
  { dryRun = false, json = false, replay, previewMoney = false }: ApplyOptions,
  stop: AbortSignal,
): Promise<void> {
  if (dryRun && previewMoney) {
    throw new Error("--preview-money looks with the catalogue in force: leave --dry-run out.");
  }
  const read = await readCatalogueDirectory(directory);
  try {
    const applied = await applyCatalogue(database, { read, by: "cli", dryRun, stop });
    const { changes, notes, reratings, revision } = applied;
    const looked = previewMoney ? reratings : [];
    const previews = await previewAll(database, looked, stop);
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
    const left = previews.length < looked.length ? [PRICES_LEFT] : [];
    if (!dryRun && changes.length > 0 && replay)
      left.push(...(await replayCurable(database, stop)));
    if (left.length > 0) {
      throw new Stopped([`Stopped: revision ${revision} is applied.`, ...left].join("\n"));
    }
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "catalogue.invalid") throw error;
    const problems = error.detail.problems as readonly Problem[];
    if (json) printJson({ problems });
    else print(`${printProblems(problems)}\n${countProblems(problems)}`);
    process.exitCode = EXIT.refused;
  }
}

const PRICES_LEFT =
  "Prices in money were not looked at to the end. Go on with the commands above, and --preview.";

/** One for each proposed re-rating, in their order, until it is stopped. */
async function previewAll(
  database: Database,
  proposed: readonly ProposedRerating[],
  stop: AbortSignal,
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
    try {
      const report = await lookUntil(stop, "events", (onProgress) =>
        previewRerating(database, keeper, filter, onProgress),
      );
      reports.push(report);
    } catch (error) {
      if (error !== stop.reason) throw error;
      return reports;
    }
  }
  return reports;
}

function countProblems(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${group(problems.length)} problems`;
  return `${count}; nothing was applied.`;
}

/** What to say if it was stopped. */
async function replayCurable(database: Database, stop: AbortSignal): Promise<string[]> {
  const waiting = await countQuarantined(database.pool("reader"));
  const total = waiting.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return [];
  const keeper = await openBookKeeper(database);
  const result = await runReplay(stop, database, keeper, { codes: null, total });
  if (result.isStopped) return [stoppedReplay(result, total, "counterpart quarantine replay")];
  say(`${group(result.released)} of ${group(total)} quarantined events were released.`);
  return [];
}
