/** The life of sessions, the nasty cases of handbook §6 among them. Real PostgreSQL. */
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { recordReader } from "../imports/record-reader.ts";
import {
  callRecord,
  openSessionWorld,
  record,
  type SessionWorld,
  WHOLE_CALL,
} from "./fixtures/session-world.ts";
import type { SessionStep } from "./hand-over-sessions.ts";
import { askToExpire } from "./sessions.repo.ts";

let world: SessionWorld;
beforeEach(async () => {
  world = await openSessionWorld();
});
afterEach(() => world.close());

test("start, interim and stop are one event with one charge", async () => {
  expect(await world.send(...WHOLE_CALL)).toEqual(["accepted", "accepted", "accepted"]);
  expect(await world.handOver()).toMatchObject({ stopped: 1, expired: 0 });
  expect(await world.charged()).toEqual(["call-1 90000 0.09"]);
  expect(await world.session()).toMatchObject({
    state: "stopped",
    dueAt: null,
    event: { id: "call-1", usageSeconds: "90", outcome: "accepted", isEstimated: false },
    findings: { startMissing: false, sequencesMissing: 0 },
  });
});

test("each leg is an event of its own: session/leg", async () => {
  for (const leg of ["a", "b"]) await world.send(...legRecords(leg));
  await world.handOver();
  expect(await world.charged()).toEqual(["call-1/a 60000 0.06", "call-1/b 60000 0.06"]);
});

function legRecords(leg: string): string[] {
  return [record("start 0@0", { leg }), record("stop 1@60 60", { leg })];
}

test("an open session is not charged", async () => {
  await world.send(WHOLE_CALL[0]!, WHOLE_CALL[1]!);
  world.at(119);
  expect(await world.handOver()).toMatchObject({ stopped: 0, expired: 0 });
  expect(await world.charged()).toEqual([]);
  expect(await world.session()).toMatchObject({ state: "open", event: null });
});

test("a duplicate stop changes nothing, before the charge and after it", async () => {
  await world.send(...WHOLE_CALL);
  expect(await world.send(WHOLE_CALL[2]!)).toEqual(["duplicate"]);
  await world.handOver();
  expect(await world.send(WHOLE_CALL[2]!)).toEqual(["duplicate"]);
  expect(await world.handOver()).toMatchObject({ stopped: 0 });
  expect(await world.charged()).toEqual(["call-1 90000 0.09"]);
});

test("a stop without a start waits for it, and is charged without it", async () => {
  const names = { subject: "acme", data: JSON.parse(WHOLE_CALL[0]!).data };
  await world.send(record("stop 2@90 90", names));
  expect(await world.handOver()).toMatchObject({ stopped: 0 });
  world.at(120);
  expect(await world.handOver()).toMatchObject({ stopped: 1 });
  expect(await world.charged()).toEqual(["call-1 90000 0.09"]);
  const { findings, event } = await world.session();
  expect([findings!.startMissing, event!.isEstimated]).toEqual([true, false]);
});

test("a start that comes after its stop is in time", async () => {
  await world.send(WHOLE_CALL[2]!);
  await world.handOver();
  await world.send(WHOLE_CALL[0]!);
  expect(await world.handOver()).toMatchObject({ stopped: 1 });
  expect((await world.session()).findings).toMatchObject({ startMissing: false });
});

test("an interim after the stop counts nothing, before the charge and after it", async () => {
  await world.send(...WHOLE_CALL, record("interim 3@120 120"));
  await world.handOver();
  expect(await world.send(record("interim 4@180 180"))).toEqual(["accepted"]);
  await world.handOver();
  expect(await world.charged()).toEqual(["call-1 90000 0.09"]);
  expect(await world.session()).toMatchObject({ state: "stopped", dueAt: null });
});

test("usage without a session is one that expires, never a charge without a session", async () => {
  const names = { subject: "acme", data: JSON.parse(WHOLE_CALL[0]!).data };
  await world.send(record("interim 7@600 600", names));
  await world.handOver();
  expect(await world.charged()).toEqual([]);
  world.at(120);
  expect(await world.handOver()).toMatchObject({ expired: 1 });
  expect(await world.charged()).toEqual(["call-1 600000 0.6"]);
  expect(await world.session()).toMatchObject({
    state: "expired",
    expiry: "silent",
    findings: { startMissing: true },
    event: { isEstimated: true },
  });
});

test("of two stops with other usage the one with the higher sequence is charged", async () => {
  await world.send(...WHOLE_CALL, record("stop 3@95 95"));
  await world.handOver();
  expect(await world.charged()).toEqual(["call-1 95000 0.095"]);
  expect((await world.session()).findings).toMatchObject({ furtherStops: 1 });
});

test("a sequence that starts over conflicts: the first record of each counts, the others are kept", async () => {
  await world.send(...WHOLE_CALL);
  const again = record("start 0@30");
  const [outcome] = await world.sendWhole(again);
  expect(outcome).toEqual({ id: "call-1", outcome: "conflicting", code: "session.conflicting" });
  await world.handOver();
  expect(await world.charged()).toEqual(["call-1 90000 0.09"]);
  const { conflicts } = await world.session();
  expect(conflicts.map(({ sequence, body }) => [sequence, body])).toEqual([[0, again]]);
});

test("records of one batch that contradict each other are told apart by their order", async () => {
  const other = record("start 0@5");
  expect(await world.send(WHOLE_CALL[0]!, other, WHOLE_CALL[0]!)).toEqual([
    "accepted",
    "conflicting",
    "duplicate",
  ]);
});

test("a late stop of an expired session that says the same confirms the estimate", async () => {
  await world.send(WHOLE_CALL[0]!, WHOLE_CALL[1]!);
  world.at(180);
  expect(await world.handOver()).toMatchObject({ expired: 1 });
  await world.send(record("stop 2@61 60"));
  expect(await world.handOver()).toMatchObject({ stopped: 1 });
  expect(await world.session()).toMatchObject({ state: "stopped", event: { isEstimated: false } });
  expect(await world.charged()).toEqual(["call-1 60000 0.06"]);
});

test("what waits in quarantine is corrected by a late stop, and charged once when it can be", async () => {
  const nobody = { subject: "nobody" };
  await world.send(record("start 0@0", nobody), WHOLE_CALL[1]!);
  world.at(180);
  await world.handOver();
  expect((await world.session()).event).toMatchObject({
    outcome: "quarantined",
    code: "event.account-unknown",
  });
  await world.send(record("stop 2@90 90", { subject: "acme" }));
  expect(await world.handOver()).toMatchObject({ stopped: 1 });
  expect(await world.charged()).toEqual(["call-1 90000 0.09"]);
  expect((await world.session()).event).toMatchObject({ outcome: "accepted", code: null });
});

test("an operator expires an open session; one that is not open is left alone", async () => {
  await world.send(WHOLE_CALL[0]!, WHOLE_CALL[1]!);
  const { key } = await world.session();
  expect(await askToExpire(world.database.pool("writer"), key, world.now())).toBe(true);
  expect(await world.handOver()).toMatchObject({ expired: 1 });
  expect(await world.session()).toMatchObject({ state: "expired", expiry: "asked" });
  expect(await askToExpire(world.database.pool("writer"), key, world.now())).toBe(false);
});

test("deltas are added, each sequence once, and a missing one is waited for", async () => {
  const delta = (text: string) => record(text, { source: "partials" });
  await world.send(delta("start 0@0"), delta("interim 1@600 600"), delta("stop 3@1290 90"));
  expect(await world.handOver()).toMatchObject({ stopped: 0 });
  await world.send(delta("interim 2@1200 600"), delta("interim 1@600 600"));
  expect(await world.handOver()).toMatchObject({ stopped: 1 });
  expect(await world.charged()).toEqual(["call-1 1290000 1.29"]);
});

test("deltas of which one never comes are charged without it, and the gap is told", async () => {
  const delta = (text: string) => record(text, { source: "partials" });
  await world.send(delta("start 0@0"), delta("interim 1@600 600"), delta("stop 3@1290 90"));
  world.at(1200);
  expect(await world.handOver()).toMatchObject({ stopped: 1 });
  expect(await world.charged()).toEqual(["call-1 690000 0.69"]);
  expect((await world.session("partials")).findings).toMatchObject({
    sequencesMissing: 1,
    gapMilliseconds: 600_000,
  });
});

test("a call record with the id and content of a charged session is a duplicate", async () => {
  await world.send(...WHOLE_CALL);
  await world.handOver();
  expect(await submitEvents(callRecord("90"))).toEqual(["duplicate"]);
  expect(await world.charged()).toEqual(["call-1 90000 0.09"]);
});

test("a call record with the id of a charged session and other content conflicts, and is listed", async () => {
  await world.send(...WHOLE_CALL);
  await world.handOver();
  expect(await submitEvents(callRecord("91"))).toEqual(["conflicting"]);
  expect(await world.charged()).toEqual(["call-1 90000 0.09"]);
});

test("a session whose call record came first is not charged again", async () => {
  await submitEvents(callRecord("90"));
  await world.send(...WHOLE_CALL);
  await world.handOver();
  expect(await world.session()).toMatchObject({ state: "stopped", event: { outcome: "accepted" } });
  expect(await world.charged()).toEqual(["call-1 90000 0.09"]);
});

test("a session that says otherwise than the call record before it is listed as conflicting", async () => {
  await submitEvents(callRecord("91"));
  await world.send(...WHOLE_CALL);
  expect(await world.handOver()).toMatchObject({ conflicting: 1 });
  expect(await world.session()).toMatchObject({
    state: "conflicting",
    event: { outcome: "conflicting", code: "event.conflicting" },
  });
  expect(await world.charged()).toEqual(["call-1 91000 0.091"]);
});

test("FreeSWITCH: the uuid is the session's id, so that its record and its session are one call", async () => {
  const cdr = JSON.stringify({
    variables: {
      uuid: "call-1",
      call_uuid: "bridge-1",
      accountcode: "acme",
      direction: "inbound",
      answer_uepoch: "1792490400000000",
      billusec: "90000000",
      hangup_cause: "NORMAL_CLEARING",
    },
    callflow: [
      { caller_profile: { caller_id_number: "+4930111", destination_number: "+4930222" } },
    ],
  });
  const source = world.keeper.catalogue().sources.switch!;
  const read = recordReader({ name: "switch", source }, () => undefined);
  const bodies: string[] = [];
  for await (const records of read(bytesOf(cdr))) {
    for (const each of records) if ("body" in each) bodies.push(each.body);
  }
  const end = { callId: "bridge-1", hangupCause: "NORMAL_CLEARING" };
  await world.send(WHOLE_CALL[0]!, record("stop 1@90 90", { data: end }));
  await world.handOver();
  expect(await submitEvents(...bodies)).toEqual(["duplicate"]);
  expect(await world.charged()).toEqual(["call-1 90000 0.09"]);
});

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function submitEvents(...bodies: readonly string[]): Promise<string[]> {
  const items = await world.ingest.submit({ bodies, lane: "bulk", sources: null });
  return items.map(({ outcome }) => outcome);
}

test.each(["fixed", "submitted", "settled"] as const)(
  "a hand-over that breaks off after %s is taken up, and charges once",
  async (at) => {
    await world.send(...WHOLE_CALL);
    await expect(world.handOver({ atStep: breakAt(at) })).rejects.toThrow("broken off");
    await world.handOver();
    expect(await world.charged()).toEqual(["call-1 90000 0.09"]);
    expect(await world.session()).toMatchObject({ state: "stopped", dueAt: null });
  },
);

test("what was about to be handed over is handed over as it was, and what came since corrects it", async () => {
  await world.send(...WHOLE_CALL);
  await expect(world.handOver({ atStep: breakAt("submitted") })).rejects.toThrow("broken off");
  await world.send(record("stop 3@95 95"));
  expect(await world.handOver()).toMatchObject({ stopped: 2, corrected: 1 });
  expect(await world.totals()).toBe("1 95000 0.095");
});

function breakAt(step: SessionStep): (reached: SessionStep) => void {
  return (reached) => {
    if (reached === step) throw new Error("broken off");
  };
}

test("a session that cannot be assembled, by our fault, waits alone and is tried again", async () => {
  await world.send(...WHOLE_CALL, ...legRecords("b"));
  const { key } = await world.session();
  const owner = world.database.pool("owner");
  const spoil = "update session_record set milliseconds = $2 where key = $1 and phase = 'i'";
  await owner.query(spoil, [key, -1]);
  expect(await world.handOver()).toMatchObject({ stopped: 1, failed: 1 });
  expect(await world.charged()).toEqual(["call-1/b 60000 0.06"]);
  await owner.query(spoil, [key, 60_000]);
  world.at(3_600);
  expect(await world.handOver()).toMatchObject({ stopped: 1, failed: 0 });
  expect(await world.charged()).toEqual(["call-1 90000 0.09", "call-1/b 60000 0.06"]);
});

test("two that hand over at once charge once", async () => {
  const calls = Array.from({ length: 40 }, (_, at) => `call-${at}`);
  for (const sessionId of calls) {
    await world.send(record("start 0@0", { sessionId }), record("stop 1@60 60", { sessionId }));
  }
  await Promise.all([world.handOver(), world.handOver(), world.handOver()]);
  expect(await world.charged()).toHaveLength(40);
  const { rows } = await world.database
    .pool("reader")
    .query(
      "select 1 from session where state <> 's' or due_at is not null or outcome <> 'accepted'",
    );
  expect(rows).toEqual([]);
});

test("any order, batching and duplication of records charges the same", async () => {
  let session = 0;
  const records = [
    "start 0@0",
    "interim 1@60 60",
    "interim 2@120 120",
    "interim 3@180 170",
    "stop 4@181 171",
  ];
  const arrivals = fc.shuffledSubarray([...records, ...records], { minLength: 10, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 10 }), async (arrived, size) => {
      const sessionId = `shuffled-${++session}`;
      for (let at = 0; at < arrived.length; at += size) {
        const batch = arrived.slice(at, at + size);
        await world.send(...batch.map((text) => record(text, { sessionId })));
      }
      await world.handOver();
      expect(await world.charged()).toContain(`${sessionId} 171000 0.171`);
    }),
    { numRuns: 15 },
  );
});
