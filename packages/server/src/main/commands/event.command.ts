import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { Command } from "commander";
import { openBookKeeper } from "../../catalogue/book-keeper.ts";
import { readEvent } from "../../events/read-event.ts";
import { correctionOf, type FactItem } from "../../facts/fact-item.ts";
import { printFacts } from "../../facts/print-facts.ts";
import {
  FACT_ITEMS_MAX,
  type FactAnswer,
  type FactRequest,
  stateFacts,
} from "../../facts/state-facts.ts";
import { splitJsonValues } from "../../imports/split-json-values.ts";
import { splitLines } from "../../imports/split-lines.ts";
import { unreadable } from "../../platform/file-trouble.ts";
import { progressBar } from "../../platform/progress.ts";
import { EXIT, print, printJson, withDatabase } from "../command-context.ts";

interface FactOptions {
  readonly reason: string;
  readonly ids?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const LATER =
  "Nothing that is stored is changed: a fact is added, with who, when and why.\n" +
  "Statements that were made stay as they are; the difference is an adjustment on\n" +
  "the next one.";

export function eventCommand(): Command {
  const command = new Command("event")
    .summary("void, restore or correct events that were accepted")
    .description(
      `Says something else of accepted events.\n${LATER}\n\n` +
        "`counterpart explain SOURCE/ID` shows an event with all that was said of it.",
    );
  command.addCommand(
    undoCommand("void", "let events count no more", "a test call of ours").description(
      `Lets events count no more, for any party.\n${LATER}`,
    ),
  );
  command.addCommand(
    undoCommand("restore", "let void events count again", "it was no test call").description(
      "Lets void events count again, charged exactly as before they were voided.",
    ),
  );
  command.addCommand(correctCommand());
  return command;
}

function undoCommand(kind: "void" | "restore", summary: string, example: string): Command {
  return withOptions(new Command(kind).summary(summary))
    .argument("<source>", "the events' source")
    .argument("[ids...]", "their ids")
    .option("--ids <file>", "read ids from a file, one a line; - reads standard input")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        `  counterpart event ${kind} voice-switch call-000017 --reason "${example}" --dry-run\n` +
        `  counterpart event ${kind} voice-switch --ids ids.txt --reason "${example}"`,
    )
    .action(async (source: string, ids: string[], options: FactOptions) => {
      if (ids.length === 0 && options.ids === undefined) {
        throw new Error("Name the events: their ids, or --ids FILE.");
      }
      const listed = options.ids === undefined ? [] : linesOf(options.ids);
      await stateAll(kind, refsOf(source, ids, listed), options);
    });
}

function correctCommand(): Command {
  return withOptions(new Command("correct").summary("say events again, as they should have been"))
    .description(
      "FILE holds the events as they should have been sent: CloudEvents of the same " +
        "source and id, one a line, or a JSON document with one or an array; - reads " +
        "standard input. Each is priced by the catalogue in force at its time, in place " +
        `of what it corrects.\n${LATER}`,
    )
    .argument("<file>", "the events as they should have been")
    .addHelpText(
      "after",
      '\nExample:\n  counterpart event correct right.ndjson --reason "two segments, not one" --dry-run',
    )
    .action(async (file: string, options: FactOptions) => {
      await stateAll("correction", correctionsOf(file), options);
    });
}

function withOptions(command: Command): Command {
  return command
    .requiredOption("--reason <text>", "why; it is kept with the fact")
    .option("--dry-run", "show what it changes and store nothing")
    .option("--json", "print the results as JSON");
}

/** Refuses `import.file-unreadable`. */
async function* open(file: string): AsyncGenerator<Buffer> {
  try {
    const stream: Readable = file === "-" ? process.stdin : createReadStream(file);
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  for await (const lines of splitLines(open(file), {})) {
    for (const line of lines) if ("text" in line && line.text.trim() !== "") yield line.text.trim();
  }
}

async function* refsOf(
  source: string,
  ids: readonly string[],
  listed: AsyncIterable<string> | readonly string[],
): AsyncGenerator<FactItem> {
  for (const id of ids) yield { ref: `${source}/${id}` };
  for await (const id of listed) yield { ref: `${source}/${id}` };
}

async function* correctionsOf(file: string): AsyncGenerator<FactItem> {
  for await (const values of splitJsonValues(open(file))) {
    for (const value of values) {
      yield correctionOf(readEvent("text" in value ? value.text : ""));
    }
  }
}

/**
 * States facts in batches, so that any number of them takes bounded memory; results are kept to be
 * shown.
 */
async function stateAll(
  kind: FactRequest["kind"],
  items: AsyncIterable<FactItem>,
  { reason, dryRun = false, json = false }: FactOptions,
): Promise<void> {
  await withDatabase(async ({ database }) => {
    const keeper = await openBookKeeper(database);
    const bar = progressBar({ label: "Stating", total: null, unit: "facts" });
    const results: FactAnswer["results"][number][] = [];
    const state = async (batch: readonly FactItem[]): Promise<void> => {
      const given = { idempotencyKey: null, sources: null, by: "cli", dryRun };
      const answer = await stateFacts(database, keeper, { kind, reason, items: batch, ...given });
      results.push(...answer.results);
      bar.update(results.length);
    };
    let batch: FactItem[] = [];
    for await (const item of items) {
      batch.push(item);
      if (batch.length < FACT_ITEMS_MAX) continue;
      await state(batch);
      batch = [];
    }
    if (batch.length > 0) await state(batch);
    bar.finish();
    if (json) printJson({ dryRun, results });
    else print(printFacts(kind, results, dryRun));
    if (results.some((result) => "refused" in result)) process.exitCode = EXIT.refused;
  });
}
