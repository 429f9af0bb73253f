/** The decks of a catalogue with their rows: of a directory, or of the catalogue in force. */
import type { Catalogue, Deck, DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import { deckRowKey, inOrderOfKey } from "@counterpart/domain/catalogue/deck-row-key.ts";
import { keysMatching } from "@counterpart/domain/decks/find-deck-rows.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { checkZone, instantOfDateOrInstant, type Zone } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { loadCatalogue, loadHandle, loadRevision } from "../catalogue/catalogue.repo.ts";
import { listDeckRowsOf, loadDeckRows, type StoredDeckRow } from "../catalogue/deck-rows.repo.ts";
import { deckRowsInForce } from "../catalogue/deck-rows-to-write.ts";
import { sortProblems } from "../catalogue/locate-problem.ts";
import { readCatalogueDirectory } from "../catalogue/read-directory.ts";
import type { ReadCatalogue } from "../catalogue/resolve-bundle.ts";
import type { Db } from "../platform/database.ts";

export interface DeckShelf {
  readonly catalogue: Catalogue;
  /** Zone in which the dates of decks are meant. */
  readonly zone: Zone;
  /** Refuses `deck.unknown`. */
  open(name: string): Promise<OpenDeck>;
  /** With no other rows, perhaps, than those that a number or network could get. Refuses the same. */
  openFor(name: string, wanted: string): Promise<OpenDeck>;
}

/** A deck with the instants of its versions. */
export interface DatedDeck {
  readonly name: string;
  readonly deck: Deck;
  /** In order. */
  readonly versions: readonly DatedVersion[];
}

export interface DatedVersion {
  /** As the catalogue writes it. */
  readonly from: string;
  readonly at: Instant;
}

export interface OpenDeck extends DatedDeck {
  readonly versions: readonly OpenDeckVersion[];
}

export interface OpenDeckVersion extends DatedVersion {
  readonly rows: readonly DeckRow[];
}

/** Refuses `deck.unknown`. */
export function dateDeck(catalogue: Catalogue, name: string): DatedDeck {
  const zone = checkZone(catalogue.provider.timeZone);
  const deck = deckNamed(catalogue, name);
  const versions = deck.versions.map(({ from }) => {
    return { from, at: instantOfDateOrInstant(zone, from) };
  });
  return { name, deck, versions };
}

/** Refuses `catalogue.invalid` with every problem. */
export async function openDirectoryShelf(
  directory: string,
): Promise<DeckShelf & { readonly read: ReadCatalogue }> {
  const read = await readCatalogueDirectory(directory);
  const { catalogue, deckRows, problems } = read;
  if (catalogue === null || problems.length > 0) {
    throw new Refusal("catalogue.invalid", { problems: sortProblems(problems) });
  }
  const zone = checkZone(catalogue.provider.timeZone);
  const open = async (name: string): Promise<OpenDeck> => {
    const deck = deckNamed(catalogue, name);
    const versions = deck.versions.map(({ from, rows }) => {
      return { from, at: instantOfDateOrInstant(zone, from), rows: deckRows.get(rows) ?? [] };
    });
    return { name, deck, versions };
  };
  return { catalogue, zone, open, openFor: open, read };
}

export interface ShelfInForce extends DeckShelf {
  /** What was read is at least as new; a version is stored only if it still is the newest. */
  readonly revision: number;
  /** The rows of the decks that were opened. */
  readonly stored: ReadonlyMap<string, readonly StoredDeckRow[]>;
}

/** Refuses `catalogue.empty`. */
export async function openShelfInForce(db: Db): Promise<ShelfInForce> {
  const revision = await loadRevision(db);
  const catalogue = await loadCatalogue(db);
  if (catalogue === null) throw new Refusal("catalogue.empty");
  const zone = checkZone(catalogue.provider.timeZone);
  const opened = new Map<string, readonly StoredDeckRow[]>();
  const openWith = (name: string, deck: Deck, stored: readonly StoredDeckRow[]): OpenDeck => {
    const versions = deck.versions.map(({ from }) => {
      const at = instantOfDateOrInstant(zone, from);
      return lazyVersion(from, at, () => sorted(deckRowsInForce(stored, at)));
    });
    return { name, deck, versions };
  };
  const open = async (name: string): Promise<OpenDeck> => {
    const deck = deckNamed(catalogue, name);
    const stored = await loadDeckRows(db, await loadHandle(db, "deck", name));
    opened.set(name, stored);
    return openWith(name, deck, stored);
  };
  const openFor = async (name: string, wanted: string): Promise<OpenDeck> => {
    const deck = deckNamed(catalogue, name);
    const keys = keysMatching(deck.key, wanted);
    return openWith(name, deck, await listDeckRowsOf(db, await loadHandle(db, "deck", name), keys));
  };
  return { catalogue, zone, revision, stored: opened, open, openFor };
}

/** A large deck has many versions, and a question is about one or two of them. */
function lazyVersion(
  from: string,
  at: Instant,
  makeRows: () => readonly DeckRow[],
): OpenDeckVersion {
  let made: readonly DeckRow[] | null = null;
  return {
    from,
    at,
    get rows() {
      made ??= makeRows();
      return made;
    },
  };
}

function deckNamed({ decks }: Catalogue, name: string): Deck {
  const deck = Object.hasOwn(decks, name) ? decks[name] : undefined;
  if (deck === undefined) {
    throw new Refusal("deck.unknown", { deck: name, known: Object.keys(decks).sort() });
  }
  return deck;
}

function sorted(rows: readonly DeckRow[]): readonly DeckRow[] {
  return inOrderOfKey(new Map(rows.map((row) => [deckRowKey(row), row])));
}

/** The version in force at an instant, or null before the first. */
export function versionAt<Version extends DatedVersion>(
  { versions }: { readonly versions: readonly Version[] },
  at: Instant,
): Version | null {
  return versions.findLast((version) => version.at <= at) ?? null;
}

/** The version of a date, as the catalogue writes it. Refuses `deck.version-unknown`. */
export function versionNamed<Version extends DatedVersion>(
  { name, versions }: { readonly name: string; readonly versions: readonly Version[] },
  from: string,
): Version {
  const version = versions.find((one) => one.from === from);
  if (version !== undefined) return version;
  const known = versions.map((one) => one.from);
  throw new Refusal("deck.version-unknown", { deck: name, from: from.slice(0, 40), known });
}
