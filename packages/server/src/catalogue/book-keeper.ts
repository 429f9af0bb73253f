/** Keeps the newest book in memory. */
import { assert } from "@counterpart/domain/assert.ts";
import { canonicalJson } from "@counterpart/domain/canonical-json.ts";
import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import type { Book } from "@counterpart/domain/rating/book.ts";
import { compileBook } from "@counterpart/domain/rating/compile-book.ts";
import { compileDeck, type DeckIndex } from "@counterpart/domain/rating/deck-index.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { unitOf } from "@counterpart/domain/units.ts";
import type { Database, Db } from "../platform/database.ts";
import { hashText } from "../platform/hash.ts";
import {
  insertHandles,
  loadCatalogue,
  loadDatedRows,
  loadHandles,
  loadNewestDeckRow,
  loadRevision,
  loadTermVersions,
} from "./catalogue.repo.ts";

export interface BookKeeper {
  /** The newest book that was loaded. */
  book(): Book;
  catalogue(): Catalogue;
  /** A deck of the catalogue, compiled; its name is one that the catalogue has. */
  deck(name: string): DeckIndex;
  /** Loads the book again if it is older than this revision; at most once at a time. */
  refresh(revision: number): Promise<Book>;
}

interface Kept {
  readonly book: Book;
  readonly catalogue: Catalogue;
  readonly deckHandles: ReadonlyMap<string, number>;
  /** Compiled decks by handle, with everything that they were compiled from. */
  readonly decks: ReadonlyMap<number, { readonly index: DeckIndex; readonly madeFrom: string }>;
}

/** Refuses when no catalogue has been applied yet. */
export async function openBookKeeper(database: Database): Promise<BookKeeper> {
  await nameBuiltInTypes(database);
  let kept = await load(database.pool("reader"), null);
  let loading: Promise<void> | null = null;
  return {
    book: () => kept.book,
    catalogue: () => kept.catalogue,
    deck: (name) => kept.decks.get(kept.deckHandles.get(name)!)!.index,
    async refresh(revision) {
      while (kept.book.revision < revision) {
        loading ??= load(database.pool("reader"), kept).then(
          (newer) => {
            kept = newer;
            loading = null;
          },
          (error: unknown) => {
            loading = null;
            throw error;
          },
        );
        await loading;
      }
      return kept.book;
    },
  };
}

/**
 * Built-in types that came with a newer Counterpart than the one that published the catalogue have no
 * handle yet, and applying the same catalogue again changes nothing.
 */
async function nameBuiltInTypes(database: Database): Promise<void> {
  const known = await loadHandles(database.pool("reader"));
  const missing = Object.keys(BUILT_IN_TYPES).filter((name) => !known.has(`eventType/${name}`));
  // Without any there is no catalogue either: publishing one names them.
  if (known.size === 0 || missing.length === 0) return;
  const named = missing.map((name) => ({ kind: "eventType" as const, name }));
  await insertHandles(database.pool("writer"), named);
}

async function load(db: Db, previous: Kept | null): Promise<Kept> {
  // The revision is read first: what is loaded is at least as new, and the gate tells if it is newer.
  const revision = await loadRevision(db);
  const catalogue = await loadCatalogue(db);
  if (catalogue === null) throw new Refusal("catalogue.empty");
  const handles = await loadHandles(db);
  const versions = await loadTermVersions(db);
  const decks = new Map<number, { index: DeckIndex; madeFrom: string }>();
  const deckHandles = new Map<string, number>();
  for (const [name, deck] of Object.entries(catalogue.decks)) {
    const handle = handles.get(`deck/${name}`)!;
    deckHandles.set(name, handle);
    const newest = await loadNewestDeckRow(db, handle);
    const unit = unitOf(deck.per);
    const madeFrom = canonicalJson([deck.key, unit, newest]);
    const known = previous?.decks.get(handle);
    if (known?.madeFrom === madeFrom) {
      decks.set(handle, known);
      continue;
    }
    const index = compileDeck(deck.key, unit, await loadDatedRows(db, handle));
    decks.set(handle, { index, madeFrom });
  }
  const handleOf = (kind: string, name: string): number => {
    const handle = handles.get(`${kind}/${name}`);
    assert(handle !== undefined, "apply gave every object its handle");
    return handle;
  };
  const book = compileBook({
    revision,
    catalogue,
    builtInTypes: BUILT_IN_TYPES,
    handleOf,
    termVersionOf({ agreement, term, content }) {
      const key = `${handleOf("agreement", agreement)}/${term.id}/${hashText(content)}`;
      const version = versions.get(key);
      assert(version !== undefined, "apply stored every term in force");
      return version;
    },
    deckOf: (name) => decks.get(handleOf("deck", name))!.index,
  });
  return { book, catalogue, decks, deckHandles };
}
