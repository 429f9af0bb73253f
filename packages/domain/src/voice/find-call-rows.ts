/** The rows of a deck that a call may be charged by, by destination, caller and time. */
import type { Instant } from "../instant.ts";
import {
  type DeckIndex,
  isWithdrawn,
  NO_RATE,
  olderRow,
  qualifierAt,
  startOfRow,
} from "../rating/deck-index.ts";
import { headsOf, longestHead, NO_HEAD } from "../rating/digit-trie.ts";
import { type OriginGroups, originMatch } from "./origin-groups.ts";
import type { CompiledBand } from "./time-bands.ts";
import { type BandCalendar, isInBand, wallTimeAt } from "./time-bands.ts";

/** Rows of one prefix and origin group, the heaviest band first and the row of no band last. */
export type CallRows = readonly CallRow[];

export interface CallRow {
  readonly row: number;
  /** null: at all times that no band of another row has. */
  readonly band: CompiledBand | null;
}

export interface CallLookup {
  readonly deck: DeckIndex;
  readonly groups: OriginGroups;
  readonly calendar: BandCalendar;
  /** Digits that are looked up, and those of the caller if they are known. */
  readonly digits: string;
  readonly caller: string | undefined;
}

/**
 * The rows in force at an instant of the longest destination prefix that has any for this caller, and of
 * those the longest origin prefix (handbook §2.1); empty when there is none. A prefix whose rows are for
 * other callers is passed over, one whose rows are for other times is not: that would be another
 * destination's price.
 */
export function findCallRows(lookup: CallLookup, at: Instant): CallRows {
  const { deck, digits } = lookup;
  const longest = longestHead(deck.trie, digits);
  if (longest === NO_HEAD) return [];
  const rows = rowsOfPrefix(lookup, longest, at);
  return rows.length > 0 ? rows : rowsOfShorterPrefix(lookup, at);
}

function rowsOfShorterPrefix(lookup: CallLookup, at: Instant): CallRows {
  for (const head of headsOf(lookup.deck.trie, lookup.digits).reverse()) {
    const rows = rowsOfPrefix(lookup, head, at);
    if (rows.length > 0) return rows;
  }
  return [];
}

/** The row of the time's band, else the one of no band; NO_RATE when there is neither. */
export function rowAt(rows: CallRows, calendar: BandCalendar, at: Instant): number {
  const first = rows[0];
  if (first === undefined) return NO_RATE;
  if (first.band === null) return first.row;
  const wall = wallTimeAt(calendar, at);
  for (const { row, band } of rows) if (band === null || isInBand(band, wall)) return row;
  return NO_RATE;
}

/** When the next version of any row that may concern the call comes into force; Infinity for never. */
export function nextRateChange(lookup: CallLookup, at: Instant): number {
  const { deck, digits } = lookup;
  let next = Number.POSITIVE_INFINITY;
  for (const head of headsOf(deck.trie, digits)) {
    // The row that begins next of a prefix is the last one of its chain that has not.
    for (let row = head; row !== NO_RATE && startOfRow(deck, row) > at; row = olderRow(deck, row)) {
      next = Math.min(next, startOfRow(deck, row));
    }
  }
  return next;
}

function rowsOfPrefix(lookup: CallLookup, head: number, at: Instant): CallRow[] {
  const { deck, groups, calendar, caller } = lookup;
  const seen: number[] = [];
  let found: CallRow[] = [];
  let longest = 0;
  for (let row = head; row !== NO_RATE; row = olderRow(deck, row)) {
    const qualifier = qualifierAt(deck, row);
    if (startOfRow(deck, row) > at || seen.includes(qualifier)) continue;
    seen.push(qualifier);
    if (isWithdrawn(deck, row)) continue;
    const { originGroup, timeBand } = deck.qualifiers[qualifier]!;
    const match = originGroup === null ? 0 : originMatch(groups, originGroup, caller);
    if (originGroup !== null && match === 0) continue;
    const band = timeBand === null ? null : (calendar.bands.get(timeBand) ?? "gone");
    // A band that the deck no longer has is at no time.
    if (match < longest || band === "gone") continue;
    if (match > longest) found = [];
    longest = match;
    found.push({ row, band });
  }
  return found.length > 1 ? found.sort((a, b) => weightOf(b) - weightOf(a)) : found;
}

function weightOf({ band }: CallRow): number {
  return band === null ? Number.NEGATIVE_INFINITY : band.weight;
}
