/** The SQL of deck rows: append-only, each from a date on. */
import type { DeckRowCall } from "@counterpart/domain/catalogue/call-rules.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { DatedDeckRow } from "@counterpart/domain/rating/deck-index.ts";
import type { ClientBase } from "pg";
import type { Db } from "../platform/database.ts";
import { sendTogether } from "../platform/send-together.ts";

/** How many rows of a deck were published after the one of this id. */
export async function countDeckRowsAfter(db: Db, deck: number, after: number): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    "select count(*)::integer as count from deck_row where deck_id = $1 and id > $2",
    [deck, after],
  );
  return rows[0]!.count;
}

/** A deck row with what only the store and people need besides. */
export interface StoredDeckRow extends DatedDeckRow {
  readonly name: string | null;
}

export async function loadDeckRows(db: Db, deck: number): Promise<StoredDeckRow[]> {
  const rows = await select(
    db,
    `select ${DATED_ROW}, name from deck_row where deck_id = $1 order by id`,
    [deck],
  );
  return rows.map(toStoredRow);
}

/** The rows of some keys, in order of publication. */
export async function listDeckRowsOf(
  db: Db,
  deck: number,
  keys: readonly string[],
): Promise<StoredDeckRow[]> {
  const rows = await select(
    db,
    `select ${DATED_ROW}, name from deck_row
      where deck_id = $1 and key collate "C" = any($2) order by id`,
    [deck, keys],
  );
  return rows.map(toStoredRow);
}

/** Whom a row is known by, in the order of pages; empty texts for everybody and for all times. */
export type RowPlace = readonly [key: string, originGroup: string, timeBand: string];

/** A page of the rows that a deck has at an instant, by key; those of one key for all come first. */
export async function listRowsInForce(
  db: Db,
  deck: number,
  { at, after, limit }: { at: Instant; after: RowPlace; limit: number },
): Promise<StoredDeckRow[]> {
  const place = `key collate "C", coalesce(origin_group, ''), coalesce(time_band, '')`;
  const rows = await select(
    db,
    `select * from (
        select distinct on (${place}) ${DATED_ROW}, name from deck_row
        where deck_id = $1 and effective_from <= $2 and key collate "C" >= $3
          and (${place}) > ($3, $4, $5)
        order by ${place}, effective_from desc, id desc
      ) newest where state <> 'w' limit $6`,
    [deck, new Date(at).toISOString(), ...after, limit],
  );
  return rows.map(toStoredRow);
}

/**
 * Rows as rating needs them, in order of publication. The book waits for 170,000 of them: a column
 * more costs a tenth.
 */
export async function listDatedRows(
  db: Db,
  deck: number,
  page: { readonly after: number; readonly limit: number },
): Promise<DatedDeckRow[]> {
  const rows = await select(
    db,
    `select ${DATED_ROW} from deck_row where deck_id = $1 and id > $2 order by id limit $3`,
    [deck, page.after, page.limit],
  );
  return rows.map(toDatedRow);
}

const DATED_ROW = `id, key, date_part('epoch', effective_from) * 1000, state::text,
  rate::text, rate_next::text, connect_fee::text, initial_increment, subsequent_increment,
  origin_group, time_band, call`;

async function select(
  db: Db,
  text: string,
  values: readonly unknown[],
): Promise<readonly StoredValue[][]> {
  const { rows } = await db.query({ text, values, rowMode: "array" } as never);
  return rows as unknown as StoredValue[][];
}

type StoredValue = string | number | DeckRowCall | null;

const STATES = { r: "rate", b: "blocked", w: "withdrawn" } as const;

function toDatedRow(row: readonly StoredValue[]): DatedDeckRow {
  return {
    id: row[0] as number,
    key: row[1] as string,
    from: Math.round(row[2] as number) as Instant,
    state: STATES[row[3] as keyof typeof STATES],
    rate: row[4] as string | null,
    rateNext: row[5] as string | null,
    connectFee: row[6] as string | null,
    initialIncrement: row[7] as number | null,
    subsequentIncrement: row[8] as number | null,
    originGroup: row[9] as string | null,
    timeBand: row[10] as string | null,
    call: row[11] as DeckRowCall | null,
  };
}

function toStoredRow(row: readonly StoredValue[]): StoredDeckRow {
  return Object.assign(toDatedRow(row), { name: row[12] as string | null });
}

/** Rows whose text is made at once: that of all of them would take half a gigabyte. */
const ROWS_PER_PIECE = 2_000;

/** Copies the rows, in order: as parameters of an INSERT 170,000 of them take four times as long. */
export async function insertDeckRows(
  db: ClientBase,
  deck: number,
  revision: number,
  rows: readonly Omit<StoredDeckRow, "id">[],
): Promise<void> {
  const copy = `copy deck_row (deck_id, revision, effective_from, key, name, state, rate, rate_next,
    connect_fee, initial_increment, subsequent_increment, origin_group, time_band, call) from stdin`;
  await sendTogether(db, [{ copy, pieces: copyTexts(`${deck}\t${revision}`, rows) }]);
}

function copyTexts(lead: string, rows: readonly Omit<StoredDeckRow, "id">[]): Buffer[] {
  const pieces: Buffer[] = [];
  // Most rows are of one date.
  let from: Instant | null = null;
  let date = "";
  for (let at = 0; at < rows.length; at += ROWS_PER_PIECE) {
    const lines: string[] = [];
    for (const row of rows.slice(at, at + ROWS_PER_PIECE)) {
      if (from !== row.from) date = new Date(row.from).toISOString();
      from = row.from;
      lines.push(`${lead}\t${date}\t${copyLine(row)}\n`);
    }
    pieces.push(Buffer.from(lines.join("")));
  }
  return pieces;
}

function copyLine(row: Omit<StoredDeckRow, "id">): string {
  const call = row.call === null || row.call === undefined ? null : JSON.stringify(row.call);
  const price = `${row.rate ?? NULL}\t${row.rateNext ?? NULL}\t${row.connectFee ?? NULL}`;
  const increments = `${row.initialIncrement ?? NULL}\t${row.subsequentIncrement ?? NULL}`;
  const ofCalls = `${copyText(row.originGroup)}\t${copyText(row.timeBand)}\t${copyText(call)}`;
  const what = `${copyText(row.key)}\t${copyText(row.name)}\t${row.state.charAt(0)}`;
  return `${what}\t${price}\t${increments}\t${ofCalls}`;
}

const NULL = "\\N";

/** As COPY reads it: a backslash before what would end a value or a row. */
function copyText(text: string | null | undefined): string {
  if (text === null || text === undefined) return NULL;
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (mark) => COPY_MARKS[mark]!) : text;
}

const COPY_MARKS: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
};
