/**
 * A rate deck compiled for lookup: a digit trie (prefix decks) or a map (network decks) to chains of dated
 * rows in typed arrays. One index holds every version of the deck; a lookup picks by the event's time.
 *
 * Cost: a lookup walks at most 15 digits and then the dated rows of one prefix, newest first. Memory: about
 * 60 bytes a dated row and 40 bytes a trie node, so 170,000 prefixes take some 20 MB.
 */
import { assert } from "../assert.ts";
import { parseDecimal } from "../decimal.ts";
import type { Instant } from "../instant.ts";
import { Refusal } from "../refusals.ts";
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
  /** In seconds; null when the deck has no increments. */
  readonly initialIncrement: number | null;
  readonly subsequentIncrement: number | null;
}

export interface DeckIndex {
  readonly key: "prefix" | "network";
  readonly rows: RowTable;
  /** Children of trie nodes, ten a node; 0 is none. Empty for a network deck. */
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
  readonly rateBy: Int32Array;
  readonly rateNext: Float64Array;
  readonly rateNextBy: Int32Array;
  readonly connectFee: Float64Array;
  /** In smallest units of the quantity; 0: no increments. */
  readonly initial: Int32Array;
  readonly subsequent: Int32Array;
}

export const NO_RATE = -1;
export const BLOCKED = -2;

const STATES = { rate: 0, blocked: 1, withdrawn: 2 } as const;

/**
 * Compiles the rows of a deck that is priced per `unitSize` smallest units (60,000 for per minute of
 * milliseconds). Rows come in order of publication: of two with the same key and `from`, the later wins.
 */
export function compileDeck(
  key: DeckIndex["key"],
  unitSize: number,
  rows: readonly DatedDeckRow[],
): DeckIndex {
  const table = allocateRows(rows.length);
  const order = inOrderOfEffect(rows);
  const trie = startTrie(key === "prefix" ? rows.length : 0);
  const networks = new Map<string, number>();
  // A network deck's increments count its quantity itself; those of a voice deck are seconds.
  const increment = key === "prefix" && unitSize >= 1000 ? 1000 : 1;
  for (let at = 0; at < order.length; at++) {
    const row = rows[order[at]!]!;
    writeRow(table, at, row, unitSize, increment);
    if (key === "network") {
      table.older[at] = networks.get(row.key) ?? NO_RATE;
      networks.set(row.key, at);
    } else {
      const node = nodeOf(trie, row.key);
      table.older[at] = trie.heads[node]!;
      trie.heads[node] = at;
    }
  }
  return {
    key,
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

/** The row of the network, else of its country (`"262-01"`, then `"262"`) (handbook §3.2). */
export function findByNetwork(deck: DeckIndex, network: string, at: Instant): number {
  for (const key of [network, network.slice(0, 3)]) {
    const head = deck.networks.get(key);
    if (head === undefined) continue;
    const row = inForce(deck.rows, head, at);
    if (row !== NO_RATE) return deck.rows.state[row] === STATES.blocked ? BLOCKED : row;
  }
  return NO_RATE;
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
    rateBy: new Int32Array(count),
    rateNext: new Float64Array(count),
    rateNextBy: new Int32Array(count),
    connectFee: new Float64Array(count),
    initial: new Int32Array(count),
    subsequent: new Int32Array(count),
  };
}

function writeRow(
  table: RowTable,
  at: number,
  row: DatedDeckRow,
  unitSize: number,
  increment: number,
): void {
  table.id[at] = row.id;
  table.from[at] = row.from;
  table.state[at] = STATES[row.state];
  if (row.rate === null) return;
  const rate = reduce(parseDecimal(row.rate, 12), unitSize);
  table.rate[at] = inColumn(rate.numerator, row.rate);
  table.rateBy[at] = rate.by;
  if (row.rateNext === null) {
    table.rateNext[at] = table.rate[at]!;
    table.rateNextBy[at] = rate.by;
  } else {
    const next = reduce(parseDecimal(row.rateNext, 12), unitSize);
    table.rateNext[at] = inColumn(next.numerator, row.rateNext);
    table.rateNextBy[at] = next.by;
  }
  if (row.connectFee !== null) {
    table.connectFee[at] = inColumn(parseDecimal(row.connectFee, 12), row.connectFee);
  }
  table.initial[at] = (row.initialIncrement ?? 0) * increment;
  table.subsequent[at] = (row.subsequentIncrement ?? row.initialIncrement ?? 0) * increment;
}

/** Beyond 2^53 a column still holds multiples of a power of two, as large prices with few places are. */
function inColumn(value: number | bigint, text: string): number {
  const column = Number(value);
  if (BigInt(column) !== BigInt(value)) throw new Refusal("decimal.too-precise", { value: text });
  return column;
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
