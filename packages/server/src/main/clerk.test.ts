import { afterEach, beforeEach, expect, test } from "vitest";
import { openSessionWorld, record, type SessionWorld } from "../sessions/fixtures/session-world.ts";
import type { SessionGauges } from "../sessions/session-views.repo.ts";
import { startClerk } from "./clerk.ts";

let world: SessionWorld;
beforeEach(async () => {
  world = await openSessionWorld();
});
afterEach(() => world.close());

/** What the clerk has measured and complained of when it has measured for the first time. */
async function measured(): Promise<{ gauges: SessionGauges; failed: unknown[] }> {
  const failed: unknown[] = [];
  let note: (gauges: SessionGauges) => void;
  const noted = new Promise<SessionGauges>((resolve) => {
    note = resolve;
  });
  const clerk = startClerk({
    ...world,
    closeDue: true,
    metrics: { countSessions: () => undefined, noteSessions: (gauges) => note(gauges) },
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (what: unknown) => failed.push(what),
    },
  });
  const gauges = await Promise.race([noted, untilFailed(failed)]);
  await clerk.stop();
  return { gauges, failed };
}

async function untilFailed(failed: readonly unknown[]): Promise<SessionGauges> {
  await expect.poll(() => failed, { timeout: 10_000 }).not.toEqual([]);
  return { open: Number.NaN, secondsOverdue: Number.NaN };
}

test("sessions that are open and overdue are measured, and no job fails", async () => {
  await world.send(record("start 0@0"));
  world.at(10);
  expect(await measured()).toEqual({ gauges: { open: 1, secondsOverdue: 0 }, failed: [] });
});
