/** Prices that stand on meters, from the catalogue to the statement, its adjustments and its explanation. */
import { parseMonth } from "@counterpart/domain/period.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { explainLine } from "../src/explain/explain-line.ts";
import { listLineEvents } from "../src/explain/list-line-events.ts";
import { replayQuarantine } from "../src/quarantine/replay.ts";
import { agreementOf, loadRunningStatement } from "../src/statements/running-statement.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { corrected, state } from "./facts-world.ts";
import { applyTerms, close, linesOf, send, verification } from "./small-world.ts";

let store: TestDatabase;
beforeEach(async () => {
  store = await createTestDatabase();
});
afterEach(() => store.drop());

const METERS = {
  busyChannels: {
    on: "trunk.channel",
    aggregation: "percentile",
    percentile: "95",
    of: "peakChannels",
    by: ["region"],
  },
  peakCalls: { on: "voice.call", aggregation: "peakConcurrent", of: "milliseconds" },
  attempts: { on: "voice.call", aggregation: "count" },
  answered: { on: "voice.call", where: { status: "answered" }, aggregation: "count" },
  failedPercent: { derive: "100 * (attempts - answered) / attempts" },
  storedHours: {
    on: "volume.set",
    aggregation: "timeWeighted",
    of: "bytes",
    per: "volume",
    over: "hour",
  },
};

const VOLUME_SET = {
  "volume.set": {
    title: "A volume's size from now on",
    channel: "storage",
    schema: {
      type: "object",
      properties: { volume: { type: "string" }, bytes: { type: "integer" } },
    },
    quantities: { bytes: { field: "bytes" } },
    dimensions: {},
  },
};

async function apply(terms: readonly object[], version: object = {}, meters: object = METERS) {
  await applyTerms(store.database, terms, { meters, eventTypes: VOLUME_SET }, { ...version });
}

/** A day of a trunk. */
function trunkDay(day: string, peakChannels: number, region = "eu"): string {
  const data = { trunkId: "t1", channelDays: 30, peakChannels, region };
  return verification(`2026-${day}T00:00:00Z`, { type: "trunk.channel", data });
}

function call(time: string, seconds: number, id?: string): string {
  const status = seconds === 0 ? "busy" : "answered";
  const data = {
    direction: "outbound",
    from: "+491",
    to: "+492",
    status,
    durationSeconds: seconds,
  };
  return verification(time, { type: "voice.call", data, ...(id === undefined ? {} : { id }) });
}

function volume(time: string, bytes: number, name = "disk"): string {
  return verification(time, { type: "volume.set", data: { volume: name, bytes } });
}

async function replay(): Promise<void> {
  await replayQuarantine(store.database, await openBookKeeper(store.database), { codes: null });
}

const days = Array.from({ length: 20 }, (_, at) => `10-${String(at + 1).padStart(2, "0")}`);
const P95 = {
  id: "p95",
  meter: "busyChannels",
  price: { model: "perUnit", rate: "4", per: "unit" },
};

test("the 95th percentile of a trunk's channels: of 1 to 20, 19 at 4.00 are 76.00", async () => {
  await apply([P95]);
  await send(
    store.database,
    days.map((day, at) => trunkDay(day, at + 1)),
  );
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 p95 20 76.00"]);
  const line = await explainLine(store.database.pool("reader"), "stm_2026-10_hofladen/1");
  expect(line.quantity).toBe("19 peak channels");
  expect(line.parts[0]!.steps.map(({ name, value }) => `${name}: ${value}`)).toEqual([
    "meter: busyChannels: 19 peakChannels, from 20 events between 2026-10-01T00:00:00Z and " +
      "2026-11-01T00:00:00Z",
    "tiers: graduated: each unit at the rate of the tier that it falls in",
    "tier 1: 19 units at 4.0000 EUR per unit: 76.0000 EUR",
    "sum of tiers: 76.0000 EUR, rounded once, half-even at 12 places",
  ]);
  const page = { limit: 100 };
  const events = await listLineEvents(store.database.pool("reader"), line.ref, page);
  expect(events.data).toHaveLength(20);
});

test("each region's channels are a value, a price and a line of their own", async () => {
  await apply([{ ...P95, lines: ["region"] }]);
  await send(store.database, [
    trunkDay("10-01", 10),
    trunkDay("10-02", 30),
    trunkDay("10-01", 7, "us"),
  ]);
  const keeper = await openBookKeeper(store.database);
  const shop = agreementOf(keeper.book(), "hofladen");
  const month = parseMonth("2026-10");
  const running = await loadRunningStatement(store.database, keeper.book(), shop, month);
  expect(running.total).toBe("148.00");
  expect(running.lines.map(({ dimensions }) => dimensions)).toEqual([
    { region: "eu" },
    { region: "us" },
  ]);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual([
    "2026-10 p95 2 120.00",
    "2026-10 p95 1 28.00",
  ]);
  const reader = store.database.pool("reader");
  const { dimensions } = await explainLine(reader, "stm_2026-10_hofladen/2");
  expect(dimensions).toEqual({ region: "us" });
  const events = await listLineEvents(reader, "stm_2026-10_hofladen/2", { limit: 100 });
  expect(events.data).toHaveLength(1);
});

test("calls at once are priced by tiers; a late call and a void are adjustments", async () => {
  const tiers = [
    { upTo: "2", rate: "0" },
    { upTo: null, rate: "12.50" },
  ];
  await apply([
    { id: "peak", meter: "peakCalls", price: { model: "graduated", per: "unit", tiers } },
  ]);
  await send(store.database, [
    call("2026-10-05T10:00:00Z", 600),
    call("2026-10-05T10:01:00Z", 600),
    call("2026-10-05T10:02:00Z", 600, "third"),
  ]);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 peak 3 12.50"]);
  // A fourth call of the same minutes comes late: 4 at once, 25.00 less what is stated.
  await send(store.database, [call("2026-10-05T10:03:00Z", 60)]);
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual(["2026-10 peak 4 12.50"]);
  await state(store.database, { kind: "void", items: [{ ref: "switch/third" }] });
  await close(store.database, "2026-12");
  expect(await linesOf(store.database, "2026-12")).toEqual(["2026-10 peak 3 -12.50"]);
});

test("a correction of what a meter reads adjusts a stated month, though it counts as many events", async () => {
  const meters = { callees: { on: "voice.call", aggregation: "uniqueCount", of: "to" } };
  const price = { model: "perUnit", rate: "1", per: "unit" };
  await apply([{ id: "callees", meter: "callees", price }], {}, meters);
  const time = "2026-10-05T10:00:00Z";
  const body = call(time, 60, "second");
  await send(store.database, [call(time, 60), body]);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 callees 2 1.00"]);
  const items = corrected(body.replace("+492", "+493"));
  await state(store.database, { kind: "correction", items });
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual(["2026-10 callees 2 1.00"]);
});

test("a level holds into the months after it, and a late one adjusts them", async () => {
  const price = { model: "perUnit", rate: "0.001", per: "gigabyte" };
  await apply([{ id: "storage", meter: "storedHours", price }]);
  await send(store.database, [volume("2026-10-31T00:00:00Z", 10_000_000_000)]);
  await close(store.database, "2026-10");
  // 10 GB for 24 hours, and for the 720 of November, in which nothing happens.
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 storage 1 0.24"]);
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual(["2026-11 storage 0 7.20"]);
  // It was deleted at noon: 12 hours less of it, and nothing in November.
  await send(store.database, [volume("2026-10-31T12:00:00Z", 0)]);
  await close(store.database, "2026-12");
  expect(await linesOf(store.database, "2026-12")).toEqual([
    "2026-10 storage 2 -0.12",
    "2026-11 storage 0 -7.20",
  ]);
});

test("a derived meter is priced by its exact fraction", async () => {
  const tiers = [
    { upTo: "30", flat: "0" },
    { upTo: null, flat: "100" },
  ];
  await apply([
    { id: "failed", meter: "failedPercent", price: { model: "stairStep", per: "unit", tiers } },
    {
      id: "exact",
      meter: "failedPercent",
      price: { model: "graduated", per: "unit", tiers: [{ upTo: null, rate: "3" }] },
    },
    {
      id: "started",
      meter: "failedPercent",
      price: { model: "package", per: "unit", size: "10", rate: "5" },
    },
    { id: "calls", on: "voice.call", price: { model: "perUnit", rate: "0", per: "call" } },
  ]);
  const times = ["10:00", "11:00", "12:00"];
  await send(
    store.database,
    times.map((time, at) => call(`2026-10-05T${time}:00Z`, at === 0 ? 0 : 60)),
  );
  await close(store.database, "2026-10");
  // 33.333… %: the second step; 3 × 33.333333 (rounded once to millionths) are 100.00; 4 packages.
  expect((await linesOf(store.database, "2026-10")).slice(0, 3)).toEqual([
    "2026-10 failed 3 100.00",
    "2026-10 exact 3 100.00",
    "2026-10 started 3 20.00",
  ]);
  // In a month without calls 0 / 0 is no value, and nothing is due.
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual([]);
});

test("an event that only a meter with a filter counts waits for another price", async () => {
  const filtered = { ...METERS.peakCalls, filter: "quantities.milliseconds > 1000" };
  await apply(
    [{ id: "peak", meter: "peakCalls", price: { ...P95.price, rate: "1" } }],
    {},
    {
      ...METERS,
      peakCalls: filtered,
    },
  );
  const time = "2026-10-05T10:00:00Z";
  expect(await send(store.database, [call(time, 60), trunkDay("10-05", 1)])).toEqual([
    "quarantined",
    "quarantined",
  ]);
});

test("a value below zero stops the close and says whose it is", async () => {
  await apply(
    [{ id: "less", meter: "less", price: { ...P95.price, rate: "1" } }],
    {},
    { ...METERS, less: { derive: "answered - 2 * attempts" } },
  );
  await send(store.database, [call("2026-10-05T10:00:00Z", 60)]);
  // Meters of one type with different conditions count the event, but are no price for it.
  await expect(close(store.database, "2026-10")).rejects.toMatchObject({
    code: "close.quarantined",
  });
  await apply(
    [
      { id: "less", meter: "less", price: { ...P95.price, rate: "1" } },
      { id: "calls", on: "voice.call", price: { model: "perUnit", rate: "0", per: "call" } },
    ],
    {},
    { ...METERS, less: { derive: "answered - 2 * attempts" } },
  );
  await replay();
  await expect(close(store.database, "2026-10")).rejects.toMatchObject({
    code: "meter.negative",
    detail: { agreement: "hofladen", month: "2026-10", term: "less", meter: "less", value: "-1" },
  });
});

test("a month has one value, at the price that it began with", async () => {
  await applyTerms(
    store.database,
    [],
    { meters: METERS, eventTypes: VOLUME_SET },
    {},
    {
      versions: [
        { from: "2026-01-01", terms: [P95] },
        { from: "2026-10-15", terms: [{ ...P95, price: { ...P95.price, rate: "5" } }] },
      ],
    },
  );
  await send(store.database, [trunkDay("10-05", 10), trunkDay("10-20", 12)]);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 p95 2 48.00"]);
  await send(store.database, [trunkDay("11-05", 10)]);
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual(["2026-11 p95 1 50.00"]);
});

test("a month that was stated stays measured by the meter that it was stated by", async () => {
  await apply([P95]);
  await send(store.database, [trunkDay("10-05", 10), trunkDay("10-06", 20)]);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 p95 2 80.00"]);
  await apply([P95], {}, { ...METERS, busyChannels: { ...METERS.busyChannels, percentile: "50" } });
  await send(store.database, [trunkDay("10-07", 30), trunkDay("11-05", 10), trunkDay("11-06", 20)]);
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual([
    "2026-11 p95 2 40.00",
    "2026-10 p95 3 40.00",
  ]);
});
