import { randomBytes, randomUUID } from "node:crypto";
import { lchown, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { exists, type PostgresHome, syncDirectory } from "./postgres-home.ts";
import { removeAs, runAs } from "./run-as.ts";

/** The role that owns the database `counterpart` and connects to it; not a superuser. */
export const OWNER = "counterpart";
const SUPERUSER = "postgres";

export type PostgresCluster = PostgresHome & {
  /** PGDATA. */
  readonly data: string;
  /** Of OWNER; the superuser has the same. Only who can read the data files can read it. */
  readonly password: string;
};

/**
 * The cluster of this home, made if there is none: data checksums, UTF-8, text ordered by code
 * point on every machine, and a password even on the socket. It appears whole or not at all; of two
 * starts at once one cluster stays. Another major version's is refused.
 */
export async function ensureCluster(
  home: PostgresHome,
  bin: string,
  major: number,
  log: (line: string) => void,
): Promise<PostgresCluster> {
  const data = join(home.directory, "data");
  if (!(await exists(data))) {
    log(
      `there was no database in ${dirname(home.directory)}: making a new, empty one ` +
        "(COUNTERPART_DATA names another directory)",
    );
    await makeCluster(home, bin, data);
  }
  const found = (await readFile(join(data, "PG_VERSION"), "utf8")).trim();
  if (found !== String(major)) {
    const advice = "Run the Counterpart that made it, or set DATABASE_URL.";
    throw new Refusal("database.other-major-version", { data, found, needed: major, advice });
  }
  const password = (await readFile(join(data, "counterpart.password"), "utf8")).trim();
  return { ...home, data, password };
}

async function makeCluster(home: PostgresHome, bin: string, data: string): Promise<void> {
  const fresh = `${data}.new-${randomUUID()}`;
  const passwordFile = `${fresh}.password`;
  const password = randomBytes(32).toString("base64url");
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: "wx", flush: true });
    await mkdir(fresh, { mode: 0o700 });
    if (home.user !== undefined) {
      await lchown(passwordFile, home.user.uid, home.user.gid);
      await lchown(fresh, home.user.uid, home.user.gid);
    }
    const settings = ["--encoding=UTF8", "--locale=C", "--data-checksums"];
    settings.push("--locale-provider=builtin", "--builtin-locale=C.UTF-8");
    settings.push("--auth=scram-sha-256", `--pwfile=${passwordFile}`, `--username=${SUPERUSER}`);
    await must(home, join(bin, "initdb"), ["-D", fresh, "--no-instructions", ...settings]);
    await must(home, join(bin, "postgres"), singleUser(fresh), firstStatements(password));
    await rename(passwordFile, join(fresh, "counterpart.password"));
    await syncDirectory(fresh);
    await rename(fresh, data);
    await syncDirectory(home.directory);
  } catch (error) {
    if (!(await exists(data))) throw error; // else another start made it meanwhile
  } finally {
    await removeAs(home.user, [fresh, passwordFile]);
  }
}

function singleUser(data: string): readonly string[] {
  return ["--single", "-D", data, "-c", "exit_on_error=on", "postgres"];
}

/**
 * One a line. The owner has what a managed service gives one: no superuser, but roles of its own.
 */
function firstStatements(password: string): string {
  return [
    `CREATE ROLE ${OWNER} LOGIN CREATEDB CREATEROLE BYPASSRLS PASSWORD '${password}'`,
    `GRANT pg_monitor TO ${OWNER}`,
    `CREATE DATABASE ${OWNER} OWNER ${OWNER}`,
    "",
  ].join("\n");
}

async function must(
  home: PostgresHome,
  command: string,
  args: readonly string[],
  input = "",
): Promise<void> {
  const { code, output } = await runAs(home.user, command, args, input);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${output.trim()}`);
}
