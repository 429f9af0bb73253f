import type { Catalogue } from "./catalogue.ts";
import { checkOrder } from "./check-order.ts";
import { checkCurrency, checkUnit } from "./check-values.ts";
import type { Report } from "./problems.ts";

/** Currency, unit and dates of decks. Their rows were checked as they were read. */
export function checkDecks(catalogue: Catalogue, report: Report): void {
  for (const [id, deck] of Object.entries(catalogue.decks)) {
    const path = ["decks", id];
    checkCurrency(deck.currency, [...path, "currency"], report);
    checkUnit(deck.per, [...path, "per"], report);
    if (deck.versions.length === 0) report(path, "catalogue.deck-without-version", {});
    checkOrder(deck.versions, catalogue.provider.timeZone, [...path, "versions"], report);
  }
}
