/** Dated rows to the index that rating looks them up in, all at once or as they come. */
import { assert } from "../assert.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { Instant } from "../instant.ts";
import type { Unit } from "../units.ts";
import {
  countRows,
  type DatedDeckRow,
  type DeckIndex,
  IS_BLOCKED,
  IS_WITHDRAWN,
  NO_RATE,
  ROW,
  type RowQualifier,
} from "./deck-index.ts";
import { finishTrie, type GrowingTrie, growTrie, NO_HEAD, setHead } from "./digit-trie.ts";
import { compileTariff, type Tariff } from "./tariff.ts";

/**
 * Compiles the rows of a deck that is priced per `unit`. Rows come in order of publication: of two with the
 * same key and `from`, the later wins. Refuses `decimal.too-precise` as `priceFraction` does.
 */
export function compileDeck(
  key: DeckIndex["key"],
  unit: Unit,
  rows: readonly DatedDeckRow[],
): DeckIndex {
  const growing = growDeck(key, unit, null, rows.length);
  addDeckRows(growing, rows);
  return finishDeck(growing);
}

/** A deck to which rows are added before it is one. */
export interface GrowingDeck {
  readonly key: DeckIndex["key"];
  readonly unit: Unit;
  rows: Int32Array;
  count: number;
  readonly trie: GrowingTrie;
  readonly networks: Map<string, number>;
  readonly qualifiers: List<RowQualifier>;
  readonly tariffs: List<Tariff>;
  readonly dates: Instant[];
  readonly datePlaces: Map<Instant, number>;
}

/**
 * Starts with the rows of `known`, which stays as it is, or with none. `known` was compiled for the same
 * kind of key and the same unit. Room is made for `more` rows, and as it is needed.
 */
export function growDeck(
  key: DeckIndex["key"],
  unit: Unit,
  known: DeckIndex | null,
  more: number,
): GrowingDeck {
  assert(known === null || (known.key === key && known.size === unit.size), "a deck keeps its key");
  const count = known === null ? 0 : countRows(known);
  const rows = sized(known?.rows ?? new Int32Array(0), count + more);
  const { qualifiers, tariffs, tariffPlaces, dates } = known ?? NOTHING;
  return {
    key,
    unit,
    rows,
    count,
    trie: growTrie(known?.trie ?? null, rows, ROW.width, key === "prefix" ? more : 0),
    networks: new Map(known?.networks),
    qualifiers: {
      items: [...qualifiers],
      places: new Map(qualifiers.map((one, at) => [textOf(one), at])),
    },
    tariffs: { items: [...tariffs], places: new Map(tariffPlaces) },
    dates: [...dates],
    datePlaces: new Map(dates.map((date, at) => [date, at])),
  };
}

const NOTHING: Pick<DeckIndex, "qualifiers" | "tariffs" | "tariffPlaces" | "dates"> = {
  qualifiers: [{ originGroup: null, timeBand: null }],
  tariffs: [],
  tariffPlaces: new Map(),
  dates: [],
};

/** Adds rows that were published after those that it has, in their order. Refuses as `compileDeck`. */
export function addDeckRows(deck: GrowingDeck, rows: readonly DatedDeckRow[]): void {
  const needed = (deck.count + rows.length) * ROW.width;
  if (needed > deck.rows.length) {
    deck.rows = sized(deck.rows, Math.max(needed / ROW.width, (deck.rows.length / ROW.width) * 2));
    deck.trie.tails = deck.rows;
  }
  for (const row of rows) {
    const at = deck.count++;
    const cell = at * ROW.width;
    deck.rows[cell + ROW.id] = row.id;
    deck.rows[cell + ROW.from] = dateOf(deck, row.from);
    deck.rows[cell + ROW.tariff] = tariffOf(deck, row);
    deck.rows[cell + ROW.qualifier] = qualifierOf(deck, row);
    chainRow(deck, at, row.key);
  }
}

/** The index of the rows so far. */
export function finishDeck(deck: GrowingDeck): DeckIndex {
  const { key, unit, qualifiers, tariffs, dates, networks, count } = deck;
  const rows = deck.rows.slice(0, count * ROW.width);
  return {
    key,
    size: unit.size,
    qualifiers: qualifiers.items,
    tariffs: tariffs.items,
    tariffPlaces: tariffs.places,
    dates,
    rows,
    trie: finishTrie({ ...deck.trie, tails: rows }),
    networks,
  };
}

/** Puts the row into the chain of its key: behind those of later dates, before those of its own. */
function chainRow(deck: GrowingDeck, at: number, of: string): void {
  const { key, trie, networks } = deck;
  if (key === "network" && !of.startsWith("+")) {
    networks.set(of, chained(deck, networks.get(of) ?? NO_RATE, at));
  } else {
    const prefix = key === "prefix" ? of : of.slice(1);
    setHead(trie, prefix, (head) => chained(deck, head === NO_HEAD ? NO_RATE : head, at));
  }
}

/** The head of the chain with the row in it. */
function chained({ rows, dates }: GrowingDeck, head: number, at: number): number {
  const fromOf = (row: number): Instant => dates[rows[row * ROW.width + ROW.from]!]!;
  const from = fromOf(at);
  let later = NO_RATE;
  let next = head;
  while (next !== NO_RATE && fromOf(next) > from) {
    later = next;
    next = rows[next * ROW.width + ROW.older]!;
  }
  rows[at * ROW.width + ROW.older] = next;
  if (later === NO_RATE) return at;
  rows[later * ROW.width + ROW.older] = at;
  return head;
}

/** A copy with room for so many rows. */
function sized(rows: Int32Array, count: number): Int32Array {
  const copy = new Int32Array(count * ROW.width);
  copy.set(rows);
  return copy;
}

function dateOf({ dates, datePlaces }: GrowingDeck, from: Instant): number {
  const known = datePlaces.get(from);
  if (known !== undefined) return known;
  datePlaces.set(from, dates.length);
  return dates.push(from) - 1;
}

function tariffOf({ tariffs, unit }: GrowingDeck, row: DatedDeckRow): number {
  if (row.state === "withdrawn") return IS_WITHDRAWN;
  const { rate, rateNext, connectFee, initialIncrement, subsequentIncrement, call } = row;
  if (row.state === "blocked" || rate === null) return IS_BLOCKED;
  const increments = `${initialIncrement ?? ""}/${subsequentIncrement ?? ""}`;
  const plain = `${rate} ${rateNext ?? ""} ${connectFee ?? ""} ${increments}`;
  // Most rows ask for nothing of calls, and 170,000 of them are quick only without a text of it each.
  const text = call === null || call === undefined ? plain : `${plain} ${canonicalJson(call)}`;
  return placeOf(tariffs, text, () => compileTariff({ ...row, rate }, unit));
}

function qualifierOf({ qualifiers }: GrowingDeck, row: DatedDeckRow): number {
  const { originGroup = null, timeBand = null } = row;
  if (originGroup === null && timeBand === null) return 0;
  const qualifier = { originGroup, timeBand };
  return placeOf(qualifiers, textOf(qualifier), () => qualifier);
}

function textOf({ originGroup, timeBand }: RowQualifier): string {
  return canonicalJson([originGroup, timeBand]);
}

/** Different things in order of their first appearance. */
interface List<Item> {
  readonly items: Item[];
  readonly places: Map<string, number>;
}

function placeOf<Item>({ items, places }: List<Item>, text: string, make: () => Item): number {
  const known = places.get(text);
  if (known !== undefined) return known;
  places.set(text, items.length);
  return items.push(make()) - 1;
}
