import { canonicalJson } from "@counterpart/domain/canonical-json.ts";
import type { DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import { deckRowKey } from "@counterpart/domain/catalogue/deck-row-key.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { StoredDeckRow } from "./deck-rows.repo.ts";

/** A version as it shall be: with rows of its own, or with those that the stored deck has at an instant. */
export type VersionToWrite =
  | { readonly from: Instant; readonly rows: readonly DeckRow[] }
  | { readonly from: Instant; readonly storedAt: Instant };

type State = Omit<StoredDeckRow, "id" | "from">;
type NewRow = Omit<StoredDeckRow, "id">;

/**
 * The dated rows that bring a stored deck to its versions, in order of `from`: afterwards it has at every
 * instant the rows of the version in force then, and none before the first. Rows are never changed: what a
 * date shall have otherwise is written again for it, and whatever the dates after it had stays theirs.
 */
export function deckRowsToWrite(
  stored: readonly StoredDeckRow[],
  versions: readonly VersionToWrite[],
): NewRow[] {
  const byEffect = inOrderOfEffect(stored);
  const written: NewRow[] = [];
  const state = new Map<string, State>();
  let next = 0;
  let started: VersionToWrite | undefined;
  let wanted: ReadonlyMap<string, State> | null = null;
  for (const at of datesOf(byEffect, versions)) {
    for (; next < byEffect.length && byEffect[next]!.from <= at; next++) {
      state.set(deckRowKey(byEffect[next]!), byEffect[next]!);
    }
    const version = versions.findLast(({ from }) => from <= at);
    if (version !== started) wanted = null;
    started = version;
    // Until something is written, the deck is as it is stored: versions that stay cost no comparison.
    if (written.length === 0 && isAsStored(version, at)) continue;
    wanted ??= wantedOf(byEffect, version);
    for (const [key, one] of differences(state, wanted)) {
      written.push({ ...one, from: at });
      state.set(key, one);
    }
  }
  return written;
}

/** Every date from which the deck is or shall be another, in order. */
function datesOf(
  stored: readonly StoredDeckRow[],
  versions: readonly VersionToWrite[],
): readonly Instant[] {
  const dates = new Set<Instant>();
  for (const { from } of stored) dates.add(from);
  for (const { from } of versions) dates.add(from);
  return [...dates].sort((a, b) => a - b);
}

function isAsStored(version: VersionToWrite | undefined, at: Instant): boolean {
  return version !== undefined && "storedAt" in version && version.storedAt === at;
}

function wantedOf(
  stored: readonly StoredDeckRow[],
  version: VersionToWrite | undefined,
): Map<string, State> {
  if (version === undefined) return new Map();
  const rows = "rows" in version ? version.rows : deckRowsInForce(stored, version.storedAt);
  const wanted = new Map<string, State>();
  for (const row of rows) wanted.set(deckRowKey(row), toState(row));
  return wanted;
}

function differences(
  state: ReadonlyMap<string, State>,
  wanted: ReadonlyMap<string, State>,
): [key: string, state: State][] {
  const found: [string, State][] = [];
  for (const [key, one] of wanted) if (!isSame(state.get(key), one)) found.push([key, one]);
  for (const [key, before] of state) {
    if (before.state !== "withdrawn" && !wanted.has(key)) found.push([key, withdraw(before)]);
  }
  return found;
}

function inOrderOfEffect(stored: readonly StoredDeckRow[]): readonly StoredDeckRow[] {
  return stored.toSorted((a, b) => a.from - b.from || a.id - b.id);
}

/** The rows that a stored deck has at an instant. */
export function deckRowsInForce(stored: readonly StoredDeckRow[], at: Instant): DeckRow[] {
  const state = new Map<string, StoredDeckRow>();
  for (const row of inOrderOfEffect(stored)) {
    if (row.from <= at) state.set(deckRowKey(row), row);
  }
  const rows: DeckRow[] = [];
  for (const row of state.values()) if (row.state !== "withdrawn") rows.push(fromState(row));
  return rows;
}

/** As a row of a catalogue; one that is withdrawn is none. */
export function fromState(row: State): DeckRow {
  return {
    key: row.key,
    name: row.name ?? undefined,
    rate: row.rate,
    rateNext: row.rateNext ?? undefined,
    connectFee: row.connectFee ?? undefined,
    initialIncrement: row.initialIncrement ?? undefined,
    subsequentIncrement: row.subsequentIncrement ?? undefined,
    originGroup: row.originGroup ?? undefined,
    timeBand: row.timeBand ?? undefined,
    call: row.call ?? undefined,
  };
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
    originGroup: row.originGroup ?? null,
    timeBand: row.timeBand ?? null,
    call: row.call ?? null,
  };
}

function withdraw({ key, originGroup, timeBand }: State): State {
  return {
    key,
    originGroup,
    timeBand,
    call: null,
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
    a.name === b.name &&
    isSameCall(a.call, b.call)
  );
}

function isSameCall(a: State["call"], b: State["call"]): boolean {
  const [before, after] = [a ?? null, b ?? null];
  return before === after || canonicalJson(before) === canonicalJson(after);
}
