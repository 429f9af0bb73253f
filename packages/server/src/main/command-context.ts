/** What every command shares: the database, the output, and how it ends. */
import { AssertionFailure } from "@counterpart/domain/assert.ts";
import { REFUSALS, Refusal } from "@counterpart/domain/refusals.ts";
import { printProblems, problemsOf } from "../catalogue/print-problems.ts";
import type { Database } from "../platform/database.ts";
import { openMigratedDatabase } from "./open-counterpart.ts";
import { Stopped } from "./stopped.ts";

/** Documented exit codes of the command line. */
export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3, nothing: 4, stopped: 130 } as const;

/** Progress and messages go to stderr; stdout holds results only. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** JSON for programs: whole numbers beyond 2^53 as decimal texts. */
export function printJson(value: unknown): void {
  const plain = (_: string, inner: unknown): unknown =>
    typeof inner === "bigint" ? inner.toString() : inner;
  print(JSON.stringify(value, plain, 2));
}

/** A whole number of an option. */
export function readWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new Refusal("option.not-a-number", { value: text.slice(0, 40) });
  return Number(text);
}

export interface CommandContext {
  readonly database: Database;
  readonly log: (line: string) => void;
}

/** Runs a command with the database of the environment, and closes it whatever happens. */
export async function withDatabase<T>(run: (context: CommandContext) => Promise<T>): Promise<T> {
  const database = await openMigratedDatabase(process.env, say);
  try {
    return await run({ database, log: say });
  } finally {
    await database.close();
  }
}

/** Runs the program and turns what it throws into a sentence and an exit code. */
export async function runProgram(program: () => Promise<unknown>): Promise<void> {
  try {
    await program();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    say(describeError(error));
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof Stopped) return EXIT.stopped;
  return error instanceof Refusal ? EXIT.refused : EXIT.failed;
}

/** No connection, no such database or login, no rights; the server goes or comes. */
const DATABASE_AWAY = /^(ECONN|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|08|28|3D|42501|57P0)/;

export function describeError(error: unknown): string {
  if (error instanceof Refusal) {
    const problems = problemsOf(error.detail);
    const detail = Object.entries(error.detail)
      .filter(([name]) => name !== "problems" || problems === null)
      .map(
        ([name, value]) =>
          `  ${name}: ${typeof value === "string" ? value : JSON.stringify(value, bigintText)}`,
      )
      .join("\n");
    const sentence = `${REFUSALS[error.code][1]} (${error.code})`;
    const listed = problems === null ? "" : printProblems(problems);
    return [sentence, detail, listed].filter((part) => part !== "").join("\n");
  }
  if (error instanceof AssertionFailure) return `This is a fault in Counterpart. ${error.stack}`;
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && DATABASE_AWAY.test(code)) {
    const advice = "Is DATABASE_URL right, and the server up?";
    return `The database cannot be used: ${error.message} (${code}). ${advice}`;
  }
  const cause = error.cause instanceof Error ? `\n  because: ${error.cause.message}` : "";
  return `${error.message}${cause}`;
}

function bigintText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
