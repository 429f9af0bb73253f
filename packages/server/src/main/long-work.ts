/** How commands ask for long work, show how far it is, and stop it: the same for all of them. */
import { createInterface } from "node:readline/promises";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import { type Progress, progressBar } from "../platform/progress.ts";
import { EXIT, say } from "./command-context.ts";
import { Stopped, sameCommand } from "./stopped.ts";

/** Told how many of how many are done. */
export type OnProgress = (done: number, of: number) => void;

/** What long work is given. */
export interface RunControl {
  readonly onProgress: OnProgress;
  /** Whether to leave the rest for another time. */
  readonly isStopping: () => boolean;
}

/**
 * Runs long work that can be stopped and taken up again: at the first Ctrl-C or SIGTERM the signal is
 * aborted, at the second the process ends where it stands. Who throws the signal's reason has changed
 * nothing.
 */
export async function withStop<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.stopped);
    say("\nStopping after what is under way. Once more ends it at once; nothing is lost by that.");
    stop.abort(new Stopped(`Stopped: nothing was changed.\nOnce more: ${sameCommand()}`));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    return await work(stop.signal);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

/** Shows how far long work is, from when it first tells. */
export async function withProgress<T>(
  label: string,
  unit: string,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  let bar: Progress | null = null;
  const result = await work((done, total) => {
    bar ??= progressBar({ label, total, unit });
    bar.update(done);
  });
  (bar as Progress | null)?.finish();
  return result;
}

/** Work that changes something, step by step: it shows how far it is, and Ctrl-C stops it between two. */
export async function runStoppable<T>(
  label: string,
  unit: string,
  work: (control: RunControl) => Promise<T>,
): Promise<T> {
  return await withStop((stop) =>
    withProgress(label, unit, (onProgress) => work({ onProgress, isStopping: () => stop.aborted })),
  );
}

/** Work that changes nothing: Ctrl-C ends it where it next tells how far it is. */
export async function lookInto<T>(
  unit: string,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  return await withStop((stop) => lookUntil(stop, unit, work));
}

/** The same under a signal that is there already. */
export async function lookUntil<T>(
  stop: AbortSignal,
  unit: string,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  return await withProgress("Looking", unit, (onProgress) =>
    work((done, of) => {
      stop.throwIfAborted();
      onProgress(done, of);
    }),
  );
}

/**
 * Shows what is to be done and asks whether it shall be. Refuses with the code if not, also where nobody can
 * be asked.
 */
export async function showAndAsk(
  shown: string,
  question: string,
  code: RefusalCode,
): Promise<void> {
  say(shown);
  if (!process.stdin.isTTY) throw new Refusal(code);
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D end the interface without an answer.
  const left = new AbortController();
  questions.once("close", () => left.abort(new Refusal(code)));
  const answer = await questions
    .question(`${question} [y/N] `, { signal: left.signal })
    .catch(() => "");
  questions.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new Refusal(code);
}
