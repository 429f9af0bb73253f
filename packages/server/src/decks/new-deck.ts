import type { Deck, PerUnit } from "@counterpart/domain/catalogue/catalogue.ts";
import { minorPlaces } from "@counterpart/domain/currencies.ts";
import { checkCatalogueId } from "@counterpart/domain/ids.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { unitOf } from "@counterpart/domain/units.ts";
import type { OpenDeck } from "./deck-shelf.ts";

export const INCREMENT_MODES = ["initialThenSubsequent", "wholeMultiple"] as const;

/** What a deck is besides its versions, when a list makes it. */
export interface NewDeck {
  readonly key: Deck["key"];
  readonly currency: string;
  readonly per: PerUnit;
  readonly incrementMode?: Deck["incrementMode"];
  readonly noticeDays?: number | undefined;
}

/** Refuses `id.malformed`, `currency.unknown` and `unit.unknown`. */
export function startDeck(name: string, body: NewDeck): OpenDeck {
  checkCatalogueId(name);
  minorPlaces(body.currency);
  unitOf(body.per);
  return { name, deck: { ...body, versions: [] }, versions: [] };
}

/** As options name it; what is left out has its usual value. */
export interface NewDeckOptions {
  /** Whether the deck is made; an option besides says what it is, and a deck that exists knows. */
  readonly create: boolean;
  readonly key?: Deck["key"] | undefined;
  readonly currency?: string | undefined;
  readonly per?: string | undefined;
  readonly incrementMode?: Deck["incrementMode"];
  readonly noticeDays?: number | undefined;
}

/**
 * Null when none is made. Prefixes are priced per minute and networks per segment, unless `per` says
 * otherwise. Refuses `deck.new-unclear`.
 */
export function readNewDeck(options: NewDeckOptions): NewDeck | null {
  const { create, key = "prefix", currency, per, incrementMode, noticeDays } = options;
  if (!create) {
    const given = { key: options.key, currency, per, incrementMode };
    const [alone] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
    if (alone !== undefined) throw new Refusal("deck.new-unclear", { option: alone });
    return null;
  }
  if (currency === undefined) throw new Refusal("deck.new-unclear", { missing: "currency" });
  const usual = key === "prefix" ? "minute" : "segment";
  return {
    key,
    currency,
    per: per ?? usual,
    ...(incrementMode === undefined ? {} : { incrementMode }),
    ...(noticeDays === undefined ? {} : { noticeDays }),
  };
}
