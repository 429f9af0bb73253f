import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findPostgresHome } from "./postgres-home.ts";

const isRoot = process.getuid?.() === 0;
const DEVELOPER = { uid: 1_234, gid: 1_235 };
const SERVICE = { uid: 65_534, gid: 65_533 };
let directory = "";
let passwdFile = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "counterpart-home-"));
  await chmod(directory, 0o755);
  passwdFile = join(directory, "passwd");
  const accounts = ["root:x:0:0::/root:/bin/sh", "dev:x:1234:1235::/:", "nobody:x:65534:65533::/:"];
  await writeFile(passwdFile, accounts.join("\n"));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

function find(dataDirectory: string, log: (line: string) => void = () => {}) {
  const fallbackParent = join(directory, "var-lib");
  return findPostgresHome({ dataDirectory, major: 18, fallbackParent, passwdFile, log });
}

/** A parent that only root can pass, as /root is. */
async function closedProject(name: string): Promise<string> {
  const parent = join(directory, name);
  await mkdir(parent, { mode: 0o700 });
  return join(parent, "data");
}

test("a new home names its major version and is closed to others", async () => {
  const home = await find(join(directory, "data"));
  expect(home.directory).toBe(join(directory, "data", "postgres-18"));
  expect((await stat(home.directory)).mode & 0o777).toBe(0o700);
});

test("starts at once agree on one home", async () => {
  const starts = [1, 2, 3, 4].map(() => find(join(directory, "data")));
  const homes = await Promise.all(starts);
  expect(new Set(homes.map((home) => JSON.stringify(home))).size).toBe(1);
});

test("data of another major version is refused with advice, not started empty", async () => {
  await mkdir(join(directory, "data", "postgres-17"), { recursive: true });
  await expect(find(join(directory, "data"))).rejects.toMatchObject({
    code: "database.other-major-version",
    detail: { advice: expect.stringContaining("DATABASE_URL") },
  });
});

test("a named cluster that is missing is refused, not replaced by an empty one", async () => {
  await mkdir(join(directory, "data"));
  await writeFile(join(directory, "data", "postgres-location"), "/nowhere/at/all\n");
  await expect(find(join(directory, "data"))).rejects.toMatchObject({
    code: "database.cluster-missing",
  });
});

test.each`
  path               | why
  ${"file"}          | ${"it is a file"}
  ${"file/below"}    | ${"a part of its path is a file"}
  ${"link"}          | ${"its path is a circle of links"}
  ${"x".repeat(300)} | ${"its name is too long"}
`("a data directory that cannot be made is refused with advice: $why", async ({ path, why }) => {
  await writeFile(join(directory, "file"), "");
  await symlink("link", join(directory, "link"));
  await expect(find(join(directory, path))).rejects.toMatchObject({
    code: "database.directory-unusable",
    detail: {
      why: expect.stringContaining(why),
      advice: expect.stringContaining("COUNTERPART_DATA"),
    },
  });
});

describe.runIf(isRoot)("as root", () => {
  test("PostgreSQL runs as the account that owns the project", async () => {
    const project = join(directory, "project");
    await mkdir(project);
    await chown(project, DEVELOPER.uid, DEVELOPER.gid);
    const home = await find(join(project, "data"));
    expect(home.user).toEqual(DEVELOPER);
    expect(await stat(home.directory)).toMatchObject(DEVELOPER);
  });

  test("in root's own project it runs as a service account", async () => {
    expect((await find(join(directory, "data"))).user).toEqual(SERVICE);
  });

  test("later starts keep the user who owns the data", async () => {
    const first = await find(join(directory, "data"));
    await chown(first.directory, DEVELOPER.uid, DEVELOPER.gid);
    expect((await find(join(directory, "data"))).user).toEqual(DEVELOPER);
  });

  test("a machine without any account to run as is refused", async () => {
    await writeFile(passwdFile, "root:x:0:0::/root:/bin/sh\n");
    await expect(find(join(directory, "data"))).rejects.toMatchObject({
      code: "database.directory-unusable",
    });
  });

  test("data that root owns is refused, as PostgreSQL would", async () => {
    const { directory: home } = await find(join(directory, "data"));
    await chown(home, 0, 0);
    await expect(find(join(directory, "data"))).rejects.toMatchObject({
      code: "database.directory-unusable",
      detail: { why: expect.stringContaining("chown") },
    });
  });

  test("a project that this user cannot reach has its data elsewhere, and says so", async () => {
    const data = await closedProject("root-only");
    const lines: string[] = [];
    const home = await find(data, (line) => lines.push(line));
    expect(home.directory.startsWith(join(directory, "var-lib"))).toBe(true);
    const pointer = (await readFile(join(data, "postgres-location"), "utf8")).trim();
    expect(home.directory).toBe(join(pointer, "postgres-18"));
    expect(lines).toEqual([expect.stringContaining(home.directory)]);
    expect(await find(data)).toEqual(home);
  });

  test("a lost pointer still leads to the data", async () => {
    const data = await closedProject("root-only");
    const home = await find(data);
    await rm(data, { recursive: true });
    expect(await find(data)).toEqual(home);
  });

  test("a moved project keeps its data", async () => {
    const home = await find(await closedProject("before"));
    await rename(join(directory, "before"), join(directory, "after"));
    expect(await find(join(directory, "after", "data"))).toEqual(home);
  });

  test("a copied project does not share the original's data", async () => {
    await find(await closedProject("original"));
    await cp(join(directory, "original"), join(directory, "copy"), { recursive: true });
    await chmod(join(directory, "copy"), 0o700);
    await expect(find(join(directory, "copy", "data"))).rejects.toMatchObject({
      code: "database.directory-unusable",
      detail: { why: expect.stringContaining("copy") },
    });
  });

  test("data whose user lost the way to it is refused, not started empty elsewhere", async () => {
    await mkdir(join(directory, "project"));
    await find(join(directory, "project", "data"));
    await chmod(join(directory, "project"), 0o700);
    await expect(find(join(directory, "project", "data"))).rejects.toMatchObject({
      code: "database.directory-unusable",
    });
  });
});
