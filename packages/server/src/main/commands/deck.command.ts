/** Looking at rate decks: what is in force, what wins, what changes, what is most likely wrong. */
import { compareDecks } from "@counterpart/domain/decks/compare-decks.ts";
import {
  LINT_LIMITS,
  type LintFinding,
  lintDeckAge,
  lintDeckRows,
} from "@counterpart/domain/decks/lint-deck.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { instantOfDateOrInstant } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { Command } from "commander";
import { compareWithSupplier } from "../../decks/compare-with-supplier.ts";
import { type DeckShelf, versionAt, versionNamed } from "../../decks/deck-shelf.ts";
import { lookUp, readWanted } from "../../decks/look-up.ts";
import {
  printComparison,
  printDeckList,
  printFindings,
  printLookup,
} from "../../decks/print-decks.ts";
import { versionState } from "../../decks/version-state.ts";
import { EXIT, print, printJson, readWhole } from "../command-context.ts";
import { now } from "../open-counterpart.ts";
import { withDeckShelf } from "../with-deck-shelf.ts";
import { deckImportCommand, deckRollbackCommand } from "./deck-import.command.ts";

export function deckCommand(): Command {
  const deck = new Command("deck").summary(
    "rate decks: import, compare, check, look up, roll back",
  );
  deck.addCommand(deckImportCommand());
  deck.addCommand(diffCommand());
  deck.addCommand(lintCommand());
  deck.addCommand(showCommand());
  deck.addCommand(listCommand());
  deck.addCommand(deckRollbackCommand());
  return deck;
}

const CATALOGUE = "decks of this catalogue directory (default: of the catalogue in force)";

interface CommonOptions {
  readonly catalogue?: string;
  readonly at?: string;
  readonly json?: boolean;
}

function instantOf({ zone }: DeckShelf, at: string | undefined): Instant {
  return at === undefined ? now() : instantOfDateOrInstant(zone, at);
}

function listCommand(): Command {
  return new Command("list")
    .summary("every deck with its versions, past, in force and scheduled")
    .option("--catalogue <dir>", CATALOGUE)
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart deck list --catalogue catalogues/demo")
    .action(async ({ catalogue, json = false }: CommonOptions) => {
      await withDeckShelf(catalogue, async (shelf) => {
        const at = now();
        const names = Object.keys(shelf.catalogue.decks).sort();
        const decks = await Promise.all(names.map((name) => shelf.open(name)));
        if (!json) return print(printDeckList(decks, at));
        printJson(
          decks.map((open) => ({
            deck: open.name,
            ...open.deck,
            versions: open.versions.map((version) => ({
              from: version.from,
              state: versionState(open, version, at),
              rows: version.rows.length,
            })),
          })),
        );
      });
    });
}

interface ShowOptions extends CommonOptions {
  readonly deck?: string[];
}

function showCommand(): Command {
  return new Command("show")
    .summary("which row a number or network gets, and why")
    .description(
      "Shows the rows that match, the one that wins first, in every deck or in those that are named, " +
        "and what the versions that are scheduled make of it.",
    )
    .argument("<number>", "digits of a number or prefix, or a network such as 262-01")
    .option("--deck <names...>", "these decks (default: all that have a row)")
    .option("--at <time>", "at this date or RFC 3339 time (default: now)")
    .option("--catalogue <dir>", CATALOGUE)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  counterpart deck show 4915112345678 --deck voice-standard-eur\n" +
        "  counterpart deck show 262-01 --at 2026-12-01",
    )
    .action(async (wanted: string, { deck, at, catalogue, json = false }: ShowOptions) => {
      const digits = readWanted(wanted);
      await withDeckShelf(catalogue, async (shelf) => {
        const names = deck ?? Object.keys(shelf.catalogue.decks).sort();
        const opened = await Promise.all(names.map((name) => shelf.openFor(name, digits)));
        const all = opened.map((open) => lookUp(open, digits, instantOf(shelf, at)));
        const found = deck === undefined ? all.filter(({ matching }) => matching.length > 0) : all;
        if (json) return printJson(found);
        const none = "No deck has a row for it: an event there waits in quarantine.";
        print(found.length === 0 ? none : found.map(printLookup).join("\n\n"));
      });
    });
}

interface DiffOptions extends CommonOptions {
  readonly deck: string;
  readonly from?: string;
  readonly to?: string;
  readonly with?: string;
}

function diffCommand(): Command {
  return new Command("diff")
    .summary("what changes between two versions of a deck, or between two decks")
    .requiredOption("--deck <name>", "the deck")
    .option("--from <date>", "version to compare (default: the one in force)")
    .option("--to <date>", "version to compare it with (default: the newest)")
    .option("--with <deck>", "compare with the version of another deck in force instead")
    .option("--catalogue <dir>", CATALOGUE)
    .option("--json", "print every change as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  counterpart deck diff --deck voice-atlas\n" +
        "  counterpart deck diff --deck voice-atlas --from 2025-01-01 --to 2026-07-01\n" +
        "  counterpart deck diff --deck voice-basic-eur --with voice-standard-eur",
    )
    .action(async ({ deck, from, to, with: other, catalogue, json = false }: DiffOptions) => {
      await withDeckShelf(catalogue, async (shelf) => {
        const inForce = async (name: string) => {
          const version = versionAt(await shelf.open(name), now());
          if (version === null) throw new Refusal("deck.none-in-force", { deck: name });
          return version;
        };
        const open = await shelf.open(deck);
        const before = from === undefined ? await inForce(deck) : versionNamed(open, from);
        const newest = to === undefined ? open.versions.at(-1)! : versionNamed(open, to);
        const after = other === undefined ? newest : await inForce(other);
        const comparison = compareDecks(before.rows, after.rows);
        if (json) return printJson({ from: before.from, to: after.from, ...comparison });
        const names = other === undefined ? [deck, deck] : [deck, other];
        print(`${names[0]} of ${before.from} against ${names[1]} of ${after.from}`);
        print(printComparison(comparison));
      });
    });
}

interface LintOptions extends CommonOptions {
  readonly deck: string;
  readonly against?: string[];
  readonly times?: number;
  readonly staleDays?: number;
  readonly strict?: boolean;
}

function lintCommand(): Command {
  return new Command("lint")
    .summary("what is allowed in a deck and most likely a mistake")
    .description(
      "Rates of nothing, rates far above what else the country costs, rows that change nothing, decks " +
        "that have not changed for long; and against a supplier's deck: what is sold below cost, " +
        "bought and not sold, sold and not bought, or blocked by the supplier.",
    )
    .requiredOption("--deck <name>", "the deck")
    .option("--against <decks...>", "decks of suppliers to compare with")
    .option("--at <time>", "at this date or RFC 3339 time (default: now)")
    .option("--times <number>", "absurd: over so many times the median of its country", readWhole)
    .option("--stale-days <number>", "stale: unchanged for so many days", readWhole)
    .option("--strict", "exit with 1 when anything is found")
    .option("--catalogue <dir>", CATALOGUE)
    .option("--json", "print every finding as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  counterpart deck lint --deck voice-standard-eur --against voice-atlas voice-meridian\n" +
        "  counterpart deck lint --deck voice-basic-eur --at 2026-12-01 --strict --json",
    )
    .action(async (options: LintOptions) => {
      await withDeckShelf(options.catalogue, async (shelf) => {
        const findings = await lint(shelf, options);
        if (options.json === true) printJson(findings);
        else print(printFindings(findings));
        if (options.strict === true && findings.length > 0) process.exitCode = EXIT.failed;
      });
    });
}

async function lint(
  shelf: DeckShelf,
  { deck, against = [], at, times, staleDays }: LintOptions,
): Promise<LintFinding[]> {
  const instant = instantOf(shelf, at);
  const open = await shelf.open(deck);
  const version = versionAt(open, instant);
  if (version === null) throw new Refusal("deck.none-in-force", { deck });
  const limits = {
    timesMedian: times ?? LINT_LIMITS.timesMedian,
    staleDays: staleDays ?? LINT_LIMITS.staleDays,
  };
  const begun = open.versions.map((one) => one.at).filter((date) => date <= instant);
  const findings = [
    ...lintDeckAge(begun, instant, limits),
    ...lintDeckRows(open.deck.key, version.rows, limits),
  ];
  for (const name of against) {
    const buy = await shelf.open(name);
    findings.push(...compareWithSupplier(shelf, open, buy, instant));
  }
  return findings;
}
