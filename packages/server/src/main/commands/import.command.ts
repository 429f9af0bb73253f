import { Command } from "commander";
import { type ImportOptions, type ImportResult, importFile } from "../../imports/import-file.ts";
import { hasComeToNothing } from "../../imports/import-tally.ts";
import { printImport } from "../../imports/print-import.ts";
import { group, type Progress, progressBar } from "../../platform/progress.ts";
import { handOverSessions } from "../../sessions/hand-over-sessions.ts";
import { EXIT, print, printJson, say, withDatabase } from "../command-context.ts";
import { withStop } from "../long-work.ts";
import { now, openIngest } from "../open-counterpart.ts";

interface ImportCommandOptions {
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
      "Reads CloudEvents (one a line, or a JSON document with one or an array), FreeSWITCH JSON, " +
        "Asterisk Master.csv, or any CSV: the source in the catalogue says which, with its time " +
        "zone, dial plan and columns. Files may be gzipped. A directory is imported as one.\n\n" +
        "An import that was interrupted goes on where it was; a file that was imported before is " +
        "not read again, whatever its name. Lines that cannot be events are told with the reason " +
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
        "\nExit codes: 0 read, 1 a file is damaged, 3 refused (a code says why), 4 no event came\n" +
        "of a file (it is empty, or every record was refused), 130 stopped by Ctrl-C.",
    )
    .action(async (paths: string[], options: ImportCommandOptions) => {
      if (options.refused !== undefined && paths.length > 1) {
        throw new Error("--refused lists the lines of one file or directory; name one.");
      }
      await withDatabase(({ database }) => {
        return withStop(async (stop) => {
          const { keeper, ingest, sessions } = await openIngest(database);
          const { source = null, again, refused: refusedFile } = options;
          const common = { database, keeper, ingest, source, now, again, refusedFile, stop };
          const asSessions = options.sessions === true;
          const kind = asSessions ? { ...common, sessions } : common;
          try {
            await importPaths(paths, kind, options.json === true);
            // Those that have ended are charged here; `serve` sees to what is still open.
            if (asSessions) await handOverSessions(common);
          } finally {
            await ingest.close();
          }
        });
      });
    });
}

async function importPaths(
  paths: readonly string[],
  common: Omit<ImportOptions, "path">,
  json: boolean,
): Promise<void> {
  const results: ImportResult[] = [];
  try {
    for (const path of paths) {
      if (common.stop?.aborted === true) break;
      const result = await importPath(path, common);
      results.push(result);
      if (!json) print(printImport(result));
    }
  } finally {
    if (json) printJson(results);
  }
  process.exitCode = exitCodeOf(results, results.length < paths.length);
}

async function importPath(
  path: string,
  common: Omit<ImportOptions, "path">,
): Promise<ImportResult> {
  let bar: Progress | null = null;
  const result = await importFile({
    ...common,
    path,
    onResume(line) {
      say(`${path}: an import of it broke off after line ${group(line)}; going on there.`);
    },
    onProgress({ bytes, bytesTotal }) {
      bar ??= progressBar({ label: path, total: bytesTotal, unit: "bytes" });
      bar.update(bytes);
    },
  });
  (bar as Progress | null)?.finish();
  return result;
}

function exitCodeOf(results: readonly ImportResult[], isCutShort: boolean): number {
  if (results.some(({ state }) => state === "damaged")) return EXIT.failed;
  if (isCutShort || results.some(({ state }) => state === "stopped")) return EXIT.stopped;
  return results.some(hasComeToNothing) ? EXIT.nothing : EXIT.done;
}
