/** New versions of rate decks: from an operator's price list, or from an older version. */
import { readFile, stat } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import {
  instantOfDateOrInstant,
  type LocalDay,
  localDayOf,
  parseLocalDay,
} from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { Command } from "commander";
import { CSV_BYTES_MAX } from "../../catalogue/catalogue-files.ts";
import { type DeckMapping, NO_MAPPING, readDeckMapping } from "../../decks/deck-mapping.ts";
import {
  type DeckShelf,
  openDirectoryShelf,
  openShelfInForce,
  versionNamed,
} from "../../decks/deck-shelf.ts";
import { decodeText } from "../../decks/decode-text.ts";
import {
  changesAnything,
  compareVersions,
  type PlannedImport,
  planImport,
} from "../../decks/import-price-list.ts";
import { printImportPlan } from "../../decks/print-decks.ts";
import { storeInDirectory, storeInForce } from "../../decks/store-deck-versions.ts";
import type { Database } from "../../platform/database.ts";
import { print, printJson, readWhole, say, withDatabase } from "../command-context.ts";
import { now } from "../open-counterpart.ts";

interface StoreOptions {
  readonly deck: string;
  readonly from: string;
  readonly catalogue?: string;
  readonly notified?: string;
  readonly noticeDays?: number;
  readonly despiteNotice?: boolean;
  readonly replace?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

interface ImportOptions extends StoreOptions {
  readonly mapping?: string;
  readonly partial?: boolean;
}

export function deckImportCommand(): Command {
  const command = new Command("import")
    .summary("make a version of a deck from an operator's price list")
    .description(
      "Reads any CSV by a mapping, or by the titles of its columns, shows the difference to the " +
        "version that it takes over from, checks the notice period, and makes the new version: in a " +
        "catalogue directory, to be applied from there, or in the catalogue in force. All problems " +
        "of the list are told at once with their lines, and then nothing is imported.",
    )
    .argument("<file>", "the price list")
    .requiredOption("--deck <name>", "a deck of the catalogue")
    .requiredOption("--from <date>", "date or RFC 3339 time from which it counts")
    .option("--mapping <file>", "how to read the list: docs/DECKS.md")
    .option("--partial", "the list names only what changes; the other rows stay");
  return withStoreOptions(command)
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  counterpart deck import atlas.csv --deck voice-atlas --from 2026-12-01 --dry-run\n" +
        "  counterpart deck import atlas.csv --deck voice-atlas --from 2026-12-01 \\\n" +
        "    --mapping atlas-mapping.yaml --notified 2026-11-20 --catalogue my-catalogue --yes\n" +
        "  counterpart deck import changes.csv --partial --deck voice-atlas --from 2026-12-01",
    )
    .action(async (file: string, options: ImportOptions) => {
      const mapping = await readMapping(options.mapping);
      const text = decodeText(await readList(file), mapping.encoding);
      await makeVersions(options, (shelf, notified) => {
        const { deck, from, partial = false, noticeDays } = options;
        const isWhole = !partial;
        return planImport(shelf, { deck, text, mapping, from, isWhole, notified, noticeDays });
      });
    });
}

interface RollbackOptions extends StoreOptions {
  readonly to: string;
}

export function deckRollbackCommand(): Command {
  const command = new Command("rollback")
    .summary("make a version with the rows of an older one")
    .description(
      "What was charged stays charged: the rows of the older version come back from a date on, as a " +
        "version of their own.",
    )
    .requiredOption("--deck <name>", "a deck of the catalogue")
    .requiredOption("--to <date>", "date of the version whose rows come back")
    .requiredOption("--from <date>", "date or RFC 3339 time from which they count again");
  return withStoreOptions(command)
    .addHelpText(
      "after",
      "\nExample:\n  counterpart deck rollback --deck voice-atlas --to 2025-01-01 --from 2026-12-01",
    )
    .action(async (options: RollbackOptions) => {
      await makeVersions(options, async (shelf, notified) => {
        const { deck, from, to, noticeDays } = options;
        const open = await shelf.open(deck);
        const { rows } = versionNamed(open, to);
        const planned = [{ from, at: instantOfDateOrInstant(shelf.zone, from), rows }];
        const versions = compareVersions(shelf, open, planned, { notified, noticeDays });
        return { deck: open, columns: null, records: rows.length, versions };
      });
    });
}

function withStoreOptions(command: Command): Command {
  return command
    .option("--catalogue <dir>", "write it into this catalogue (default: the catalogue in force)")
    .option("--notified <date>", "day on which increases were told (default: today)")
    .option("--notice-days <number>", "days of notice (default: those of the deck)", readWhole)
    .option("--despite-notice", "go ahead though increases come sooner than was promised")
    .option("--replace", "take the place of the deck's version of the same date")
    .option("--dry-run", "show the difference and change nothing")
    .option("--yes", "do not ask")
    .option("--json", "print the difference as JSON");
}

async function readMapping(file: string | undefined): Promise<DeckMapping> {
  if (file === undefined) return NO_MAPPING;
  return readDeckMapping(await readFile(file, "utf8"), file);
}

/** Refuses `import.file-unreadable` and `request.too-large`. */
async function readList(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > CSV_BYTES_MAX) throw new Refusal("deck.file-too-large", { bytesMax: CSV_BYTES_MAX });
    return await readFile(file);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal("import.file-unreadable", { file, why: (error as Error).message });
  }
}

type Plan = (shelf: DeckShelf, notified: LocalDay) => Promise<PlannedImport>;

async function makeVersions(options: StoreOptions, plan: Plan): Promise<void> {
  const { catalogue } = options;
  if (catalogue !== undefined) {
    const shelf = await openDirectoryShelf(catalogue);
    const planned = await plan(shelf, notifiedOn(shelf, options));
    await confirmed(planned, options, async () => {
      const files = await storeInDirectory(catalogue, shelf, planned.deck, planned.versions);
      return `Written: ${files.join(", ")}. Publish it with: counterpart apply ${catalogue}`;
    });
    return;
  }
  await withDatabase(async ({ database }) => await makeInForce(database, options, plan));
}

async function makeInForce(database: Database, options: StoreOptions, plan: Plan): Promise<void> {
  const shelf = await openShelfInForce(database.pool("reader"));
  const planned = await plan(shelf, notifiedOn(shelf, options));
  await confirmed(planned, options, async () => {
    const { revision } = await storeInForce(database, shelf, planned.deck, planned.versions, "cli");
    return (
      `Published as revision ${revision}. A catalogue directory that is applied later takes it ` +
      "back unless it has the version, too (--catalogue)."
    );
  });
}

function notifiedOn({ zone }: DeckShelf, { notified }: StoreOptions): LocalDay {
  return notified === undefined ? localDayOf(zone, now()) : parseLocalDay(notified);
}

/** Shows the difference, checks what needs a decision, asks, and stores. */
async function confirmed(
  planned: PlannedImport,
  options: StoreOptions,
  store: () => Promise<string>,
): Promise<void> {
  const { dryRun = false, yes = false, json = false } = options;
  if (json) printJson(toJson(planned));
  else print(printImportPlan(planned));
  if (dryRun) return say("Nothing was changed (--dry-run).");
  if (!changesAnything(planned)) throw new Refusal("deck.unchanged", { deck: planned.deck.name });
  checkDecisions(planned, options);
  if (!yes && !(await isConfirmed())) throw new Refusal("deck.not-confirmed");
  say(await store());
}

/** Refuses `deck.version-exists` and `deck.notice-too-short`. */
function checkDecisions(
  { deck, versions }: PlannedImport,
  { replace = false, despiteNotice = false }: StoreOptions,
): void {
  const taken = versions.find(({ replaces }) => replaces);
  if (taken !== undefined && !replace) {
    throw new Refusal("deck.version-exists", { deck: deck.name, from: taken.from });
  }
  const short = versions.find(({ shortNotice }) => shortNotice.length > 0);
  if (short !== undefined && !despiteNotice) {
    const { from, dearerFrom, shortNotice } = short;
    throw new Refusal("deck.notice-too-short", { from, dearerFrom, rows: shortNotice.length });
  }
}

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await ask.question("Make this version? [y/N] ");
  ask.close();
  return /^y(es)?$/i.test(answer.trim());
}

function toJson({ deck, columns, records, versions }: PlannedImport): object {
  return {
    deck: deck.name,
    records,
    columnsNotRead: columns?.unread ?? [],
    versions: versions.map(({ rows, comparison, ...version }) => ({
      ...version,
      rows: rows.length,
      ...comparison,
    })),
  };
}
