/** Facts from the command line, as an operator states them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyTerms, send, verification } from "../../scenarios/small-world.ts";
import { createTestDatabase, type TestDatabase } from "../../test/test-database.ts";

const COUNTERPART = fileURLToPath(new URL("../../bin/counterpart.mjs", import.meta.url));

let store: TestDatabase;
let directory: string;
beforeAll(async () => {
  store = await createTestDatabase();
  directory = await mkdtemp(join(tmpdir(), "counterpart-facts-"));
  const price = { model: "perUnit", rate: "0.05", per: "verification" };
  await applyTerms(store.database, [{ id: "verify", on: "verify.check", price }]);
  const bodies = ["1", "2", "3"].map((id) => verification("2026-10-05T00:00:00Z", { id }));
  await send(store.database, bodies);
});
afterAll(async () => {
  await store.drop();
  await rm(directory, { recursive: true });
});

async function counterpart(...args: readonly string[]): Promise<{ code: number; out: string }> {
  const env = { ...process.env, DATABASE_URL: store.url };
  const child = spawn(process.execPath, [COUNTERPART, ...args], { env, stdio: "pipe" });
  let out = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  const [code] = await once(child, "close");
  return { code, out };
}

/** Each command is a process, perhaps on a busy machine. */
const LONG_MS = 240_000;
const because = ["--reason", "a test"];

test(
  "counterpart event void shows what it changes, and refuses what is void",
  async () => {
    const ids = join(directory, "ids.txt");
    await writeFile(ids, "2\n\n");
    const preview = await counterpart("event", "void", "switch", "1", "--dry-run", ...because);
    expect(preview.out).toBe(
      "agreement  party     role      before  after  difference\n" +
        "─────────  ────────  ────────  ──────  ─────  ──────────  ───\n" +
        "hofladen   hofladen  customer    0.05   0.00       -0.05  EUR\n\n" +
        "1 event would be voided (--dry-run).\n",
    );
    const voided = await counterpart("event", "void", "switch", "1", "--ids", ids, ...because);
    expect(voided.code).toBe(0);
    expect(voided.out).toMatch(/0\.10 .*2 events voided\./s);
    const again = await counterpart("event", "void", "switch", "1", "--json", ...because);
    expect([again.code, JSON.parse(again.out).results]).toEqual([
      3,
      [{ ref: "switch/1", refused: "fact.event-void", detail: {} }],
    ]);
    expect((await counterpart("event", "restore", "switch", "1", ...because)).code).toBe(0);
  },
  LONG_MS,
);

test(
  "counterpart event correct reads the events as they should have been",
  async () => {
    const file = join(directory, "right.ndjson");
    const right = verification("2026-10-06T00:00:00Z", { id: "3" });
    await writeFile(file, `${right}\n{}\n`);
    const { code, out } = await counterpart("event", "correct", file, ...because);
    expect(code).toBe(3);
    expect(out).toContain("event.id-missing");
    expect(out).toContain("1 event corrected, 1 refused.");
  },
  LONG_MS,
);

test(
  "counterpart rerate previews, asks, and does what it is told",
  async () => {
    const price = { model: "perUnit", rate: "0.07", per: "verification" };
    await applyTerms(store.database, [{ id: "verify", on: "verify.check", price }]);
    const october = ["--period", "2026-10"];
    const preview = await counterpart("rerate", ...october, "--preview");
    expect(preview.code).toBe(0);
    expect(preview.out).toMatch(/^agreement .* events .*\n.*\nhofladen .* EUR\n\n\d events? would/);
    const unasked = await counterpart("rerate", ...october, ...because);
    expect([unasked.code, unasked.out]).toEqual([3, ""]);
    const done = await counterpart("rerate", ...october, "--yes", ...because);
    expect([done.code, done.out]).toEqual([0, expect.stringMatching(/ changed, of \d that were/)]);
    const again = await counterpart("rerate", ...october, "--yes", "--json", ...because);
    expect(JSON.parse(again.out)).toMatchObject({ changed: 0, effects: [] });
    const list = await counterpart("reratings");
    expect(list.out).toMatch(/done .* cli .* a test\n/);
  },
  LONG_MS,
);
