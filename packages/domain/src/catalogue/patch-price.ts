import type { Price, PricePatch, Term, TermOverride } from "./catalogue.ts";

/**
 * A price with some of its fields replaced, as a JSON merge patch does it (RFC 7396): null takes a field
 * away, a map is merged, a list is replaced whole. A patch that names another model is the whole price.
 *
 * The schema has read the result, so that it has the shape of a price.
 */
export function patchPrice(price: Price, patch: PricePatch): Price {
  const isOther = patch.model !== undefined && patch.model !== price.model;
  return (isOther ? patch : mergePatch(price, patch)) as Price;
}

/** A plan's term as one agreement has it. What the override does not name stays the plan's. */
export function overrideTerm(term: Term, { price, ...more }: TermOverride): Term {
  const named = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  return { ...term, ...named, price: patchPrice(term.price, price ?? {}) };
}

/** The prices of a term from its first step of the ramp to the last, the one before it first. */
export function rampedPrices({ price, ramp = [] }: Term): Price[] {
  const prices = [price];
  for (const step of ramp) prices.push(patchPrice(prices.at(-1) ?? price, step.price));
  return prices;
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const merged = new Map(isMap(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (value !== undefined) merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
