/** The command line as an operator runs it: a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const COUNTERPART = fileURLToPath(new URL("../bin/counterpart.mjs", import.meta.url));

export type CommandEnvironment =
  | { readonly DATABASE_URL: string }
  | { readonly COUNTERPART_DATA: string };

export function startCounterpart(
  where: CommandEnvironment,
  ...args: readonly string[]
): ChildProcess {
  const { DATABASE_URL: _, COUNTERPART_DATA: __, ...env } = process.env;
  return spawn(process.execPath, [COUNTERPART, ...args], {
    env: { ...env, ...where },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

export interface Ran {
  readonly code: number | null;
  /** Results. */
  readonly out: string;
  /** Progress and messages. */
  readonly said: string;
}

/** Waits for a command that ends by itself, or by the signal that it is sent when it has said something. */
export async function endOf(
  child: ChildProcess,
  stopAt?: { readonly said: RegExp; readonly signal: NodeJS.Signals },
): Promise<Ran> {
  let out = "";
  let said = "";
  let isStopped = false;
  child.stdout!.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr!.on("data", (chunk) => {
    said += chunk;
    if (isStopped || stopAt === undefined || !stopAt.said.test(said)) return;
    isStopped = true;
    child.kill(stopAt.signal);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, said };
}

export async function runCounterpart(
  where: CommandEnvironment,
  ...args: readonly string[]
): Promise<Ran> {
  return await endOf(startCounterpart(where, ...args));
}
