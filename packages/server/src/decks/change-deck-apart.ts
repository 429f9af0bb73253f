import type { Database } from "../platform/database.ts";
import { runApart } from "../platform/run-apart.ts";
import { changeDeckInForce, type DeckChange } from "./change-deck.ts";
import { type ChangedDeckWire, changeToWire } from "./deck-wire.ts";

/** What the thread is started with. */
export interface DeckWork {
  readonly url: string;
  readonly change: DeckChange;
  /** Changes of each kind, and findings, that are listed; the counts tell of all. */
  readonly listed: number;
}

/** Reading, comparing and storing so many bytes and rows takes a tenth of a second. */
const HERE_BYTES_MAX = 200_000;
const HERE_ROWS_MAX = 10_000;

/**
 * Changes a deck of the catalogue in force where it is not in the way of events: with 170,000 rows it takes
 * seconds, in a thread of its own. Its database is this one's, with connections of its own. `stored`
 * counts the rows that the deck has in all. Refuses as `changeDeckInForce`.
 */
export async function changeDeckApart(
  database: Database,
  change: DeckChange,
  { listed, stored }: { readonly listed: number; readonly stored: number },
): Promise<ChangedDeckWire> {
  const { order } = change;
  const bytes = order.kind === "import" ? order.list.length : 0;
  if (bytes <= HERE_BYTES_MAX && stored <= HERE_ROWS_MAX) {
    return changeToWire(await changeDeckInForce(database, change), change, listed);
  }
  const work: DeckWork = { url: database.url, change, listed };
  const script = new URL("../../bin/deck-worker.mjs", import.meta.url);
  return (await runApart(script, work)) as ChangedDeckWire;
}
