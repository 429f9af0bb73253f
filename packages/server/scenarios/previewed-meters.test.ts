/** Previews of backfills and re-ratings, where prices stand on meters: the money of the close, to the cent. */
import { beforeEach, expect, test } from "vitest";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { readMeter } from "../src/meters/read-meter.ts";
import { backfillWorld, correcting, restoring, voiding } from "./backfill-world.ts";
import { named, preview, rerate, soundStore, state } from "./facts-world.ts";
import { applyTerms, close, linesOf, send, verification } from "./small-world.ts";

const store = soundStore();
const backfill = backfillWorld(store);

const METERS = {
  trunks: { on: "trunk.channel", aggregation: "uniqueCount", of: "trunkId" },
  busy: { on: "trunk.channel", aggregation: "max", of: "peakChannels", by: ["region"] },
};
const perUnit = (id: string, rate: string, more: object = {}) => ({
  id,
  meter: id,
  price: { model: "perUnit", rate, per: "unit" },
  ...more,
});
const TERMS = [perUnit("trunks", "100"), perUnit("busy", "1", { lines: ["region"] })];

function trunk(id: string, trunkId: string, peakChannels: number, more: object = {}): string {
  const data = { trunkId, channelDays: 30, peakChannels, region: "eu" };
  return verification("2026-10-05T00:00:00Z", { id, type: "trunk.channel", data, ...more });
}

beforeEach(async () => {
  await applyTerms(store.database, TERMS, { meters: METERS });
  await send(store.database, [trunk("a", "x", 10), trunk("b", "y", 20), trunk("c", "x", 30)]);
  await state(store.database, { kind: "void", items: named("c") });
});

const ITEMS = [
  trunk("d", "z", 5), // a third trunk: 100 more
  voiding("b"), // the second one goes: 100 less, and 10 channels less
  restoring("c"), // 30 channels: 20 more than 10
  correcting(trunk("a", "v", 40)), // another trunk: "x" is still there by "c"; 10 channels more
];

test("new, void, restored and corrected events are in what a backfill is shown to come to", async () => {
  await backfill.open();
  await backfill.add(ITEMS);
  // Two trunks and 20 channels, 220.00, become three and 40, 340.00.
  expect((await backfill.show()).effects).toMatchObject([{ events: "4", money: "120.00" }]);
  await backfill.close();
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual([
    "2026-10 trunks 3 300.00",
    "2026-10 busy 3 40.00",
  ]);
});

test("a month that was stated is shown as it will be adjusted", async () => {
  await close(store.database, "2026-10");
  await backfill.open();
  await backfill.add([correcting(trunk("b", "x", 20))]);
  expect((await backfill.show()).effects).toMatchObject([{ money: "-100.00" }]);
  await backfill.close();
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual(["2026-10 trunks 2 -100.00"]);
});

test("a preview leaves nothing behind that a meter reads", async () => {
  await backfill.open();
  await backfill.add(ITEMS);
  await backfill.show();
  await backfill.show();
  const keeper = await openBookKeeper(store.database);
  const range = { from: "2026-10-01T00:00:00Z", to: "2026-11-01T00:00:00Z" };
  const rows = await readMeter(store.database, keeper, { meter: "trunks", ...range, groupBy: [] });
  expect(rows).toMatchObject([{ value: { numerator: 2n } }]);
});

test("events that a re-rating moves to another account are read there", async () => {
  const accounts = {
    shop: { party: "hofladen" },
    annex: { party: "hofladen", aliases: [{ name: "trunk-7" }] },
  };
  const agreement = {
    party: "hofladen",
    role: "customer",
    currency: "EUR",
    timeZone: "UTC",
    cycle: "monthly",
  };
  const agreementOf = (account: string, terms: readonly object[]) => ({
    ...agreement,
    accounts: [account],
    versions: [{ from: "2026-01-01", terms }],
  });
  const [trunks] = TERMS;
  const apply = (aliases: object) =>
    applyTerms(store.database, TERMS, {
      meters: METERS,
      accounts: { ...accounts, ...aliases },
      agreements: { hofladen: agreementOf("shop", TERMS), annex: agreementOf("annex", [trunks!]) },
    });
  await apply({});
  await send(store.database, [trunk("e", "w", 1, { subject: "trunk-7" })]);
  await apply({
    annex: { party: "hofladen" },
    shop: { party: "hofladen", aliases: [{ name: "trunk-7" }] },
  });
  const shown = (await preview(store.database)).effects;
  expect(shown.map(({ agreement: name, money }) => [name, money])).toEqual([
    ["annex", "-100.00"],
    ["hofladen", "100.00"],
  ]);
  await rerate(store.database);
  await close(store.database, "2026-10");
  expect((await linesOf(store.database, "2026-10"))[0]).toBe("2026-10 trunks 3 300.00");
});
