/** Quantities of a month beyond 2^63, which the totals of its days are not. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { explainLine } from "../src/explain/explain-line.ts";
import { statementCsv } from "../src/statements/statement-csv.ts";
import { loadStatement } from "../src/statements/statement-views.repo.ts";
import { findUsage } from "../src/usage/find-usage.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { preview, state } from "./facts-world.ts";
import { applyTerms, close, send, verification } from "./small-world.ts";

let store: TestDatabase;
beforeEach(async () => {
  store = await createTestDatabase();
});
afterEach(() => store.drop());

const VOLUME_SET = {
  title: "A volume's size from now on",
  channel: "storage",
  schema: {
    type: "object",
    properties: { volume: { type: "string" }, bytes: { type: "integer" } },
  },
  quantities: { bytes: { field: "bytes" } },
  dimensions: {},
};
const STORED_HOURS = {
  on: "volume.set",
  aggregation: "timeWeighted",
  of: "bytes",
  per: "volume",
  over: "hour",
};
const more = { meters: { storedHours: STORED_HOURS }, eventTypes: { "volume.set": VOLUME_SET } };

const PETABYTE = 1_000_000_000_000_000;

function volume(time: string, name: string, id = `${name} ${time}`): string {
  const data = { volume: name, bytes: PETABYTE };
  return verification(time, { id, type: "volume.set", data });
}

test("20 petabytes for the 720 hours of a month are 14,400,000,000 gigabyte-hours", async () => {
  const price = { model: "perUnit", rate: "0.0000001", per: "gigabyte" };
  await applyTerms(store.database, [{ id: "storage", meter: "storedHours", price }], more);
  const names = Array.from({ length: 20 }, (_, at) => `disk-${at}`);
  await send(
    store.database,
    names.map((name) => volume("2026-11-01T00:00:00Z", name)),
  );
  await close(store.database, "2026-11");
  const reader = store.database.pool("reader");
  const statement = await loadStatement(reader, "stm_2026-11_hofladen");
  expect(statement).toMatchObject({
    total: "1440.00",
    lines: [
      { events: "20", quantity: "14400000000000000000", unit: "bytes × hours", money: "1440.00" },
    ],
  });
  expect(statementCsv(statement)).toContain(
    ",20,14400000000000000000,bytes × hours,1440,0.00,1440.00,EUR",
  );
  const { quantity } = await explainLine(reader, "stm_2026-11_hofladen/1");
  expect(quantity).toBe("14400000000000000000 bytes × hours");
});

const perGigabyte = (rate: string) => ({
  id: "written",
  on: "volume.set",
  price: { model: "perUnit", per: "gigabyte", rate },
});
const PER_MONTH = {
  id: "kept",
  on: "volume.set",
  price: {
    model: "graduated",
    per: "gigabyte",
    includedPerAccount: { units: "1000000" },
    tiers: [{ upTo: null, rate: "0.0000001" }],
  },
};

test("9,300 petabytes over three days: shown before and stated", async () => {
  await applyTerms(store.database, [perGigabyte("0.0000001"), PER_MONTH], more);
  const bodies = Array.from({ length: 9_300 }, (_, at) =>
    volume(`2026-10-0${1 + (at % 3)}T00:00:00Z`, "tape", `${at}`),
  );
  const outcomes = await send(store.database, bodies);
  expect(new Set(outcomes)).toEqual(new Set(["accepted"]));
  await applyTerms(store.database, [perGigabyte("0.0000003"), PER_MONTH], more);
  expect((await preview(store.database)).effects).toMatchObject([{ money: "1860.00" }]);
  await close(store.database, "2026-10");
  const reader = store.database.pool("reader");
  expect(await loadStatement(reader, "stm_2026-10_hofladen")).toMatchObject({
    lines: [
      { term: "kept", quantity: "9300000000000000000", money: "929.90" }, // 1,000,000 are free
      { term: "written", quantity: "9300000000000000000", money: "930.00" },
    ],
  });
  const range = { from: "2026-10-01T00:00:00Z", to: "2026-11-01T00:00:00Z" };
  const asked = { ...range, groupBy: ["month"], where: [], limit: 10, offset: 0 };
  expect(await findUsage(reader, asked)).toMatchObject([{ quantity: "9300000000000000000" }]);
}, 60_000);

test("a fact that a total has no room for is refused, and nothing of it is stated", async () => {
  await applyTerms(store.database, [perGigabyte("0.0000001")], more);
  await send(store.database, [volume("2026-10-01T00:00:00Z", "tape", "1")]);
  const owner = store.database.pool("owner");
  await owner.query("update total set slot = 0, quantity = -9223372036854775000");
  const stated = state(store.database, { kind: "void", items: [{ ref: "switch/1" }] });
  await expect(stated).rejects.toMatchObject({
    code: "fact.not-storable",
    detail: { sqlstate: "22003" },
  });
  expect((await owner.query("select from event_fact")).rowCount).toBe(0);
});
