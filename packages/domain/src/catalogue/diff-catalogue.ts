/** What applying a catalogue would change, object by object, before it is applied. */
import type { Catalogue, DeckRow } from "./catalogue.ts";
import { KIND_OF_SECTION, SECTIONS } from "./check-catalogue.ts";
import { type DeckVersionChange, diffDeckVersions } from "./diff-decks.ts";
import { diffFields, type FieldChange } from "./diff-fields.ts";
import { exchangesOf } from "./exchange-table.ts";

export type ObjectKind =
  | (typeof KIND_OF_SECTION)[keyof typeof KIND_OF_SECTION]
  | "provider"
  | "exchange rate";

export interface CatalogueChange {
  readonly kind: ObjectKind;
  /** The object's id; of an exchange rate, its currency and date. */
  readonly id: string;
  readonly change: "added" | "changed" | "removed";
  /** Every value that differs; of an added or removed object, every value that it has or had. */
  readonly fields: readonly FieldChange[];
  /** Of a deck: its versions that come, go or get other rows. */
  readonly versions: readonly DeckVersionChange[];
}

/**
 * Every change from `previous` (null: nothing was applied yet) to `next`, in the order of the
 * catalogue's sections. `deckRowsOf` gives the rows of a hash, sorted by nothing in particular, or
 * undefined where they are not at hand; their change is then not counted.
 */
export function diffCatalogue(
  previous: Catalogue | null,
  next: Catalogue,
  deckRowsOf: (rowsHash: string) => readonly DeckRow[] | undefined,
): readonly CatalogueChange[] {
  return [
    ...diffObjects("provider", mapOf(previous?.provider), mapOf(next.provider)),
    ...SECTIONS.flatMap((section) => {
      if (section === "decks") return diffDecks(previous, next, deckRowsOf);
      const kind = KIND_OF_SECTION[section];
      if (section === "exchangeTables") return diffExchangeTables(previous, next);
      return diffObjects(kind, previous?.[section] ?? {}, next[section]);
    }),
    ...diffObjects("exchange rate", ratesOf(previous), ratesOf(next)),
  ];
}

function mapOf(provider: Catalogue["provider"] | undefined): Readonly<Record<string, unknown>> {
  return provider === undefined ? {} : { provider };
}

function ratesOf(catalogue: Catalogue | null): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    (catalogue?.exchangeRates ?? []).map(({ currency, from, rate }) => [
      `${currency} ${from}`,
      { rate },
    ]),
  );
}

function diffObjects(
  kind: ObjectKind,
  previous: Readonly<Record<string, unknown>>,
  next: Readonly<Record<string, unknown>>,
  versionsOf: (id: string) => readonly DeckVersionChange[] = () => [],
): CatalogueChange[] {
  const changes: CatalogueChange[] = [];
  for (const id of new Set([...Object.keys(previous), ...Object.keys(next)])) {
    const before = Object.hasOwn(previous, id) ? previous[id] : undefined;
    const after = Object.hasOwn(next, id) ? next[id] : undefined;
    const fields = diffFields(before, after);
    const versions = versionsOf(id);
    const isKept = before !== undefined && after !== undefined;
    if (isKept && fields.length === 0 && versions.length === 0) continue;
    const change = isKept ? "changed" : before === undefined ? "added" : "removed";
    changes.push({ kind, id, change, fields, versions });
  }
  return changes;
}

/** A table of 160,000 exchanges is told by how many there are. */
function diffExchangeTables(previous: Catalogue | null, next: Catalogue): CatalogueChange[] {
  const before = previous?.exchangeTables ?? {};
  const view = (tables: Catalogue["exchangeTables"], others: Catalogue["exchangeTables"]) =>
    Object.fromEntries(
      Object.entries(tables).map(([id, table]) => {
        const count = `${exchangesOf(table).length} exchanges`;
        const isOther = Object.hasOwn(others, id) && others[id]!.csv !== table.csv;
        return [id, { csv: isOther ? `${count}, others than before` : count }];
      }),
    );
  return diffObjects(
    KIND_OF_SECTION.exchangeTables,
    view(before, {}),
    view(next.exchangeTables, before),
  );
}

/** A deck's versions are told by their rows, not by the hashes that stand for them. */
function diffDecks(
  previous: Catalogue | null,
  next: Catalogue,
  deckRowsOf: (rowsHash: string) => readonly DeckRow[] | undefined,
): CatalogueChange[] {
  const before = previous?.decks ?? {};
  return diffObjects("deck", withoutVersions(before), withoutVersions(next.decks), (id) =>
    diffDeckVersions(
      Object.hasOwn(before, id) ? before[id]!.versions : [],
      Object.hasOwn(next.decks, id) ? next.decks[id]!.versions : [],
      deckRowsOf,
    ),
  );
}

function withoutVersions(decks: Catalogue["decks"]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(decks).map(([id, { versions: _, ...deck }]) => [id, deck]),
  );
}
