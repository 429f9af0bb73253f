/** The use case behind imports and rollbacks: plan, compare, check; store only when told to. */
import type { Instant } from "@counterpart/domain/instant.ts";
import {
  instantOfDateOrInstant,
  type LocalDay,
  localDayOf,
  parseLocalDay,
} from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Applied } from "../catalogue/apply-catalogue.ts";
import type { Database } from "../platform/database.ts";
import type { DeckMapping } from "./deck-mapping.ts";
import { type DeckShelf, openShelfInForce, versionNamed } from "./deck-shelf.ts";
import { decodeText } from "./decode-text.ts";
import {
  changesAnything,
  compareVersions,
  type PlannedImport,
  planImport,
} from "./import-price-list.ts";
import type { NewDeck } from "./new-deck.ts";
import { storeInForce } from "./store-deck-versions.ts";

interface AnyOrder {
  readonly deck: string;
  /** Date or instant from which the new version counts. */
  readonly from: string;
  /** Day on which the other side was told; today when undefined. */
  readonly notified?: string | undefined;
  /** Days of notice that increases need; those of the deck when undefined. */
  readonly noticeDays?: number | undefined;
}

export interface ImportOrder extends AnyOrder {
  readonly kind: "import";
  /** The price list as it was sent. */
  readonly list: Uint8Array;
  readonly mapping: DeckMapping;
  /** Whether it is the whole deck; else only what changes. */
  readonly isWhole: boolean;
  /** The deck that the list makes; null for one that exists. */
  readonly create: NewDeck | null;
}

export interface RollbackOrder extends AnyOrder {
  readonly kind: "rollback";
  /** Date of the version whose rows come back. */
  readonly to: string;
}

export type DeckOrder = ImportOrder | RollbackOrder;

/** What needs a decision of a person. */
export interface DeckDecisions {
  /** Take the place of a version of the same date. */
  readonly replace: boolean;
  /** Go ahead though increases come sooner than was promised. */
  readonly despiteNotice: boolean;
}

/** Refuses as `planImport` and `versionNamed` do. Changes nothing. */
export async function planOrder(
  shelf: DeckShelf,
  order: DeckOrder,
  now: Instant,
): Promise<PlannedImport> {
  const { deck, from, noticeDays } = order;
  const notified = notifiedOn(shelf, order, now);
  if (order.kind === "import") {
    const { mapping, isWhole, create } = order;
    const { buffer, byteOffset, byteLength } = order.list;
    const text = decodeText(Buffer.from(buffer, byteOffset, byteLength), mapping.encoding);
    const list = { deck, text, mapping, from, isWhole, notified, noticeDays, create };
    return await planImport(shelf, list);
  }
  const open = await shelf.open(deck);
  const { rows } = versionNamed(open, order.to);
  const planned = [{ from, at: instantOfDateOrInstant(shelf.zone, from), rows }];
  const versions = compareVersions(shelf, open, planned, { notified, noticeDays });
  return { deck: open, isNew: false, columns: null, records: rows.length, versions };
}

function notifiedOn({ zone }: DeckShelf, { notified }: AnyOrder, now: Instant): LocalDay {
  return notified === undefined ? localDayOf(zone, now) : parseLocalDay(notified);
}

/** Refuses `deck.unchanged`, `deck.version-exists` and `deck.notice-too-short`. */
export function checkDecisions(
  planned: PlannedImport,
  { replace, despiteNotice }: DeckDecisions,
): void {
  const { deck, versions } = planned;
  if (!changesAnything(planned)) throw new Refusal("deck.unchanged", { deck: deck.name });
  const taken = versions.find(({ replaces }) => replaces);
  if (taken !== undefined && !replace) {
    throw new Refusal("deck.version-exists", { deck: deck.name, from: taken.from });
  }
  const short = versions.find(({ shortNotice }) => shortNotice.length > 0);
  if (short !== undefined && !despiteNotice) {
    const { from, dearerFrom, shortNotice } = short;
    throw new Refusal("deck.notice-too-short", { from, dearerFrom, rows: shortNotice.length });
  }
}

export interface DeckChange extends DeckDecisions {
  readonly order: DeckOrder;
  /** Compare and check, change nothing. */
  readonly dryRun: boolean;
  readonly by: string;
  readonly now: Instant;
  /** Only if this is still the revision in force. */
  readonly expectedRevision: number | undefined;
}

export interface ChangedDeck {
  readonly planned: PlannedImport;
  /** In force now; with `dryRun` the one that it was compared with. */
  readonly revision: number;
  /** Of what the deck before has priced since `from`; none with `dryRun`. */
  readonly reratings: Applied["reratings"];
}

/** Changes a deck of the catalogue in force. Refuses `catalogue.changed`, and as its parts do. */
export async function changeDeckInForce(
  database: Database,
  { order, dryRun, by, now, expectedRevision, ...decisions }: DeckChange,
): Promise<ChangedDeck> {
  const shelf = await openShelfInForce(database.pool("reader"));
  const { revision } = shelf;
  if (expectedRevision !== undefined && expectedRevision !== revision) {
    throw new Refusal("catalogue.changed", { revision });
  }
  const planned = await planOrder(shelf, order, now);
  if (dryRun) return { planned, revision, reratings: [] };
  checkDecisions(planned, decisions);
  const { deck, versions } = planned;
  const applied = await storeInForce(database, shelf, deck, versions, by);
  return { planned, revision: applied.revision, reratings: applied.reratings };
}
