import { expect, test } from "vitest";
import type { Term } from "../catalogue/catalogue.ts";
import type { Instant } from "../instant.ts";
import { checkZone, type Period } from "../period.ts";
import type { CompiledTerm } from "../rating/book.ts";
import { FOREVER } from "../rating/compile-book.ts";
import type { ServiceTotal } from "./line-group.ts";
import { priceServicePeriod } from "./price-service-period.ts";
import type { RetiredTerm, StatedTiers } from "./walk-versions.ts";

const OCTOBER: Period = {
  start: Date.parse("2026-10-01T00:00Z") as Instant,
  end: Date.parse("2026-11-01T00:00Z") as Instant,
};
const BEGINNING = Date.parse("2026-01-01T00:00Z") as Instant;
const MIDDLE = Date.parse("2026-10-15T00:00Z") as Instant;

/** As much of a compiled term as pricing a period needs. */
function version(id: number, term: Term, from = BEGINNING, to = FOREVER): CompiledTerm {
  return { id, term, from, to } as CompiledTerm;
}

function used(termVersion: number, quantity: bigint, amount = 0n, tuple = 1): ServiceTotal {
  return { termVersion, tuple, count: 1n, quantity, amount, base: 0n };
}

const FEE: Term = { id: "fee", price: { model: "fixedFee", amount: "49.00" } };
const CALLS: Term = {
  id: "calls",
  on: "voice.call",
  price: { model: "perUnit", rate: "0.01", per: "minute" },
};
const SMS: Term = {
  id: "sms",
  on: "sms.message",
  price: {
    model: "graduated",
    per: "segment",
    included: "100",
    tiers: [
      { upTo: "1000", rate: "0.01" },
      { upTo: null, rate: "0.005" },
    ],
  },
};
const EUR = {
  currency: "EUR",
  zone: checkZone("UTC"),
  retired: new Map<number, RetiredTerm>(),
  stated: new Map<string, StatedTiers[]>(),
};
const gone = (term: Term, from = BEGINNING): RetiredTerm => ({ term, from });
const amounts = (groups: readonly { term: string; amount: bigint }[]) =>
  Object.fromEntries(groups.map(({ term, amount }) => [term, Number(amount) / 1e12]));

test("events' amounts are added, tiers are walked over the whole month, a fee is due once", () => {
  const terms = [version(1, FEE), version(2, CALLS), version(3, SMS)];
  const totals = [
    used(2, 60_000n, 10n ** 10n, 1),
    used(2, 60_000n, 10n ** 10n, 2),
    used(3, 1_300n),
  ];
  const groups = priceServicePeriod({ ...EUR, terms }, totals, OCTOBER, true);
  // 1,300 − 100 included = 1,200: 1,000 × 0.01 + 200 × 0.005 = 11.
  expect(groups.map(({ term, tuple }) => `${term}/${tuple}`)).toEqual([
    "fee/0",
    "calls/1",
    "calls/2",
    "sms/0",
  ]);
  expect(amounts(groups)).toEqual({ fee: 49, calls: 0.01, sms: 11 });
});

test("tiers see the sum of all dimension values", () => {
  const totals = [used(3, 600n, 0n, 1), used(3, 700n, 0n, 2)];
  const groups = priceServicePeriod({ ...EUR, terms: [version(3, SMS)] }, totals, OCTOBER, true);
  expect(amounts(groups)).toEqual({ sms: 11 });
});

test("a fee that changes in mid-month is due once, at the version that began the month", () => {
  const dearer: Term = { id: "fee", price: { model: "fixedFee", amount: "59.00" } };
  const terms = [version(1, FEE, BEGINNING, MIDDLE), version(2, dearer, MIDDLE)];
  expect(amounts(priceServicePeriod({ ...EUR, terms }, [], OCTOBER, true))).toEqual({ fee: 49 });
});

test("a month that was never stated itself takes no fee when it is adjusted", () => {
  const terms = [version(1, FEE)];
  expect(priceServicePeriod({ ...EUR, terms }, [], OCTOBER, false)).toEqual([]);
});

test("what an edited version charged stays charged, on the same line as its successor's", () => {
  const edited = { ...CALLS, title: "Calls", price: { ...CALLS.price, rate: "0.02" } } as Term;
  const retired = new Map([[2, gone(CALLS)]]);
  const totals = [used(2, 60_000n, 10n ** 10n), used(4, 60_000n, 2n * 10n ** 10n)];
  const pricing = { ...EUR, terms: [version(4, edited)], retired };
  const [line] = priceServicePeriod(pricing, totals, OCTOBER, true);
  expect(line).toMatchObject({ term: "calls", amount: 3n * 10n ** 10n, count: 2n });
  expect(line!.derivation).toHaveLength(2);
});

test("what a term that was taken away charged stays charged", () => {
  const pricing = { ...EUR, terms: [], retired: new Map([[2, gone(CALLS)]]) };
  const [line] = priceServicePeriod(pricing, [used(2, 60_000n, 10n ** 10n)], OCTOBER, true);
  expect(line).toMatchObject({ term: "calls", amount: 10n ** 10n });
});

test("a retired version's quantity goes through the tiers of the version that took its place", () => {
  const retired = new Map([[3, gone(SMS)]]);
  const pricing = { ...EUR, terms: [version(5, { ...SMS, title: "SMS" })], retired };
  // Together 1,300 as above; walked apart they would have the included units twice.
  const groups = priceServicePeriod(pricing, [used(3, 600n), used(5, 700n)], OCTOBER, true);
  expect(amounts(groups)).toEqual({ sms: 11 });
});

test("a total that no term stands for is our fault, never dropped", () => {
  const price = () => priceServicePeriod({ ...EUR, terms: [] }, [used(9, 1n)], OCTOBER, true);
  expect(price).toThrow("every total of the period is in a line group");
});

const perCall: Term = {
  id: "sms",
  on: "sms.message",
  price: { model: "graduated", per: "message", tiers: [{ upTo: null, rate: "3" }] },
};

test("a retired version is no heir's where the successor counts something else", () => {
  const retired = new Map([[3, gone(SMS)]]);
  const pricing = { ...EUR, terms: [version(5, perCall)], retired };
  // 1,300 segments stay segments (11), they do not become 1,300 messages at 3.
  expect(amounts(priceServicePeriod(pricing, [used(3, 1_300n)], OCTOBER, true))).toEqual({
    sms: 11,
  });
});

test("of two versions in a month, the one that took the retired one's days is its heir", () => {
  const flat = (rate: string): Term => ({
    ...SMS,
    price: { model: "graduated", per: "segment", tiers: [{ upTo: null, rate }] },
  });
  const terms = [version(1, flat("1"), BEGINNING, MIDDLE), version(4, flat("0.10"), MIDDLE)];
  const retired = new Map([[2, gone({ ...flat("0.10"), title: "before" }, MIDDLE)]]);
  const totals = [used(1, 1n), used(2, 100n)];
  // 1 × 1 + 100 × 0.10
  expect(amounts(priceServicePeriod({ ...EUR, terms, retired }, totals, OCTOBER, true))).toEqual({
    sms: 11,
  });
});

test("a month that was stated keeps the tiers it was stated by, whatever is edited later", () => {
  const dearer: Term = {
    ...SMS,
    price: { model: "graduated", per: "segment", tiers: [{ upTo: null, rate: "5" }] },
  };
  const pricing = {
    ...EUR,
    terms: [version(5, dearer)],
    retired: new Map([[3, gone(SMS)]]),
    stated: new Map([["sms", [{ termVersion: 3, counted: [3] }]]]),
  };
  // 600 stated and 700 that came late, under the edited version: 1,300 as above.
  const groups = priceServicePeriod(pricing, [used(3, 600n), used(5, 700n)], OCTOBER, false);
  expect(amounts(groups)).toEqual({ sms: 11 });
  expect(groups[0]!.derivation[0]).toMatchObject({ termVersion: 3, counted: [3, 5] });
});

const AT_LEAST: Term = {
  ...SMS,
  price: {
    model: "graduated",
    per: "segment",
    tiers: [{ upTo: null, rate: "0.01" }],
    minimum: "20",
    maximum: "50",
  },
};

test.each`
  segments  | amount | parts                 | because
  ${0n}     | ${20}  | ${["tiers", "limit"]} | ${"a minimum is due without usage"}
  ${1_000n} | ${20}  | ${["tiers", "limit"]} | ${"10 is topped up by 10"}
  ${3_000n} | ${30}  | ${["tiers"]}          | ${"30 is within the limits"}
  ${9_000n} | ${50}  | ${["tiers", "limit"]} | ${"90 is cut by 40"}
`("at least 20 and at most 50: $segments cost $amount: $because", ({ segments, amount, parts }) => {
  const totals = segments === 0n ? [] : [used(3, segments)];
  const [group] = priceServicePeriod(
    { ...EUR, terms: [version(3, AT_LEAST)] },
    totals,
    OCTOBER,
    true,
  );
  expect(amounts([group!])).toEqual({ sms: amount });
  expect(group!.derivation.map(({ kind }) => kind)).toEqual(parts);
  const sum = group!.derivation.reduce((total, part) => total + Number(part.amount), 0);
  expect(sum).toBe(amount);
});

test("tiers that cost nothing without usage are no line", () => {
  expect(priceServicePeriod({ ...EUR, terms: [version(3, SMS)] }, [], OCTOBER, true)).toEqual([]);
});

test("a month that was not stated itself owes no minimum for what was not used", () => {
  const terms = [version(3, AT_LEAST)];
  expect(priceServicePeriod({ ...EUR, terms }, [], OCTOBER, false)).toEqual([]);
});

test("a stated minimum stays when its month is adjusted for something else", () => {
  const stated = new Map([["sms", [{ termVersion: 3, counted: [] }]]]);
  const pricing = { ...EUR, terms: [version(3, AT_LEAST)], stated };
  expect(amounts(priceServicePeriod(pricing, [], OCTOBER, false))).toEqual({ sms: 20 });
  // Late usage fills the minimum before it costs more.
  expect(amounts(priceServicePeriod(pricing, [used(3, 2_500n)], OCTOBER, false))).toEqual({
    sms: 25,
  });
});

test("versions that share a month share its minimum, the one that it began with", () => {
  const dearer: Term = {
    ...AT_LEAST,
    price: { ...AT_LEAST.price, minimum: "30" } as Term["price"],
  };
  const terms = [version(1, AT_LEAST, BEGINNING, MIDDLE), version(4, dearer, MIDDLE)];
  const [group] = priceServicePeriod(
    { ...EUR, terms },
    [used(1, 100n), used(4, 200n)],
    OCTOBER,
    true,
  );
  expect(amounts([group!])).toEqual({ sms: 20 });
});

test("a month that was stated goes through new tiers once all of it is re-rated to them", () => {
  const dearer: Term = {
    ...SMS,
    price: { model: "graduated", per: "segment", tiers: [{ upTo: null, rate: "5" }] },
  };
  const pricing = {
    ...EUR,
    terms: [version(5, dearer)],
    retired: new Map([[3, gone(SMS)]]),
    stated: new Map([["sms", [{ termVersion: 3, counted: [3] }]]]),
  };
  const takenBack = { ...used(3, 0n), count: 0n };
  const groups = priceServicePeriod(pricing, [takenBack, used(5, 600n)], OCTOBER, false);
  expect(amounts(groups)).toEqual({ sms: 3_000 });
  expect(groups[0]!.derivation[0]).toMatchObject({ termVersion: 5, counted: [3, 5] });
  // As long as a part of it stands by the tiers that stated it, they hold all of it: 1,300 as above.
  const partly = priceServicePeriod(pricing, [used(3, 600n), used(5, 700n)], OCTOBER, false);
  expect(amounts(partly)).toEqual({ sms: 11 });
});

test("a month of which every event was voided keeps the price that it was stated by", () => {
  const dearer = { ...AT_LEAST, price: { ...AT_LEAST.price, minimum: "30" } as Term["price"] };
  const pricing = {
    ...EUR,
    terms: [version(5, dearer)],
    retired: new Map([[3, gone(AT_LEAST)]]),
    stated: new Map([["sms", [{ termVersion: 3, counted: [3] }]]]),
  };
  const totals = [{ ...used(3, 0n), count: 0n }];
  expect(amounts(priceServicePeriod(pricing, totals, OCTOBER, false))).toEqual({ sms: 20 });
});

test("a line of which all was taken back still says by what it was counted", () => {
  const totals = [{ ...used(2, 0n), count: 0n }];
  const [group] = priceServicePeriod(
    { ...EUR, terms: [version(2, CALLS)] },
    totals,
    OCTOBER,
    false,
  );
  expect(group).toMatchObject({ count: 0n, amount: 0n, derivation: [{ termVersion: 2 }] });
});
