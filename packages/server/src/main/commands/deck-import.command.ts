/** New versions of rate decks: from an operator's price list, or from an older version. */
import { readFile, stat } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import type { Deck } from "@counterpart/domain/catalogue/catalogue.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { Command, Option } from "commander";
import { CSV_BYTES_MAX } from "../../catalogue/catalogue-files.ts";
import { checkDecisions, type DeckOrder, planOrder } from "../../decks/change-deck.ts";
import {
  type DeckMapping,
  NO_MAPPING,
  readDeckMapping,
  withIncrements,
} from "../../decks/deck-mapping.ts";
import { openDirectoryShelf, openShelfInForce } from "../../decks/deck-shelf.ts";
import type { PlannedImport } from "../../decks/import-price-list.ts";
import { INCREMENT_MODES, readNewDeck } from "../../decks/new-deck.ts";
import { printImportPlan } from "../../decks/print-decks.ts";
import { storeInDirectory, storeInForce } from "../../decks/store-deck-versions.ts";
import type { Database } from "../../platform/database.ts";
import { unreadable } from "../../platform/file-trouble.ts";
import { printProposed } from "../../reratings/print-rerating.ts";
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
  readonly increments?: string;
  readonly partial?: boolean;
  readonly create?: boolean;
  readonly key?: Deck["key"];
  readonly currency?: string;
  readonly per?: string;
  readonly incrementMode?: NonNullable<Deck["incrementMode"]>;
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
    .option("--increments <n/m>", "of rows that name none, such as 60/1")
    .option("--partial", "the list names only what changes; the other rows stay")
    .option("--create", "make the deck, which the catalogue does not have yet")
    .addOption(new Option("--key <kind>", "of a new deck").choices(["prefix", "network"]))
    .option("--currency <code>", "of a new deck, such as EUR")
    .option("--per <unit>", "what a new deck prices (default: minute; segment by network)")
    .addOption(new Option("--increment-mode <mode>", "of a new deck").choices(INCREMENT_MODES));
  return withStoreOptions(command)
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  counterpart deck import atlas.csv --deck voice-atlas --from 2026-12-01 --dry-run\n" +
        "  counterpart deck import atlas.csv --deck voice-atlas --from 2026-12-01 \\\n" +
        "    --mapping atlas-mapping.yaml --notified 2026-11-20 --catalogue my-catalogue --yes\n" +
        "  counterpart deck import changes.csv --partial --deck voice-atlas --from 2026-12-01\n" +
        "  counterpart deck import first.csv --create --deck voice-nova --currency USD \\\n" +
        "    --increments 60/1 --notice-days 7 --from 2026-12-01",
    )
    .action(async (file: string, options: ImportOptions) => {
      const { increments, partial = false, create = false } = options;
      const mapping = withIncrements(await readMapping(options.mapping), increments);
      const list = await readList(file);
      await makeVersions(options, {
        kind: "import",
        ...orderOf(options),
        list,
        mapping,
        isWhole: !partial,
        create: readNewDeck({ ...options, create }),
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
      await makeVersions(options, { kind: "rollback", ...orderOf(options), to: options.to });
    });
}

function orderOf({ deck, from, notified, noticeDays }: StoreOptions) {
  return { deck, from, notified, noticeDays };
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

/** Refuses `import.file-unreadable`. */
async function readMapping(file: string | undefined): Promise<DeckMapping> {
  if (file === undefined) return NO_MAPPING;
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw unreadable(file, error);
  });
  return readDeckMapping(text, file);
}

/** Refuses `import.file-unreadable` and `request.too-large`. */
async function readList(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > CSV_BYTES_MAX) throw new Refusal("deck.file-too-large", { bytesMax: CSV_BYTES_MAX });
    return await readFile(file);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw unreadable(file, error);
  }
}

async function makeVersions(options: StoreOptions, order: DeckOrder): Promise<void> {
  const { catalogue } = options;
  if (catalogue !== undefined) {
    const shelf = await openDirectoryShelf(catalogue);
    const planned = await planOrder(shelf, order, now());
    await confirmed(planned, options, async () => {
      const files = await storeInDirectory(catalogue, shelf, planned);
      return `Written: ${files.join(", ")}. Publish it with: counterpart apply ${catalogue}`;
    });
    return;
  }
  await withDatabase(async ({ database }) => await makeInForce(database, options, order));
}

async function makeInForce(
  database: Database,
  options: StoreOptions,
  order: DeckOrder,
): Promise<void> {
  const shelf = await openShelfInForce(database.pool("reader"));
  const planned = await planOrder(shelf, order, now());
  await confirmed(planned, options, async () => {
    const { deck, versions } = planned;
    const applied = await storeInForce(database, shelf, deck, versions, "cli");
    const { revision, reratings } = applied;
    const proposed = reratings.length === 0 ? [] : [printProposed(reratings, revision)];
    const done =
      `Published as revision ${revision}. A catalogue directory that is applied later takes it ` +
      "back unless it has the version, too (--catalogue).";
    return [done, ...proposed].join("\n");
  });
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
  const { replace = false, despiteNotice = false } = options;
  checkDecisions(planned, { replace, despiteNotice });
  if (!yes && !(await isConfirmed())) throw new Refusal("deck.not-confirmed");
  say(await store());
}

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await ask.question("Make this version? [y/N] ");
  ask.close();
  return /^y(es)?$/i.test(answer.trim());
}

function toJson({ deck, isNew, columns, records, versions }: PlannedImport): object {
  return {
    deck: deck.name,
    isNew,
    records,
    columnsNotRead: columns?.unread ?? [],
    versions: versions.map(({ rows, comparison, ...version }) => ({
      ...version,
      rows: rows.length,
      ...comparison,
    })),
  };
}
