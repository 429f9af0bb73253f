import { parseInstant } from "@counterpart/domain/instant.ts";
import { parseMonth } from "@counterpart/domain/period.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSessionWorld, record, type SessionWorld } from "../sessions/fixtures/session-world.ts";
import { closeMonth } from "./close-month.ts";

let world: SessionWorld;
beforeEach(async () => {
  world = await openSessionWorld();
});
afterEach(() => world.close());

const REQUEST = {
  period: parseMonth("2026-10"),
  now: parseInstant("2026-11-02T00:00:00Z"),
  dryRun: false,
  despiteQuarantine: false,
};

test("a close first charges the sessions that have ended or fallen silent", async () => {
  await world.send(record("start 1@0"), record("stop 2@60 60"));
  const silent = { sessionId: "call-2" };
  await world.send(record("start 1@0", silent), record("interim 2@120 120", silent));
  expect(await world.charged()).toEqual([]);
  const { statements } = await closeMonth(world, REQUEST);
  expect(await world.charged()).toEqual(["call-1 60000 0.06", "call-2 120000 0.12"]);
  expect(statements.map(({ total }) => total)).toEqual([18n]);
});

test("a dry run charges nothing", async () => {
  await world.send(record("start 1@0"), record("stop 2@60 60"));
  const { statements } = await closeMonth(world, { ...REQUEST, dryRun: true });
  expect(await world.charged()).toEqual([]);
  expect(statements.map(({ total }) => total)).toEqual([0n]);
});
