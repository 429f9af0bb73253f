/** Dated rows to the index that rating looks them up in, all at once or as they come. */
import { assert } from "../assert.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { DeckRowCall } from "../catalogue/call-rules.ts";
import type { Unit } from "../units.ts";
import {
  type DatedDeckRow,
  type DeckIndex,
  NO_RATE,
  ROW_STATES,
  type RowQualifier,
  type RowTable,
} from "./deck-index.ts";
import { priceFraction } from "./price-fraction.ts";

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
  table: RowTable;
  count: number;
  readonly trie: GrowingTrie;
  readonly networks: Map<string, number>;
  readonly qualifiers: List<RowQualifier>;
  readonly calls: List<DeckRowCall>;
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
  const count = known?.rows.id.length ?? 0;
  assert(known === null || (known.key === key && known.size === unit.size), "a deck keeps its key");
  const nodes = (known?.heads.length ?? 1) + (key === "prefix" ? Math.ceil(more * 1.2) : 16);
  const trie: GrowingTrie = {
    children: new Int32Array(nodes * 10),
    heads: new Int32Array(nodes).fill(NO_RATE),
    count: known?.heads.length ?? 1,
  };
  if (known !== null) {
    trie.children.set(known.children);
    trie.heads.set(known.heads);
  }
  return {
    key,
    unit,
    table: resized(known?.rows ?? NO_ROWS, count + more),
    count,
    trie,
    networks: new Map(known?.networks),
    qualifiers: listOf(known?.qualifiers ?? [{ originGroup: null, timeBand: null }]),
    calls: listOf(known?.calls ?? [{}]),
  };
}

/** Adds rows that were published after those that it has, in their order. Refuses as `compileDeck`. */
export function addDeckRows(deck: GrowingDeck, rows: readonly DatedDeckRow[]): void {
  const needed = deck.count + rows.length;
  const room = deck.table.id.length;
  if (needed > room) deck.table = resized(deck.table, Math.max(needed, room * 2));
  const { table, unit, qualifiers, calls } = deck;
  for (const row of rows) {
    const at = deck.count++;
    writeRow(table, at, row, unit);
    const { originGroup = null, timeBand = null, call } = row;
    // Most rows have neither, and 170,000 of them are quick only without a text each.
    if (originGroup !== null || timeBand !== null) {
      table.qualifier[at] = placeOf(qualifiers, { originGroup, timeBand });
    }
    if (call !== null && call !== undefined) table.call[at] = placeOf(calls, call);
    chainRow(deck, at, row.key);
  }
}

/** The index of the rows so far. */
export function finishDeck(deck: GrowingDeck): DeckIndex {
  const { trie } = deck;
  return {
    key: deck.key,
    size: deck.unit.size,
    qualifiers: deck.qualifiers.items,
    calls: deck.calls.items,
    rows: resized(deck.table, deck.count),
    children: trie.children.slice(0, trie.count * 10),
    heads: trie.heads.slice(0, trie.count),
    networks: deck.networks,
  };
}

/** Puts the row into the chain of its key: behind those of later dates, before those of its own. */
function chainRow({ key, table, trie, networks }: GrowingDeck, at: number, of: string): void {
  if (key === "network" && !of.startsWith("+")) {
    networks.set(of, chained(table, networks.get(of) ?? NO_RATE, at));
  } else {
    const node = nodeOf(trie, key === "prefix" ? of : of.slice(1));
    trie.heads[node] = chained(table, trie.heads[node]!, at);
  }
}

/** The head of the chain with the row in it. */
function chained({ from, older }: RowTable, head: number, at: number): number {
  let later = NO_RATE;
  let next = head;
  while (next !== NO_RATE && from[next]! > from[at]!) {
    later = next;
    next = older[next]!;
  }
  older[at] = next;
  if (later === NO_RATE) return at;
  older[later] = at;
  return head;
}

const NO_ROWS: RowTable = {
  id: new Int32Array(0),
  from: new Float64Array(0),
  older: new Int32Array(0),
  state: new Uint8Array(0),
  rate: new Float64Array(0),
  rateBy: new Float64Array(0),
  rateNext: new Float64Array(0),
  rateNextBy: new Float64Array(0),
  connectFee: new Float64Array(0),
  initial: new Int32Array(0),
  subsequent: new Int32Array(0),
  qualifier: new Int32Array(0),
  call: new Int32Array(0),
};

/** A copy with room for so many rows. */
function resized(table: RowTable, count: number): RowTable {
  return {
    id: sized(table.id, new Int32Array(count)),
    from: sized(table.from, new Float64Array(count)),
    older: sized(table.older, new Int32Array(count)),
    state: sized(table.state, new Uint8Array(count)),
    rate: sized(table.rate, new Float64Array(count)),
    rateBy: sized(table.rateBy, new Float64Array(count)),
    rateNext: sized(table.rateNext, new Float64Array(count)),
    rateNextBy: sized(table.rateNextBy, new Float64Array(count)),
    connectFee: sized(table.connectFee, new Float64Array(count)),
    initial: sized(table.initial, new Int32Array(count)),
    subsequent: sized(table.subsequent, new Int32Array(count)),
    qualifier: sized(table.qualifier, new Int32Array(count)),
    call: sized(table.call, new Int32Array(count)),
  };
}

function sized<Column extends Int32Array | Float64Array | Uint8Array>(
  from: Column,
  into: Column,
): Column {
  into.set(from.length <= into.length ? from : from.subarray(0, into.length));
  return into;
}

/** Different things in order of their first appearance. */
interface List<Item> {
  readonly items: Item[];
  readonly places: Map<string, number>;
}

function listOf<Item extends object>(known: readonly Item[]): List<Item> {
  const places = new Map(known.map((item, at) => [canonicalJson(item), at]));
  return { items: [...known], places };
}

function placeOf<Item extends object>({ items, places }: List<Item>, item: Item): number {
  const text = canonicalJson(item);
  const known = places.get(text);
  if (known !== undefined) return known;
  places.set(text, items.length);
  return items.push(item) - 1;
}

/** Price lists write increments in seconds; time is counted in milliseconds. */
const INCREMENT_OF_TIME = 1000;

function writeRow(table: RowTable, at: number, row: DatedDeckRow, unit: Unit): void {
  table.id[at] = row.id;
  table.from[at] = row.from;
  table.state[at] = ROW_STATES[row.state];
  if (row.rate === null) return;
  const rate = priceFraction(row.rate, unit.size);
  table.rate[at] = rate.numerator;
  table.rateBy[at] = rate.by;
  const next = row.rateNext === null ? rate : priceFraction(row.rateNext, unit.size);
  table.rateNext[at] = next.numerator;
  table.rateNextBy[at] = next.by;
  if (row.connectFee !== null) table.connectFee[at] = priceFraction(row.connectFee, 1).numerator;
  const increment = unit.quantity === "milliseconds" ? INCREMENT_OF_TIME : 1;
  table.initial[at] = (row.initialIncrement ?? 0) * increment;
  table.subsequent[at] = (row.subsequentIncrement ?? row.initialIncrement ?? 0) * increment;
}

interface GrowingTrie {
  children: Int32Array;
  heads: Int32Array;
  count: number;
}

function nodeOf(trie: GrowingTrie, prefix: string): number {
  let node = 0;
  for (let i = 0; i < prefix.length; i++) {
    const slot = node * 10 + prefix.charCodeAt(i) - 48;
    let child = trie.children[slot]!;
    if (child === 0) {
      if (trie.count === trie.heads.length) growTrie(trie);
      child = trie.count++;
      trie.children[slot] = child;
    }
    node = child;
  }
  return node;
}

function growTrie(trie: GrowingTrie): void {
  const capacity = Math.ceil(trie.heads.length * 1.5);
  const children = new Int32Array(capacity * 10);
  children.set(trie.children);
  const heads = new Int32Array(capacity).fill(NO_RATE);
  heads.set(trie.heads);
  trie.children = children;
  trie.heads = heads;
}
