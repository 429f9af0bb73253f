import type { DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { StoredDeckRow } from "./catalogue.repo.ts";

export interface VersionToWrite {
  readonly from: Instant;
  /** null: as it is stored. */
  readonly rows: readonly DeckRow[] | null;
}

type State = Omit<StoredDeckRow, "id" | "from">;

/**
 * The dated rows that bring a stored deck to its versions: what each version adds, changes or withdraws.
 * Rows are never changed: a corrected version writes newer rows for its date, and the versions after it
 * get rows that keep what they had.
 */
export function deckRowsToWrite(
  stored: readonly StoredDeckRow[],
  versions: readonly VersionToWrite[],
): Omit<StoredDeckRow, "id">[] {
  const byEffect = [...stored].sort((a, b) => a.from - b.from || a.id - b.id);
  const before = new Map<string, State>();
  const after = new Map<string, State>();
  const written: Omit<StoredDeckRow, "id">[] = [];
  let next = 0;
  let changed = false;
  for (const { from, rows } of versions) {
    for (; next < byEffect.length && byEffect[next]!.from <= from; next++) {
      const row = byEffect[next]!;
      before.set(row.key, row);
      after.set(row.key, row);
    }
    if (rows === null && !changed) continue;
    changed = true;
    const wanted = rows === null ? before : new Map(rows.map((row) => [row.key, toState(row)]));
    for (const [key, state] of wanted) {
      if (isSame(after.get(key), state)) continue;
      written.push({ ...state, from });
      after.set(key, state);
    }
    for (const [key, state] of after) {
      if (wanted.has(key) || state.state === "withdrawn") continue;
      const withdrawn = withdraw(key);
      written.push({ ...withdrawn, from });
      after.set(key, withdrawn);
    }
  }
  return written;
}

/** The rows that a stored deck has at an instant. */
export function deckRowsInForce(stored: readonly StoredDeckRow[], at: Instant): DeckRow[] {
  const state = new Map<string, StoredDeckRow>();
  for (const row of [...stored].sort((a, b) => a.from - b.from || a.id - b.id)) {
    if (row.from <= at) state.set(row.key, row);
  }
  return [...state.values()]
    .filter((row) => row.state !== "withdrawn")
    .map((row) => ({
      key: row.key,
      name: row.name ?? undefined,
      rate: row.rate,
      rateNext: row.rateNext ?? undefined,
      connectFee: row.connectFee ?? undefined,
      initialIncrement: row.initialIncrement ?? undefined,
      subsequentIncrement: row.subsequentIncrement ?? undefined,
    }));
}

function toState(row: DeckRow): State {
  return {
    key: row.key,
    name: row.name ?? null,
    state: row.rate === null ? "blocked" : "rate",
    rate: row.rate,
    rateNext: row.rateNext ?? null,
    connectFee: row.connectFee ?? null,
    initialIncrement: row.initialIncrement ?? null,
    subsequentIncrement: row.subsequentIncrement ?? null,
  };
}

function withdraw(key: string): State {
  return {
    key,
    name: null,
    state: "withdrawn",
    rate: null,
    rateNext: null,
    connectFee: null,
    initialIncrement: null,
    subsequentIncrement: null,
  };
}

function isSame(a: State | undefined, b: State): boolean {
  return (
    a !== undefined &&
    a.state === b.state &&
    a.rate === b.rate &&
    a.rateNext === b.rateNext &&
    a.connectFee === b.connectFee &&
    a.initialIncrement === b.initialIncrement &&
    a.subsequentIncrement === b.subsequentIncrement &&
    a.name === b.name
  );
}
