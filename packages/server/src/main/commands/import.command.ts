import { Command } from "commander";
import { type ImportResult, importFile } from "../../imports/import-file.ts";
import { printImport } from "../../imports/print-import.ts";
import { type Progress, progressBar } from "../../platform/progress.ts";
import { handOverSessions } from "../../sessions/hand-over-sessions.ts";
import { EXIT, print, printJson, withDatabase } from "../command-context.ts";
import { now, openIngest } from "../open-counterpart.ts";

interface ImportOptions {
  readonly source?: string;
  readonly json?: boolean;
  readonly refused?: string;
  readonly again?: boolean;
  readonly sessions?: boolean;
}

export function importCommand(): Command {
  return new Command("import")
    .summary("import files of usage events and call records")
    .description(
      "Reads CloudEvents (one a line, or a JSON document with one or an array), FreeSWITCH JSON,\n" +
        "Asterisk Master.csv, or any CSV: the source in the catalogue says which, with its time\n" +
        "zone, dial plan and columns. Files may be gzipped. A directory is imported as one.\n\n" +
        "An import that was interrupted goes on where it was; a file that was imported before is\n" +
        "not read again, whatever its name. Lines that cannot be events are told with the reason\n" +
        "and do not stop the others; events that cannot be priced yet wait in quarantine.",
    )
    .argument("<files...>", "files or directories")
    .option("-s, --source <name>", "the source whose records these are; without it, CloudEvents")
    .option("--sessions", "the files hold start, interim and stop records of sessions, as JSON")
    .option("--refused <file>", "write every refused line and its reason to this CSV")
    .option("--again", "import files again that were imported before")
    .option("--json", "print the results as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  counterpart import --source voice-switch Master.csv\n" +
        "  counterpart import --source freeswitch-fra1 /var/log/freeswitch/json_cdr\n" +
        "  counterpart import events.ndjson.gz --refused refused.csv --json\n" +
        "  counterpart import --sessions sessions.ndjson\n" +
        "\nExit codes: 0 all read, 1 a file is damaged, 3 refused (a code says why).",
    )
    .action(async (paths: string[], options: ImportOptions) => {
      if (options.refused !== undefined && paths.length > 1) {
        throw new Error("--refused lists the lines of one file or directory; name one.");
      }
      await importPaths(paths, options);
    });
}

async function importPaths(
  paths: readonly string[],
  { source, json = false, refused, again, sessions: asSessions = false }: ImportOptions,
): Promise<void> {
  await withDatabase(async ({ database }) => {
    const { keeper, ingest, sessions } = await openIngest(database);
    const results: ImportResult[] = [];
    try {
      for (const path of paths) {
        let bar: Progress | null = null;
        const result = await importFile({
          database,
          ingest,
          sessions: asSessions ? sessions : undefined,
          keeper,
          source: source ?? null,
          path,
          now,
          again,
          refusedFile: refused,
          onProgress({ bytes, bytesTotal }) {
            bar ??= progressBar({ label: path, total: bytesTotal, unit: "bytes" });
            bar.update(bytes);
          },
        });
        (bar as Progress | null)?.finish();
        results.push(result);
        if (!json) print(printImport(result));
        if (result.state === "damaged") process.exitCode = EXIT.failed;
      }
      // Those that have ended are charged here; `serve` sees to what is still open.
      if (asSessions) await handOverSessions({ database, ingest, keeper, now });
    } finally {
      await ingest.close();
      if (json) printJson(results);
    }
  });
}
