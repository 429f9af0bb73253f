import type { Catalogue } from "../catalogue/catalogue.ts";

/**
 * Currencies that a plan is sold in: of its decks, which cannot be in another one, else of the
 * agreements that have it. Amounts of a plan have no currency of their own.
 */
export function planCurrencies(
  { plans, decks, agreements }: Catalogue,
  plan: string,
): readonly string[] {
  const terms = Object.hasOwn(plans, plan) ? plans[plan]!.terms : [];
  const ofDecks = terms.flatMap(({ price }) =>
    "deck" in price ? [decks[price.deck]?.currency ?? ""] : [],
  );
  if (ofDecks.length > 0) return [...new Set(ofDecks)];
  const selling = Object.values(agreements).filter(({ versions }) =>
    versions.some((version) => version.plan === plan),
  );
  return [...new Set(selling.map(({ currency }) => currency))];
}
