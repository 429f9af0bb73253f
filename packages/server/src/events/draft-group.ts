/**
 * A group of events as it will be stored. Each event is encoded as soon as it is prepared and little else
 * of it is kept: objects that live through a transaction are what makes garbage collection dear.
 */
import { assert } from "@counterpart/domain/assert.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { BookSource } from "@counterpart/domain/rating/book.ts";
import {
  type ArrayColumn,
  arrayColumn,
  type ByteBuffer,
  byteBuffer,
  clearColumn,
  columnValue,
  pushChar,
  pushInteger,
  pushTime,
  pushUuid,
  uuidAt,
} from "./binary-format.ts";
import {
  COPY_HEAD,
  COPY_TAIL,
  encodeEvent,
  type Gate,
  isRated,
  stampRow,
} from "./encode-events.ts";
import { clearKeys, type KeyTable, keyTable, placeOfKey } from "./key-table.ts";
import type { Candidate } from "./prepare-event.ts";
import { clearDeltas, type Deltas, noteEvent, startDeltas } from "./sum-deltas.ts";

/** An event that came again in its group. */
export interface Repeat {
  readonly id: string;
  /** The entry that it repeats. */
  readonly of: number;
  readonly source: BookSource;
  readonly receivedAt: Instant;
}

export interface KeyColumns {
  readonly key: ArrayColumn;
  readonly content: ArrayColumn;
  readonly time: ArrayColumn;
  readonly account: ArrayColumn;
  readonly state: ArrayColumn;
}

/** Entries are the events of the group, the first of each key; all their columns are by entry. */
export interface GroupDraft {
  readonly ids: string[];
  readonly sources: BookSource[];
  readonly receivedAt: Instant[];
  readonly keys: KeyColumns;
  readonly table: KeyTable;
  /** Place among the rated events, which have rows; -1 for the others. */
  readonly rated: number[];
  /** Those that could not be rated, whole. */
  readonly unrated: Map<number, Candidate>;
  readonly repeats: Repeat[];
  readonly rows: ByteBuffer;
  /** Where each rated event's row starts, and the last one ends. */
  readonly rowStarts: number[];
  readonly deltas: Deltas;
}

export function startDraft(): GroupDraft {
  return {
    ids: [],
    sources: [],
    receivedAt: [],
    keys: keyColumns(),
    table: keyTable(),
    rated: [],
    unrated: new Map(),
    repeats: [],
    rows: byteBuffer(1 << 20),
    rowStarts: [0],
    deltas: startDeltas(),
  };
}

export function clearDraft(draft: GroupDraft): void {
  draft.ids.length = 0;
  draft.sources.length = 0;
  draft.receivedAt.length = 0;
  for (const column of Object.values(draft.keys)) clearColumn(column);
  clearKeys(draft.table);
  draft.rated.length = 0;
  draft.unrated.clear();
  draft.repeats.length = 0;
  draft.rows.length = 0;
  draft.rowStarts.length = 1;
  clearDeltas(draft.deltas);
}

/**
 * Adds a candidate whose tuples are numbered. *entry*: it is the first of its key; *repeat*: the same
 * event again; *later*: another content under a key of this group, which must be another group's.
 */
export function draftEvent(draft: GroupDraft, candidate: Candidate): "entry" | "repeat" | "later" {
  const { id, source, receivedAt } = candidate;
  const { keys, ids } = draft;
  const entry = ids.length;
  pushUuid(keys.key, candidate.key);
  const of = placeOfKey(draft.table, keys.key.bytes, entry);
  if (of !== entry) {
    dropLastKey(keys.key);
    if (uuidAt(keys.content, of) !== candidate.content.replaceAll("-", "")) return "later";
    draft.repeats.push({ id, of, source, receivedAt });
    return "repeat";
  }
  pushUuid(keys.content, candidate.content);
  addKeyValues(keys, candidate);
  ids.push(id);
  draft.sources.push(source);
  draft.receivedAt.push(receivedAt);
  if (!isRated(candidate)) {
    draft.rated.push(-1);
    draft.unrated.set(entry, candidate);
    return "entry";
  }
  draft.rated.push(draft.rowStarts.length - 1);
  encodeEvent(draft.rows, candidate);
  draft.rowStarts.push(draft.rows.length);
  noteEvent(draft.deltas, candidate);
  return "entry";
}

/** The COPY data of the rated events but those at the `left` places, in pieces. */
export function copyPieces(draft: GroupDraft, left: ReadonlySet<number>, gate: Gate): Buffer[] {
  const { rows, rowStarts } = draft;
  const pieces: Buffer[] = [COPY_HEAD];
  let from = 0;
  for (let place = 0; place < rowStarts.length - 1; place++) {
    const start = rowStarts[place]!;
    if (!left.has(place)) {
      stampRow(rows, start, gate);
      continue;
    }
    if (start > from) pieces.push(rows.bytes.subarray(from, start));
    from = rowStarts[place + 1]!;
  }
  assert(rowStarts.at(-1) === rows.length, "each rated event has one row");
  if (rows.length > from) pieces.push(rows.bytes.subarray(from, rows.length));
  pieces.push(COPY_TAIL);
  return pieces;
}

function keyColumns(): KeyColumns {
  return {
    key: arrayColumn("uuid"),
    content: arrayColumn("uuid"),
    time: arrayColumn("timestamptz"),
    account: arrayColumn("integer"),
    state: arrayColumn("char"),
  };
}

function addKeyValues(keys: KeyColumns, { time, verdict }: Candidate): void {
  const rated = "charges" in verdict;
  pushTime(keys.time, time);
  pushInteger(keys.account, rated ? verdict.account.handle : 0);
  pushChar(keys.state, rated ? "a" : "q");
}

function dropLastKey(column: ArrayColumn): void {
  column.count--;
  column.length -= 20;
}

/** Parameters of the statements that claim and change keys. */
export function keyParameters(keys: KeyColumns): Buffer[] {
  return [keys.key, keys.content, keys.time, keys.account, keys.state].map(columnValue);
}

/** The same for candidates that are not drafted. */
export function keyParametersOf(candidates: readonly Candidate[]): Buffer[] {
  const keys = keyColumns();
  for (const candidate of candidates) {
    pushUuid(keys.key, candidate.key);
    pushUuid(keys.content, candidate.content);
    addKeyValues(keys, candidate);
  }
  return keyParameters(keys);
}
