/** A stream of events over HTTP: lines in, lines out, in bounded memory on both sides. */
import { Readable } from "node:stream";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { instanceOf } from "../http/answer-problems.ts";
import { INGEST_LIMITS } from "../http/limits.ts";
import { PROBLEM_TYPE, type Problem, toProblem } from "../http/problems.ts";
import { splitLines } from "../imports/split-lines.ts";
import type { ItemOutcome } from "./ingest.ts";
import {
  ingestLines,
  type LineException,
  type LineProgress,
  type OutcomeCounts,
  zeroCounts,
} from "./ndjson-ingest.ts";
import type { ReadText } from "./read-event.ts";

export const NDJSON = "application/x-ndjson";

export interface EventStream {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly stream: Readable;
  readonly submit: (bodies: readonly ReadText[]) => Promise<ItemOutcome[]>;
  readonly stop: AbortSignal;
  /** So long nothing may come. */
  readonly idleMs: number;
}

export async function answerStream(events: EventStream): Promise<FastifyReply> {
  const { request, reply, stream, submit, stop, idleMs } = events;
  // Neither side moves: a client that stopped reading its answers, or one that is gone.
  request.raw.socket.setTimeout(2 * idleMs);
  const progress = ingestLines({
    lines: splitLines(whileItComes(stream, idleMs)),
    submit,
    windowMax: INGEST_LIMITS.streamWindowBytesMax,
    stop,
  });
  const { outcomes } = request.query as { readonly outcomes: "each" | "summary" };
  if (outcomes === "summary") return await answerOnce(events, progress);
  const lines = Readable.from(answerLines(events, progress), {
    objectMode: false,
    highWaterMark: INGEST_LIMITS.unreadAnswerBytesMax,
  });
  return reply.type(NDJSON).send(lines);
}

/** The bytes of a request. Refuses `request.timeout` when nothing comes, `request.interrupted` at a break. */
export async function* whileItComes(stream: Readable, idleMs: number): AsyncGenerator<Buffer> {
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const next = await withTimeLimit(iterator.next(), idleMs);
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal("request.interrupted");
  }
}

async function withTimeLimit<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refusal("request.timeout")), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface Tally extends Record<keyof OutcomeCounts, number> {
  throughLine: number;
}

function add(tally: Tally, progress: LineProgress): void {
  tally.throughLine = progress.throughLine;
  for (const name of Object.keys(zeroCounts()) as (keyof OutcomeCounts)[]) {
    tally[name] += progress[name];
  }
}

async function* answerLines(
  events: EventStream,
  progress: AsyncIterable<LineProgress>,
): AsyncGenerator<string> {
  const tally: Tally = { throughLine: 0, ...zeroCounts() };
  try {
    for await (const part of progress) {
      add(tally, part);
      yield `${JSON.stringify(part)}\n`;
    }
  } catch (error) {
    yield `${JSON.stringify(problemOfStream(events, error, tally))}\n`;
    return;
  }
  yield `${JSON.stringify({ complete: true, ...tally })}\n`;
}

/** Exceptions that a summary lists. */
const EXCEPTIONS_LISTED_MAX = 1_000;

async function answerOnce(
  events: EventStream,
  progress: AsyncIterable<LineProgress>,
): Promise<FastifyReply> {
  const { reply } = events;
  const tally: Tally = { throughLine: 0, ...zeroCounts() };
  const exceptions: LineException[] = [];
  let exceptionsLeftOut = 0;
  try {
    for await (const part of progress) {
      add(tally, part);
      const room = EXCEPTIONS_LISTED_MAX - exceptions.length;
      exceptions.push(...part.exceptions.slice(0, room));
      exceptionsLeftOut += Math.max(0, part.exceptions.length - room);
    }
  } catch (error) {
    const problem = problemOfStream(events, error, tally);
    return reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
  }
  return reply.send({ complete: true, ...tally, exceptions, exceptionsLeftOut });
}

/** The problem with what was committed before it. The rest of the request is not waited for. */
function problemOfStream(
  { request, reply }: EventStream,
  error: unknown,
  tally: Tally,
): Problem & Tally {
  const problem = toProblem(error);
  if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, "stream ended");
  reply.raw.once("finish", () => closeSoon(request));
  return { ...problem, instance: instanceOf(request), ...tally };
}

/** Long enough for the client to read the problem, which a reset of the connection could take from it. */
const LINGER_MS = 1_000;

function closeSoon({ raw: { socket, complete } }: FastifyRequest): void {
  if (complete) return;
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
