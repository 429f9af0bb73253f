/** A month of the customer of `catalogues/channels` that pays by what is busy. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyCatalogue } from "../src/catalogue/apply-catalogue.ts";
import { readCatalogueDirectory } from "../src/catalogue/read-directory.ts";
import { loadStatement } from "../src/statements/statement-views.repo.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { close, send } from "./small-world.ts";

let store: TestDatabase;
beforeAll(async () => {
  store = await createTestDatabase();
  const directory = new URL("../../../catalogues/channels", import.meta.url);
  const read = await readCatalogueDirectory(fileURLToPath(directory));
  await applyCatalogue(store.database, { read, by: "test", dryRun: false });
});
afterAll(() => store.drop());

let ids = 0;

function event(type: string, time: string, data: object): string {
  const head = { specversion: "1.0", id: `event-${++ids}`, source: "platform", subject: "lumio" };
  return JSON.stringify({ ...head, type, time, data });
}

const trunkDays = Array.from({ length: 30 }, (_, at) => {
  const time = `2026-10-${String(at + 1).padStart(2, "0")}T00:00:00Z`;
  const data = { trunkId: "trunk-7", channelDays: 0, peakChannels: at + 11, region: "us-east" };
  return event("trunk.channel", time, data);
});

const calls = Array.from({ length: 7 }, (_, at) => {
  const ends = { direction: "outbound", from: "+12125550100", to: "+12125550101" };
  const data = { ...ends, status: "answered", durationSeconds: 300 };
  return event("voice.call", `2026-10-20T15:0${Math.floor(at / 2)}:00Z`, data);
});

test("channels at the 95th percentile, calls at once and gigabytes times hours are billed", async () => {
  const outcomes = await send(store.database, [
    ...trunkDays,
    ...calls,
    event("storage.level", "2026-10-02T00:00:00Z", { volume: "a", bytes: 120_000_000_000 }),
    event("storage.level", "2026-10-17T00:00:00Z", { volume: "a", bytes: 40_000_000_000 }),
  ]);
  expect(new Set(outcomes)).toEqual(new Set(["accepted"]));
  await close(store.database, "2026-10");
  const { lines } = await loadStatement(store.database.pool("reader"), "stm_2026-10_lumio");
  const shown = lines.map(({ term, quantity, unit, money }) => [term, quantity, unit, money]);
  expect(shown).toEqual([
    // The 29th of 11 to 40 is 39; 29 beyond the 10 included at 9.00.
    ["trunk-busy", "39", "peakChannels", "261.00"],
    ["calls-at-once", "7", "units", "400.00"],
    // 120 GB for 360 hours and 40 for 360: 57,600 at 0.00004.
    ["storage-hours", "57600000000000", "bytes × hours", "2.30"],
  ]);
});
