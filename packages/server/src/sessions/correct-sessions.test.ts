/** Sessions whose records say otherwise after they were charged. Real PostgreSQL. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { readEvent } from "../events/read-event.ts";
import { stateFacts } from "../facts/state-facts.ts";
import {
  callRecord,
  openSessionWorld,
  record,
  type SessionWorld,
  WHOLE_CALL,
} from "./fixtures/session-world.ts";

let world: SessionWorld;
beforeEach(async () => {
  world = await openSessionWorld();
});
afterEach(() => world.close());

test("a second stop with other usage after the charge corrects the event, once", async () => {
  await world.send(...WHOLE_CALL);
  await world.handOver();
  await world.send(record("stop 3@95 95"));
  expect(await world.handOver()).toMatchObject({ stopped: 1, corrected: 1 });
  expect(await world.handOver()).toMatchObject({ stopped: 0, corrected: 0 });
  expect(await world.totals()).toBe("1 95000 0.095");
  expect(await world.session()).toMatchObject({
    state: "stopped",
    event: { usageSeconds: "95", outcome: "accepted" },
    knownUsageSeconds: null,
  });
});

test("a late stop of an expired session that says otherwise supersedes the estimate", async () => {
  await world.chargeEstimate();
  await world.send(record("stop 9@600 600"));
  expect(await world.handOver()).toMatchObject({ stopped: 1, corrected: 1 });
  expect(await world.totals()).toBe("1 600000 0.6");
  expect(await world.session()).toMatchObject({
    state: "stopped",
    expiry: null,
    event: { usageSeconds: "600", isEstimated: false },
  });
  const { rows } = await world.database
    .pool("reader")
    .query("select kind, made_by, reason from fact_batch");
  expect(rows).toEqual([
    { kind: "c", made_by: "sessions", reason: expect.stringContaining("a stop came late") },
  ]);
});

test("a stop may lower what an estimate charged", async () => {
  await world.chargeEstimate();
  await world.send(record("stop 2@61 30"));
  await world.handOver();
  expect(await world.totals()).toBe("1 30000 0.03");
});

test("a session that is charged too early while it goes on is corrected when it is silent again", async () => {
  await world.send(WHOLE_CALL[0]!);
  world.at(14_400);
  await world.handOver();
  expect(await world.session()).toMatchObject({ state: "expired", event: { usageSeconds: "0" } });
  await world.send(record("interim 1@14400 14400"));
  expect(await world.handOver()).toMatchObject({ corrected: 0 });
  world.at(14_520);
  expect(await world.handOver()).toMatchObject({ expired: 1, corrected: 1 });
  expect(await world.session()).toMatchObject({ state: "expired", event: { isEstimated: true } });
  expect(await world.totals()).toBe("1 14400000 14.4");
});

test("a correction that is refused stays listed with what is known, and says why", async () => {
  await world.chargeEstimate();
  await state("void");
  await world.send(record("stop 9@600 600"));
  expect(await world.handOver()).toMatchObject({ "superseded-pending": 1, corrected: 0 });
  expect(await world.handOver()).toMatchObject({ "superseded-pending": 0 });
  expect(await world.session()).toMatchObject({
    state: "superseded-pending",
    dueAt: null,
    event: { usageSeconds: "60", code: "fact.event-void" },
    knownUsageSeconds: "600",
  });
});

test("a correction that cannot be rated is tried again after an hour", async () => {
  await world.chargeEstimate();
  await world.send(record("stop 9@600 600", { subject: "nobody" }));
  expect(await world.handOver()).toMatchObject({ "superseded-pending": 1 });
  expect((await world.session()).event).toMatchObject({ code: "fact.not-ratable" });
  world.at(180 + 3_600);
  expect(await world.handOver()).toMatchObject({ "superseded-pending": 1 });
  expect(await world.totals()).toBe("1 60000 0.06");
});

test("what somebody else said of the event is left alone", async () => {
  await world.chargeEstimate();
  await state("correction", callRecord("77"));
  await world.send(record("stop 9@600 600"));
  expect(await world.handOver()).toMatchObject({ conflicting: 1, corrected: 0 });
  expect(await world.totals()).toBe("1 77000 0.077");
});

/** States a fact about the session's event, as an operator does. */
async function state(kind: "void" | "correction", event?: string): Promise<void> {
  const { database, keeper } = world;
  const said = event === undefined ? {} : { event: readEvent(event) };
  const { batch } = await stateFacts(database, keeper, {
    ...{ kind, reason: "a test call", by: "operator", idempotencyKey: null },
    ...{ sources: null, dryRun: false, items: [{ ref: "switch/call-1", ...said }] },
  });
  expect(batch).not.toBeNull();
}

test("a correction whose note was lost is confirmed, and not stated again", async () => {
  await world.send(...WHOLE_CALL);
  await world.handOver();
  await world.send(record("stop 3@95 95"));
  await state("correction", callRecord("95"));
  expect(await world.handOver()).toMatchObject({ stopped: 1, corrected: 0 });
  expect(await world.session()).toMatchObject({ state: "stopped", event: { usageSeconds: "95" } });
  expect(await world.totals()).toBe("1 95000 0.095");
});

test("several that hand over late stops at once correct each event once", async () => {
  const calls = Array.from({ length: 20 }, (_, at) => `call-${at}`);
  const each = (text: string) => calls.map((sessionId) => record(text, { sessionId }));
  await world.send(...each("start 0@0"), ...each("interim 1@60 60"));
  world.at(180);
  await world.handOver();
  await world.send(...each("stop 2@90 90"));
  await Promise.all([world.handOver(), world.handOver(), world.handOver()]);
  await world.handOver();
  expect(await world.totals()).toBe("20 1800000 1.8");
  const { rows } = await world.database
    .pool("reader")
    .query(
      "select count(*)::integer as sides, count(distinct key)::integer as events from event_fact",
    );
  expect(rows).toEqual([{ sides: 40, events: 20 }]);
});
