import type { Catalogue, DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import { diffCatalogue } from "@counterpart/domain/catalogue/diff-catalogue.ts";
import { expect, test } from "vitest";
import { printDifference } from "./print-difference.ts";

const EMPTY: Catalogue = {
  provider: { name: "Example", homeCurrency: "EUR", timeZone: "Europe/Berlin" },
  parties: {},
  accounts: {},
  sources: {},
  exchangeTables: {},
  eventTypes: {},
  decks: {},
  plans: {},
  agreements: {},
  meters: {},
  exchangeRates: [],
};

function print(previous: Catalogue | null, next: Catalogue, rows = new Map<string, DeckRow[]>()) {
  return printDifference(diffCatalogue(previous, next, (hash) => rows.get(hash)));
}

function withPlan(rate: string, amount: string): Catalogue {
  return {
    ...EMPTY,
    plans: {
      basic: {
        terms: [
          { id: "sms-out", on: "sms.message", price: { model: "perUnit", rate, per: "segment" } },
          { id: "fee", price: { model: "fixedFee", amount } },
        ],
      },
    },
  };
}

test("nothing that changes is one sentence", () => {
  expect(print(EMPTY, EMPTY)).toBe("The catalogue is as it was.\n");
});

test("changed values stand below each other, before and after", () => {
  expect(print(withPlan("0.0075", "49"), withPlan("0.0079", "59"))).toBe(
    [
      "~ plan basic  terms.sms-out.price.rate  0.0075 → 0.0079",
      "              terms.fee.price.amount    49 → 59",
      "",
    ].join("\n"),
  );
});

test("what comes and goes is told with its first values", () => {
  const acme: Catalogue = { ...EMPTY, parties: { acme: { name: "Acme GmbH", country: "DE" } } };
  expect(print(EMPTY, acme)).toBe("+ party acme  name Acme GmbH, country DE\n");
  expect(print(acme, EMPTY)).toBe("- party acme  name Acme GmbH, country DE\n");
});

test("what comes with many values is told in one line", () => {
  const lines = print(EMPTY, withPlan("0.0079", "59")).split("\n");
  expect(lines).toEqual([
    "+ plan basic  terms.sms-out.id sms-out, terms.sms-out.on sms.message, …",
    "",
  ]);
});

test("ten thousand accounts are one line", () => {
  const ids = Array.from({ length: 10_000 }, (_, at) => `acme-${at + 1}`);
  const next = {
    ...EMPTY,
    accounts: Object.fromEntries(ids.map((id) => [id, { party: "acme" }])),
  };
  expect(print(EMPTY, next)).toBe("+ 10,000 accounts (acme-1 … acme-10000)\n");
});

test("a deck is told by what happens to its rates", () => {
  const rows = new Map<string, DeckRow[]>([
    [
      "old",
      [
        { key: "49", name: "Germany", rate: "0.01" },
        { key: "43", rate: "1" },
        { key: "1", rate: "2" },
      ],
    ],
    [
      "new",
      [
        { key: "49", name: "Germany", rate: "0.012" },
        { key: "43", rate: "0.9" },
        { key: "7", rate: "3" },
      ],
    ],
  ]);
  const withVersions = (versions: { from: string; rows: string }[]): Catalogue => ({
    ...EMPTY,
    decks: { voice: { key: "prefix", currency: "EUR", per: "minute", versions } },
  });
  const before = withVersions([{ from: "2026-01-01", rows: "old" }]);
  const after = withVersions([
    { from: "2026-01-01", rows: "old" },
    { from: "2026-10-01", rows: "new" },
  ]);
  expect(print(before, after, rows)).toBe(
    "~ deck voice  + from 2026-10-01: 1 new, 1 up, 1 down, 1 deleted; " +
      "most 49 Germany 0.01 → 0.012 (+20.0 %)\n",
  );
});

test("a name cannot write on the terminal", () => {
  const next = { ...EMPTY, parties: { acme: { name: "\u001b[2Jx\u202e\n+ party" } } };
  expect(print(EMPTY, next)).toBe("+ party acme  name \\u{1b}[2Jx\\u{202e}\\u{a}+ party\n");
});
