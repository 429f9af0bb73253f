import { Command } from "commander";
import { listBackfills, listItemRows } from "../../backfills/backfills.repo.ts";
import { startClose } from "../../backfills/close-backfill.ts";
import { finishBackfill } from "../../backfills/finish-backfill.ts";
import {
  addLines,
  loadBackfill,
  openBackfill,
  type RefusedLine,
} from "../../backfills/open-backfill.ts";
import {
  countOf,
  printBackfills,
  printPreview,
  printReport,
} from "../../backfills/print-backfill.ts";
import { ITEM_BYTES_MAX } from "../../backfills/read-item.ts";
import { startRevert } from "../../backfills/revert-backfill.ts";
import { previewBackfill, reportBackfill } from "../../backfills/show-backfill.ts";
import { type BookKeeper, openBookKeeper } from "../../catalogue/book-keeper.ts";
import { findInput, readInputFile } from "../../imports/read-input.ts";
import { splitLines } from "../../imports/split-lines.ts";
import type { Database } from "../../platform/database.ts";
import { printTable } from "../../platform/print-table.ts";
import { group } from "../../platform/progress.ts";
import { EXIT, print, printJson, readWhole, withDatabase } from "../command-context.ts";
import { lookInto, runStoppable, showAndAsk, withProgress } from "../long-work.ts";
import { now } from "../open-counterpart.ts";
import { Stopped } from "../stopped.ts";

const UNSEEN =
  "Nothing that a backfill holds is seen by usage, statements, totals or explanations " +
  "until it is closed, and what it did can be reverted as a whole.";

export function backfillCommand(): Command {
  const command = new Command("backfill")
    .summary("events, voids and corrections in bulk, closed and reverted as a whole")
    .description(UNSEEN)
    .addHelpText(
      "after",
      "\nExample:\n" +
        '  counterpart backfill open lost-trunk --reason "calls of the lost trunk"\n' +
        "  counterpart backfill add lost-trunk calls.ndjson\n" +
        "  counterpart backfill show lost-trunk\n" +
        "  counterpart backfill close lost-trunk",
    );
  command.addCommand(listCommand(), { isDefault: true });
  command.addCommand(openCommand());
  command.addCommand(addCommand());
  command.addCommand(showCommand());
  command.addCommand(closeBackfillCommand());
  command.addCommand(revertCommand());
  return command;
}

function listCommand(): Command {
  return new Command("list")
    .summary("the newest ones")
    .option("--limit <n>", "at most so many", "20")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  counterpart backfill list --limit 5")
    .action(async ({ limit, json = false }: { limit: string; json?: boolean }) => {
      await withDatabase(async ({ database }) => {
        const page = { before: null, limit: readWhole(limit) };
        const rows = await listBackfills(database.pool("reader"), page);
        if (json) printJson(rows);
        else if (rows.length === 0) print("There is no backfill: counterpart backfill open.");
        else print(printBackfills(rows));
      });
    });
}

function openCommand(): Command {
  return new Command("open")
    .summary("open a new one")
    .argument("<name>", "of a-z, 0-9, dot, dash and underscore; never used again")
    .requiredOption("--reason <text>", "why; it is kept with every fact")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      '\nExample:\n  counterpart backfill open lost-trunk --reason "calls of the lost trunk"',
    )
    .action(async (name: string, { reason, json = false }: { reason: string; json?: boolean }) => {
      await withDatabase(async ({ database }) => {
        const opened = await openBackfill(database.pool("writer"), { name, reason, by: "cli" });
        if (json) printJson({ backfill: opened.name, state: "open", reason: opened.reason });
        else print(`Backfill ${name} is open. Fill it: counterpart backfill add ${name} FILE`);
      });
    });
}

function addCommand(): Command {
  return new Command("add")
    .summary("add the lines of a file to an open one")
    .description(
      "FILE holds an item a line: a CloudEvent that is to come, or one of\n" +
        '  {"void": "source/id"}\n  {"restore": "source/id"}\n  {"correct": EVENT}\n' +
        "It may be gzipped, or a directory. A backfill holds one item of each event. A line\n" +
        "that cannot be an item is told and spoils nothing. The same file again changes\n" +
        "nothing, so that one that broke off is simply added again.",
    )
    .argument("<name>", "the backfill")
    .argument("<file>", "its items")
    .option("--json", "print the result as JSON")
    .addHelpText("after", "\nExample:\n  counterpart backfill add lost-trunk calls.ndjson.gz")
    .action(async (name: string, path: string, { json = false }: { json?: boolean }) => {
      await withDatabase(({ database }) => add(database, name, path, json));
    });
}

async function add(database: Database, name: string, path: string, json: boolean): Promise<void> {
  const { files, bytes } = await findInput(path);
  const sum = { added: 0, already: 0 };
  const refused: (RefusedLine & { readonly file: string })[] = [];
  await withProgress("Adding", "bytes", async (onProgress) => {
    let read = 0;
    for (const file of files) {
      const chunks = readInputFile(file, (count) => {
        read += count;
      });
      const lines = splitLines(chunks, { bytesMax: ITEM_BYTES_MAX });
      for await (const page of addLines(database, name, lines)) {
        sum.added += page.added;
        sum.already += page.already;
        refused.push(...page.refused.map((line) => ({ file: file.path, ...line })));
        onProgress(read, bytes);
      }
    }
  });
  if (json) printJson({ backfill: name, ...sum, refused });
  else {
    if (refused.length > 0) print(`${printRefused(refused)}\n`);
    const already = sum.already === 0 ? "" : `, ${group(sum.already)} were there already`;
    const lines = refused.length === 1 ? "1 line" : `${group(refused.length)} lines`;
    const left = refused.length === 0 ? "" : `, ${lines} refused`;
    print(`${countOf(sum.added)} added${already}${left}. Look: counterpart backfill show ${name}`);
  }
  if (refused.length > 0) process.exitCode = EXIT.refused;
}

const REFUSED_SHOWN_MAX = 20;

function printRefused(refused: readonly (RefusedLine & { readonly file: string })[]): string {
  const table = printTable(
    [{ title: "line" }, { title: "refused" }, { title: "" }],
    refused
      .slice(0, REFUSED_SHOWN_MAX)
      .map(({ file, line, refused: code, detail }) => [`${file}:${line}`, code, detail]),
  );
  const more = refused.length - REFUSED_SHOWN_MAX;
  return more <= 0 ? table : `${table}\n… and ${group(more)} more: --json lists all.`;
}

function showCommand(): Command {
  return new Command("show")
    .summary("what closing it would do in money, or what it has done")
    .description(
      "Of an open one: what closing it would do, item by item outcome and in money by\n" +
        "agreement, worked out by the code that closes. Of another one: what it has done.",
    )
    .argument("<name>", "the backfill")
    .option("--left", "list the items that were left by a close or revert, or conflict, and why")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  counterpart backfill show lost-trunk\n  counterpart backfill show lost-trunk --left",
    )
    .action(async (name: string, options: { left?: boolean; json?: boolean }) => {
      const { left = false, json = false } = options;
      await withDatabase(async ({ database }) => {
        if (left) return await showLeft(database, name, json);
        const keeper = await openBookKeeper(database);
        const report = await reportBackfill(database.pool("reader"), keeper.book(), name);
        if (report.row.state !== "o") {
          if (json) printJson(report);
          else print(printReport(report));
          return;
        }
        const preview = await previewInMoney(database, keeper, name);
        if (json) printJson({ ...report, preview });
        else print(`${printBackfills([report.row])}\n\n${printPreview(preview)}`);
      });
    });
}

const LEFT_LISTED_MAX = 1_000;

async function showLeft(database: Database, name: string, json: boolean): Promise<void> {
  const db = database.pool("reader");
  const { id } = await loadBackfill(db, name);
  const rows = await listItemRows(db, id, {
    outcomes: ["left", "conflicting"],
    undone: ["left"],
    after: null,
    limit: LEFT_LISTED_MAX,
  });
  if (json) return printJson(rows);
  if (rows.length === 0) return print("Nothing was left.");
  const table = rows.map(({ ref, code, undone_code: undoneCode, detail }) => {
    return [ref, undoneCode ?? code ?? "", detail ?? ""];
  });
  print(printTable([{ title: "event" }, { title: "reason" }, { title: "" }], table));
  if (rows.length === LEFT_LISTED_MAX) {
    print(`… the first ${group(LEFT_LISTED_MAX)}; GET /v1/backfills/${name}/items lists all.`);
  }
}

function previewInMoney(database: Database, keeper: BookKeeper, name: string) {
  return lookInto("items", (onProgress) =>
    previewBackfill(database, keeper, name, { now, onProgress }),
  );
}

function closeBackfillCommand(): Command {
  return new Command("close")
    .summary("let what it holds count")
    .description(
      "New events are accepted as if they were sent now, however old they are; voids,\n" +
        "restores and corrections are stated as facts. What cannot be done is left, with\n" +
        "its reason. One that was killed or stopped by Ctrl-C goes on where it was when it\n" +
        "is closed again; no month closes meanwhile.",
    )
    .argument("<name>", "the backfill")
    .option("--yes", "do it without a preview and a question")
    .option("--json", "print the result as JSON")
    .addHelpText("after", "\nExample:\n  counterpart backfill close lost-trunk --yes")
    .action(async (name: string, { yes = false, json = false }: RunFlags) => {
      await withDatabase(async ({ database }) => {
        const keeper = await openBookKeeper(database);
        const { state } = await loadBackfill(database.pool("reader"), name);
        if (state === "o" && !yes) {
          const shown = printPreview(await previewInMoney(database, keeper, name));
          await showAndAsk(shown, "Close it?", "backfill.not-confirmed");
        }
        await withClient(database, (db) => startClose(db, name, "cli"));
        await finish(database, keeper, name, "Closing", json);
      });
    });
}

interface RunFlags {
  readonly yes?: boolean;
  readonly json?: boolean;
}

function revertCommand(): Command {
  return new Command("revert")
    .summary("drop an open one, or undo what one has done")
    .description(
      "An open one is dropped, and nothing was changed. What a closed or half closed one\n" +
        "did is undone by facts: new events are voided, voids restored, restores voided,\n" +
        "corrections taken back. What was said of an event since is left and told.",
    )
    .argument("<name>", "the backfill")
    .option("--yes", "do it without a question")
    .option("--json", "print the result as JSON")
    .addHelpText("after", "\nExample:\n  counterpart backfill revert lost-trunk --yes")
    .action(async (name: string, { yes = false, json = false }: RunFlags) => {
      await withDatabase(async ({ database }) => {
        const keeper = await openBookKeeper(database);
        const report = await reportBackfill(database.pool("reader"), keeper.book(), name);
        if (!yes && !["u", "r"].includes(report.row.state)) {
          const question = report.row.state === "o" ? "Drop it?" : "Undo it?";
          await showAndAsk(printReport(report), question, "backfill.not-confirmed");
        }
        await withClient(database, (db) => startRevert(db, name, "cli"));
        await finish(database, keeper, name, "Reverting", json);
      });
    });
}

/** A connection of its own, since a transaction needs one. */
async function withClient(
  database: Database,
  work: (db: Awaited<ReturnType<Database["client"]>>) => Promise<void>,
): Promise<void> {
  const client = await database.client("writer");
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function finish(
  database: Database,
  keeper: BookKeeper,
  name: string,
  label: string,
  json: boolean,
): Promise<void> {
  await runStoppable(label, "items", (control) =>
    finishBackfill(database, keeper, name, { now, ...control }),
  );
  const report = await reportBackfill(database.pool("reader"), keeper.book(), name);
  if (json) printJson(report);
  else print(printReport(report));
  const { state } = report.row;
  if (state !== "c" && state !== "u") return;
  const word = state === "c" ? "close" : "revert";
  throw new Stopped(
    "Stopped. What is done stays, and no month closes before the rest is done.\n" +
      `Go on with: counterpart backfill ${word} ${name}`,
  );
}
