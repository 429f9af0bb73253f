/** Explanations of events about which something was stated after they had been accepted. */
import { parseDecimal } from "@counterpart/domain/decimal.ts";
import type { ExplainedEvent } from "@counterpart/domain/explain/explained.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyTerms, close, send, verification } from "../../scenarios/small-world.ts";
import { createTestDatabase, type TestDatabase } from "../../test/test-database.ts";
import { openBookKeeper } from "../catalogue/book-keeper.ts";
import { readEvent } from "../events/read-event.ts";
import { correctionOf } from "../facts/fact-item.ts";
import { type FactRequest, stateFacts } from "../facts/state-facts.ts";
import type { Db } from "../platform/database.ts";
import { explain } from "./explain.ts";
import { explainCharge, explainEvent } from "./explain-event.ts";
import { type LineEvent, listLineEvents } from "./list-line-events.ts";
import { renderExplanation } from "./render-explanation.ts";

let store: TestDatabase;
let db: Db;

const check = (id: string, day: string) =>
  verification(`2026-${day}T00:00:00Z`, { id, data: { channel: "sms", status: "succeeded" } });

/**
 * October: `moved`, `voided` and `kept` are stated. Then `moved` turns out to be of November,
 * `voided` to be none at all, and November is closed.
 */
beforeAll(async () => {
  store = await createTestDatabase();
  const { database } = store;
  db = database.pool("reader");
  await applyTerms(database, [
    {
      id: "verify",
      on: "verify.check",
      price: { model: "perUnit", rate: "0.05", per: "verification" },
    },
  ]);
  await send(database, [check("moved", "10-05"), check("voided", "10-06"), check("kept", "10-07")]);
  await close(database, "2026-10");
  const keeper = await openBookKeeper(database);
  const state = (request: Pick<FactRequest, "kind" | "items" | "reason">) =>
    stateFacts(database, keeper, {
      ...request,
      by: "ops",
      idempotencyKey: null,
      sources: null,
      dryRun: false,
    });
  const right = correctionOf(readEvent(check("moved", "11-02")));
  await state({ kind: "correction", reason: "wrong date", items: [right] });
  await state({ kind: "void", reason: "a test call", items: [{ ref: "switch/voided" }] });
  await close(database, "2026-11");
});
afterAll(() => store.drop());

async function explained(id: string): Promise<ExplainedEvent> {
  const event = await explainEvent(db, `switch/${id}`);
  if (event.kind !== "event") throw new Error(`${id} is ${event.kind}`);
  return event;
}

async function eventsOf(line: string, limit = 100): Promise<LineEvent[]> {
  const events: LineEvent[] = [];
  let after: string | undefined;
  do {
    const page = await listLineEvents(db, line, { after, limit });
    events.push(...page.data);
    after = page.nextCursor ?? undefined;
  } while (after !== undefined);
  return events;
}

test("a corrected event is shown as it stands, and with what was stated by whom and why", async () => {
  const event = await explained("moved");
  expect(event).toMatchObject({ isVoid: false, time: "2026-11-02T00:00:00Z" });
  expect(event.facts).toMatchObject([
    {
      ordinal: 1,
      kind: "correction",
      by: "ops",
      reason: "wrong date",
      changes: [{ agreement: "hofladen", before: "0.05", after: "0.05", difference: "0" }],
    },
  ]);
  expect(event.charges).toMatchObject([{ ref: `${event.ref}.1#1`, day: "2026-11-02" }]);
});

test("a charge that was taken back is still explained, and so is the one in its place", async () => {
  const { ref } = await explained("moved");
  expect(await explainCharge(db, `${ref}#1`)).toMatchObject({ day: "2026-10-05", amount: "0.05" });
  expect(await explain(db, `${ref}.1#1`)).toMatchObject({ day: "2026-11-02", amount: "0.05" });
  await expect(explain(db, `${ref}.2#1`)).rejects.toThrow(/explain.not-found/);
});

test("a void event counts for nothing and says why, in every rendering", async () => {
  const event = await explained("voided");
  expect(event).toMatchObject({ isVoid: true, charges: [] });
  for (const as of ["sentence", "table", "trace"] as const) {
    const text = renderExplanation(event, as);
    expect(text).toContain("is void: it counts for nothing.");
    expect(text).toMatch(/voided +\S+ by ops \(a test call\): hofladen 0\.0500 EUR became 0\.0000/);
  }
});

test("an adjustment line leads to the facts that made it", async () => {
  const line = await explain(db, "stm_2026-11_hofladen/2");
  expect(line).toMatchObject({ isAdjustment: true, events: "1", difference: "-0.10" });
  const events = await eventsOf("stm_2026-11_hofladen/2");
  expect(
    events.map(({ id, fact, amount, statedBefore }) => [id, fact, amount, statedBefore]),
  ).toEqual([
    ["moved", null, "0.05", true],
    ["moved", 1, "-0.05", false],
    ["voided", null, "0.05", true],
    ["voided", 1, "-0.05", false],
    ["kept", null, "0.05", true],
  ]);
  const sum = events.reduce((total, { amount }) => total + parseDecimal(amount!, 12), 0n);
  expect(sum).toBe(parseDecimal("0.05", 12));
});

test("what a correction moved to another month is an event of that month's line", async () => {
  const events = await eventsOf("stm_2026-11_hofladen/1");
  expect(events).toMatchObject([{ id: "moved", fact: 1, day: "2026-11-02", amount: "0.05" }]);
  expect(await explain(db, events[0]!.charge)).toMatchObject({ kind: "charge", day: "2026-11-02" });
});

test("pages of any size list the same", async () => {
  const line = "stm_2026-11_hofladen/2";
  expect(await eventsOf(line, 1)).toEqual(await eventsOf(line));
  expect(await eventsOf(line, 2)).toEqual(await eventsOf(line));
});
