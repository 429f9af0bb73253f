/** The test's side of a process that is going to be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Command, Ready, Result, Told } from "./crash-protocol.ts";

export interface CrashProcess extends Ready {
  /** The answer; null when the process died before it gave one. */
  ask(command: Command): Promise<Result | null>;
  kill(): void;
  /** Lets it finish in order. */
  stop(): Promise<void>;
  readonly ended: Promise<void>;
  isEnded(): boolean;
  /** What it wrote to its standard error. */
  said(): string;
}

const CHILD = fileURLToPath(new URL("crash-child.ts", import.meta.url));
const running = new Set<ChildProcess>();

/** Starts a process; `environment` names its database. Throws when it ends before it is ready. */
export async function startCrashProcess(
  environment: Readonly<Record<string, string>>,
): Promise<CrashProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", CHILD], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  running.add(child);
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-20_000);
  });
  child.stdin.on("error", () => undefined);
  const waiting = new Map<number, (result: Result | null) => void>();
  let isEnded = false;
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => {
      isEnded = true;
      running.delete(child);
      for (const give of waiting.values()) give(null);
      resolve();
    });
  });
  const ready = await new Promise<Ready>((resolve, reject) => {
    void ended.then(() => reject(new Error(`the process ended before it was ready: ${errors}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const told = JSON.parse(line) as Told;
      if ("ready" in told) return resolve(told.ready);
      waiting.get(told.number)?.(told);
      waiting.delete(told.number);
    });
  });
  let last = 0;
  return {
    ...ready,
    ended,
    isEnded: () => isEnded,
    said: () => errors,
    ask(command) {
      if (isEnded) return Promise.resolve(null);
      const number = ++last;
      child.stdin.write(`${JSON.stringify({ number, ...command })}\n`);
      return new Promise((resolve) => waiting.set(number, resolve));
    },
    kill: () => void child.kill("SIGKILL"),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Ends what a failed test has left running. */
export async function killCrashProcesses(): Promise<void> {
  const left = [...running];
  for (const child of left) child.kill("SIGKILL");
  await Promise.all(
    left.map((child) => new Promise<void>((resolve) => child.once("close", () => resolve()))),
  );
}
