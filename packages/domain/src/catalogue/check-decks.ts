import { unitOf } from "../units.ts";
import type { Catalogue, Deck } from "./catalogue.ts";
import { checkOrder } from "./check-order.ts";
import { checkOriginGroups, checkTimeBands } from "./check-time-bands.ts";
import { attempt, checkCurrency, checkUnit } from "./check-values.ts";
import type { Path, Report } from "./problems.ts";

/** Currency, unit and dates of decks. Their rows were checked as they were read. */
export function checkDecks(catalogue: Catalogue, report: Report): void {
  for (const [id, deck] of Object.entries(catalogue.decks)) {
    const path = ["decks", id];
    checkCurrency(deck.currency, [...path, "currency"], report);
    checkUnit(deck.per, [...path, "per"], report);
    if (deck.versions.length === 0) report(path, "catalogue.deck-without-version", {});
    checkTimeBands(deck, path, report);
    checkOriginGroups(deck, path, report);
    checkCallDeck(deck, path, report);
    const { exchanges } = deck;
    if (exchanges !== undefined && !Object.hasOwn(catalogue.exchangeTables, exchanges)) {
      report([...path, "exchanges"], "catalogue.exchange-table-unknown", { table: exchanges });
    }
    checkOrder(deck.versions, catalogue.provider.timeZone, [...path, "versions"], report);
  }
}

/** Callers and times are asked for where calls are priced. */
function checkCallDeck(deck: Deck, path: Path, report: Report): void {
  if (isCallDeck(deck)) return;
  for (const key of ["timeBands", "originGroups", "holidays", "timeZone", "exchanges"] as const) {
    if (deck[key] !== undefined) report([...path, key], "catalogue.for-calls-only", { key });
  }
}

/** Whether it prices calls: by prefix and by time. */
export function isCallDeck({ key, per }: Pick<Deck, "key" | "per">): boolean {
  return key === "prefix" && attempt(() => unitOf(per))?.quantity === "milliseconds";
}
