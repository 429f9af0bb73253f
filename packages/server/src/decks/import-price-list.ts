/** From a price list to the versions of a deck that it makes, compared and checked. */
import type { DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import {
  compareDecks,
  type DeckComparison,
  type RowChange,
} from "@counterpart/domain/decks/compare-decks.ts";
import { type LintFinding, lintDeckRows } from "@counterpart/domain/decks/lint-deck.ts";
import { findShortNotice, firstDearerDay } from "@counterpart/domain/decks/notice-period.ts";
import { planDeckVersions } from "@counterpart/domain/decks/plan-deck-versions.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import {
  formatLocalDay,
  instantOfDateOrInstant,
  type LocalDay,
  localDayOf,
} from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { DeckMapping } from "./deck-mapping.ts";
import { type DeckShelf, type OpenDeck, versionAt } from "./deck-shelf.ts";
import type { ColumnsRead } from "./find-list-columns.ts";
import { type NewDeck, startDeck } from "./new-deck.ts";
import { readPriceList } from "./read-price-list.ts";

export interface ListImport {
  readonly deck: string;
  readonly text: string;
  readonly mapping: DeckMapping;
  /** Date or instant from which the list counts. */
  readonly from: string;
  /** Whether it is the whole deck; else only what changes. */
  readonly isWhole: boolean;
  /** The day on which the other side was told. */
  readonly notified: LocalDay;
  /** Days of notice that increases need; those of the deck when undefined. */
  readonly noticeDays?: number | undefined;
  /** The deck that the list makes; null or undefined for one that exists. */
  readonly create?: NewDeck | null;
}

export interface PlannedImport {
  readonly deck: OpenDeck;
  /** Whether the list makes the deck. */
  readonly isNew: boolean;
  /** Of the list; null for rows that come from elsewhere. */
  readonly columns: ColumnsRead | null;
  readonly records: number;
  readonly versions: readonly VersionChange[];
}

/** A version that an import makes, against what would be in force in its place. */
export interface VersionChange {
  readonly from: string;
  readonly at: Instant;
  readonly rows: readonly DeckRow[];
  /** Date of the version that it is compared with; null for none. */
  readonly against: string | null;
  /** Whether it takes the place of a version of the same date. */
  readonly replaces: boolean;
  readonly comparison: DeckComparison;
  /** Dearer sooner than was promised, and the first day on which that would not be so. */
  readonly shortNotice: readonly RowChange[];
  readonly dearerFrom: string | null;
  readonly findings: readonly LintFinding[];
  /** Date of a version that is scheduled already and takes over from this one. */
  readonly followedBy: string | null;
}

/** Refuses `deck.*` and what `instantOfDateOrInstant` and `startDeck` do. Changes nothing. */
export async function planImport(shelf: DeckShelf, asked: ListImport): Promise<PlannedImport> {
  const { zone } = shelf;
  const open = await openOrStart(shelf, asked);
  const at = instantOfDateOrInstant(zone, asked.from);
  const { versions: _, ...deck } = open.deck;
  const format = { deck, mapping: asked.mapping, start: at, zone };
  const { rows, dates, columns, records } = await readPriceList(asked.text, format);
  const before = versionAt(open, (at - 1) as Instant);
  const offer = { from: asked.from, at, rows, dates, isWhole: asked.isWhole };
  const planned = planDeckVersions(offer, before?.rows ?? []);
  const versions = compareVersions(shelf, open, planned, asked);
  return { deck: open, isNew: (asked.create ?? null) !== null, columns, records, versions };
}

async function openOrStart(
  shelf: DeckShelf,
  { deck: name, create = null }: ListImport,
): Promise<OpenDeck> {
  if (create === null) return await shelf.open(name);
  if (Object.hasOwn(shelf.catalogue.decks, name)) throw new Refusal("deck.exists", { deck: name });
  return startDeck(name, create);
}

interface PlannedRows {
  readonly from: string;
  readonly at: Instant;
  readonly rows: readonly DeckRow[];
}

/**
 * Each version against the one that it takes over from: the planned one before it, else the
 * catalogue's.
 */
export function compareVersions(
  { zone }: Pick<DeckShelf, "zone">,
  open: OpenDeck,
  planned: readonly PlannedRows[],
  { notified, noticeDays = open.deck.noticeDays }: Pick<ListImport, "notified" | "noticeDays">,
): VersionChange[] {
  return planned.map((version, place): VersionChange => {
    const { from, at, rows } = version;
    const same = open.versions.find((one) => one.at === at);
    const before = same ?? planned[place - 1] ?? versionAt(open, at);
    const comparison = compareDecks(before?.rows ?? [], rows);
    const notice = noticeDays === undefined ? null : { notified, noticeDays };
    const following = open.versions.find((one) => one.at > at);
    const nextPlanned = planned[place + 1];
    const isFollowed =
      following !== undefined && (nextPlanned === undefined || following.at < nextPlanned.at);
    return {
      from: same?.from ?? from,
      at,
      rows,
      against: before?.from ?? null,
      replaces: same !== undefined,
      comparison,
      shortNotice:
        notice === null ? [] : findShortNotice(comparison.changes, localDayOf(zone, at), notice),
      dearerFrom: notice === null ? null : formatLocalDay(firstDearerDay(notice)),
      findings: lintDeckRows(open.deck.key, rows),
      followedBy: isFollowed ? following.from : null,
    };
  });
}

/** Whether any row of any version is another than before. */
export function changesAnything({ versions }: Pick<PlannedImport, "versions">): boolean {
  return versions.some(({ comparison }) => comparison.changes.length > 0);
}
