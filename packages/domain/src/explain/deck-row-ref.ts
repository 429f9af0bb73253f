/** Rows of a deck that came with a quote are numbered from here, beyond those of every stored deck. */
export const FIRST_ASKED_ROW = 2_000_000_000;

/** Where a rate is recorded: `deck row 345`, or `row 2 of the deck asked`, counted in order of its keys. */
export function deckRowRef(id: number): string {
  if (id < FIRST_ASKED_ROW) return `deck row ${id}`;
  return `row ${id - FIRST_ASKED_ROW + 1} of the deck asked`;
}
