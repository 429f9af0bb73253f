/**
 * A rate deck compiled for lookup: a digit trie (prefixes) and a map (networks) to chains of dated rows in
 * typed arrays. One index holds every version of the deck; a lookup picks by the event's time.
 *
 * Cost: a lookup walks at most 15 digits and then the dated rows of one prefix, newest first. Memory: about
 * 80 bytes a dated row and 40 bytes a trie node, so 170,000 prefixes take some 20 MB.
 */
import { assert } from "../assert.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { DeckRowCall } from "../catalogue/call-rules.ts";
import type { DecimalText } from "../catalogue/catalogue.ts";
import { parseDecimal } from "../decimal.ts";
import type { Instant } from "../instant.ts";
import { Refusal } from "../refusals.ts";
import type { Unit } from "../units.ts";
import { reduce } from "./whole.ts";

/** A dated row as the store keeps it. `withdrawn` ends a prefix: a shorter one applies again. */
export interface DatedDeckRow {
  readonly id: number;
  readonly key: string;
  readonly from: Instant;
  readonly state: "rate" | "blocked" | "withdrawn";
  readonly rate: string | null;
  readonly rateNext: string | null;
  readonly connectFee: string | null;
  /** In seconds where the deck is priced by time, else in the quantity; null: the deck has none. */
  readonly initialIncrement: number | null;
  readonly subsequentIncrement: number | null;
  readonly originGroup?: string | null | undefined;
  readonly timeBand?: string | null | undefined;
  readonly call?: DeckRowCall | null | undefined;
}

/** What a row is for besides its key; null: whatever it is. */
export interface RowQualifier {
  readonly originGroup: string | null;
  readonly timeBand: string | null;
}

export interface DeckIndex {
  readonly key: "prefix" | "network";
  /** Smallest units that a rate is for. */
  readonly size: number;
  /** The different ones of the rows; the first is that of rows for everything. */
  readonly qualifiers: readonly RowQualifier[];
  /** The different rules of calls that rows have; the first is none. */
  readonly calls: readonly DeckRowCall[];
  readonly rows: RowTable;
  /** Children of trie nodes, ten a node; 0 is none. */
  readonly children: Int32Array;
  /** Newest row of each trie node, -1 for none. */
  readonly heads: Int32Array;
  /** Newest row of each network. */
  readonly networks: ReadonlyMap<string, number>;
}

/** Columns of the dated rows; `older` chains the rows of one key from the newest back. */
export interface RowTable {
  readonly id: Int32Array;
  readonly from: Float64Array;
  readonly older: Int32Array;
  readonly state: Uint8Array;
  /** Pico-units per smallest unit of the quantity, as a fraction in lowest terms. */
  readonly rate: Float64Array;
  readonly rateBy: Float64Array;
  readonly rateNext: Float64Array;
  readonly rateNextBy: Float64Array;
  readonly connectFee: Float64Array;
  /** In smallest units of the quantity; 0: no increments. */
  readonly initial: Int32Array;
  readonly subsequent: Int32Array;
  /** Places in the index's lists of them. */
  readonly qualifier: Int32Array;
  readonly call: Int32Array;
}

export const NO_RATE = -1;
export const BLOCKED = -2;

const STATES = { rate: 0, blocked: 1, withdrawn: 2 } as const;

/**
 * Compiles the rows of a deck that is priced per `unit`. Rows come in order of publication: of two with the
 * same key and `from`, the later wins. Refuses `decimal.too-precise` as `priceFraction` does.
 */
export function compileDeck(
  key: DeckIndex["key"],
  unit: Unit,
  rows: readonly DatedDeckRow[],
): DeckIndex {
  const table = allocateRows(rows.length);
  const qualifiers = startList<RowQualifier>({ originGroup: null, timeBand: null });
  const calls = startList<DeckRowCall>({});
  const order = inOrderOfEffect(rows);
  const trie = startTrie(key === "prefix" ? rows.length : 0);
  const prefixAt = key === "prefix" ? 0 : 1;
  const networks = new Map<string, number>();
  for (let at = 0; at < order.length; at++) {
    const row = rows[order[at]!]!;
    writeRow(table, at, row, unit);
    const { originGroup = null, timeBand = null, call } = row;
    // Most rows have neither, and 170,000 of them are quick only without a text each.
    if (originGroup !== null || timeBand !== null) {
      table.qualifier[at] = placeOf(qualifiers, { originGroup, timeBand });
    }
    if (call !== null && call !== undefined) table.call[at] = placeOf(calls, call);
    if (key === "network" && !row.key.startsWith("+")) {
      table.older[at] = networks.get(row.key) ?? NO_RATE;
      networks.set(row.key, at);
    } else {
      const node = nodeOf(trie, row.key.slice(prefixAt));
      table.older[at] = trie.heads[node]!;
      trie.heads[node] = at;
    }
  }
  return {
    key,
    size: unit.size,
    qualifiers: qualifiers.items,
    calls: calls.items,
    rows: table,
    children: trie.children.slice(0, trie.count * 10),
    heads: trie.heads.slice(0, trie.count),
    networks,
  };
}

/** The row of the longest prefix of `digits` that has a rate at `at`; NO_RATE or BLOCKED otherwise. */
export function findByPrefix(deck: DeckIndex, digits: string, at: Instant): number {
  const { children, heads, rows } = deck;
  let node = 0;
  let found = NO_RATE;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i) - 48;
    assert(digit >= 0 && digit <= 9, "a number in E.164 form holds digits only");
    node = children[node * 10 + digit]!;
    if (node === 0) break;
    const head = heads[node]!;
    if (head !== NO_RATE) {
      const row = inForce(rows, head, at);
      // A withdrawn prefix leaves the shorter one in force.
      if (row !== NO_RATE) found = row;
    }
  }
  return found >= 0 && rows.state[found] === STATES.blocked ? BLOCKED : found;
}

/**
 * The row of the network, else of its country (`"262-01"`, then `"262"`), else of the longest prefix of the
 * number (`"+49"`), whichever is known (handbook §3.2); NO_RATE or BLOCKED otherwise.
 */
export function findByNetwork(
  deck: DeckIndex,
  network: string | undefined,
  digits: string | undefined,
  at: Instant,
): number {
  if (network !== undefined) {
    const row = rowOfNetwork(deck, network, at);
    const found = row === NO_RATE ? rowOfNetwork(deck, network.slice(0, 3), at) : row;
    if (found !== NO_RATE) return found;
  }
  return digits === undefined ? NO_RATE : findByPrefix(deck, digits, at);
}

function rowOfNetwork({ networks, rows }: DeckIndex, key: string, at: Instant): number {
  const head = networks.get(key);
  if (head === undefined) return NO_RATE;
  const row = inForce(rows, head, at);
  return row !== NO_RATE && rows.state[row] === STATES.blocked ? BLOCKED : row;
}

/** Whether every row is for all callers and times and has no rules of calls. */
export function isPlain({ qualifiers, calls }: DeckIndex): boolean {
  return qualifiers.length === 1 && calls.length === 1;
}

export function isBlocked({ rows }: DeckIndex, row: number): boolean {
  return rows.state[row] === STATES.blocked;
}

export function isWithdrawn({ rows }: DeckIndex, row: number): boolean {
  return rows.state[row] === STATES.withdrawn;
}

function inForce(rows: RowTable, head: number, at: Instant): number {
  let row = head;
  while (row !== NO_RATE && rows.from[row]! > at) row = rows.older[row]!;
  return row !== NO_RATE && rows.state[row] === STATES.withdrawn ? NO_RATE : row;
}

function inOrderOfEffect(rows: readonly DatedDeckRow[]): Uint32Array {
  const order = new Uint32Array(rows.length);
  let sorted = true;
  for (let i = 0; i < rows.length; i++) {
    order[i] = i;
    if (i > 0 && rows[i]!.from < rows[i - 1]!.from) sorted = false;
  }
  return sorted ? order : order.sort((a, b) => rows[a]!.from - rows[b]!.from || a - b);
}

function allocateRows(count: number): RowTable {
  return {
    id: new Int32Array(count),
    from: new Float64Array(count),
    older: new Int32Array(count),
    state: new Uint8Array(count),
    rate: new Float64Array(count),
    rateBy: new Float64Array(count),
    rateNext: new Float64Array(count),
    rateNextBy: new Float64Array(count),
    connectFee: new Float64Array(count),
    initial: new Int32Array(count),
    subsequent: new Int32Array(count),
    qualifier: new Int32Array(count),
    call: new Int32Array(count),
  };
}

/** Different things in order of their first appearance. */
interface List<Item> {
  readonly items: Item[];
  readonly places: Map<string, number>;
}

function startList<Item extends object>(first: Item): List<Item> {
  return { items: [first], places: new Map([[canonicalJson(first), 0]]) };
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
  table.state[at] = STATES[row.state];
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

/**
 * A price per `size` smallest units as pico-units for one of them, a fraction in lowest terms that the
 * columns of an index hold exactly: beyond 2^53 only multiples of a power of two, as large prices with few
 * places are. Refuses `decimal.too-precise` for any other, and what `parseDecimal` does.
 */
export function priceFraction(
  price: DecimalText,
  size: number,
): { readonly numerator: number; readonly by: number } {
  const { numerator, by } = reduce(parseDecimal(price, 12), size);
  const column = Number(numerator);
  if (BigInt(column) !== BigInt(numerator)) {
    throw new Refusal("decimal.too-precise", { value: price });
  }
  return { numerator: column, by };
}

interface GrowingTrie {
  children: Int32Array;
  heads: Int32Array;
  count: number;
}

function startTrie(rows: number): GrowingTrie {
  const capacity = Math.max(16, Math.ceil(rows * 1.2));
  return {
    children: new Int32Array(capacity * 10),
    heads: new Int32Array(capacity).fill(NO_RATE),
    count: 1,
  };
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
