/** Calls that are told of while they last, when the process dies at any point of taking and charging them. */
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { formatDecimal } from "@counterpart/domain/decimal.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { quantityFromDecimal } from "@counterpart/domain/quantity.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEMO_MONTH, DEMO_WORLD } from "../src/demo/demo-world.ts";
import { generateTraffic } from "../src/demo/generate-traffic.ts";
import { applyDemoCatalogue } from "../src/demo/run-demo.ts";
import { seededRandom } from "../src/demo/seeded-random.ts";
import { readEvent } from "../src/events/read-event.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { type CrashProcess, killCrashProcesses, startCrashProcess } from "./crash-process.ts";
import { ingestAll } from "./crash-store.ts";
import { checkStore, NOTHING_FOUND } from "./crash-verify.ts";

const SEED = Number(process.env.COUNTERPART_CRASH_SEED ?? randomInt(1_000_000));
const POINTS = ["fixed", "claimed", "stored", "committed", "submitted", "settled"] as const;
/** Where a hand-over dies that corrects what was charged before the stop came. */
const LATE_POINTS = ["corrected", "correcting"] as const;
const CALLS = 20;

let store: TestDatabase;
beforeEach(async () => {
  store = await createTestDatabase();
  await applyDemoCatalogue(store.database);
});
afterEach(async () => {
  await killCrashProcesses();
  await store.drop();
});

interface Call {
  /** As the call record tells it afterwards. */
  readonly event: string;
  readonly records: readonly string[];
}

/** Answered calls of the demo, as records of sessions and as the events they must become. */
function demoCalls(): Call[] {
  const calls = new Map<string, Call>();
  for (const text of generateTraffic({
    seed: SEED,
    events: 3_000,
    month: DEMO_MONTH,
    world: DEMO_WORLD,
  })) {
    const event = readEvent(text);
    if ("refused" in event || event.type !== "voice.call" || event.source !== "voice-switch")
      continue;
    const { durationSeconds, ...data } = event.data;
    const milliseconds = quantityFromDecimal(String(durationSeconds), 1000);
    if (milliseconds === null || calls.has(event.id)) continue;
    calls.set(event.id, toCall(JSON.parse(text), event.time, milliseconds, data));
  }
  return [...calls.values()];
}

function toCall(event: Record<string, unknown>, start: Instant, ms: number, data: object): Call {
  const record = (sequence: number, phase: string, used: number, more: object = {}): string =>
    JSON.stringify({
      ...{ source: event.source, sessionId: event.id, sequence, phase, type: event.type },
      time: new Date(start + used).toISOString(),
      usageSeconds: formatDecimal(BigInt(used), 3),
      ...more,
    });
  const durationSeconds = formatDecimal(BigInt(ms), 3);
  return {
    event: JSON.stringify({ ...event, data: { ...data, durationSeconds } }),
    records: [
      record(0, "start", 0, { subject: event.subject, data }),
      record(1, "interim", Math.floor(ms / 2)),
      record(2, "stop", ms),
    ],
  };
}

test(`kills while sessions are taken and charged lose none and charge none twice (seed ${SEED})`, {
  timeout: 900_000,
}, async () => {
  const random = seededRandom(SEED, "sessions");
  const calls = demoCalls().slice(0, CALLS * (POINTS.length + 2 + LATE_POINTS.length));
  let child = await start();
  let from = 0;
  for (const point of [...POINTS, "taking", "charging"] as const) {
    const some = calls.slice(from, from + CALLS);
    from += CALLS;
    if (point === "taking") {
      const sending = child.ask({ do: "record", bodies: recordsOf(some) });
      await sleep(random.below(20));
      child.kill();
      await sending;
      await child.ended;
      child = await start();
    }
    const taken = await child.ask({ do: "record", bodies: recordsOf(some) });
    expect(taken).toHaveProperty("outcomes");
    if (point === "charging") void sleep(random.below(100)).then(() => child.kill());
    else if (point !== "taking") await child.ask({ do: "dieAt", step: point, after: 0 });
    await child.ask({ do: "handOver", seconds: 0 });
    if (point === "taking") continue;
    await child.ended;
    child = await start();
  }
  for (const point of LATE_POINTS) {
    const records = calls.slice(from, from + CALLS).map((call) => call.records);
    from += CALLS;
    await child.ask({ do: "record", bodies: records.flatMap((each) => each.slice(0, 2)) });
    await child.ask({ do: "handOver", seconds: 600 });
    await child.ask({ do: "record", bodies: records.flatMap((each) => each.slice(2)) });
    if (point === "corrected") await child.ask({ do: "dieAt", step: point, after: 0 });
    else void sleep(random.below(150)).then(() => child.kill());
    await child.ask({ do: "handOver", seconds: 600 });
    await child.ended;
    child = await start();
  }
  expect(await child.ask({ do: "handOver", seconds: 600 })).toHaveProperty("handedOver");
  await child.stop();
  await expectEachChargedOnce(calls);
});

const start = (): Promise<CrashProcess> => startCrashProcess({ DATABASE_URL: store.url });

function recordsOf(calls: readonly Call[]): string[] {
  return calls.flatMap(({ records }) => records);
}

/** Each session is settled, and the call record that comes after it finds its event there, the same. */
async function expectEachChargedOnce(calls: readonly Call[]): Promise<void> {
  const db = store.database.pool("owner");
  const { rows } = await db.query(
    "select state, due_at is null as settled, count(*)::integer as n from session group by 1, 2",
  );
  expect(rows).toEqual([{ state: "s", settled: true, n: calls.length }]);
  const outcomes = await ingestAll(
    store.database,
    calls.map(({ event }) => event),
  );
  expect(outcomes.filter(({ outcome }) => outcome !== "duplicate")).toEqual([]);
  expect(await checkStore(db)).toEqual(NOTHING_FOUND);
  const { rows: kept } = await db.query("select count(*)::integer as n from event_key");
  expect(kept).toEqual([{ n: calls.length }]);
}
