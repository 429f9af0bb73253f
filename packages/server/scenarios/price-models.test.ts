/** Price models from the catalogue to the statement and its explanation. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { explainLine } from "../src/explain/explain-line.ts";
import { loadStatement } from "../src/statements/statement-views.repo.ts";
import { createTestDatabase, type TestDatabase } from "../test/test-database.ts";
import { applyTerms, close, linesOf, send, verification } from "./small-world.ts";

let store: TestDatabase;
beforeEach(async () => {
  store = await createTestDatabase();
});
afterEach(() => store.drop());

const verify = (id: string, price: object) => {
  return { id, on: "verify.check", price: { per: "verification", ...price } };
};

async function use(times: number, day = "2026-10-05"): Promise<void> {
  const events = Array.from({ length: times }, () => verification(`${day}T00:00:00Z`));
  await send(store.database, events);
}

const checks = { per: { quantity: "verifications", size: 1 } };

test("each model prices the month's quantity in its own way", async () => {
  await applyTerms(store.database, [
    verify("package", { model: "package", size: "10", rate: "15" }),
    verify("steps", {
      model: "stairStep",
      tiers: [
        { upTo: "11", flat: "29" },
        { upTo: null, flat: "99" },
      ],
    }),
    verify("blocks", {
      model: "graduatedBlocks",
      tiers: [
        { blocks: "1", size: "10", rate: "4" },
        { blocks: null, size: "1", rate: "0.5" },
      ],
    }),
    verify("all-blocks", {
      model: "volumeBlocks",
      tiers: [
        { blocks: "1", size: "10", rate: "4" },
        { blocks: null, size: "5", rate: "0.5" },
      ],
    }),
    verify("percents", {
      model: "graduatedPercentage",
      ...checks,
      tiers: [
        { upTo: "10", percent: "3" },
        { upTo: null, percent: "50" },
      ],
    }),
    verify("percent", { model: "periodPercentage", ...checks, percent: "50", feePerEvent: "0.1" }),
    verify("dozens", {
      model: "graduated",
      convert: { divide: "12", rounding: "up" },
      tiers: [{ upTo: null, rate: "7" }],
      discountPercent: "10",
    }),
    verify("capped", { model: "volume", tiers: [{ upTo: null, rate: "2" }], maximum: "20" }),
  ]);
  await use(12);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual([
    "2026-10 package 12 30.00",
    "2026-10 steps 12 99.00",
    "2026-10 blocks 12 5.00",
    "2026-10 all-blocks 12 1.50",
    "2026-10 percents 12 1.30",
    "2026-10 percent 12 7.20",
    "2026-10 dozens 12 6.30",
    "2026-10 capped 12 20.00",
  ]);
  const capped = await explainLine(store.database.pool("reader"), "stm_2026-10_hofladen/8");
  expect(capped.steps.map(({ name, value }) => `${name}: ${value}`)).toContain(
    "maximum: 20.0000 EUR at most in the period: 4.0000 EUR taken off",
  );
});

test("a minimum is due without usage, and late usage fills it before it costs more", async () => {
  const tiers = [{ upTo: null, rate: "2" }];
  await applyTerms(store.database, [
    verify("verify", { model: "graduated", tiers, minimum: "10" }),
  ]);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 verify 0 10.00"]);
  await use(3);
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual(["2026-11 verify 0 10.00"]);
  await use(3);
  await close(store.database, "2026-12");
  expect(await linesOf(store.database, "2026-12")).toEqual([
    "2026-12 verify 0 10.00",
    "2026-10 verify 6 2.00",
  ]);
});

const fee = (price: object, id = "fee") => ({ id, price: { model: "fixedFee", ...price } });

test("a fee in advance is stated a month ahead, and once", async () => {
  await applyTerms(store.database, [fee({ amount: "31", due: "inAdvance", prorate: true })]);
  await close(store.database, "2026-01");
  expect(await linesOf(store.database, "2026-01")).toEqual([
    "2026-01 fee 1 31.00",
    "2026-02 fee 1 31.00",
  ]);
  await close(store.database, "2026-02");
  expect(await linesOf(store.database, "2026-02")).toEqual(["2026-03 fee 1 31.00"]);
});

test("a fee in advance gives back the days after the agreement's end", async () => {
  const terms = [fee({ amount: "31", due: "inAdvance", prorate: true })];
  await applyTerms(store.database, terms);
  await close(store.database, "2026-09");
  await applyTerms(store.database, terms, {}, { to: "2026-10-15" });
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 fee 1 -17.00"]);
});

test("a month that was paid in advance and never came is given back whole", async () => {
  const terms = [fee({ amount: "31", due: "inAdvance" })];
  await applyTerms(store.database, terms);
  await close(store.database, "2026-09");
  await applyTerms(store.database, terms, {}, { to: "2026-10-01" });
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 fee 0 -31.00"]);
  const again = await close(store.database, "2026-11");
  expect(again.statements).toEqual([]);
});

const PAYMENTS = {
  eventTypes: {
    "payment.made": {
      title: "Payment",
      channel: "payments",
      schema: { type: "object", required: ["amount"] },
      quantities: { cents: { field: "amount", times: 100 } },
      dimensions: { method: { field: "method" }, country: { field: "country" } },
    },
  },
};

function payment(data: object): string {
  return verification("2026-10-05T00:00:00Z", { type: "payment.made", data });
}

test("an event that carries its price costs a factor of it, within its limits", async () => {
  const price = { model: "dynamic", price: "cents", factor: "0.029", minimumPerEvent: "0.20" };
  await applyTerms(store.database, [{ id: "fees", on: "payment.made", price }], PAYMENTS);
  await send(store.database, [payment({ amount: "100.00" }), payment({ amount: "4.00" })]);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 fees 2 3.10"]);
});

test("a matrix has a line for each rate, and an event without one waits", async () => {
  const price = {
    model: "matrix",
    per: { quantity: "cents", size: 10_000 },
    by: ["method", "country"],
    rates: [
      { when: { method: "card", country: ["DE", "AT"] }, rate: "1.5" },
      { when: { method: "wallet", country: "DE" }, rate: "2" },
    ],
  };
  await applyTerms(store.database, [{ id: "fees", on: "payment.made", price }], PAYMENTS);
  const outcomes = await send(store.database, [
    payment({ amount: "100.00", method: "card", country: "DE" }),
    payment({ amount: "50.00", method: "wallet", country: "DE" }),
  ]);
  expect(outcomes).toEqual(["accepted", "accepted"]);
  await close(store.database, "2026-10");
  expect((await linesOf(store.database, "2026-10")).sort()).toEqual([
    "2026-10 fees 1 1.00",
    "2026-10 fees 1 1.50",
  ]);
  const elsewhere = payment({ amount: "1.00", method: "card", country: "FR" });
  expect(await send(store.database, [elsewhere])).toEqual(["quarantined"]);
});

test("an agreement overrides single fields of its plan, and the price ramps with its age", async () => {
  const planned = {
    ...verify("verify", { model: "graduated", tiers: [{ upTo: null, rate: "2" }], minimum: "5" }),
    ramp: [{ month: 11, price: { minimum: "8" } }],
  };
  const plans = { basic: { terms: [planned, fee({ amount: "10" })] } };
  const version = {
    plan: "basic",
    overrides: { verify: { price: { tiers: [{ upTo: null, rate: "1.50" }] } } },
  };
  await applyTerms(store.database, [], { plans }, version);
  await use(2);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual([
    "2026-10 verify 2 5.00",
    "2026-10 fee 1 10.00",
  ]);
  await use(7, "2026-11-05");
  await close(store.database, "2026-11");
  expect(await linesOf(store.database, "2026-11")).toEqual([
    "2026-11 verify 7 10.50",
    "2026-11 fee 1 10.00",
  ]);
  await close(store.database, "2026-12");
  expect(await linesOf(store.database, "2026-12")).toEqual([
    "2026-12 verify 0 8.00",
    "2026-12 fee 1 10.00",
  ]);
});

const allowance = (more: object) =>
  verify("verify", { model: "graduated", tiers: [{ upTo: null, rate: "1" }], ...more });

test("units that a month did not use are free in the next, and late usage takes them back", async () => {
  const terms = [allowance({ included: "10", rollover: { months: 1 } })];
  await applyTerms(store.database, terms, {}, { from: "2026-09-01" });
  await use(4, "2026-09-20");
  await close(store.database, "2026-09");
  expect(await linesOf(store.database, "2026-09")).toEqual(["2026-09 verify 4 0.00"]);
  await use(18);
  await close(store.database, "2026-10");
  // 6 of September's and 10 of October's are free.
  expect(await linesOf(store.database, "2026-10")).toEqual(["2026-10 verify 18 2.00"]);
  const line = await explainLine(store.database.pool("reader"), "stm_2026-10_hofladen/1");
  expect(line.parts[0]!.steps.map(({ name, value }) => `${name}: ${value}`)).toContain(
    "rollover: 6 verifications from earlier months, 0 verifications to later ones",
  );
  await use(5, "2026-09-21");
  await close(store.database, "2026-11");
  // September's own units still cover its 9, but only 1 of them is left for October's 18.
  expect(await linesOf(store.database, "2026-11")).toEqual(["2026-10 verify 18 5.00"]);
});

test("accounts share a pool of what each that was used brings along, or use their own alone", async () => {
  const accounts = { shop: { party: "hofladen" }, stall: { party: "hofladen" } };
  const agreement = { accounts: ["shop", "stall"] };
  const terms = [
    { ...allowance({ includedPerAccount: { units: "10" } }), id: "pooled" },
    { ...allowance({ includedPerAccount: { units: "10", pooled: false } }), id: "own" },
  ];
  await applyTerms(store.database, terms, { accounts }, {}, agreement);
  await use(15);
  await send(store.database, [verification("2026-10-06T00:00:00Z", { subject: "stall" })]);
  await close(store.database, "2026-10");
  expect(await linesOf(store.database, "2026-10")).toEqual([
    "2026-10 pooled 16 0.00",
    "2026-10 own 16 5.00",
  ]);
  const line = await explainLine(store.database.pool("reader"), "stm_2026-10_hofladen/2");
  expect(line.parts[0]!.steps.map(({ name, value }) => `${name}: ${value}`).slice(-2)).toEqual([
    "account: shop: 10 verifications free of 15 verifications",
    "account: stall: 1 verification free of 1 verification",
  ]);
});

test("a partner's share of a month's margin goes through tiers at close, late usage too", async () => {
  const price = (rate: string) => ({ model: "perUnit", rate, per: "verification" });
  const other = (role: string, term: object) => ({
    party: "other",
    role,
    currency: "EUR",
    timeZone: "UTC",
    cycle: "monthly",
    accounts: ["shop"],
    versions: [{ from: "2026-01-01", terms: [term] }],
  });
  const share = {
    id: "share",
    on: "verify.check",
    price: {
      model: "graduatedShare",
      of: "margin",
      tiers: [
        { upTo: "3", percent: "10" },
        { upTo: null, percent: "50" },
      ],
    },
  };
  await applyTerms(store.database, [], {
    parties: { hofladen: { name: "Hofladen" }, other: { name: "Other" } },
    agreements: {
      hofladen: {
        ...other("customer", { id: "verify", on: "verify.check", price: price("0.75") }),
        party: "hofladen",
      },
      supplier: other("supplier", { id: "cost", on: "verify.check", price: price("0.25") }),
      partner: other("partner", share),
    },
  });
  await use(4);
  await close(store.database, "2026-10");
  const shared = async (period: string) => {
    const reader = store.database.pool("reader");
    const { lines } = await loadStatement(reader, `stm_${period}_partner`);
    return lines.map((line) => [line.servicePeriod, line.term, line.events, line.money].join(" "));
  };
  // A margin of 2.00 at 10 %; then 5.00: 0.30 and 1.00, less what is stated.
  expect(await shared("2026-10")).toEqual(["2026-10 share 4 0.20"]);
  const line = await explainLine(store.database.pool("reader"), "stm_2026-10_partner/1");
  expect(line.parts[0]!.steps.map(({ name, value }) => `${name}: ${value}`)).toEqual([
    "base: 2.0000 EUR",
    "tiers: graduated percentage: each part of the money at the percentage of its tier",
    "tier 1: 2.0000 EUR at 10 %: 0.2000 EUR",
    "sum of tiers: 0.2000 EUR, rounded once, half-even at 12 places",
  ]);
  await use(6);
  await close(store.database, "2026-11");
  expect(await shared("2026-11")).toEqual(["2026-10 share 10 1.10"]);
});
