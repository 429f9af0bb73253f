/** The decks of a catalogue with their rows: of a directory, or of the catalogue in force. */
import type { Catalogue, Deck, DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { checkZone, instantOfDateOrInstant, type Zone } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import {
  loadCatalogue,
  loadDeckRows,
  loadHandles,
  loadRevision,
  type StoredDeckRow,
} from "../catalogue/catalogue.repo.ts";
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
}

export interface OpenDeck {
  readonly name: string;
  readonly deck: Deck;
  /** In order. */
  readonly versions: readonly OpenDeckVersion[];
}

export interface OpenDeckVersion {
  /** As the catalogue writes it. */
  readonly from: string;
  readonly at: Instant;
  readonly rows: readonly DeckRow[];
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
  return { catalogue, zone, open, read };
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
  const open = async (name: string): Promise<OpenDeck> => {
    const deck = deckNamed(catalogue, name);
    const handles = await loadHandles(db);
    const stored = await loadDeckRows(db, handles.get(`deck/${name}`)!);
    opened.set(name, stored);
    const versions = deck.versions.map(({ from }) => {
      const at = instantOfDateOrInstant(zone, from);
      return lazyVersion(from, at, () => byKey(deckRowsInForce(stored, at)));
    });
    return { name, deck, versions };
  };
  return { catalogue, zone, revision, stored: opened, open };
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

function byKey(rows: readonly DeckRow[]): readonly DeckRow[] {
  return rows.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** The version in force at an instant, or null before the first. */
export function versionAt({ versions }: OpenDeck, at: Instant): OpenDeckVersion | null {
  return versions.findLast((version) => version.at <= at) ?? null;
}

/** The version of a date, as the catalogue writes it. Refuses `deck.version-unknown`. */
export function versionNamed({ name, versions }: OpenDeck, from: string): OpenDeckVersion {
  const version = versions.find((one) => one.from === from);
  if (version !== undefined) return version;
  const known = versions.map((one) => one.from);
  throw new Refusal("deck.version-unknown", { deck: name, from: from.slice(0, 40), known });
}
