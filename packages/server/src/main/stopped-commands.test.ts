/** Ctrl-C in long commands, at a moment that no clock can hit: what is under way is done, and it goes on. */
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withSession } from "../../scenarios/crash-faults.ts";
import { check } from "../../scenarios/facts-world.ts";
import { applyTerms, send } from "../../scenarios/small-world.ts";
import { endOf, type Ran, runCounterpart, startCounterpart } from "../../test/run-counterpart.ts";
import { createTestDatabase, type TestDatabase } from "../../test/test-database.ts";
import { LOCKS } from "../platform/locks.ts";

let store: TestDatabase;
let directory: string;
beforeEach(async () => {
  store = await createTestDatabase();
  directory = await mkdtemp(join(tmpdir(), "counterpart-stopped-"));
});
afterEach(async () => {
  await store.drop();
  await rm(directory, { recursive: true });
});

const run = (...args: readonly string[]): Promise<Ran> =>
  runCounterpart({ DATABASE_URL: store.url }, ...args);

function hasSaid(child: ChildProcess, what: string): Promise<void> {
  return new Promise((resolve) => {
    child.stderr!.on("data", (chunk) => {
      if (`${chunk}`.includes(what)) resolve();
    });
  });
}

/** How many sessions of this database wait for another one. */
async function waiting(): Promise<number> {
  const { rows } = await store.database.pool("owner").query(
    `select from pg_stat_activity
      where wait_event_type = 'Lock' and datname = current_database()`,
  );
  return rows.length;
}

/** Runs a command, and stops it by Ctrl-C while it waits for what another session holds. */
async function stoppedWhile(held: string, ...args: readonly string[]): Promise<Ran> {
  return await withSession(store.url, async (holder) => {
    await holder.query(`begin; ${held}`);
    const child = startCounterpart({ DATABASE_URL: store.url }, ...args);
    const ended = endOf(child);
    const stopping = hasSaid(child, "Stopping after what is under way");
    await expect.poll(waiting, { timeout: 60_000 }).toBe(1);
    child.kill("SIGINT");
    await Promise.race([stopping, ended]);
    await holder.query("rollback");
    return await ended;
  });
}

const FEE = { id: "fee", price: { model: "fixedFee", amount: "5" } };

/** Each command is a process, perhaps on a busy machine. */
const LONG_MS = 240_000;

test(
  "close: the statements under way are issued, the rest by the next close",
  async () => {
    const names = Array.from({ length: 600 }, (_, n) => `shop-${n}`);
    const versions = [{ from: "2026-01-01", terms: [FEE] }];
    const agreement = {
      party: "hofladen",
      role: "customer",
      currency: "EUR",
      timeZone: "UTC",
      cycle: "monthly",
    };
    await applyTerms(store.database, [], {
      accounts: Object.fromEntries(names.map((name) => [name, { party: "hofladen" }])),
      agreements: Object.fromEntries(
        names.map((name) => [name, { ...agreement, accounts: [name], versions }]),
      ),
    });
    const held = `insert into statement
      select min(id), '2026-01', 'held', 1, 0, now(), '2026-01-01', '2026-02-01', 'invoice', 'EUR', 0
      from handle where kind = 'agreement'`;
    const command = ["close", "--period", "2026-01", "--yes"] as const;
    const stopped = await stoppedWhile(held, ...command);
    expect(stopped.code).toBe(130);
    expect(stopped.out).toContain("500 statements issued, 0 were there already.");
    expect(stopped.said).toContain(
      "Stopped: 500 statements are issued, 100 are left.\n" +
        "Go on with: counterpart close --period 2026-01 --yes\n",
    );
    const again = await run(...command);
    expect([again.code, again.out]).toEqual([
      0,
      expect.stringContaining("100 statements issued, 500 were there already."),
    ]);
  },
  LONG_MS,
);

const catalogue = (rate: string): string => `
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
          - { id: verify, on: verify.check, price: { model: perUnit, rate: "${rate}", per: verification } }
`;

/** Of those that wait, or of all, the first one by key is in the first page. */
const firstKey = (state: "a" | "q"): string =>
  `select from event_key where state = '${state}' order by key limit 1 for update`;

test(
  "apply, replay, rerate and backfill: each page is done or not, and the next run does the rest",
  async () => {
    await applyTerms(store.database, [FEE]);
    const ids = Array.from({ length: 2_500 }, (_, n) => `${n}`);
    await send(
      store.database,
      ids.map((id) => check(id)),
    );
    await writeFile(join(directory, "catalogue.yaml"), catalogue("0.03"));

    // Before it is published: nothing.
    const lock = `select pg_advisory_xact_lock(${LOCKS.apply})`;
    const early = await stoppedWhile(lock, "apply", directory);
    expect([early.code, early.out]).toEqual([130, ""]);
    expect(early.said).toContain(
      `Stopped: nothing was changed.\nOnce more: counterpart apply ${directory}\n`,
    );

    // While it releases what waited: a page is released, and the catalogue is in force.
    const applied = await stoppedWhile(firstKey("q"), "apply", directory);
    expect([applied.code, applied.out]).toEqual([
      130,
      expect.stringContaining("Applied as revision 2."),
    ]);
    expect(applied.said).toContain(
      "Stopped: revision 2 is applied.\n" +
        "1,000 of 2,500 waiting events were tried, 1,000 released.\n" +
        "Go on with: counterpart quarantine replay\n",
    );
    const replay = ["quarantine", "replay"] as const;
    const replayed = await stoppedWhile(firstKey("q"), ...replay);
    expect([replayed.code, replayed.said]).toEqual([
      130,
      expect.stringContaining(
        "Stopped: 1,000 of 1,500 waiting events were tried, 1,000 released.\n" +
          "Go on with: counterpart quarantine replay\n",
      ),
    ]);
    expect((await run(...replay)).out).toBe("500 of 500 events were released.\n");

    await writeFile(join(directory, "catalogue.yaml"), catalogue("0.04"));
    expect((await run("apply", directory)).code).toBe(0);
    const rerate = ["rerate", "--period", "2026-10", "--yes", "--reason", "a test"] as const;
    const rerated = await stoppedWhile(firstKey("a"), ...rerate);
    expect([rerated.code, rerated.said]).toEqual([
      130,
      expect.stringMatching(/Stopped: 1,000 events .* 1,000 of them changed.*--reason 'a test'\n/s),
    ]);
    const reratedAgain = await run(...rerate, "--json");
    expect(JSON.parse(reratedAgain.out)).toMatchObject({ tried: 2_500, changed: 2_500 });

    const file = join(directory, "voids.ndjson");
    await writeFile(file, ids.map((id) => JSON.stringify({ void: `switch/${id}` })).join("\n"));
    await run("backfill", "open", "wrong", "--reason", "a test");
    await run("backfill", "add", "wrong", file);
    const voided = await stoppedWhile(firstKey("a"), "backfill", "close", "wrong", "--yes");
    expect([voided.code, voided.out]).toEqual([130, expect.stringContaining("1,500 of them not")]);
    expect(voided.said).toContain("Go on with: counterpart backfill close wrong\n");
    const closed = await run("backfill", "close", "wrong", "--json");
    expect(JSON.parse(closed.out)).toMatchObject({ row: { state: "d" }, pending: 0 });
  },
  LONG_MS,
);
