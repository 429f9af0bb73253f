/**
 * Imports a file: from its bytes to committed events, resumable and with every line accounted for.
 */
import { performance } from "node:perf_hooks";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import type { Ingest, ItemOutcome } from "../events/ingest.ts";
import type { Database, Db } from "../platform/database.ts";
import { hashText } from "../platform/hash.ts";
import type { SessionIntake } from "../sessions/session-intake.ts";
import { type ImportBatch, importBatches, type RecordPlace } from "./import-batches.ts";
import { addOutcomes, emptyTally, type ImportTally, receivedOf } from "./import-tally.ts";
import { findRun, type ImportRun, insertRun, tryLockRun, updateRun } from "./imports.repo.ts";
import { findInput, type Input } from "./read-input.ts";
import { type RecordReader, recordReader } from "./record-reader.ts";
import { openRefusedFile, type RefusedFile, type RefusedLine } from "./refused-file.ts";
import { submitInOrder } from "./submit-in-order.ts";

export interface ImportOptions {
  readonly database: Database;
  readonly ingest: Pick<Ingest, "submit">;
  /** Present: the records are those of sessions, as JSON, and go there. */
  readonly sessions?: SessionIntake | undefined;
  readonly keeper: Pick<BookKeeper, "catalogue">;
  /** Name of the source; null reads CloudEvents of any source. */
  readonly source: string | null;
  /** A file, or a directory whose files are imported as one. */
  readonly path: string;
  readonly now: () => Instant;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Import it although it has been imported before. */
  readonly again?: boolean | undefined;
  /** Where to write every line that is refused, as CSV. */
  readonly refusedFile?: string | undefined;
  /** Reads no further once it is aborted; what is under way is stored. */
  readonly stop?: AbortSignal | undefined;
  /** Told first when it goes on after a line, where an import before it broke off. */
  readonly onResume?: ((afterLine: number) => void) | undefined;
}

export interface ImportProgress {
  /**
   * Bytes of the input whose events are committed, of `bytesTotal`; packed ones where it is packed.
   */
  readonly bytes: number;
  readonly bytesTotal: number;
  readonly lines: number;
  readonly tally: ImportTally;
}

export interface ImportResult {
  readonly run: string;
  readonly path: string;
  readonly source: string | null;
  /**
   * `damaged`: what came before the damage is committed, and `problem` says what it is. `empty`: there was
   * no record. `stopped`: up to `lines` all is committed.
   */
  readonly state: "imported" | "alreadyImported" | "damaged" | "empty" | "stopped";
  readonly problem: { readonly code: RefusalCode; readonly detail: string } | null;
  /** Path and time of the import before, when it was already imported. */
  readonly before: { readonly name: string; readonly finishedAt: string } | null;
  /**
   * Lines that an interrupted import had done; their outcomes are in the tally. 0 from the start.
   */
  readonly resumedAfterLine: number;
  readonly lines: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly linesPerSecond: number;
  readonly tally: ImportTally;
  /** The first 1,000 of this run. */
  readonly refused: readonly RefusedLine[];
}

const REFUSED_KEPT_MAX = 1_000;
const UNDER_WAY_MAX = 16;

/**
 * Imports a file or directory of a source. The events are committed when it returns; a run that
 * broke off is taken up after the last line that is known to be committed, and what is sent twice
 * by that is a duplicate. The same content is imported once, whatever its name: `alreadyImported`
 * says so.
 *
 * Refuses `import.source-unknown`, `import.time-zone-missing`, `import.columns-missing`,
 * `import.file-unreadable`, `import.file-changed` and `import.already-running`.
 */
export async function importFile(options: ImportOptions): Promise<ImportResult> {
  const read = readerOf(options);
  const input = await findInput(options.path);
  const result = await importInput(input, read, options);
  const isDone = result.state === "imported" || result.state === "alreadyImported";
  if (!isDone || receivedOf(result.tally) > 0) return result;
  return { ...result, state: "empty", problem: { code: "import.empty", detail: whyEmpty(input) } };
}

async function importInput(
  input: Input,
  read: RecordReader,
  options: ImportOptions,
): Promise<ImportResult> {
  const { database } = options;
  const id = `imp_${hashText(`${runSource(options)}\u0000${input.fingerprint}`)}`;
  const client = await database.client("writer");
  try {
    if (!(await tryLockRun(client, id))) {
      throw new Refusal("import.already-running", { file: options.path });
    }
    const run = await beginRun(client, id, input, options);
    if (run.finishedAt === null) {
      if (run.throughLine > 0) options.onResume?.(run.throughLine);
      return await sendAll({ client, run, input, read, options });
    }
    const before = { name: run.name, finishedAt: run.finishedAt };
    return { ...resultOf({ options, input, run }), state: "alreadyImported", before };
  } finally {
    await client.end();
  }
}

/** What a run is known by besides its content. The same file may hold events or records of sessions. */
function runSource({ source, sessions }: ImportOptions): string {
  return sessions === undefined ? (source ?? "") : `sessions of ${source ?? "any source"}`;
}

function readerOf({ keeper, source: name, sessions }: ImportOptions): RecordReader {
  const { sources, eventTypes } = keeper.catalogue();
  const types = (type: string) =>
    Object.hasOwn(BUILT_IN_TYPES, type) ? BUILT_IN_TYPES[type] : eventTypes[type];
  if (name === null) return recordReader(null, types);
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (source === undefined) {
    throw new Refusal("import.source-unknown", {
      source: name,
      known: Object.keys(sources).slice(0, 50),
    });
  }
  return recordReader(sessions === undefined ? { name, source } : null, types);
}

async function beginRun(
  db: Db,
  id: string,
  { fingerprint }: Input,
  options: ImportOptions,
): Promise<ImportRun> {
  const { path, now, again = false } = options;
  const noted = { tally: emptyTally(), refusedBytes: 0 };
  const known = await findRun(db, id);
  if (known === null) {
    const source = runSource(options);
    await insertRun(db, { id, name: path, source, fingerprint, startedAt: now(), noted });
    return { id, name: path, throughLine: 0, finishedAt: null, noted };
  }
  if (known.finishedAt === null || !again) return known;
  await updateRun(db, id, { throughLine: 0, finishedAt: null, noted });
  return { ...known, throughLine: 0, finishedAt: null, noted };
}

interface Sending {
  readonly client: Db;
  readonly run: ImportRun;
  readonly input: Input;
  readonly read: RecordReader;
  readonly options: ImportOptions;
}

async function sendAll({ client, run, input, read, options }: Sending): Promise<ImportResult> {
  const { ingest, sessions, source, refusedFile: path, now, onProgress } = options;
  const sources = source === null ? null : new Set([source]);
  const started = performance.now();
  const refused: RefusedLine[] = [];
  let { throughLine, noted } = run;
  const file: RefusedFile | null =
    path === undefined ? null : await openRefusedFile(path, noted.refusedBytes);

  const note = async (finishedAt: Instant | null): Promise<void> => {
    await updateRun(client, run.id, { throughLine, finishedAt, noted });
  };
  const committed = async (batch: ImportBatch, outcomes: readonly ItemOutcome[]): Promise<void> => {
    const lines = refusedLines(outcomes, batch.places);
    refused.push(...lines.slice(0, REFUSED_KEPT_MAX - refused.length));
    await file?.append(lines);
    const tally = addOutcomes(noted.tally, { outcomes, skipped: batch.skipped });
    noted = { tally, refusedBytes: file?.bytes() ?? 0 };
    throughLine = batch.throughLine;
    await note(null);
    const { bytesRead } = batch;
    onProgress?.({ bytes: bytesRead, bytesTotal: input.bytes, lines: throughLine, tally });
  };

  let problem: ImportResult["problem"] = null;
  let isStopped = false;
  const batches = untilStopped(
    importBatches(input, { read, afterLine: run.throughLine }),
    options.stop,
    () => {
      isStopped = true;
    },
  );
  try {
    await submitInOrder(batches, {
      submit: ({ bodies }) =>
        sessions?.submit({ bodies, sources }) ?? ingest.submit({ bodies, lane: "bulk", sources }),
      committed,
      underWayMax: UNDER_WAY_MAX,
    });
    if (!isStopped) await note(now());
  } catch (error) {
    if (!(error instanceof Refusal && error.code === "import.file-damaged")) throw error;
    problem = { code: error.code, detail: String(error.detail.why) };
  } finally {
    await file?.close();
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    ...resultOf({ options, input, run: { ...run, throughLine, noted } }),
    state: problem !== null ? "damaged" : isStopped ? "stopped" : "imported",
    problem,
    resumedAfterLine: run.throughLine,
    seconds,
    linesPerSecond: Math.round((throughLine - run.throughLine) / Math.max(seconds, 0.001)),
    refused,
  };
}

async function* untilStopped<T>(
  batches: AsyncIterable<T>,
  stop: AbortSignal | undefined,
  onStop: () => void,
): AsyncGenerator<T> {
  for await (const batch of batches) {
    if (stop?.aborted === true) return onStop();
    yield batch;
  }
}

function whyEmpty({ files, bytes }: Input): string {
  if (files.length === 0) return "the directory has no files; hidden ones are left out";
  return bytes === 0 ? "it has no bytes" : "it has no records";
}

/** What is known of a run that does nothing now. */
function resultOf({
  options,
  input,
  run,
}: Pick<Sending, "options" | "input" | "run">): ImportResult {
  return {
    run: run.id,
    path: options.path,
    source: options.source,
    state: "imported",
    problem: null,
    before: null,
    resumedAfterLine: 0,
    lines: run.throughLine,
    bytes: input.bytes,
    seconds: 0,
    linesPerSecond: 0,
    tally: run.noted.tally,
    refused: [],
  };
}

function refusedLines(
  outcomes: readonly ItemOutcome[],
  places: readonly RecordPlace[],
): RefusedLine[] {
  const lines: RefusedLine[] = [];
  for (const [at, item] of outcomes.entries()) {
    if (item.outcome !== "refused") continue;
    const { file, line } = places[at]!;
    lines.push({ file, line, code: item.code, detail: item.detail });
  }
  return lines;
}
