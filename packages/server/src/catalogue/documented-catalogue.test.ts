import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkCatalogue } from "@counterpart/domain/catalogue/check-catalogue.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import { expect, test } from "vitest";
import { expressionChecks } from "../meters/expressions.ts";
import { readCatalogueDirectory } from "./read-directory.ts";

test("the catalogue in the documentation can be applied as it stands, all examples together", async () => {
  const guide = await readFile(new URL("../../../../docs/CATALOGUE.md", import.meta.url), "utf8");
  const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)];
  expect(blocks.length).toBeGreaterThan(1);
  const directory = await mkdtemp(join(tmpdir(), "documented-catalogue-"));
  try {
    for (const [at, [, yaml]] of blocks.entries()) {
      await writeFile(join(directory, `part-${at}.yaml`), yaml!);
    }
    const { catalogue, problems } = await readCatalogueDirectory(directory);
    expect(problems).toEqual([]);
    expect(checkCatalogue(catalogue!, BUILT_IN_TYPES, expressionChecks)).toEqual([]);
  } finally {
    await rm(directory, { recursive: true });
  }
});
