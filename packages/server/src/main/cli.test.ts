/** The command line as an operator meets it: what it says, and how it ends. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endOf, runCounterpart, startCounterpart } from "../../test/run-counterpart.ts";
import { smsEvent, startTestServer, type TestServer } from "../../test/test-server.ts";

let server: TestServer;
let directory = "";
beforeAll(async () => {
  server = await startTestServer();
  directory = await mkdtemp(join(tmpdir(), "counterpart-cli-"));
  await chmod(directory, 0o755);
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

const run = (...args: readonly string[]) =>
  runCounterpart({ DATABASE_URL: server.database.url }, ...args);

async function file(name: string, lines: readonly string[]): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, lines.join("\n"));
  return path;
}

/** By the clock of the machine: the process has no other. */
const event = (id: string): string =>
  JSON.stringify(smsEvent(id, { time: new Date().toISOString() }));

test("import: 0 when an event came of the file, 4 when none did, and it says why", async () => {
  const read = await run("import", await file("read", [event("cli-1"), "broken"]));
  expect([read.code, read.out]).toEqual([0, expect.stringMatching(/accepted +1\n/)]);
  const refused = await run("import", await file("refused", ["broken", "too"]));
  expect([refused.code, refused.out]).toEqual([4, expect.stringMatching(/refused +2 /)]);
  const empty = join(directory, "spool");
  await mkdir(empty);
  const nothing = await run("import", empty);
  expect([nothing.code, nothing.out]).toEqual([4, expect.stringMatching(/nothing.*no files/)]);
}, 60_000);

test("a file that cannot be read or written is refused with advice", async () => {
  const missing = join(directory, "missing", "file");
  const events = await file("good", [event("cli-2")]);
  const commands = [
    ["import", missing],
    ["import", events, "--refused", missing],
    ["event", "correct", missing, "--reason", "test"],
    ["event", "void", "switch", "--ids", missing, "--reason", "test"],
    ["deck", "import", events, "--mapping", missing, "--deck", "x", "--from", "2026-12-01"],
  ];
  for (const command of commands) {
    const { code, said } = await run(...command);
    expect([code, said], command.join(" ")).toEqual([
      3,
      expect.stringMatching(/import\.file-un(readable|writable)(?:.|\n)*there/),
    ]);
    expect(said).not.toContain("ENOENT");
  }
}, 120_000);

test("quarantine: a code or state that is none is refused", async () => {
  for (const command of ["list", "replay"]) {
    const { code, said } = await run("quarantine", command, "--code", "event.acount-unknown");
    expect([code, said]).toEqual([3, expect.stringContaining("near: event.account-unknown")]);
  }
  const { code, said } = await run("quarantine", "list", "--state", "waiting");
  expect([code, said]).toEqual([2, expect.stringContaining("pending, conflicting")]);
}, 60_000);

test("close: a month that no event is of asks for --yes", async () => {
  const asked = await run("close", "--period", "2026-01");
  expect([asked.code, asked.said]).toEqual([
    3,
    expect.stringContaining("Is 2026-01 the right month?"),
  ]);
  const preview = await run("close", "--period", "2026-01", "--dry-run");
  expect([preview.code, preview.out]).toEqual([
    0,
    expect.stringContaining("no event is of this month"),
  ]);
  const closed = await run("close", "--period", "2026-01", "--yes");
  expect([closed.code, closed.out]).toEqual([0, expect.stringContaining("2 statements issued")]);
}, 60_000);

test("import: Ctrl-C stores what is under way and says where it goes on", async () => {
  const lines = Array.from({ length: 60_000 }, (_, n) => event(`stopped-${n}`));
  const path = await file("long", lines);
  const child = startCounterpart({ DATABASE_URL: server.database.url }, "import", path);
  const ended = endOf(child);
  const noted =
    "select through_line::integer as line from import_run where through_line > 0 and name = $1";
  const reader = server.database.pool("reader");
  await expect
    .poll(async () => (await reader.query(noted, [path])).rows, { timeout: 30_000 })
    .not.toEqual([]);
  child.kill("SIGINT");
  const { code, out, said } = await ended;
  expect([code, said]).toEqual([130, expect.stringContaining("Stopping after what is under way")]);
  const [, count = ""] = /stopped; ([\d,]+) lines are stored/.exec(out) ?? [];
  const { rows } = await reader.query<{ stored: number }>(
    "select count(*)::integer as stored from event where id like 'stopped-%'",
  );
  expect(count.replaceAll(",", "")).toBe(`${rows[0]!.stored}`);
  const again = await run("import", path);
  expect([again.code, again.said]).toEqual([
    0,
    expect.stringContaining(`broke off after line ${count}; going on there`),
  ]);
}, 90_000);

test("demo: Ctrl-C stores what is under way, and the same command goes on there", async () => {
  const where = { COUNTERPART_DATA: join(directory, "demo") };
  const demo = ["demo", "--events", "60000", "--exit"];
  const signal = "SIGINT";
  const stopped = await endOf(startCounterpart(where, ...demo), {
    said: /The sample catalogue is applied/,
    signal,
  });
  expect([stopped.code, stopped.said]).toEqual([130, expect.stringContaining("goes on where")]);
  expect(stopped.said).toMatch(
    /there was no database in .*demo: making a new, empty one \(COUNTERPART_DATA/,
  );
  const whole = await runCounterpart(where, ...demo);
  expect([whole.code, whole.out]).toEqual([0, expect.stringMatching(/received +60,000\n/)]);
  expect(whole.said).toMatch(/^data directory \/.*demo$/m);
  expect(whole.said).not.toContain("no database");
}, 120_000);

test("quote: a price of one's own, and what is wrong with it at its field", async () => {
  const asked = (price: string) =>
    run("quote", "--price", price, "--currency", "EUR", "--quantity", "80", "--unit", "segment");
  const fees = "{model: periodPercentage, per: segment, percent: '10', feePerEvent: '0.50'}";
  const { code, out } = await run(
    ...["quote", "--price", fees, "--currency", "EUR", "--json"],
    ...["--quantity", "80", "--unit", "segment", "--events", "4"],
  );
  expect([code, JSON.parse(out).totals]).toMatchObject([0, [{ amount: "10" }]]);
  const point = await asked("{model: perUnit, rate: 0.01, per: segment}");
  expect([point.code, point.said]).toEqual([3, expect.stringMatching(/needs quotes/)]);
  const tiers = await asked("{model: volume, per: segment, tiers: []}");
  expect(tiers.said).toMatch(/^\/price\/tiers +At least one tier is needed/m);
}, 60_000);
