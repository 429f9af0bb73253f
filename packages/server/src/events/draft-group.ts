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
  push,
  writeChar,
  writeInteger,
  writeTime,
  writeUuid,
} from "./binary-format.ts";
import {
  COPY_HEAD,
  COPY_TAIL,
  encodeEvent,
  type Gate,
  isRated,
  stampRow,
} from "./encode-events.ts";
import type { Candidate } from "./prepare-event.ts";
import { clearDeltas, type Deltas, noteEvent, startDeltas } from "./sum-deltas.ts";

/** An event of the group, the first of its key. */
export interface Entry {
  readonly key: string;
  readonly id: string;
  readonly content: string;
  readonly source: BookSource;
  readonly receivedAt: Instant;
  /** Place among the rated events, which have rows; -1 for the others. */
  readonly rated: number;
  /** Whole only of an event that could not be rated. */
  readonly candidate: Candidate | null;
}

/** An event that came again in its group. */
export interface Repeat {
  readonly id: string;
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

export interface GroupDraft {
  readonly entries: Entry[];
  readonly repeats: Repeat[];
  readonly byKey: Map<string, number>;
  readonly keys: KeyColumns;
  readonly rows: ByteBuffer;
  /** Where each rated event's row starts, and the last one ends. */
  readonly rowStarts: number[];
  readonly deltas: Deltas;
}

export function startDraft(): GroupDraft {
  return {
    entries: [],
    repeats: [],
    byKey: new Map(),
    keys: keyColumns(),
    rows: byteBuffer(1 << 20),
    rowStarts: [0],
    deltas: startDeltas(),
  };
}

export function clearDraft(draft: GroupDraft): void {
  draft.entries.length = 0;
  draft.repeats.length = 0;
  draft.byKey.clear();
  for (const column of Object.values(draft.keys)) clearColumn(column);
  draft.rows.length = 0;
  draft.rowStarts.length = 1;
  clearDeltas(draft.deltas);
}

/**
 * Adds a candidate whose tuples are numbered. *entry*: it is the first of its key; *repeat*: the same
 * event again; *later*: another content under a key of this group, which must be another group's.
 */
export function draftEvent(draft: GroupDraft, candidate: Candidate): "entry" | "repeat" | "later" {
  const { key, id, content, source, receivedAt } = candidate;
  const of = draft.byKey.get(key);
  if (of !== undefined) {
    if (draft.entries[of]!.content !== content) return "later";
    draft.repeats.push({ id, of, source, receivedAt });
    return "repeat";
  }
  draft.byKey.set(key, draft.entries.length);
  addKey(draft.keys, candidate);
  const entry = { key, id, content, source, receivedAt };
  if (!isRated(candidate)) {
    draft.entries.push({ ...entry, rated: -1, candidate });
    return "entry";
  }
  draft.entries.push({ ...entry, rated: draft.rowStarts.length - 1, candidate: null });
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

function addKey(keys: KeyColumns, { key, content, time, verdict }: Candidate): void {
  const rated = "charges" in verdict;
  push(keys.key, writeUuid, key);
  push(keys.content, writeUuid, content);
  push(keys.time, writeTime, time);
  push(keys.account, writeInteger, rated ? verdict.account.handle : 0);
  push(keys.state, writeChar, rated ? "a" : "q");
}

/** Parameters of the statements that claim and change keys. */
export function keyParameters(keys: KeyColumns): Buffer[] {
  return [keys.key, keys.content, keys.time, keys.account, keys.state].map(columnValue);
}

/** The same for candidates that are not drafted. */
export function keyParametersOf(candidates: readonly Candidate[]): Buffer[] {
  const keys = keyColumns();
  for (const candidate of candidates) addKey(keys, candidate);
  return keyParameters(keys);
}
