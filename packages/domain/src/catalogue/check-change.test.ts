import { expect, test } from "vitest";
import type { Agreement, Catalogue } from "./catalogue.ts";
import { checkChange } from "./check-change.ts";

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
  exchangeTables: {},
  eventTypes: {},
  decks: { voice: { key: "prefix", currency: "EUR", per: "minute", versions: [] } },
  plans: { basic: { terms: [] } },
  agreements: { "acme-2026": AGREEMENT },
  meters: {},
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
  ["decks", "voice"],
  ["agreements", "acme-2026"],
] as const)("what was in %s stays there", (section, id) => {
  const code = `catalogue.cannot-be-removed at ${section}/${id}`;
  expect(codesAfter({ [section]: {} })).toEqual([code]);
});

test("sources and plans may go when nothing needs them", () => {
  expect(codesAfter({ sources: {}, plans: {} })).toEqual([]);
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
  const accounts = ["acme-more", "acme-main"];
  const changed: Agreement = { ...AGREEMENT, versions, accounts, graceHours: 24 };
  expect(codesAfter({ agreements: { "acme-2026": changed } })).toEqual([]);
});

test("an agreement keeps the accounts that it charged", () => {
  const shared = { ...AGREEMENT, accounts: ["acme-main", "acme-more"] };
  const after = (before: Agreement["accounts"], now: Agreement["accounts"]) =>
    checkChange(
      { ...APPLIED, agreements: { a: { ...shared, accounts: before } } },
      { ...APPLIED, agreements: { a: { ...shared, accounts: now } } },
    ).map(({ message }) => message);
  expect(after(["acme-main", "acme-more"], ["acme-more"])).toEqual([
    "a charged acme-main and keeps it: end the agreement and make a successor.",
  ]);
  expect(after(["acme-main"], "all")).toEqual([
    "a is for the accounts it lists and stays so: end the agreement and make a successor.",
  ]);
  expect(after("all", ["acme-main"])).toEqual([
    "a is for all accounts and stays so: end the agreement and make a successor.",
  ]);
  expect(after("all", "all")).toEqual([]);
});

test.each([
  ["party", { party: "other", parent: "top" }, "acme"],
  ["parent", { party: "acme" }, "top"],
  ["parent", { party: "acme", parent: "other-top" }, "top"],
] as const)("the %s of an account never changes", (field, changed, before) => {
  const applied = { ...APPLIED, accounts: { below: { party: "acme", parent: "top" } } };
  const next = { ...APPLIED, accounts: { below: changed } };
  expect(checkChange(applied, next)).toMatchObject([
    {
      path: ["accounts", "below", field],
      code: "catalogue.account-fixed",
      message: `The ${field} of below never changes (${before} before): make a new account.`,
    },
  ]);
});

test("an account gets no parent later, but new aliases and accounts below it", () => {
  const account = { party: "acme", aliases: [{ name: "A1" }] };
  const below = { party: "acme", parent: "acme-main" };
  expect(codesAfter({ accounts: { "acme-main": account, "acme-below": below } })).toEqual([]);
  expect(codesAfter({ accounts: { "acme-main": { ...account, parent: "top" } } })).toEqual([
    "catalogue.account-fixed at accounts/acme-main/parent",
  ]);
});

test.each([
  ["key", { key: "network" }],
  ["currency", { currency: "USD" }],
  ["per", { per: { quantity: "milliseconds", size: 1000 } }],
  ["incrementMode", { incrementMode: "wholeMultiple" }],
] as const)("the %s of a deck never changes, its versions do", (field, change) => {
  const voice = { ...APPLIED.decks.voice!, versions: [{ from: "2026-01-01", rows: "hash" }] };
  expect(codesAfter({ decks: { voice } })).toEqual([]);
  expect(codesAfter({ decks: { voice: { ...voice, ...change } } })).toEqual([
    `catalogue.fixed-for-ever at decks/voice/${field}`,
  ]);
});

test("a unit that is written with its size is the same in any order of its keys", () => {
  const per = { quantity: "bytes", size: 1024 };
  const voice = { ...APPLIED.decks.voice!, per };
  const same = { ...voice, per: { size: 1024, quantity: "bytes" } };
  const applied = { ...APPLIED, decks: { voice } };
  expect(checkChange(applied, { ...applied, decks: { voice: same } })).toEqual([]);
  const other = { ...voice, per: { ...per, size: 1000 } };
  expect(checkChange(applied, { ...applied, decks: { voice: other } })[0]?.message).toBe(
    'per of deck voice never changes ({"quantity":"bytes","size":1024} before): make a successor.',
  );
});
