import { type DeckShelf, openDirectoryShelf, openShelfInForce } from "../decks/deck-shelf.ts";
import { withDatabase } from "./command-context.ts";

/** Runs a command with the decks of a directory, or without one of the catalogue in force. */
export async function withDeckShelf<T>(
  directory: string | undefined,
  run: (shelf: DeckShelf) => Promise<T>,
): Promise<T> {
  if (directory !== undefined) return await run(await openDirectoryShelf(directory));
  return await withDatabase(async ({ database }) => {
    return await run(await openShelfInForce(database.pool("reader")));
  });
}
