import { expect, test } from "vitest";
import type { Agreement, Catalogue } from "./catalogue.ts";
import { checkChange } from "./check-catalogue.ts";

const AGREEMENT: Agreement = {
  party: "acme",
  role: "customer",
  currency: "EUR",
  timeZone: "Europe/Berlin",
  cycle: "monthly",
  accounts: ["acme-main"],
  versions: [{ from: "2026-01-01", plan: "basic" }],
};

const APPLIED: Catalogue = {
  provider: { name: "Example", homeCurrency: "EUR", timeZone: "Europe/Berlin" },
  parties: { acme: { name: "Acme" } },
  accounts: { "acme-main": { party: "acme" } },
  sources: { pbx: { reader: "asterisk" } },
  eventTypes: {},
  decks: { voice: { key: "prefix", currency: "EUR", per: "minute", versions: [] } },
  plans: { basic: { terms: [] } },
  agreements: { "acme-2026": AGREEMENT },
  exchangeRates: [],
};

function codesAfter(change: Partial<Catalogue>): readonly string[] {
  return checkChange(APPLIED, { ...APPLIED, ...change }).map(
    ({ code, path }) => `${code} at ${path.join("/")}`,
  );
}

test.each([
  ["parties", "acme"],
  ["accounts", "acme-main"],
  ["agreements", "acme-2026"],
] as const)("what was in %s stays there", (section, id) => {
  const code = `catalogue.cannot-be-removed at ${section}/${id}`;
  expect(codesAfter({ [section]: {} })).toEqual([code]);
});

test("sources, plans and decks may go when nothing needs them", () => {
  expect(codesAfter({ sources: {}, plans: {}, decks: {} })).toEqual([]);
});

test.each([
  ["party", { party: "other" }],
  ["role", { role: "supplier" }],
  ["seller", { seller: "northwind" }],
  ["currency", { currency: "USD" }],
  ["timeZone", { timeZone: "UTC" }],
] as const)("the %s of an agreement never changes", (field, change) => {
  const agreements = { "acme-2026": { ...AGREEMENT, ...change } };
  const code = `catalogue.fixed-for-ever at agreements/acme-2026/${field}`;
  expect(codesAfter({ agreements })).toEqual([code]);
});

test("an agreement may end, and get new versions, accounts and grace", () => {
  const versions = [{ from: "2026-01-01", to: "2026-12-01", plan: "basic" }];
  const changed: Agreement = { ...AGREEMENT, versions, accounts: "all", graceHours: 24 };
  expect(codesAfter({ agreements: { "acme-2026": changed } })).toEqual([]);
});

test("the currency of a deck never changes, its versions do", () => {
  const voice = APPLIED.decks.voice!;
  const versions = [{ from: "2026-01-01", rows: "hash" }];
  expect(codesAfter({ decks: { voice: { ...voice, versions } } })).toEqual([]);
  expect(codesAfter({ decks: { voice: { ...voice, currency: "USD" } } })).toEqual([
    "catalogue.fixed-for-ever at decks/voice/currency",
  ]);
});
