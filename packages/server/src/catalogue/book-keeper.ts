/** Keeps the newest book in memory. */
import { assert } from "@counterpart/domain/assert.ts";
import { canonicalJson } from "@counterpart/domain/canonical-json.ts";
import type { Catalogue, Deck } from "@counterpart/domain/catalogue/catalogue.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import type { Book } from "@counterpart/domain/rating/book.ts";
import { compileBook } from "@counterpart/domain/rating/compile-book.ts";
import { addDeckRows, finishDeck, growDeck } from "@counterpart/domain/rating/compile-deck.ts";
import type { DeckIndex } from "@counterpart/domain/rating/deck-index.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { unitOf } from "@counterpart/domain/units.ts";
import type { Database, Db } from "../platform/database.ts";
import { hashText } from "../platform/hash.ts";
import {
  insertHandles,
  loadCatalogue,
  loadHandles,
  loadRevision,
  loadTermVersions,
} from "./catalogue.repo.ts";
import { countDeckRowsAfter, listDatedRows } from "./deck-rows.repo.ts";

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
  /** Compiled decks by handle. */
  readonly decks: ReadonlyMap<number, KeptDeck>;
}

interface KeptDeck {
  readonly index: DeckIndex;
  /** What it was compiled by. */
  readonly madeBy: string;
  /** Id of its newest row; 0 for none. */
  readonly newest: number;
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

/** Rows that are read and compiled between two turns of the event loop. */
const ROWS_AT_ONCE = 10_000;

/** Rows are only ever added: those that are compiled already are not read again. */
async function loadDeck(
  db: Db,
  handle: number,
  deck: Pick<Deck, "key" | "per">,
  previous: KeptDeck | undefined,
): Promise<KeptDeck> {
  const unit = unitOf(deck.per);
  const madeBy = canonicalJson([deck.key, unit]);
  const known = previous?.madeBy === madeBy ? previous : null;
  const more = await countDeckRowsAfter(db, handle, known?.newest ?? 0);
  if (known !== null && more === 0) return known;
  const growing = growDeck(deck.key, unit, known?.index ?? null, more);
  let newest = known?.newest ?? 0;
  for (;;) {
    const rows = await listDatedRows(db, handle, { after: newest, limit: ROWS_AT_ONCE });
    addDeckRows(growing, rows);
    newest = rows.at(-1)?.id ?? newest;
    if (rows.length < ROWS_AT_ONCE) return { index: finishDeck(growing), madeBy, newest };
  }
}

async function load(db: Db, previous: Kept | null): Promise<Kept> {
  // The revision is read first: what is loaded is at least as new, and the gate tells if it is newer.
  const revision = await loadRevision(db);
  const catalogue = await loadCatalogue(db);
  if (catalogue === null) throw new Refusal("catalogue.empty");
  const handles = await loadHandles(db);
  const versions = await loadTermVersions(db);
  const decks = new Map<number, KeptDeck>();
  const deckHandles = new Map<string, number>();
  for (const [name, deck] of Object.entries(catalogue.decks)) {
    const handle = handles.get(`deck/${name}`)!;
    deckHandles.set(name, handle);
    decks.set(handle, await loadDeck(db, handle, deck, previous?.decks.get(handle)));
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
