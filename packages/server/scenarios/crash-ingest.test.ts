import { randomInt } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { applyDemoCatalogue } from "../src/demo/run-demo.ts";
import { type SeededRandom, seededRandom } from "../src/demo/seeded-random.ts";
import { openIngest } from "../src/main/open-counterpart.ts";
import { connectDatabase, type Database } from "../src/platform/database.ts";
import { migrate } from "../src/platform/migrate.ts";
import { inDatabase } from "../test/test-database.ts";
import { EXACT_FAULTS, type Fault, RANDOM_FAULTS, slowCommits, strike } from "./crash-faults.ts";
import { type SentLine, trafficLines } from "./crash-history.ts";
import { type CrashProcess, killCrashProcesses, startCrashProcess } from "./crash-process.ts";
import { CRASH_NOW } from "./crash-protocol.ts";
import { startTraffic, type Traffic } from "./crash-traffic.ts";
import { checkAcknowledged, checkStore, NOTHING_FOUND, namedResults } from "./crash-verify.ts";

const KILLS = Math.max(Number(process.env.COUNTERPART_KILLS ?? 25), EXACT_FAULTS.length);
const SEED = Number(process.env.COUNTERPART_CRASH_SEED ?? randomInt(1_000_000));
const MONTHS = ["2026-10", "2026-09", "2026-08", "2026-07", "2026-06", "2026-05", "2026-04"];
/** Lines that are made at once. */
const LINES = 600;

let directory = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "counterpart-crash-"));
  await chmod(directory, 0o755); // for root's sake: PostgreSQL runs as another user then
});

afterEach(async () => {
  await killCrashProcesses();
  await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

const start = (): Promise<CrashProcess> =>
  startCrashProcess({ DATABASE_URL: "", COUNTERPART_DATA: directory });

test(`${KILLS} kills lose no acknowledged event and count none twice (seed ${SEED})`, {
  timeout: 60_000 + KILLS * 20_000,
}, async () => {
  const random = seededRandom(SEED, "kills");
  const months = monthOpener();
  const traffic = startTraffic(random, months.more);
  let child = await start();
  await child.ask({ do: "apply", edition: 0 });
  await slowCommits(child.url, 8_000);
  for (const [kill, fault] of plannedFaults(random).entries()) {
    child = await killOnce(child, { kill, fault, random, traffic, months });
  }
  await traffic.send(child).finish();
  expect(traffic.contradictions).toEqual([]);
  expect(traffic.unknown()).toBeGreaterThan(0);

  const database = connectDatabase(child.url);
  try {
    expect(await checkStore(database.pool("owner"))).toEqual(NOTHING_FOUND);
    expect(await checkAcknowledged(database.pool("owner"), traffic.lines())).toEqual([]);
    await expectSameWhenRatedAgain(database, traffic.lines());
  } finally {
    await database.close();
  }
  await child.stop();
});

interface Round {
  readonly kill: number;
  readonly fault: Fault;
  readonly random: SeededRandom;
  readonly traffic: Traffic;
  readonly months: Months;
}

/** Strikes while traffic is sent, starts again and checks what is stored. Returns who lives then. */
async function killOnce(before: CrashProcess, round: Round): Promise<CrashProcess> {
  const { kill, fault, random, traffic, months } = round;
  let child = before;
  const sending = traffic.send(child);
  await sending.answered;
  const openMonth = (): void => traffic.add(months.open());
  await strike(fault, { process: child, random, edition: kill + 1, openMonth });
  await sending.stop();
  if (fault !== "backend") child = await start();
  const database = connectDatabase(child.url);
  try {
    const found = await checkStore(database.pool("owner"));
    expect({ kill, fault, ...found }).toEqual({ kill, fault, ...NOTHING_FOUND });
  } finally {
    await database.close();
  }
  return child;
}

/** Each exact point at least once, and chance for the rest, in an order of chance. */
function plannedFaults(random: SeededRandom): Fault[] {
  const faults: Fault[] = [...EXACT_FAULTS];
  while (faults.length < KILLS) faults.push(RANDOM_FAULTS[random.below(RANDOM_FAULTS.length)]!);
  for (let at = faults.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [faults[at], faults[other]] = [faults[other]!, faults[at]!];
  }
  return faults;
}

interface Months {
  /** New lines of the months that are open. */
  readonly more: () => SentLine[];
  /** New lines of a month that had none. */
  readonly open: () => SentLine[];
}

function monthOpener(): Months {
  const open = [MONTHS[0]!];
  let made = 0;
  const more = (months: readonly string[]): SentLine[] =>
    trafficLines(SEED + ++made, months, Math.ceil(LINES / months.length));
  return {
    more: () => more(open),
    open() {
      const next = MONTHS[open.length]!;
      open.push(next);
      return more([next]);
    },
  };
}

/** The events that were accepted, in another order, into an empty database beside it. */
async function expectSameWhenRatedAgain(
  database: Database,
  lines: readonly SentLine[],
): Promise<void> {
  const { rows } = await database
    .pool("owner")
    .query<{ key: string; content: string }>(
      "select key, content from event_key where state = 'a'",
    );
  const accepted = new Set(rows.map(({ key, content }) => `${key}/${content}`));
  const bodies = new Map<string, string>();
  for (const { text, identity } of lines) {
    const name = identity === null ? "" : `${identity.key}/${identity.content}`;
    if (accepted.has(name)) bodies.set(name, text);
  }
  expect(bodies.size).toBe(accepted.size);
  await database.pool("owner").query("create database again");
  const again = connectDatabase(inDatabase(database.url, "again"));
  try {
    await migrate(again);
    await applyDemoCatalogue(again);
    const { ingest } = await openIngest(again, { now: () => CRASH_NOW });
    const outcomes = await ingest.submit({
      bodies: [...bodies.values()].reverse(),
      lane: "bulk",
      sources: null,
    });
    await ingest.close();
    expect(outcomes.filter(({ outcome }) => outcome !== "accepted")).toEqual([]);
    expect(await checkStore(again.pool("owner"))).toEqual(NOTHING_FOUND);
    const first = await namedResults(database.pool("owner"));
    expect(first.charges.length).toBeGreaterThan(accepted.size);
    expect(await namedResults(again.pool("owner"))).toEqual(first);
  } finally {
    await again.close();
  }
}
