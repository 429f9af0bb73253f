/** What a change of the catalogue does to what was applied before, down to the book that prices. */
import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import { parseInstant } from "@counterpart/domain/instant.ts";
import type { Book } from "@counterpart/domain/rating/book.ts";
import { findByPrefix, NO_RATE, tariffAt } from "@counterpart/domain/rating/deck-index.ts";
import { rateByTariff } from "@counterpart/domain/rating/tariff.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/test-database.ts";
import { applyCatalogue } from "./apply-catalogue.ts";
import { openBookKeeper } from "./book-keeper.ts";
import { loadCatalogue, loadRevision } from "./catalogue.repo.ts";
import { publishCatalogue } from "./publish-catalogue.ts";
import { readCatalogueBundle } from "./read-bundle.ts";

let store: TestDatabase;
beforeEach(async () => {
  store = await createTestDatabase();
});
afterEach(() => store.drop());

const PROVIDER = { name: "Northstar", homeCurrency: "EUR", timeZone: "UTC" };
const ACCOUNTS = { shop: { party: "shop" }, stall: { party: "shop" }, resale: { party: "resale" } };
const AGREEMENT = {
  party: "shop",
  role: "customer",
  currency: "EUR",
  timeZone: "UTC",
  cycle: "monthly",
  accounts: ["shop", "stall"],
  versions: [
    {
      from: "2026-01-01",
      terms: [{ id: "voice", on: "voice.call", price: { model: "deck", deck: "voice" } }],
    },
  ],
};

const version = (from: string, rate: string) => ({ from, csv: `key,rate\n49,${rate}\n` });
const OLD = version("2026-01-01", "0.01");

function voice(versions: readonly object[], more: object = {}): object {
  return { voice: { key: "prefix", currency: "EUR", per: "minute", versions, ...more } };
}

/** The revision, or the codes and places of what is refused. */
async function apply(more: object): Promise<number | readonly string[]> {
  const bundle = {
    provider: PROVIDER,
    parties: { shop: { name: "Shop" }, resale: { name: "Resale" } },
    accounts: ACCOUNTS,
    agreements: { shop: AGREEMENT },
    decks: voice([OLD]),
    ...more,
  };
  const read = await readCatalogueBundle(bundle, () => true);
  try {
    return (await applyCatalogue(store.database, { read, by: "test", dryRun: false })).revision;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { problems } = error.detail as { problems: { code: string; path: string }[] };
    return problems.map(({ code, path }) => `${code} at ${path}`);
  }
}

/** Pico-units of a minute to Germany. */
function minuteAt(book: Book, time: string): unknown {
  const { price } = book.terms[0]!;
  if (price.kind !== "deck") return null;
  const row = findByPrefix(price.deck, "4930", parseInstant(time));
  if (row === NO_RATE) return null;
  return rateByTariff(
    price.deck.tariffs[tariffAt(price.deck, row)]!,
    60_000,
    "initialThenSubsequent",
  ).amount;
}

async function minutesAt(...times: string[]): Promise<unknown[]> {
  const book = (await openBookKeeper(store.database)).book();
  return times.map((time) => minuteAt(book, time));
}

const CENT = 10_000_000_000;
const NOVEMBER = "2026-11-10T00:00:00Z";
const DECEMBER = "2026-12-10T00:00:00Z";

test("a deck version that is postponed keeps the old price until its new date", async () => {
  await apply({ decks: voice([OLD, version("2026-11-01", "9.99")]) });
  expect(await minutesAt(NOVEMBER)).toEqual([999 * CENT]);
  await apply({ decks: voice([OLD, version("2026-12-01", "9.99")]) });
  expect(await minutesAt(NOVEMBER, DECEMBER)).toEqual([CENT, 999 * CENT]);
});

test("a deck version that is taken out prices no more, and may come back", async () => {
  await apply({ decks: voice([OLD, version("2026-11-01", "9.99")]) });
  await apply({ decks: voice([OLD]) });
  expect(await minutesAt(NOVEMBER, DECEMBER)).toEqual([CENT, CENT]);
  await apply({ decks: voice([OLD, version("2026-11-01", "9.99")]) });
  expect(await minutesAt("2026-10-10T00:00:00Z", NOVEMBER)).toEqual([CENT, 999 * CENT]);
});

test("a version moves by the hash of its rows alone", async () => {
  await apply({ decks: voice([OLD, version("2026-11-01", "9.99")]) });
  const { versions } = (await loadCatalogue(store.database.pool("reader")))!.decks.voice!;
  const [first, second] = versions;
  const moved = { ...second!, from: "2026-12-01" };
  expect(await apply({ decks: voice([first!, moved]) })).toBe(2);
  expect(await minutesAt(NOVEMBER, DECEMBER)).toEqual([CENT, 999 * CENT]);
});

test("the dates of a deck are midnights of the provider's zone, also when that changes", async () => {
  await apply({ decks: voice([OLD, version("2026-11-01", "9.99")]) });
  const [before, after] = ["2026-10-31T22:59:59Z", "2026-10-31T23:00:00Z"] as const;
  expect(await minutesAt(after)).toEqual([CENT]);
  await apply({
    provider: { ...PROVIDER, timeZone: "Europe/Berlin" },
    decks: voice([OLD, version("2026-11-01", "9.99")]),
  });
  expect(await minutesAt(before, after)).toEqual([CENT, 999 * CENT]);
});

const FEE = { id: "fee", price: { model: "fixedFee", amount: "1" } };

test("what a deck's prices mean stays, and so does the deck", async () => {
  await apply({});
  expect(await apply({ decks: voice([OLD], { per: "second" }) })).toEqual([
    "catalogue.fixed-for-ever at /decks/voice/per",
  ]);
  const ended = { ...AGREEMENT, versions: [{ from: "2026-01-01", terms: [FEE] }] };
  expect(await apply({ decks: {}, agreements: { shop: ended } })).toEqual([
    "catalogue.cannot-be-removed at /decks/voice",
  ]);
});

test("a price that no compiled deck holds is refused, and the book loads as before", async () => {
  await apply({});
  const decks = voice([OLD, version("2026-11-01", "123456789.123456789123")]);
  expect(await apply({ decks })).toEqual([
    "catalogue.csv-rate-too-precise at /decks/voice/versions/1/csv",
  ]);
  expect(await minutesAt(NOVEMBER)).toEqual([CENT]);
});

test("late events find the account, its chain and its agreement as they were", async () => {
  await apply({});
  const accounts = { ...ACCOUNTS, stall: { party: "shop", parent: "resale" } };
  expect(await apply({ accounts })).toEqual(["catalogue.account-fixed at /accounts/stall/parent"]);
  const left = { shop: { ...AGREEMENT, accounts: ["shop"] } };
  expect(await apply({ agreements: left })).toEqual([
    "catalogue.account-left-out at /agreements/shop/accounts",
  ]);
  const all = { shop: { ...AGREEMENT, accounts: "all" } };
  expect(await apply({ agreements: all })).toEqual([
    "catalogue.coverage-fixed at /agreements/shop/accounts",
  ]);
});

test("an agreement that ends leaves its accounts to its successors", async () => {
  await apply({});
  const [{ from, terms }] = AGREEMENT.versions as [(typeof AGREEMENT.versions)[number]];
  const ended = { ...AGREEMENT, versions: [{ from, terms, to: "2026-12-01" }] };
  const successor = {
    ...AGREEMENT,
    accounts: ["stall"],
    versions: [{ from: "2026-12-01", terms }],
  };
  expect(await apply({ agreements: { shop: ended, stall: successor } })).toBe(2);
});

test("a deck is compiled again when its unit is another, even if no row is new", async () => {
  await apply({});
  const keeper = await openBookKeeper(store.database);
  const db = store.database.pool("reader");
  const catalogue = (await loadCatalogue(db))!;
  const decks = { voice: { ...catalogue.decks.voice!, per: "second" } };
  const changed: Catalogue = { ...catalogue, decks };
  const publication = { catalogue: changed, deckRows: new Map(), by: "test" };
  await publishCatalogue(store.database, publication); // checks nothing
  const refreshed = await keeper.refresh(await loadRevision(db));
  expect(minuteAt(refreshed, NOVEMBER)).toBe(60 * CENT);
});

test("a catalogue that an older version published takes the built-in types that came since", async () => {
  await apply({});
  const owner = store.database.pool("owner");
  await owner.query("delete from handle where kind = 'eventType' and name like 'mms.%'");
  const { types } = (await openBookKeeper(store.database)).book();
  expect(types.get("mms.message")?.handle).toBeGreaterThan(0);
  expect(types.get("mms.receipt")?.handle).not.toBe(types.get("mms.message")?.handle);
});
