/**
 * A rate deck compiled for lookup: a digit trie (prefixes) and a map (networks) to chains of dated rows in
 * typed arrays. One index holds every version of the deck; a lookup picks by the event's time.
 *
 * Cost: a lookup walks at most 15 digits and then the dated rows of one prefix, newest first. Memory: about
 * 80 bytes a dated row and 40 bytes a trie node, so 170,000 prefixes take some 20 MB.
 */
import { assert } from "../assert.ts";
import type { DeckRowCall } from "../catalogue/call-rules.ts";
import type { Instant } from "../instant.ts";

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

export const ROW_STATES = { rate: 0, blocked: 1, withdrawn: 2 } as const;

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
  return found >= 0 && rows.state[found] === ROW_STATES.blocked ? BLOCKED : found;
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
  return row !== NO_RATE && rows.state[row] === ROW_STATES.blocked ? BLOCKED : row;
}

/** Whether every row is for all callers and times and has no rules of calls. */
export function isPlain({ qualifiers, calls }: DeckIndex): boolean {
  return qualifiers.length === 1 && calls.length === 1;
}

export function isBlocked({ rows }: DeckIndex, row: number): boolean {
  return rows.state[row] === ROW_STATES.blocked;
}

export function isWithdrawn({ rows }: DeckIndex, row: number): boolean {
  return rows.state[row] === ROW_STATES.withdrawn;
}

function inForce(rows: RowTable, head: number, at: Instant): number {
  let row = head;
  while (row !== NO_RATE && rows.from[row]! > at) row = rows.older[row]!;
  return row !== NO_RATE && rows.state[row] === ROW_STATES.withdrawn ? NO_RATE : row;
}
