/**
 * Events from a stream of lines of any length, in bounded memory. What was committed is told in order, so
 * that a producer can go on after the last line it was told.
 */
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { SplitLine } from "../imports/split-lines.ts";
import { conflictCode, type ItemOutcome } from "./ingest.ts";
import { type ReadText, refused } from "./read-event.ts";

export interface LineException {
  readonly line: number;
  readonly id: string | null;
  readonly outcome: "conflicting" | "quarantined" | "refused";
  readonly code?: string;
  readonly detail?: string;
}

export interface OutcomeCounts {
  readonly accepted: number;
  readonly duplicate: number;
  readonly conflicting: number;
  readonly quarantined: number;
  readonly refused: number;
}

/** What became of the lines after the one told before, up to `throughLine`. */
export interface LineProgress extends OutcomeCounts {
  readonly throughLine: number;
  readonly exceptions: readonly LineException[];
}

export interface LineIngest {
  readonly lines: AsyncIterable<readonly SplitLine[]>;
  readonly submit: (bodies: readonly ReadText[]) => Promise<ItemOutcome[]>;
  /** Characters that are being committed at once. */
  readonly windowMax: number;
  /** Reads no further once it is aborted, and ends with `server.stopping`. */
  readonly stop: AbortSignal;
}

/** Exceptions that are told at once, so that an answer stays small. */
const EXCEPTIONS_MAX = 2_000;

/** A part of the stream that was handed in and is answered as one. */
interface Part {
  readonly size: number;
  /** Line of each body. */
  readonly lines: readonly number[];
  readonly throughLine: number;
  readonly settled: Promise<void>;
  readonly result: { outcomes?: readonly ItemOutcome[]; error?: unknown };
}

/**
 * Reads, hands in and tells, each as fast as the others let it: it reads nothing while nobody takes what
 * it tells. Throws what ended the stream early, after it has told all that was committed in order.
 */
export async function* ingestLines(ingest: LineIngest): AsyncGenerator<LineProgress> {
  const iterator = ingest.lines[Symbol.asyncIterator]();
  const parts: Part[] = [];
  const ended = new AbortController();
  const stopped = whenAborted(ingest.stop, ended.signal);
  let reading: Promise<void> | null = null;
  let inWindow = 0;
  let end: { readonly error?: unknown } | null = null;

  const read = async (): Promise<void> => {
    try {
      const next = await iterator.next();
      // What came with the order to stop is left to be sent again.
      if (end !== null) return;
      if (next.done === true) end = {};
      else {
        const part = handIn(ingest, next.value);
        inWindow += part.size;
        parts.push(part);
      }
    } catch (error) {
      end ??= { error };
    } finally {
      reading = null;
    }
  };

  try {
    for (;;) {
      if (end === null && ingest.stop.aborted) end = { error: new Refusal("server.stopping") };
      if (end === null && inWindow < ingest.windowMax) reading ??= read();
      const oldest = parts[0];
      if (oldest === undefined && end !== null) break;
      if (oldest === undefined || !isSettled(oldest)) {
        const waits = [
          oldest?.settled,
          end === null ? reading : null,
          end === null ? stopped : null,
        ];
        await Promise.race(waits.filter((wait) => wait != null));
        continue;
      }
      const settled = takeSettled(parts);
      for (const { size } of settled) inWindow -= size;
      yield tell(settled);
    }
  } finally {
    ended.abort();
    // Without waiting: a read that nobody answers would hold it up.
    iterator.return?.()?.catch(() => undefined);
  }
  const { error } = end as { readonly error?: unknown };
  if (error !== undefined) throw error;
}

/** Listens no longer than until `ended`. */
function whenAborted(signal: AbortSignal, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true, signal: ended });
  });
}

function handIn({ submit }: LineIngest, split: readonly SplitLine[]): Part {
  const bodies: ReadText[] = [];
  const lines: number[] = [];
  let size = 1;
  for (const line of split) {
    const body = bodyOf(line);
    if (body === null) continue;
    bodies.push(body);
    lines.push(line.line);
    size += typeof body === "string" ? body.length : 0;
  }
  const result: Part["result"] = {};
  const settled = submit(bodies).then(
    (outcomes) => {
      result.outcomes = outcomes;
    },
    (error: unknown) => {
      result.error = error;
    },
  );
  return { size, lines, throughLine: split.at(-1)!.line, settled, result };
}

/** null for a blank line. */
function bodyOf(line: SplitLine): ReadText | null {
  if ("text" in line) return /^[ \t]*$/.test(line.text) ? null : line.text;
  return refused(line.problem, line.detail);
}

function isSettled({ result }: Part): boolean {
  return "outcomes" in result || "error" in result;
}

/** Removes the parts at the front that are done. Throws the error of the first if it has one. */
function takeSettled(parts: Part[]): Part[] {
  const settled: Part[] = [];
  let exceptions = 0;
  while (parts.length > 0 && isSettled(parts[0]!) && exceptions < EXCEPTIONS_MAX) {
    const { result } = parts[0]!;
    if ("error" in result) {
      if (settled.length > 0) break;
      throw result.error;
    }
    exceptions += result.outcomes?.filter(isException).length ?? 0;
    settled.push(parts.shift()!);
  }
  return settled;
}

function isException({ outcome }: ItemOutcome): boolean {
  return outcome !== "accepted" && outcome !== "duplicate";
}

function tell(parts: readonly Part[]): LineProgress {
  const exceptions: LineException[] = [];
  const counts = zeroCounts();
  for (const { lines, result } of parts) {
    for (const [at, outcome] of result.outcomes!.entries()) {
      counts[outcome.outcome]++;
      const exception = toException(lines[at]!, outcome);
      if (exception !== null) exceptions.push(exception);
    }
  }
  return { throughLine: parts.at(-1)!.throughLine, ...counts, exceptions };
}

function toException(line: number, item: ItemOutcome): LineException | null {
  const { id } = item;
  switch (item.outcome) {
    case "accepted":
    case "duplicate":
      return null;
    case "conflicting":
      return { line, id, outcome: item.outcome, code: conflictCode(item) };
    default: {
      const { outcome, code, detail } = item;
      return { line, id, outcome, code, ...(detail === "" ? {} : { detail }) };
    }
  }
}

export function zeroCounts(): Record<keyof OutcomeCounts, number> {
  return { accepted: 0, duplicate: 0, conflicting: 0, quarantined: 0, refused: 0 };
}
