/** The program `counterpart serve` as a process that can be killed, and the PostgreSQL that it embeds. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { readPostmaster } from "../src/platform/postgres-process.ts";

const PROGRAM = fileURLToPath(new URL("../bin/counterpart.mjs", import.meta.url));

export interface Served {
  readonly address: string;
  readonly pid: number;
  readonly ended: Promise<unknown>;
  /** The end of what it wrote to its standard error. */
  said(): string;
  kill(): Promise<void>;
}

/** Serves from the embedded PostgreSQL of this directory, at a port that is free. */
export async function startServe(directory: string): Promise<Served> {
  const child = spawn(process.execPath, [PROGRAM, "serve", "--port", "0"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, DATABASE_URL: "", COUNTERPART_DATA: directory },
  });
  const ended = once(child, "close");
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-20_000);
  });
  const lines = createInterface({ input: child.stdout });
  const address = await Promise.race([once(lines, "line"), ended.then(() => null)]);
  if (address === null) throw new Error(`the server ended: ${said}`);
  return {
    address: String(address[0]),
    pid: child.pid!,
    ended,
    said: () => said,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** kill -9 of the PostgreSQL that runs there now. Answers its process id. */
export async function killPostgres(directory: string): Promise<number | undefined> {
  const postmaster = await readPostmaster(join(directory, "postgres-18", "data"));
  if (postmaster !== undefined) process.kill(postmaster.pid, "SIGKILL");
  return postmaster?.pid;
}
