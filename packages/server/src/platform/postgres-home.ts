import { createHash, randomUUID } from "node:crypto";
import {
  chmod,
  lchown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rmdir,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { hasCode, type OsUser, runAs } from "./run-as.ts";

/**
 * The directory `postgres-<major>` that holds the cluster, its password, log and lock; 0700 and
 * owned by `user`, as whom PostgreSQL runs. No user: as ourselves.
 */
export type PostgresHome = { readonly directory: string; readonly user: OsUser | undefined };

export type HomeOptions = {
  readonly dataDirectory: string;
  readonly major: number;
  /** Used by root alone, when PostgreSQL's user cannot reach the data directory. */
  readonly fallbackParent?: string;
  readonly passwdFile?: string;
  readonly log: (line: string) => void;
};

const POINTER = "postgres-location";
/**
 * A dedicated account first: files of `nobody` are within reach of every service that runs as it.
 */
const ACCOUNTS = ["postgres", "_postgres", "nobody"];

/**
 * Finds or makes the home. It lies in the data directory; when root keeps that where PostgreSQL's
 * user cannot go (below /root), in /var/lib/counterpart, and the file `postgres-location` in the
 * data directory names it. A named home that is missing is refused: a new one would hide lost data.
 */
export async function findPostgresHome(options: HomeOptions): Promise<PostgresHome> {
  try {
    return await findHome(options);
  } catch (error) {
    if (!(error instanceof Error && "code" in error) || error instanceof Refusal) throw error;
    const reason = UNUSABLE[String(error.code)];
    if (reason === undefined) throw error;
    const why = `${reason} (${error.message})`;
    const detail = { directory: options.dataDirectory, why, advice: ADVICE };
    throw new Refusal("database.directory-unusable", detail);
  }
}

/** What the operating system says of a directory that cannot be made or read. */
const UNUSABLE: Readonly<Record<string, string>> = {
  EEXIST: "it is a file",
  ENOTDIR: "a part of its path is a file",
  EACCES: "you may not read and write there",
  EPERM: "you may not read and write there",
  EROFS: "its file system can only be read",
  ENOSPC: "its file system is full",
  EDQUOT: "your quota of its file system is used up",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "its path is a circle of links",
  ENOENT: "no directory can be made there",
};
const ADVICE = "Name another with COUNTERPART_DATA, or a PostgreSQL of your own with DATABASE_URL.";

async function findHome(options: HomeOptions): Promise<PostgresHome> {
  const { dataDirectory, major } = options;
  const isRoot = process.getuid?.() === 0;
  const made = await mkdir(dataDirectory, { recursive: true });
  if (made !== undefined && isRoot) await openForTraversal(dataDirectory, made);
  const place = await realpath(dataDirectory);
  const local = join(place, `postgres-${major}`);
  if (await exists(local)) return existingHome(local);
  await refuseOtherMajor(place, major);

  const pointed = await readPointer(place);
  if (pointed !== undefined) return pointedHome(place, pointed, options);
  if (!isRoot) {
    await makeDirectory(local, undefined);
    return { directory: local, user: undefined };
  }
  const found = made === undefined ? place : dirname(made);
  const user = await chooseUser(found, options.passwdFile ?? "/etc/passwd");
  if (!(await canEnter(user, place))) return fallbackHome(place, user, options);
  await makeDirectory(local, user);
  return existingHome(local);
}

/** Every directory that we just made, from `first` down to `last`; umask may have closed them. */
async function openForTraversal(last: string, first: string): Promise<void> {
  const top = await realpath(first);
  for (let path = await realpath(last); path.length >= top.length; path = dirname(path)) {
    await chmod(path, 0o755);
  }
}

async function existingHome(directory: string): Promise<PostgresHome> {
  const { uid, gid } = await stat(directory);
  const own = process.getuid?.();
  if (own !== undefined && own !== 0 && own !== uid) {
    throw new Refusal("database.directory-unusable", { directory, why: `user ${uid} owns it` });
  }
  if (own !== 0) return { directory, user: undefined };
  if (uid === 0) {
    const why = "root owns it and PostgreSQL refuses to run as root: chown it to another user";
    throw new Refusal("database.directory-unusable", { directory, why });
  }
  const user = { uid, gid };
  if (!(await canEnter(user, directory))) {
    const why = `its owner, user ${uid}, cannot reach it: let it pass the directories above`;
    throw new Refusal("database.directory-unusable", { directory, why });
  }
  return { directory, user };
}

async function refuseOtherMajor(place: string, major: number): Promise<void> {
  const others = (await readdir(place)).filter((name) => /^postgres-\d+$/.test(name));
  if (others.length === 0 || others.includes(`postgres-${major}`)) return;
  throw new Refusal("database.other-major-version", {
    directory: join(place, others[0] ?? ""),
    needed: major,
    advice:
      "Run the Counterpart that made it, or load its data into a server and set DATABASE_URL.",
  });
}

async function readPointer(place: string): Promise<string | undefined> {
  try {
    return (await readFile(join(place, POINTER), "utf8")).trim();
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function pointedHome(
  place: string,
  shelter: string,
  options: HomeOptions,
): Promise<PostgresHome> {
  const home = join(shelter, `postgres-${options.major}`);
  if (await exists(shelter)) await refuseOtherMajor(shelter, options.major);
  if (!(await exists(home))) {
    throw new Refusal("database.cluster-missing", { pointer: join(place, POINTER), missing: home });
  }
  await claimShelter(shelter, place);
  return existingHome(home);
}

/** Its name follows from the data directory's, so a lost pointer still leads to the data. */
async function fallbackHome(
  place: string,
  user: OsUser,
  options: HomeOptions,
): Promise<PostgresHome> {
  const parent = options.fallbackParent ?? "/var/lib/counterpart";
  const hash = createHash("sha256").update(place).digest("hex").slice(0, 16);
  const shelter = join(parent, hash);
  const made = await mkdir(shelter, { recursive: true });
  if (made !== undefined) await openForTraversal(shelter, made);
  await refuseOtherMajor(shelter, options.major);
  await claimShelter(shelter, place);
  const home = join(shelter, `postgres-${options.major}`);
  if (!(await exists(home))) await makeDirectory(home, user);
  await writeDurably(join(place, POINTER), `${shelter}\n`);
  options.log(`user ${user.uid} cannot reach ${place}: the database is kept in ${home}`);
  return existingHome(home);
}

/** A copied data directory must not share the original's cluster; a moved one keeps its own. */
async function claimShelter(shelter: string, place: string): Promise<void> {
  const path = join(shelter, "belongs-to");
  const owner = (await exists(path)) ? (await readFile(path, "utf8")).trim() : undefined;
  if (owner === place) return;
  if (owner !== undefined && (await readPointer(owner).catch(() => undefined)) === shelter) {
    const why = `it is a copy of ${owner}, whose cluster is ${shelter}: remove its ${POINTER}`;
    throw new Refusal("database.directory-unusable", { directory: place, why });
  }
  await writeDurably(path, `${place}\n`);
}

/** The account that owns the directory we were given, unless it is root; else a service account. */
async function chooseUser(directory: string, passwdFile: string): Promise<OsUser> {
  const lines = (await readFile(passwdFile, "utf8")).split("\n").map((line) => line.split(":"));
  const accounts = lines.map(([name, , uid, gid]) => ({
    name,
    uid: Number(uid),
    gid: Number(gid),
  }));
  const { uid: owner } = await stat(directory);
  const names: readonly (string | undefined)[] = ACCOUNTS;
  const chosen = [
    ...accounts.filter(({ uid }) => uid === owner),
    ...names.flatMap((name) => accounts.filter((account) => account.name === name)),
  ].find(({ uid, gid }) => uid > 0 && gid >= 0);
  if (chosen === undefined) {
    const why = "PostgreSQL refuses to run as root and there is no account postgres or nobody";
    throw new Refusal("database.directory-unusable", { directory, why });
  }
  return { uid: chosen.uid, gid: chosen.gid };
}

/** Tried by a process of that user: permission bits alone do not know ACLs or mount options. */
async function canEnter(user: OsUser, directory: string): Promise<boolean> {
  return (await runAs(user, "/bin/sh", ["-c", 'cd -- "$1"', "sh", directory])).code === 0;
}

/** 0700, whole before another start sees it: two at once may both come here. */
async function makeDirectory(directory: string, user: OsUser | undefined): Promise<void> {
  const fresh = `${directory}.new-${randomUUID()}`;
  await mkdir(fresh, { mode: 0o700 });
  // lchown, here and elsewhere: root never follows a link that PostgreSQL's user could plant.
  if (user !== undefined) await lchown(fresh, user.uid, user.gid);
  await rename(fresh, directory).catch(async (error: unknown) => {
    await rmdir(fresh);
    if (!hasCode(error, "ENOTEMPTY", "EEXIST", "EPERM")) throw error;
  });
}

/** On disk, name and all, when this returns. */
async function writeDurably(path: string, text: string): Promise<void> {
  const fresh = `${path}.new-${process.pid}`;
  await writeFile(fresh, text, { flush: true });
  await rename(fresh, path);
  await syncDirectory(dirname(path));
}

/** Makes renames in this directory survive a power cut. Windows has no such call and needs none. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  await handle.sync();
  await handle.close();
}

export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, "ENOENT", "ENOTDIR")) return false;
      throw error;
    },
  );
}
