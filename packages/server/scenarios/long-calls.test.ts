/** Calls over the end of a month, on the statements of both. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { explainCharge } from "../src/explain/explain-event.ts";
import { explainLine } from "../src/explain/explain-line.ts";
import { listLineEvents } from "../src/explain/list-line-events.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { checkStore, NOTHING_FOUND } from "./crash-verify.ts";
import { applyTerms, close, linesOf, send, verification } from "./small-world.ts";

let store: TestDatabase;
beforeEach(async () => {
  store = await createTestDatabase();
});
afterEach(async () => {
  const found = await checkStore(store.database.pool("owner"));
  await store.drop();
  expect(found).toEqual(NOTHING_FOUND);
});

const DECKS = {
  voice: {
    key: "prefix",
    currency: "EUR",
    per: "minute",
    versions: [
      {
        from: "2026-01-01",
        csv: "key,rate,connectFee,initialIncrement,subsequentIncrement\n49,0.06,0.05,60,60\n",
      },
    ],
  },
};
const CALLS = { id: "calls", on: "voice.call", price: { model: "deck", deck: "voice" } };

async function apply(agreement: object): Promise<void> {
  await applyTerms(store.database, [CALLS], { decks: DECKS }, {}, { ...agreement });
}

const ENDS = { direction: "outbound", from: "+4930222222", to: "+4930111111" };
const data = { ...ENDS, status: "answered", durationSeconds: "6300" };
/** L1 of the handbook, §6, in October. */
const L1 = verification("2026-10-31T23:30:00Z", { type: "voice.call", id: "l1", data });

test("L1 is November's by its end, where nothing else is agreed", async () => {
  await apply({});
  await send(store.database, [L1]);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual([]);
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual(["2026-11 calls 1 6.35"]);
  const reader = store.database.pool("reader");
  const { data: events } = await listLineEvents(reader, "stm_2026-11_hofladen/1", { limit: 10 });
  expect(events.map(({ id, time, day }) => [id, time, day])).toEqual([
    ["l1", "2026-10-31T23:30:00Z", "2026-11-01"],
  ]);
  const { steps } = await explainCharge(reader, events[0]!.charge);
  expect(steps.find(({ name }) => name === "day")?.value).toBe(
    "2026-11-01 in UTC, on which it ends",
  );
});

test("L1 is October's by its start", async () => {
  await apply({ longCalls: "byStart" });
  await send(store.database, [L1]);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 calls 1 6.35"]);
});

test("L1 is divided: 1.85 in October and 4.50 in November, one event", async () => {
  await apply({ longCalls: "split" });
  await send(store.database, [L1]);
  await close(store.database, "2026-10");
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 calls 1 1.85"]);
  expect(await linesOf(store.database, "2026-11")).toEqual(["2026-11 calls 0 4.50"]);
  const reader = store.database.pool("reader");
  const line = await explainLine(reader, "stm_2026-11_hofladen/1");
  const { data: events } = await listLineEvents(reader, line.ref, { limit: 10 });
  expect(events.map(({ id, billed, amount }) => [id, billed, amount])).toEqual([
    ["l1", "4500000", "4.5"],
  ]);
  const { sentence } = await explainCharge(reader, events[0]!.charge);
  expect(sentence).toBe(
    "hofladen owes 4.5000 EUR for its call: 4500 s (60/60) at 0.0600 EUR per minute, " +
      "deck voice prefix 49 from 2026-01-01, part of a call of 6300 s: its increments that start " +
      "from 1800 s on in the month.",
  );
});
