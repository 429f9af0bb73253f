/** What happens to money that was counted when the catalogue changes, or months are closed out of order. */
import { parseInstant } from "@counterpart/domain/instant.ts";
import { parseMonth } from "@counterpart/domain/period.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { applyCatalogue } from "../src/catalogue/apply-catalogue.ts";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import { readCatalogueBundle } from "../src/catalogue/read-bundle.ts";
import { openIngest } from "../src/main/open-counterpart.ts";
import { closePeriod } from "../src/statements/close-period.ts";
import { loadStatement } from "../src/statements/statement-views.repo.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { CRASH_NOW } from "./crash-protocol.ts";

let store: TestDatabase;

beforeEach(async () => {
  store = await createTestDatabase();
});

afterEach(async () => {
  await store.drop();
});

type Terms = readonly object[];

const perCheck = (rate: string): object => ({
  id: "verify",
  on: "verify.check",
  price: { model: "perUnit", rate, per: "verification" },
});

const fee = (amount: string): object => ({ id: "fee", price: { model: "fixedFee", amount } });

async function apply(terms: Terms, to?: string): Promise<void> {
  const read = await readCatalogueBundle({
    provider: { name: "Northstar", homeCurrency: "EUR", timeZone: "UTC" },
    parties: { hofladen: { name: "Hofladen" } },
    accounts: { shop: { party: "hofladen" } },
    sources: { switch: { reader: "cloudevents" } },
    eventTypes: {},
    decks: {},
    plans: {},
    agreements: {
      hofladen: {
        party: "hofladen",
        role: "customer",
        currency: "EUR",
        timeZone: "UTC",
        cycle: "monthly",
        accounts: ["shop"],
        versions: [{ from: "2026-01-01", ...(to !== undefined && { to }), terms }],
      },
    },
    exchangeRates: [],
  });
  await applyCatalogue(store.database, { read, by: "test", dryRun: false });
}

let last = 0;

async function verifications(time: string, count: number): Promise<void> {
  const { ingest } = await openIngest(store.database, { now: () => CRASH_NOW, bulkWriters: 1 });
  const bodies = Array.from({ length: count }, () =>
    JSON.stringify({
      specversion: "1.0",
      id: `check-${++last}`,
      source: "switch",
      type: "verify.check",
      subject: "shop",
      time,
      data: { channel: "sms", status: "succeeded" },
    }),
  );
  const outcomes = await ingest.submit({ bodies, lane: "bulk", sources: null });
  await ingest.close();
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(bodies.map(() => "accepted"));
}

async function close(period: string): Promise<void> {
  const keeper = await openBookKeeper(store.database);
  await closePeriod(store.database, keeper.book(), {
    period: parseMonth(period),
    now: parseInstant("2027-02-01T00:00:00Z"),
    dryRun: false,
    despiteQuarantine: false,
  });
}

async function lines(period: string): Promise<string[]> {
  const statement = await loadStatement(store.database.pool("reader"), `stm_${period}_hofladen`);
  return statement.lines.map(({ servicePeriod, term, events, money }) =>
    [servicePeriod, term, events, money].join(" "),
  );
}

test("a price that was edited in place leaves what it has charged on the statement", async () => {
  await apply([perCheck("0.05")]);
  await verifications("2026-10-05T00:00:00Z", 3);
  await apply([perCheck("0.07")]);
  await verifications("2026-10-06T00:00:00Z", 2);
  await close("2026-10");
  // 3 × 0.05 + 2 × 0.07
  expect(await lines("2026-10")).toEqual(["2026-10 verify 5 0.29"]);
});

test("a term that was taken out leaves what it has charged on the statement", async () => {
  await apply([perCheck("0.05"), fee("10.00")]);
  await verifications("2026-10-05T00:00:00Z", 3);
  await apply([fee("10.00")]);
  await close("2026-10");
  expect(await lines("2026-10")).toEqual(["2026-10 fee 1 10.00", "2026-10 verify 3 0.15"]);
});

test("a tier that was edited in place prices the whole month", async () => {
  const tiered = (rate: string): object => ({
    id: "verify",
    on: "verify.check",
    price: { model: "graduated", per: "verification", tiers: [{ upTo: null, rate }] },
  });
  await apply([tiered("0.05")]);
  await verifications("2026-10-05T00:00:00Z", 3);
  await apply([tiered("0.07")]);
  await verifications("2026-10-06T00:00:00Z", 2);
  await close("2026-10");
  expect(await lines("2026-10")).toEqual(["2026-10 verify 5 0.35"]);
});

test("an event that comes late is stated, whatever was closed out of order meanwhile", async () => {
  await apply([perCheck("0.05")]);
  await verifications("2026-10-05T00:00:00Z", 1);
  await verifications("2026-11-05T00:00:00Z", 1);
  await close("2026-11");
  await verifications("2026-11-06T00:00:00Z", 1);
  await close("2026-10");
  await close("2026-12");
  // November's late event is in no statement of November or October.
  expect(await lines("2026-12")).toEqual(["2026-11 verify 2 0.05"]);
});

test("an event that comes late for an agreement that has ended is stated, once", async () => {
  await apply([perCheck("0.05"), fee("10.00")], "2026-11-01");
  await verifications("2026-10-05T00:00:00Z", 1);
  await close("2026-10");
  expect(await lines("2026-10")).toEqual(["2026-10 verify 1 0.05", "2026-10 fee 1 10.00"]);
  await verifications("2026-10-06T00:00:00Z", 2);
  await close("2026-11");
  expect(await lines("2026-11")).toEqual(["2026-10 verify 3 0.10"]);
  await close("2026-12");
  await expect(lines("2026-12")).rejects.toMatchObject({ code: "statement.unknown" });
});

test("a close with a catalogue that is not in force any more is refused", async () => {
  await apply([fee("10.00")]);
  const old = await openBookKeeper(store.database);
  await apply([fee("12.00")]);
  const closing = closePeriod(store.database, old.book(), {
    period: parseMonth("2026-10"),
    now: parseInstant("2027-02-01T00:00:00Z"),
    dryRun: false,
    despiteQuarantine: false,
  });
  await expect(closing).rejects.toMatchObject({ code: "catalogue.changed" });
  await close("2026-10");
  expect(await lines("2026-10")).toEqual(["2026-10 fee 1 12.00"]);
});
