/** Publishing a catalogue from the command line, when it changes what events came to. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { check, perCheck } from "../../scenarios/facts-world.ts";
import { applyTerms, send } from "../../scenarios/small-world.ts";
import { runCounterpart } from "../../test/run-counterpart.ts";
import { createTestDatabase, type TestDatabase } from "../../test/test-database.ts";

let store: TestDatabase;
let directory: string;
beforeAll(async () => {
  store = await createTestDatabase();
  directory = await mkdtemp(join(tmpdir(), "counterpart-apply-"));
  await applyTerms(store.database, [perCheck("0.05")]);
  await send(store.database, [check("1"), check("2")]);
});
afterAll(async () => {
  await store.drop();
  await rm(directory, { recursive: true });
});

const CATALOGUE = `
provider: { name: Northstar, homeCurrency: EUR, timeZone: UTC }
parties:
  hofladen: { name: Hofladen }
accounts:
  shop: { party: hofladen }
sources:
  switch: { reader: cloudevents }
agreements:
  hofladen:
    party: hofladen
    role: customer
    currency: EUR
    timeZone: UTC
    cycle: monthly
    accounts: [shop]
    versions:
      - from: 2026-01-01
        terms:
          - { id: verify, on: verify.check, price: { model: perUnit, rate: "0.03", per: verification } }
`;

test("counterpart apply shows the command that prices events again, and what it would change", async () => {
  // Each command is a process, perhaps on a busy machine.
  await writeFile(join(directory, "catalogue.yaml"), CATALOGUE);
  const where = { DATABASE_URL: store.url };
  const both = await runCounterpart(where, "apply", directory, "--dry-run", "--preview-money");
  expect([both.code, both.said]).toEqual([1, expect.stringContaining("leave --dry-run out")]);
  const { code, out } = await runCounterpart(where, "apply", directory, "--preview-money");
  expect(code).toBe(0);
  expect(out).toContain("Applied as revision 2.\n");
  expect(out).toContain(
    "  counterpart rerate --from 2026-10-05 --to 2026-10-05T01:00:00Z --agreement hofladen " +
      '--reason "prices of revision 2"\n',
  );
  expect(out).toMatch(/hofladen .* 2 +0\.10 +0\.06 +-0\.04 +-0\.04 +EUR\n/);
}, 240_000);
