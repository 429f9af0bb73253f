import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";

/** An account of the operating system. Where a user may be left out, it means: as ourselves. */
export type OsUser = { readonly uid: number; readonly gid: number };

/** `code` is null when the program could not be started or was killed; `output` says why. */
export type Finished = { readonly code: number | null; readonly output: string };

/**
 * Runs a program to its end, as `user` when we are root. `output` is stdout and stderr together.
 */
export function runAs(
  user: OsUser | undefined,
  command: string,
  args: readonly string[],
  input = "",
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...user,
      cwd: "/",
      env: plainEnvironment(),
      windowsHide: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.stdin.on("error", () => {}); // a program that ends before it has read its input
    child.on("error", (error) => resolve({ code: null, output: error.message }));
    child.on("close", (code) => resolve({ code, output }));
    child.stdin.end(input);
  });
}

/** Removes what that user could remove itself, whatever links lead elsewhere. */
export async function removeAs(user: OsUser | undefined, paths: readonly string[]): Promise<void> {
  if (user !== undefined) await runAs(user, "rm", ["-rf", "--", ...paths]);
  else for (const path of paths) await rm(path, { recursive: true, force: true });
}

/** Neither our secrets nor a PGDATA, PGOPTIONS, LANG or TZ of the caller's reach PostgreSQL. */
export function plainEnvironment(): Record<string, string> {
  const environment: Record<string, string> = { LC_ALL: "C", TZ: "UTC" };
  for (const name of ["PATH", "LD_LIBRARY_PATH", "SystemRoot", "TEMP", "TMP"]) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** Whether a process of this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

/** Whether this is an error of the operating system with one of these codes, such as ENOENT. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
