import { expect, test } from "vitest";
import type { Term } from "../catalogue/catalogue.ts";
import { parseInstant } from "../instant.ts";
import { explainLine, explainStatement } from "./explain-line.ts";
import { lineTable } from "./line-table.ts";
import type { RecordedLine, RecordedStatement } from "./recorded.ts";
import { trace } from "./trace.ts";

const PICO = 1_000_000_000_000n;

const CALLS: Term = {
  id: "voice",
  title: "Outbound calls",
  on: "voice.call",
  price: { model: "perUnit", rate: "0.01", per: "minute" },
};

const EVENTS: RecordedLine = {
  number: 3,
  servicePeriod: "2026-10",
  term: "voice",
  dimensions: { channel: "voice.outbound", country: "DE" },
  count: 5000n,
  quantity: 7_404_000n,
  amount: (12_345n * PICO) / 10_000n,
  stated: 0n,
  money: 123n,
  derivation: [
    {
      kind: "events",
      termVersion: 12,
      count: "5000",
      quantity: "7404000",
      amount: "1.2345",
      base: null,
    },
  ],
  earlier: [],
  terms: new Map([[12, CALLS]]),
  measure: "milliseconds",
};

function statement(lines: readonly RecordedLine[]): RecordedStatement {
  return {
    id: "stm_2026-10_briefwerk",
    agreement: {
      name: "briefwerk",
      body: {
        party: "briefwerk",
        role: "customer",
        currency: "EUR",
        timeZone: "Europe/Berlin",
        cycle: "monthly",
        accounts: [],
        versions: [],
      },
    },
    period: "2026-10",
    firstDay: "2026-10-01",
    endDay: "2026-11-01",
    issuedAt: parseInstant("2026-11-01T06:00:00Z"),
    cut: 2,
    currency: "EUR",
    total: lines.reduce((sum, { money }) => sum + money, 0n),
    lines,
  };
}

const explained = (line: RecordedLine) => explainLine(statement([line]), line);

test("a line states its exact amount, rounded once", () => {
  expect(explained(EVENTS).sentence).toBe(
    "stm_2026-10_briefwerk/3 states 1.23 EUR for Outbound calls (channel voice.outbound, country DE) in 2026-10 from 5000 events: exactly 1.2345 EUR, rounded half-even.",
  );
});

test("a line's trace goes from the charges to the money and on to the events", () => {
  expect(trace(explained(EVENTS).steps).split("\n")).toEqual([
    "  agreement       briefwerk with briefwerk as customer  [stm_2026-10_briefwerk]",
    "  term            voice, Outbound calls  [statement line stm_2026-10_briefwerk/3]",
    "  service period  2026-10  [statement line stm_2026-10_briefwerk/3]",
    "  split by        channel voice.outbound, country DE  [statement line stm_2026-10_briefwerk/3]",
    "  charges         5000 events, 7404 s: 1.2345 EUR, added exactly  [term version 12]",
    "  amount          1.2345 EUR, exact, up to cut 2  [statement line stm_2026-10_briefwerk/3]",
    "  now             1.23 EUR, rounded half-even  [statement line stm_2026-10_briefwerk/3]",
    "  before          0.00 EUR  [statement line stm_2026-10_briefwerk/3]",
    "  difference      1.23 EUR: this line  [statement line stm_2026-10_briefwerk/3]",
    "  events          5000 events, listed by counterpart explain stm_2026-10_briefwerk/3 --events  [statement line stm_2026-10_briefwerk/3]",
  ]);
});

test("an adjustment names the original period, what it is now and what was stated where", () => {
  const line: RecordedLine = {
    ...EVENTS,
    number: 1,
    servicePeriod: "2026-09",
    stated: 120n,
    money: 3n,
    earlier: [
      { ref: "stm_2026-08_briefwerk/1", money: 121n },
      { ref: "stm_2026-09_briefwerk/2", money: -1n },
    ],
  };
  const adjustment = explained(line);
  expect(adjustment).toMatchObject({
    isAdjustment: true,
    before: "1.20",
    now: "1.23",
    difference: "0.03",
  });
  expect(adjustment.sentence).toBe(
    "stm_2026-10_briefwerk/1 adjusts Outbound calls (channel voice.outbound, country DE) of 2026-09 by 0.03 EUR: 1.23 now, 1.20 stated before.",
  );
  expect(adjustment.steps.map(({ value }) => value)).toEqual(
    expect.arrayContaining([
      "2026-09, an earlier one: an adjustment",
      "1.20 EUR: 1.21 EUR on stm_2026-08_briefwerk/1, -0.01 EUR on stm_2026-09_briefwerk/2",
    ]),
  );
});

test("a line whose events have all gone takes its money back", () => {
  const line: RecordedLine = {
    ...EVENTS,
    servicePeriod: "2026-09",
    count: 0n,
    quantity: 0n,
    amount: 0n,
    stated: 120n,
    money: -120n,
    derivation: [],
  };
  const gone = explained(line);
  expect(gone).toMatchObject({ before: "1.20", now: "0.00", difference: "-1.20", list: null });
  expect(gone.steps).toContainEqual(
    expect.objectContaining({ name: "parts", value: "none: nothing of it is left up to cut 2" }),
  );
});

test("tiers show what was included, and each tier's quantity, rate, fee and amount (handbook V19)", () => {
  const price = {
    model: "graduated",
    per: "minute",
    tiers: [
      { upTo: "10000", rate: "0.010" },
      { upTo: "50000", rate: "0.008" },
      { upTo: null, rate: "0.006" },
    ],
  } as const;
  const line: RecordedLine = {
    ...EVENTS,
    dimensions: {},
    quantity: 3_756_000_000n,
    amount: 496n * PICO,
    money: 49_600n,
    derivation: [
      {
        kind: "tiers",
        model: "graduated",
        termVersion: 13,
        counted: [13],
        amount: "496",
        unit: { quantity: "milliseconds", size: 60_000 },
        included: "6000000",
        tiers: [
          { tier: 1, quantity: "600000000", rate: "0.01", flat: "0", amount: "100" },
          { tier: 2, quantity: "2400000000", rate: "0.008", flat: "1", amount: "321" },
          { tier: 3, quantity: "750000000", rate: "0.006", flat: "0", amount: "75" },
        ],
      },
    ],
    terms: new Map([[13, { ...CALLS, price }]]),
  };
  const [part] = explained(line).parts;
  expect(part!.steps.map(({ name, value }) => `${name}: ${value}`)).toEqual([
    "tiers: graduated: each unit at the rate of the tier that it falls in",
    "included: 6000 s free, taken off first",
    "tier 1: 600000 s at 0.0100 EUR per minute: 100.0000 EUR",
    "tier 2: 2400000 s at 0.0080 EUR per minute and 1.0000 EUR once: 321.0000 EUR",
    "tier 3: 750000 s at 0.0060 EUR per minute: 75.0000 EUR",
    "sum of tiers: 496.0000 EUR, rounded once, half-even at 12 places",
  ]);
});

test("a fee has no events behind it", () => {
  const fee = explained({
    ...EVENTS,
    term: "platform",
    dimensions: {},
    count: 1n,
    quantity: 1n,
    measure: "",
    amount: 49n * PICO,
    money: 4900n,
    derivation: [{ kind: "fee", termVersion: 14, amount: "49.00" }],
    terms: new Map([
      [14, { id: "platform", title: "Fee", price: { model: "fixedFee", amount: "49.00" } }],
    ]),
  });
  expect(fee).toMatchObject({ events: "0", quantity: "", list: null });
  expect(fee.sentence).toBe(
    "stm_2026-10_briefwerk/3 states 49.00 EUR for Fee in 2026-10: exactly 49.0000 EUR, rounded half-even.",
  );
  expect(fee.parts[0]!.steps).toEqual([
    { name: "fee", value: "49.0000 EUR, once in the period", from: "term version 14" },
  ]);
});

test("a prorated fee names its cycles", () => {
  const price = { model: "fixedFee", amount: "31", prorate: true } as const;
  const fee = explained({
    ...EVENTS,
    term: "platform",
    dimensions: {},
    count: 1n,
    quantity: 1n,
    measure: "",
    amount: 17n * PICO,
    money: 1700n,
    derivation: [
      {
        kind: "fee",
        termVersion: 14,
        amount: "17",
        fee: "31",
        cycles: [{ first: "2026-10-15", end: "2026-11-01", days: 17, cycleDays: 31 }],
      },
    ],
    terms: new Map([[14, { id: "platform", price }]]),
  });
  expect(fee.parts[0]!.steps.map(({ name, value }) => `${name}: ${value}`)).toEqual([
    "fee: 31.0000 EUR for a whole cycle",
    "cycle: from 2026-10-15 until 2026-11-01: 17 of the 31 days of a cycle",
    "sum of cycles: 17.0000 EUR, rounded once, half-even at 12 places",
  ]);
});

test("a share's part names what it was taken of, and each version of a term is a part", () => {
  const share: Term = { ...CALLS, price: { model: "percentage", of: "margin", percent: "10" } };
  const part = {
    kind: "events",
    count: "1",
    quantity: "0",
    amount: "0.0012",
    base: "0.012",
  } as const;
  const line = explained({
    ...EVENTS,
    measure: "",
    derivation: [
      { ...part, termVersion: 20 },
      { ...part, termVersion: 21 },
    ],
    terms: new Map([
      [20, share],
      [21, { ...share, title: "Share from July" }],
    ]),
  });
  expect(
    line.parts.map(({ termVersion, title, steps }) => [termVersion, title, steps[0]!.value]),
  ).toEqual([
    [20, "Outbound calls", "1 event: 0.0012 EUR, of a base of 0.0120 EUR, added exactly"],
    [21, "Share from July", "1 event: 0.0012 EUR, of a base of 0.0120 EUR, added exactly"],
  ]);
});

test("a statement is its lines", () => {
  const whole = explainStatement(statement([EVENTS, { ...EVENTS, number: 4, money: -3n }]));
  expect(whole.sentence).toBe(
    "stm_2026-10_briefwerk states 1.20 EUR for briefwerk in 2 lines, issued 2026-11-01T06:00:00Z of everything counted up to cut 2.",
  );
  expect(lineTable(whole.lines).rows[0]).toEqual([
    "3",
    "2026-10",
    "Outbound calls",
    "voice.outbound DE",
    "5000",
    "7404 s",
    "1.2345",
    "0.00",
    "1.23",
    "1.23",
    "EUR",
  ]);
});
