/**
 * A rate deck compiled for lookup: a trie of digits (prefixes) and a map (networks) to chains of dated rows.
 * One index holds every version of the deck; a lookup picks by the event's time.
 *
 * A row is a few numbers side by side, and what rows charge is kept once for all that charge the same: of a
 * large deck that fits where memory is quick. Cost: a lookup walks at most 15 digits and then the dated rows
 * of one prefix, newest first. Memory: 32 bytes a dated row and 44 bytes a prefix that others begin with, so
 * 170,000 prefixes take some 10 MB.
 */
import type { DeckRowCall } from "../catalogue/call-rules.ts";
import type { Instant } from "../instant.ts";
import { type DigitTrie, headsOf, longestHead, NO_HEAD } from "./digit-trie.ts";
import type { Tariff } from "./tariff.ts";

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
  /** The different ones of the rows, and their places by what was read of them. */
  readonly tariffs: readonly Tariff[];
  readonly tariffPlaces: ReadonlyMap<string, number>;
  /** The different dates from which rows are in force. */
  readonly dates: readonly Instant[];
  /** `ROW.width` numbers a row; the first is the tail of its prefix, which the trie looks at. */
  readonly rows: Int32Array;
  /** To the newest row of each prefix. */
  readonly trie: DigitTrie;
  /** Newest row of each network. */
  readonly networks: ReadonlyMap<string, number>;
}

/** Places in a row: the row of its key before it; its date, tariff and qualifier are places in lists. */
export const ROW = {
  tail: 0,
  id: 1,
  older: 2,
  from: 3,
  tariff: 4,
  qualifier: 5,
  width: 8,
} as const;

export const NO_RATE = -1;
export const BLOCKED = -2;

/** In place of a tariff. */
export const IS_BLOCKED = -1;
export const IS_WITHDRAWN = -2;

/** The row of the longest prefix of `digits` that has a rate at `at`; NO_RATE or BLOCKED otherwise. */
export function findByPrefix(deck: DeckIndex, digits: string, at: Instant): number {
  const head = longestHead(deck.trie, digits);
  if (head === NO_HEAD) return NO_RATE;
  const row = inForce(deck, head, at);
  if (row !== NO_RATE) return isBlocked(deck, row) ? BLOCKED : row;
  return findByShorterPrefix(deck, digits, at);
}

/** A prefix that is withdrawn or has not begun leaves the shorter one in force. */
function findByShorterPrefix(deck: DeckIndex, digits: string, at: Instant): number {
  for (const head of headsOf(deck.trie, digits).reverse()) {
    const row = inForce(deck, head, at);
    if (row !== NO_RATE) return isBlocked(deck, row) ? BLOCKED : row;
  }
  return NO_RATE;
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

function rowOfNetwork(deck: DeckIndex, key: string, at: Instant): number {
  const head = deck.networks.get(key);
  if (head === undefined) return NO_RATE;
  const row = inForce(deck, head, at);
  return row !== NO_RATE && isBlocked(deck, row) ? BLOCKED : row;
}

/** Whether every row is for all callers and times and has no rules of calls. */
export function isPlain({ qualifiers, tariffs }: DeckIndex): boolean {
  return qualifiers.length === 1 && tariffs.every(({ call }) => call === null);
}

export function countRows({ rows }: DeckIndex): number {
  return rows.length / ROW.width;
}

/** The number by which charges name a row. */
export function rowId({ rows }: DeckIndex, row: number): number {
  return rows[row * ROW.width + ROW.id]!;
}

/** What a row that is neither blocked nor withdrawn charges, by its place among the deck's tariffs. */
export function tariffAt({ rows }: DeckIndex, row: number): number {
  return rows[row * ROW.width + ROW.tariff]!;
}

/** The place of the row's qualifier among those of the deck. */
export function qualifierAt({ rows }: DeckIndex, row: number): number {
  return rows[row * ROW.width + ROW.qualifier]!;
}

/** The row of the same key with the latest date that is not after this one's; NO_RATE for none. */
export function olderRow({ rows }: DeckIndex, row: number): number {
  return rows[row * ROW.width + ROW.older]!;
}

/** When a row comes into force. */
export function startOfRow({ rows, dates }: DeckIndex, row: number): Instant {
  return dates[rows[row * ROW.width + ROW.from]!]!;
}

export function isBlocked({ rows }: DeckIndex, row: number): boolean {
  return rows[row * ROW.width + ROW.tariff] === IS_BLOCKED;
}

export function isWithdrawn({ rows }: DeckIndex, row: number): boolean {
  return rows[row * ROW.width + ROW.tariff] === IS_WITHDRAWN;
}

function inForce(deck: DeckIndex, head: number, at: Instant): number {
  let row = head;
  while (row !== NO_RATE && startOfRow(deck, row) > at) row = olderRow(deck, row);
  return row !== NO_RATE && isWithdrawn(deck, row) ? NO_RATE : row;
}
