import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import { parseDecimal } from "@counterpart/domain/decimal.ts";
import { lintAgainstSupplier } from "@counterpart/domain/decks/lint-against-supplier.ts";
import type { LintFinding } from "@counterpart/domain/decks/lint-deck.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { instantOfDateOrInstant, type Zone } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { unitOf } from "@counterpart/domain/units.ts";
import { type DeckShelf, type OpenDeck, versionAt } from "./deck-shelf.ts";

/**
 * Findings of what is sold against what it costs at an instant, in the home currency at the rate of
 * that day. Refuses `deck.not-comparable`, `deck.none-in-force` and `deck.rate-missing`.
 */
export function compareWithSupplier(
  { catalogue, zone }: DeckShelf,
  sell: OpenDeck,
  buy: OpenDeck,
  at: Instant,
): LintFinding[] {
  const [sellUnit, buyUnit] = [unitOf(sell.deck.per), unitOf(buy.deck.per)];
  if (sell.deck.key !== buy.deck.key || sellUnit.quantity !== buyUnit.quantity) {
    throw new Refusal("deck.not-comparable", { decks: [sell.name, buy.name] });
  }
  const side = (open: OpenDeck, unitSize: number) => {
    const version = versionAt(open, at);
    if (version === null) throw new Refusal("deck.none-in-force", { deck: open.name });
    const worth = worthOf(catalogue, zone, open.deck.currency, at);
    return { name: open.name, rows: version.rows, unitSize, worth };
  };
  return lintAgainstSupplier(side(sell, sellUnit.size), side(buy, buyUnit.size));
}

/** Of one unit of the currency in 10^-12 of the home currency. */
function worthOf(
  { provider, exchangeRates }: Catalogue,
  zone: Zone,
  currency: string,
  at: Instant,
): bigint {
  if (currency === provider.homeCurrency) return parseDecimal("1", 12);
  const dated = exchangeRates
    .filter((rate) => rate.currency === currency)
    .map(({ from, rate }) => ({ from: instantOfDateOrInstant(zone, from), rate }))
    .filter(({ from }) => from <= at)
    .sort((a, b) => a.from - b.from);
  const inForce = dated.at(-1);
  if (inForce === undefined) throw new Refusal("deck.rate-missing", { currency });
  return parseDecimal(inForce.rate, 12);
}
