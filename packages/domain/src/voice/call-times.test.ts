/** Calls whose price follows the time: bands, and rates that change in mid-call (handbook §2.5). */
import { expect, test } from "vitest";
import type { CallRules } from "../catalogue/call-rules.ts";
import type { TestDeck, TestRow } from "../rating/fixtures/small-book.ts";
import { pico } from "./fixtures/call-rates.ts";
import { cost, data, world } from "./fixtures/call-world.ts";

const PEAK: TestDeck = {
  timeZone: "UTC",
  timeBands: { peak: { times: ["08:00-18:00"], weight: 1 }, offpeak: {} },
  rows: [],
};

function banded(increments: string): TestDeck {
  return {
    ...PEAK,
    rows: [
      { key: "44", rate: "0.10", increments, timeBand: "peak" },
      { key: "44", rate: "0.04", increments, timeBand: "offpeak" },
    ],
  };
}

test.each<[string, string, CallRules, string]>([
  ["cut at the edge", "1/1", {}, "0.12"],
  ["by the start of each increment", "60/60", { timeBandPolicy: "incrementStart" }, "0.14"],
  ["by the band at answer", "60/60", { timeBandPolicy: "callStart" }, "0.20"],
])("handbook V7: peak to off-peak, %s", (_, increments, call, amount) => {
  const tested = world(banded(increments), { call });
  expect(cost(tested, data(120), "2026-10-01T17:59:20Z").amount).toBe(pico(amount));
});

test("handbook V7 is recorded: each span with its row and its billed time", () => {
  const { steps } = cost(world(banded("1/1")), data(120), "2026-10-01T17:59:20Z");
  expect(steps).toBe("s1:1000:39000~s2:0:80000");
});

test("handbook V8: a call over the hour that is lived twice is one span of a minute", () => {
  const deck: TestDeck = {
    timeZone: "Europe/London",
    timeBands: { night: { times: ["01:00-02:00"] } },
    rows: [
      { key: "44", rate: "0.06", increments: "1/1", timeBand: "night" },
      { key: "44", rate: "9", increments: "1/1" },
    ],
  };
  expect(cost(world(deck), data(60), "2026-10-25T00:59:30Z")).toEqual({
    amount: pico("0.06"),
    billed: 60_000,
    steps: "",
  });
});

test("a call of days goes through all its bands", () => {
  const { amount, billed } = cost(world(banded("60/60")), data(2 * 86_400));
  expect(billed).toBe(2 * 86_400_000);
  expect(amount).toBe(pico("0.10") * 20n * 60n + pico("0.04") * 28n * 60n);
});

test("a call of more than 100 days waits if its price follows the time, and only then", () => {
  const long = data(101 * 86_400);
  expect(cost(world(banded("60/60")), long).amount).toBe("rating.call-too-long");
  const atAnswer = world(banded("60/60"), { call: { timeBandPolicy: "callStart" } });
  expect(cost(atAnswer, long).amount).toBe(pico("0.10") * 101n * 1440n);
});

test("a destination without a rate at that time is not free, nor another one's", () => {
  const deck: TestDeck = {
    ...PEAK,
    rows: [
      { key: "4", rate: "0.01" },
      { key: "44", rate: "0.10", timeBand: "peak" },
    ],
  };
  expect(cost(world(deck), data(60), "2026-10-01T20:00:00Z").amount).toBe("rating.no-rate");
  expect(cost(world(deck), data(120), "2026-10-01T17:59:00Z").amount).toBe("rating.no-rate");
  expect(cost(world(deck), data(60), "2026-10-01T17:59:00Z").amount).toBe(pico("0.10"));
});

test("the row of no band is for the times that no other has; a heavier band goes first", () => {
  const deck: TestDeck = {
    timeZone: "UTC",
    holidays: ["2026-12-25"],
    timeBands: {
      day: { times: ["08:00-18:00"] },
      feast: { holidays: "only", weight: 5 },
    },
    rows: [
      { key: "44", rate: "3", timeBand: "feast" },
      { key: "44", rate: "2", timeBand: "day" },
      { key: "44", rate: "1" },
    ],
  };
  const at = (time: string) => cost(world(deck), data(60), time).amount;
  expect(at("2026-12-24T20:00:00Z")).toBe(pico("1"));
  expect(at("2026-12-24T12:00:00Z")).toBe(pico("2"));
  expect(at("2026-12-25T12:00:00Z")).toBe(pico("3"));
});

test.each<[string, CallRules, string]>([
  ["at answer", {}, "0.010"],
  ["from when it is in force", { rateChange: "splitAtEffective" }, "0.012"],
])("handbook V13: a rate that changes in mid-call counts %s", (_, call, amount) => {
  const rows: TestRow[] = [
    { key: "44", rate: "0.010", increments: "1/1" },
    { key: "44", rate: "0.014", increments: "1/1", from: "2026-03-01T00:00:00Z" },
  ];
  const tested = world({ rows }, { call: { ...call, durationRounding: "nearest" } });
  expect(cost(tested, data(60), "2026-02-28T23:59:30Z").amount).toBe(pico(amount));
});

test("the connect fee is that at answer, whatever comes into force in mid-call", () => {
  const rows: TestRow[] = [
    { key: "44", rate: "0.010", connectFee: "1", increments: "1/1" },
    { key: "44", rate: "0.014", connectFee: "5", increments: "1/1", from: "2026-03-01T00:00:00Z" },
  ];
  const tested = world({ rows }, { call: { rateChange: "splitAtEffective" } });
  expect(cost(tested, data(60), "2026-02-28T23:59:30Z").amount).toBe(pico("1.012"));
});

test("a longer prefix that comes into force in mid-call takes over; one that ends leaves no rate", () => {
  const rows: TestRow[] = [
    { key: "44", rate: "0.010", increments: "1/1" },
    { key: "447", rate: "0.06", increments: "1/1", from: "2026-03-01T00:00:00Z" },
    { key: "33", rate: "0.010", increments: "1/1" },
    { key: "33", state: "withdrawn", from: "2026-03-01T00:00:00Z" },
  ];
  const tested = world({ rows }, { call: { rateChange: "splitAtEffective" } });
  const at = (to: string) => cost(tested, data(60, { to }), "2026-02-28T23:59:30Z").amount;
  expect(at("+447400123456")).toBe(pico("0.035"));
  expect(at("+33612345678")).toBe("rating.no-rate");
});
