import { expect, test } from "vitest";
import type { Agreement, Catalogue, Deck, Term } from "../catalogue/catalogue.ts";
import { formatInstant, type Instant } from "../instant.ts";
import { repricedRanges } from "./repriced-ranges.ts";

const term = (rate: string, more: Partial<Term> = {}): Term => ({
  id: "sms",
  on: "sms.message",
  price: { model: "perUnit", rate, per: "message" },
  ...more,
});
const onDeck: Term = { id: "voice", on: "voice.call", price: { model: "deck", deck: "world" } };

function agreement(versions: Agreement["versions"]): Agreement {
  return {
    party: "acme",
    role: "customer",
    currency: "EUR",
    timeZone: "UTC",
    cycle: "monthly",
    accounts: "all",
    versions,
  };
}

function deck(...versions: Deck["versions"]): Deck {
  return { key: "prefix", currency: "EUR", per: "minute", versions };
}

function catalogue(versions: Agreement["versions"], more: Partial<Catalogue> = {}): Catalogue {
  return {
    provider: { name: "Northstar", homeCurrency: "EUR", timeZone: "UTC" },
    parties: {},
    accounts: {},
    sources: {},
    eventTypes: {},
    exchangeTables: {},
    decks: {},
    plans: {},
    agreements: { acme: agreement(versions) },
    meters: {},
    exchangeRates: [],
    ...more,
  };
}

/** As `agreement from – to`. */
function ranges(previous: Catalogue, next: Catalogue): string[] {
  const day = (at: Instant): string =>
    Number.isFinite(at) ? formatInstant(at).slice(0, 10) : "ever";
  return repricedRanges(previous, next).map(
    ({ agreement: name, from, to }) => `${name} ${day(from)} – ${day(to)}`,
  );
}

const JANUARY = "2026-01-01";
const old = catalogue([{ from: JANUARY, terms: [term("1")] }]);

test.each<[string, Catalogue, string[]]>([
  ["the same", old, []],
  ["another rate", catalogue([{ from: JANUARY, terms: [term("2")] }]), ["acme 2026-01-01 – ever"]],
  ["another title only", catalogue([{ from: JANUARY, terms: [term("1", { title: "SMS" })] }]), []],
  [
    "a version in between",
    catalogue([
      { from: JANUARY, terms: [term("1")] },
      { from: "2026-03-01", terms: [term("2")] },
      { from: "2026-05-01", terms: [term("1")] },
    ]),
    ["acme 2026-03-01 – 2026-05-01"],
  ],
  [
    "a version that says the same",
    catalogue([
      { from: JANUARY, terms: [term("1")] },
      { from: "2026-03-01", terms: [term("1")] },
    ]),
    [],
  ],
  [
    "an earlier start",
    catalogue([{ from: "2025-11-01", terms: [term("1")] }]),
    ["acme 2025-11-01 – 2026-01-01"],
  ],
  [
    "an end",
    catalogue([{ from: JANUARY, to: "2026-06-01", terms: [term("1")] }]),
    ["acme 2026-06-01 – ever"],
  ],
  [
    "two changes that touch",
    catalogue([
      { from: JANUARY, to: "2026-02-01", terms: [term("2")] },
      { from: "2026-02-01", to: "2026-03-01", terms: [term("3")] },
      { from: "2026-03-01", terms: [term("1")] },
    ]),
    ["acme 2026-01-01 – 2026-03-01"],
  ],
  [
    "a term more",
    catalogue([{ from: JANUARY, terms: [term("1"), term("0.1", { id: "fee" })] }]),
    ["acme 2026-01-01 – ever"],
  ],
  [
    "a fee that prices no event",
    catalogue([
      {
        from: JANUARY,
        terms: [term("1"), { id: "base", price: { model: "fixedFee", amount: "5" } }],
      },
    ]),
    [],
  ],
])("%s is priced otherwise in %3$j", (_, next, expected) => {
  expect(ranges(old, next)).toEqual(expected);
});

test("an agreement that is back-dated reaches from its start", () => {
  const versions = [{ from: "2026-04-01", terms: [term("1")] }];
  const next = catalogue(old.agreements.acme!.versions, {
    agreements: { ...old.agreements, late: agreement(versions) },
  });
  expect(ranges(old, next)).toEqual(["late 2026-04-01 – ever"]);
});

test("a plan changes for every agreement that takes it, with what it overrides left out", () => {
  const on = (rate: string): Catalogue =>
    catalogue([], {
      plans: { basic: { terms: [term(rate)] } },
      agreements: {
        a: agreement([{ from: JANUARY, plan: "basic" }]),
        b: agreement([{ from: "2026-02-01", plan: "basic" }]),
        c: agreement([
          { from: JANUARY, plan: "basic", overrides: { sms: { price: { rate: "9" } } } },
        ]),
      },
    });
  expect(ranges(on("1"), on("2"))).toEqual(["a 2026-01-01 – ever", "b 2026-02-01 – ever"]);
});

test("rows of a deck change from their date on, for terms that stand on it", () => {
  const versions = [{ from: JANUARY, terms: [term("1"), onDeck] }];
  const world = (...rows: Deck["versions"]) =>
    catalogue(versions, { decks: { world: deck(...rows) } });
  const before = world({ from: JANUARY, rows: "r1" }, { from: "2026-06-01", rows: "r2" });
  expect(ranges(before, before)).toEqual([]);
  const late = world({ from: JANUARY, rows: "r1" }, { from: "2026-04-01", rows: "r2" });
  expect(ranges(before, late)).toEqual(["acme 2026-04-01 – 2026-06-01"]);
  const mended = world({ from: JANUARY, rows: "r9" }, { from: "2026-06-01", rows: "r2" });
  expect(ranges(before, mended)).toEqual(["acme 2026-01-01 – 2026-06-01"]);
  const alone = catalogue([{ from: JANUARY, terms: [term("1")] }], { decks: before.decks });
  expect(ranges(alone, { ...alone, decks: late.decks })).toEqual([]);
});
