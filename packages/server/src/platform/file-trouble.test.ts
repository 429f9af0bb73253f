import { open, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unreadable, unwritable } from "./file-trouble.ts";

const MISSING = join(tmpdir(), "counterpart-no-such-directory", "file");

test("a file that cannot be read or written is told with what to do", async () => {
  const read = async (file: string) => unreadable(file, await readFile(file).catch((e) => e));
  const write = async (file: string) => unwritable(file, await open(file, "a+").catch((e) => e));
  expect(await read(MISSING)).toMatchObject({
    code: "import.file-unreadable",
    detail: { file: MISSING, why: expect.stringContaining("check its name") },
  });
  expect((await read(tmpdir())).detail.why).toBe("it is a directory; name a file");
  expect(await write(MISSING)).toMatchObject({
    code: "import.file-unwritable",
    detail: { file: MISSING, why: expect.stringContaining("its directory is not there; make it") },
  });
  expect((await write(tmpdir())).detail.why).toBe("it is a directory; name a file in it");
});
