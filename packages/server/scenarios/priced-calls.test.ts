/** Calls by time bands, with bounds and a surcharge: applied, sent, stated and explained. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { explainEvent } from "../src/explain/explain-event.ts";
import { explainLine } from "../src/explain/explain-line.ts";
import { listLineEvents } from "../src/explain/list-line-events.ts";
import { renderExplanation } from "../src/explain/render-explanation.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { applyTerms, close, linesOf, send, verification } from "./small-world.ts";

let store: TestDatabase;
beforeEach(async () => {
  store = await createTestDatabase();
});
afterEach(() => store.drop());

const DECKS = {
  retail: {
    key: "prefix",
    currency: "EUR",
    per: "minute",
    timeZone: "Europe/Berlin",
    holidays: ["2026-10-03"],
    timeBands: {
      peak: {
        days: ["mon", "tue", "wed", "thu", "fri"],
        times: ["08:00-18:00"],
        holidays: "except",
        weight: 1,
      },
      offpeak: {},
    },
    versions: [
      {
        from: "2026-01-01",
        csv: [
          "key,name,rate,initialIncrement,subsequentIncrement,timeBand,attemptFee",
          "49,Germany,0.10,1,1,peak,0.0005",
          "49,Germany,0.04,1,1,offpeak,0.0005",
          "33,France,0.02,60,60,,",
        ].join("\n"),
      },
    ],
  },
};

const CALLS = {
  id: "calls",
  title: "Calls",
  on: "voice.call",
  price: {
    model: "deck",
    deck: "retail",
    call: { durationRounding: "nearest", graceSeconds: 3, roundingMode: "up", roundingDecimals: 4 },
  },
};

const ORIGIN = {
  id: "origin",
  title: "Calls from outside the EEA",
  on: "voice.call",
  where: { originClass: ["nonEea", "invalid"] },
  price: { model: "surcharge", on: "calls", rate: "0.25", per: "minute" },
};

function call(id: string, time: string, seconds: number, more: object = {}): string {
  return verification(time, {
    id,
    type: "voice.call",
    data: {
      direction: "outbound",
      from: "+4915112345678",
      to: "+493012345678",
      status: "answered",
      durationSeconds: seconds,
      ...more,
    },
  });
}

/** A Thursday; 18:00 in Berlin is 16:00 in UTC. */
const EVENTS = [
  call("edge", "2026-10-01T15:59:20Z", 120.4),
  call("feast", "2026-10-03T10:00:00Z", 60),
  call("short", "2026-10-01T10:00:00Z", 2),
  call("busy", "2026-10-01T10:00:00Z", 0, { status: "busy" }),
  call("far", "2026-10-01T10:00:00Z", 90, { from: "+12125550100" }),
  call("round", "2026-10-01T10:00:00Z", 61, { to: "+33612345678" }),
];

async function sentences(id: string): Promise<string[]> {
  const explained = await explainEvent(store.database.pool("reader"), `switch/${id}`);
  if (explained.kind !== "event") throw new Error(explained.sentence);
  return explained.charges.map(({ sentence }) => sentence);
}

async function trace(id: string): Promise<string> {
  const db = store.database.pool("reader");
  return renderExplanation(await explainEvent(db, `switch/${id}`), "trace");
}

test("a month of calls is stated to the cent, and each of them says why (V7, V10, V20)", async () => {
  await applyTerms(store.database, [CALLS, ORIGIN], { decks: DECKS });
  expect(new Set(await send(store.database, EVENTS))).toEqual(new Set(["accepted"]));
  // 0.12 + 0.04 + 0 + 0.0005 + 0.15 + 0.04, and 0.25 a minute of the one from New York.
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual([
    "2026-10 calls 6 0.35",
    "2026-10 origin 1 0.38",
  ]);

  expect(await sentences("edge")).toEqual([
    "hofladen owes 0.1200 EUR for its call to Germany: 120.4 s billed as 120 s (1/1) at " +
      "0.1000 EUR per minute for 40 s (peak), 0.0400 EUR per minute for 80 s (offpeak), " +
      "deck retail prefix 49 at peak from 2026-01-01.",
  ]);
  expect(await sentences("short")).toEqual([
    "hofladen owes nothing for its call to Germany: 2 s, shorter than the grace of 3 s, " +
      "deck retail prefix 49 at peak from 2026-01-01.",
  ]);
  expect(await sentences("busy")).toEqual([
    "hofladen owes 0.0005 EUR for its call to Germany (status busy): " +
      "the attempt fee of a call that was not answered, deck retail prefix 49 at peak from 2026-01-01.",
  ]);
  expect((await sentences("far")).toSorted()[1]).toBe(
    "hofladen owes 0.3750 EUR for its call to Germany: 90 s at 0.2500 EUR per minute that calls bills.",
  );
  expect(await sentences("feast")).toEqual([
    "hofladen owes 0.0400 EUR for its call to Germany: 60 s (1/1) at 0.0400 EUR per minute, " +
      "deck retail prefix 49 at offpeak from 2026-01-01.",
  ]);
  const steps = await trace("edge");
  expect(steps).toMatch(/duration +120 s, whole seconds \(nearest\)/);
  expect(steps).toMatch(/span +0\.1000 EUR per minute for 40 s \(peak\) +\[deck row \d+\]/);
  expect(steps).toMatch(/span +0\.0400 EUR per minute for 80 s \(offpeak\) +\[deck row \d+\]/);
  expect(steps).toMatch(/leg +rounded up from 0\.1200 EUR to 4 places/);
  expect(await trace("busy")).not.toMatch(/rounded once/);
});

test("too many short calls cost a surcharge at close, and say how many there were (V14)", async () => {
  const short = {
    id: "short",
    title: "Short calls",
    on: "voice.call",
    where: { status: "answered" },
    price: {
      model: "ratioSurcharge",
      per: "call",
      rate: "0.10",
      matching: { secondsMax: 6 },
      allowancePercent: "15",
      mode: "excessOnly",
    },
  };
  await applyTerms(store.database, [CALLS, short], { decks: DECKS });
  const calls = Array.from({ length: 10 }, (_, at) =>
    call(`short-${at}`, "2026-10-02T10:00:00Z", at < 4 ? 6 : 60),
  );
  const unanswered = call("ring", "2026-10-02T10:00:00Z", 0, { status: "noAnswer" });
  expect(new Set(await send(store.database, [...calls, unanswered]))).toEqual(
    new Set(["accepted"]),
  );
  expect(await sentences("short-0")).toContain(
    "hofladen has 1 call counted for its call to Germany: 0.1000 EUR per call beyond 15 % over the " +
      "whole period, priced when it is closed.",
  );
  await close(store.database, "2026-10");
  // 15 % of ten calls is one and a half: three of the four short ones exceed it.
  expect(await linesOf(store.database, "2026-10")).toEqual([
    "2026-10 calls 11 0.64",
    "2026-10 short 10 0.30",
  ]);
  const db = store.database.pool("reader");
  const line = renderExplanation(await explainLine(db, "stm_2026-10_hofladen/2"), "trace");
  expect(line).toMatch(/matching +4 calls of 10 calls/);
  expect(line).toMatch(/allowance +15 %, 1 call/);
  expect(line).toMatch(/charged +3 calls: 0\.3000 EUR/);
});

test("short calls are compared day by day where the contract says so: a line for each day of too many", async () => {
  const short = {
    id: "short",
    title: "Short calls",
    on: "voice.call",
    where: { status: "answered" },
    price: {
      model: "ratioSurcharge",
      per: "call",
      rate: "0.10",
      matching: { secondsMax: 6 },
      allowancePercent: "15",
      mode: "excessOnly",
      over: "utcDay",
    },
  };
  await applyTerms(store.database, [CALLS, short], { decks: DECKS });
  const onDay = (day: string, seconds: readonly number[]) =>
    seconds.map((length, at) => call(`${day}-${at}`, `2026-10-${day}T23:30:00Z`, length));
  // 1.5 of ten calls may be short; Berlin's day has changed by then, and at the month's end its month.
  const busy = onDay("02", [6, 6, 6, 6, 60, 60, 60, 60, 60, 60]);
  const calm = onDay("03", [6, 60, 60, 60, 60, 60, 60, 60, 60, 60]);
  const last = onDay("31", [6, 6]);
  expect(new Set(await send(store.database, [...busy, ...calm, ...last]))).toEqual(
    new Set(["accepted"]),
  );
  expect(await sentences("02-0")).toContain(
    "hofladen has 1 call counted for its call to Germany: 0.1000 EUR per call beyond 15 % over its " +
      "UTC day, priced when it is closed.",
  );
  await close(store.database, "2026-10");
  expect(
    (await linesOf(store.database, "2026-10")).filter((line) => line.includes("short")),
  ).toEqual(["2026-10 short 10 0.30", "2026-10 short 2 0.20"]);
  const db = store.database.pool("reader");
  const events = await listLineEvents(db, "stm_2026-10_hofladen/3", {
    after: undefined,
    limit: 10,
  });
  expect(events.data).toHaveLength(2);
});

test("a table of exchanges tells states, from when it is applied, and the charge says which", async () => {
  const exchangeTables = {
    us: { csv: "code,state,lata\n423,TN,956\n423239,VA,956\n276,VA,932\n" },
  };
  const us = {
    key: "prefix",
    currency: "EUR",
    per: "minute",
    versions: [{ from: "2026-01-01", csv: "key,interRate,intraRate\n1,0.01,0.02\n" }],
  };
  const calls = { ...CALLS, price: { model: "deck", deck: "us" } };
  const charged = async (id: string): Promise<string> => {
    const ends = { from: "+14232390100", to: "+12766690100" };
    expect(await send(store.database, [call(id, "2026-10-02T10:00:00Z", 60, ends)])).toEqual([
      "accepted",
    ]);
    return await trace(id);
  };
  await applyTerms(store.database, [calls], { decks: { us } });
  expect(await charged("by-code")).toMatch(/inter: .* different states, TN and VA/);
  const bundle = { decks: { us: { ...us, exchanges: "us" } }, exchangeTables };
  await applyTerms(store.database, [calls], bundle);
  expect(await charged("by-table")).toMatch(/intra: .* one state, VA/);
});

test("rows by band and group are stored, withdrawn and brought back as versions change", async () => {
  const price = async (): Promise<string[]> => {
    const event = call(`again-${++count}`, "2026-10-01T10:00:00Z", 60);
    expect(await send(store.database, [event])).toEqual(["accepted"]);
    return await sentences(`again-${count}`);
  };
  let count = 0;
  const version = (csv: string) => {
    const retail = { ...DECKS.retail, versions: [{ from: "2026-01-01", csv }] };
    return applyTerms(store.database, [CALLS], { decks: { retail } });
  };
  await version("key,rate,timeBand\n49,1,peak\n49,2,\n");
  expect((await price())[0]).toMatch(/owes 1\.0000 EUR .* prefix 49 at peak from/);
  await version("key,rate,timeBand\n49,2,\n");
  expect((await price())[0]).toMatch(/owes 2\.0000 EUR .* prefix 49 from/);
  await version("key,rate,timeBand,minCharge\n49,1,peak,5\n49,2,,\n");
  expect((await price())[0]).toMatch(/owes 5\.0000 EUR .* raised from 1\.0000 EUR to the minimum/);
});
