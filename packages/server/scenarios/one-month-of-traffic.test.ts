/** A diary: two months of a small provider, every figure worked out by hand beside it. */
import { parseInstant } from "@counterpart/domain/instant.ts";
import { parseMonth } from "@counterpart/domain/period.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyCatalogue } from "../src/catalogue/apply-catalogue.ts";
import { readCatalogueBundle } from "../src/catalogue/read-bundle.ts";
import type { ItemOutcome } from "../src/events/ingest.ts";
import { type IngestParts, openIngest } from "../src/main/open-counterpart.ts";
import { closePeriod } from "../src/statements/close-period.ts";
import { loadStatement } from "../src/statements/statement-views.repo.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { checkStore, NOTHING_FOUND } from "./crash-verify.ts";

/**
 * Kaveri, a customer in India, calls and sends messages. Ringfunk in Berlin resells to Hofladen. Calls go
 * over the carrier Atlas, which is paid in dollars. Tabs gets a fifth of what Hofladen pays to verify.
 */
const CATALOGUE = {
  provider: { name: "Northstar", homeCurrency: "EUR", timeZone: "UTC" },
  parties: {
    kaveri: { name: "Kaveri" },
    ringfunk: { name: "Ringfunk" },
    hofladen: { name: "Hofladen" },
    atlas: { name: "Atlas" },
    tabs: { name: "Tabs" },
  },
  accounts: {
    "kaveri-app": { party: "kaveri" },
    ringfunk: { party: "ringfunk" },
    "hofladen-shop": { party: "hofladen", parent: "ringfunk" },
  },
  sources: { switch: { reader: "cloudevents" } },
  eventTypes: {},
  decks: {
    "kaveri-voice": deck("INR", "key,rate,initialIncrement,subsequentIncrement\n44,3.00,60,1\n"),
    "ringfunk-voice": deck(
      "EUR",
      "key,rate,initialIncrement,subsequentIncrement\n49,0.010,60,60\n",
    ),
    "atlas-voice": deck(
      "USD",
      "key,rate,initialIncrement,subsequentIncrement\n44,0.0040,1,1\n49,0.0120,1,1\n",
    ),
  },
  plans: {},
  agreements: {
    kaveri: agreement(
      "kaveri",
      "customer",
      "INR",
      "Asia/Kolkata",
      ["kaveri-app"],
      [
        { id: "fee", price: { model: "fixedFee", amount: "999.00" } },
        voice({ model: "deck", deck: "kaveri-voice" }, { lines: ["country"] }),
        {
          id: "sms",
          on: "sms.message",
          price: {
            model: "graduated",
            per: "segment",
            included: "2",
            tiers: [
              { upTo: "3", rate: "0.30" },
              { upTo: null, rate: "0.20" },
            ],
          },
        },
      ],
    ),
    "ringfunk-wholesale": agreement(
      "ringfunk",
      "reseller",
      "EUR",
      "Europe/Berlin",
      ["ringfunk"],
      [
        voice({ model: "deck", deck: "ringfunk-voice" }),
        verify({ model: "perUnit", rate: "0.03", per: "verification" }),
      ],
    ),
    hofladen: {
      ...agreement(
        "hofladen",
        "customer",
        "EUR",
        "Europe/Berlin",
        ["hofladen-shop"],
        [
          voice({ model: "markup", on: "parentCharge", percent: "50", fixed: "0.001" }),
          verify({ model: "perUnit", rate: "0.05", per: "verification" }),
        ],
      ),
      seller: "ringfunk",
    },
    atlas: agreement("atlas", "supplier", "USD", "UTC", "all", [
      voice({ model: "deck", deck: "atlas-voice" }, { where: { carrier: "atlas" } }),
    ]),
    tabs: agreement(
      "tabs",
      "partner",
      "EUR",
      "UTC",
      ["hofladen-shop"],
      [verify({ model: "percentage", of: "customerCharge", percent: "20" })],
    ),
  },
  exchangeRates: [
    { currency: "USD", from: "2026-01-01", rate: "0.86" },
    { currency: "INR", from: "2026-01-01", rate: "0.0098" },
  ],
};

function deck(currency: string, csv: string): object {
  return { key: "prefix", currency, per: "minute", versions: [{ from: "2026-01-01", csv }] };
}

function voice(price: object, more: object = {}): object {
  return { id: "voice", on: "voice.call", price, ...more };
}

function verify(price: object): object {
  return { id: "verify", on: "verify.check", price };
}

function agreement(
  party: string,
  role: string,
  currency: string,
  timeZone: string,
  accounts: "all" | readonly string[],
  terms: readonly object[],
): object {
  const versions = [{ from: "2026-01-01", terms }];
  return { party, role, currency, timeZone, cycle: "monthly", accounts, versions };
}

let store: TestDatabase;
let today = "2026-10-01T00:00:00Z";
let parts: IngestParts;

beforeAll(async () => {
  store = await createTestDatabase();
  const read = await readCatalogueBundle(CATALOGUE);
  await applyCatalogue(store.database, { read, by: "test", dryRun: false });
  parts = await openIngest(store.database, { now: () => parseInstant(today) });
});

afterAll(async () => {
  await parts?.ingest.close();
  await store?.drop();
});

let last = 0;

async function send(...events: readonly object[]): Promise<ItemOutcome["outcome"][]> {
  const bodies = events.map((event) =>
    JSON.stringify({ specversion: "1.0", id: `event-${++last}`, source: "switch", ...event }),
  );
  const outcomes = await parts.ingest.submit({ bodies, lane: "single", sources: null });
  return outcomes.map(({ outcome }) => outcome);
}

const call = (subject: string, time: string, to: string, durationSeconds: number): object => ({
  type: "voice.call",
  subject,
  time,
  data: {
    direction: "outbound",
    from: "+491711234567",
    to,
    status: durationSeconds === 0 ? "busy" : "answered",
    durationSeconds,
    carrier: "atlas",
  },
});

const sms = (time: string, segments: number): object => ({
  type: "sms.message",
  subject: "kaveri-app",
  time,
  data: {
    direction: "outbound",
    from: "KAVERI",
    to: "+919812345678",
    segments,
    status: "delivered",
  },
});

const verification = (time: string, status: string): object => ({
  type: "verify.check",
  subject: "hofladen-shop",
  time,
  data: { channel: "sms", status, to: "+4915112345678" },
});

async function close(period: string): Promise<string[]> {
  const { statements } = await closePeriod(store.database, parts.keeper.book(), {
    period: parseMonth(period),
    now: parseInstant(today),
    dryRun: false,
    despiteQuarantine: false,
  });
  return statements.map(({ id }) => id).sort();
}

/** The lines of a statement as `period term events quantity money`, and its total. */
async function statement(id: string): Promise<{ lines: string[]; total: string }> {
  const { lines, total } = await loadStatement(store.database.pool("reader"), id);
  const words = lines.map(({ servicePeriod, term, dimensions, events, quantity, money }) =>
    [servicePeriod, term, ...Object.values(dimensions), events, quantity, money].join(" "),
  );
  return { lines: words, total };
}

test("5 Oct: Kaveri calls London for 61 seconds, and once more in vain", async () => {
  today = "2026-10-05T12:00:00Z";
  // Kaveri: 60 s and then by the second: 61 s at 3.00 a minute = 3.05 rupees.
  // Atlas: 61 s at 0.0040 a minute = 0.004066666667 dollars. In vain: nothing, for both.
  expect(
    await send(
      call("kaveri-app", "2026-10-05T09:00:00Z", "+442079460018", 61),
      call("kaveri-app", "2026-10-05T09:05:00Z", "+442079460018", 0),
    ),
  ).toEqual(["accepted", "accepted"]);
});

test("12 Oct: Hofladen calls Berlin for 90 seconds through its reseller", async () => {
  today = "2026-10-12T12:00:00Z";
  // Ringfunk: full minutes: 120 s at 0.010 = 0.020 euros.
  // Hofladen: half as much again as what Ringfunk pays, and 0.001 = 0.031 euros.
  // Atlas: 90 s at 0.0120 a minute = 0.018 dollars.
  expect(await send(call("hofladen-shop", "2026-10-12T08:00:00Z", "+493012345678", 90))).toEqual([
    "accepted",
  ]);
});

test("20 Oct: of four verifications one fails; Kaveri sends four segments", async () => {
  today = "2026-10-20T12:00:00Z";
  // Hofladen: 3 at 0.05 = 0.15; Ringfunk: 3 at 0.03 = 0.09; Tabs: a fifth of 0.15 = 0.03.
  expect(
    await send(
      verification("2026-10-20T08:00:00Z", "succeeded"),
      verification("2026-10-20T08:01:00Z", "succeeded"),
      verification("2026-10-20T08:02:00Z", "failed"),
      verification("2026-10-20T08:03:00Z", "succeeded"),
      sms("2026-10-20T08:04:00Z", 4),
    ),
  ).toEqual(["accepted", "accepted", "accepted", "accepted", "accepted"]);
});

test("31 Oct: the month ends at another hour in each zone", async () => {
  today = "2026-10-31T23:45:00Z";
  expect(
    await send(
      // 23:59:59 in Kolkata, which is 5:30 ahead: still October.
      sms("2026-10-31T18:29:59Z", 2),
      // 00:15 in Kolkata: November.
      sms("2026-10-31T18:45:00Z", 5),
      // 00:30 in Berlin, an hour ahead again since the 25th: November for Ringfunk and Hofladen, and
      // October for Tabs, whose agreement counts in UTC.
      verification("2026-10-31T23:30:00Z", "succeeded"),
    ),
  ).toEqual(["accepted", "accepted", "accepted"]);
});

test("1 Nov: October is closed to the cent", async () => {
  today = "2026-11-01T06:00:00Z";
  expect(await close("2026-10")).toEqual([
    "stm_2026-10_atlas",
    "stm_2026-10_hofladen",
    "stm_2026-10_kaveri",
    "stm_2026-10_ringfunk-wholesale",
    "stm_2026-10_tabs",
  ]);
  // Messages: 4 + 2 segments, 2 of them included: 3 × 0.30 + 1 × 0.20 = 1.10.
  // 999.00 + 3.05 + 1.10 = 1003.15 rupees.
  expect(await statement("stm_2026-10_kaveri")).toEqual({
    lines: ["2026-10 fee 1 1 999.00", "2026-10 voice GB 2 61000 3.05", "2026-10 sms 2 6 1.10"],
    total: "1003.15",
  });
  // 0.004066666667 + 0 + 0.018 = 0.022066666667 dollars: 0.02.
  expect(await statement("stm_2026-10_atlas")).toEqual({
    lines: ["2026-10 voice 3 151000 0.02"],
    total: "0.02",
  });
  expect(await statement("stm_2026-10_ringfunk-wholesale")).toEqual({
    lines: ["2026-10 voice 1 120000 0.02", "2026-10 verify 4 3 0.09"],
    total: "0.11",
  });
  // 0.031 is 0.03 as money; a markup bills no quantity of its own.
  expect(await statement("stm_2026-10_hofladen")).toEqual({
    lines: ["2026-10 voice 1 0 0.03", "2026-10 verify 4 3 0.15"],
    total: "0.18",
  });
  // A fifth of 0.15 and of the 0.05 that is November for Hofladen: 0.04.
  expect(await statement("stm_2026-10_tabs")).toEqual({
    lines: ["2026-10 verify 5 0 0.04"],
    total: "0.04",
  });
  expect(await close("2026-10")).toEqual([]);
});

test("2 Nov: a call and a message of October come late, the call twice", async () => {
  today = "2026-11-02T12:00:00Z";
  const late = call("kaveri-app", "2026-10-30T10:00:00Z", "+442079460018", 120);
  expect(await send({ ...late, id: "late-1" }, sms("2026-10-30T10:05:00Z", 1))).toEqual([
    "accepted",
    "accepted",
  ]);
  expect(await send({ ...late, id: "late-1" })).toEqual(["duplicate"]);
});

test("1 Dec: November's statements adjust October, and name it", async () => {
  today = "2026-12-01T06:00:00Z";
  await close("2026-11");
  // October now: calls 3.05 + 2 × 3.00 = 9.05, less 3.05 stated: 6.00.
  // Messages 7 segments, 5 to be paid: 3 × 0.30 + 2 × 0.20 = 1.30, less 1.10 stated: 0.20.
  // November: the fee and 5 segments, 3 to be paid: 0.90. 999.00 + 0.90 + 6.00 + 0.20 = 1006.10.
  expect(await statement("stm_2026-11_kaveri")).toEqual({
    lines: [
      "2026-11 fee 1 1 999.00",
      "2026-11 sms 1 5 0.90",
      "2026-10 voice GB 3 181000 6.00",
      "2026-10 sms 3 7 0.20",
    ],
    total: "1006.10",
  });
  // 0.022066666667 + 120 s at 0.0040 a minute = 0.030066666667: 0.03, less 0.02 stated.
  expect(await statement("stm_2026-11_atlas")).toEqual({
    lines: ["2026-10 voice 4 271000 0.01"],
    total: "0.01",
  });
  expect(await statement("stm_2026-11_hofladen")).toEqual({
    lines: ["2026-11 verify 1 1 0.05"],
    total: "0.05",
  });
  expect(await statement("stm_2026-11_ringfunk-wholesale")).toEqual({
    lines: ["2026-11 verify 1 1 0.03"],
    total: "0.03",
  });
  expect(await statement("stm_2026-11_tabs")).toEqual({ lines: [], total: "0.00" });
});

test("1 Jan: nothing came late any more, so December states its fee alone", async () => {
  today = "2027-01-01T06:00:00Z";
  await close("2026-12");
  expect(await statement("stm_2026-12_kaveri")).toEqual({
    lines: ["2026-12 fee 1 1 999.00"],
    total: "999.00",
  });
  expect(await statement("stm_2026-12_atlas")).toEqual({ lines: [], total: "0.00" });
  expect(await checkStore(store.database.pool("owner"))).toEqual(NOTHING_FOUND);
});
