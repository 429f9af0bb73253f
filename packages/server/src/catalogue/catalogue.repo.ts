/** The SQL of the catalogue: append-only objects, handles, term versions and deck rows. */
import { pipeline } from "node:stream/promises";
import type { DeckRowCall } from "@counterpart/domain/catalogue/call-rules.ts";
import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import { SECTIONS } from "@counterpart/domain/catalogue/check-catalogue.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { HandleKind } from "@counterpart/domain/rating/compile-book.ts";
import type { DatedDeckRow } from "@counterpart/domain/rating/deck-index.ts";
import type { ClientBase } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Db } from "../platform/database.ts";
import { lockForTransaction } from "../platform/locks.ts";

export interface CatalogueObject {
  readonly kind: string;
  readonly id: string;
  /** null: withdrawn. */
  readonly body: unknown;
}

/** The newest revision; 0 before the first apply. */
export async function loadRevision(db: Db): Promise<number> {
  const { rows } = await db.query<{ revision: number }>("select revision from gate");
  return rows[0]!.revision;
}

/** How many rows of a deck were published after the one of this id. */
export async function countDeckRowsAfter(db: Db, deck: number, after: number): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    "select count(*)::integer as count from deck_row where deck_id = $1 and id > $2",
    [deck, after],
  );
  return rows[0]!.count;
}

/** The objects in force at the newest revision; null before the first apply. */
export async function loadCatalogue(db: Db): Promise<Catalogue | null> {
  const { rows } = await db.query<CatalogueObject>(
    `select distinct on (kind, id) kind, id, body from catalogue_object
      order by kind, id, revision desc`,
  );
  if (rows.length === 0) return null;
  return catalogueOf(rows.filter(({ body }) => body !== null));
}

function catalogueOf(objects: readonly CatalogueObject[]): Catalogue {
  const of = (kind: string): Record<string, unknown> =>
    Object.fromEntries(
      objects.filter((object) => object.kind === kind).map(({ id, body }) => [id, body]),
    );
  const kinds = Object.fromEntries(SECTIONS.map((kind) => [kind, of(kind)]));
  const single = of("single");
  return { ...kinds, provider: single.provider, exchangeRates: single.exchangeRates } as Catalogue;
}

/** Every object of a catalogue, the provider and the exchange rates as objects of kind `single`. */
export function objectsOf(catalogue: Catalogue | null): CatalogueObject[] {
  if (catalogue === null) return [];
  return [
    { kind: "single", id: "provider", body: catalogue.provider },
    { kind: "single", id: "exchangeRates", body: catalogue.exchangeRates },
    ...SECTIONS.flatMap((kind) =>
      Object.entries(catalogue[kind]).map(([id, body]) => ({ kind, id, body })),
    ),
  ];
}

export async function insertObjects(
  db: Db,
  revision: number,
  objects: readonly CatalogueObject[],
): Promise<void> {
  await db.query(
    `insert into catalogue_object (kind, id, revision, body)
      select kind, id, $1, body from unnest($2::text[], $3::text[], $4::jsonb[])
        as new (kind, id, body)`,
    [
      revision,
      objects.map(({ kind }) => kind),
      objects.map(({ id }) => id),
      objects.map(({ body }) => (body === null ? null : JSON.stringify(body))),
    ],
  );
}

export type Handles = ReadonlyMap<string, number>;

export async function loadHandles(db: Db): Promise<Handles> {
  const { rows } = await db.query<{ id: number; kind: string; name: string }>(
    "select id, kind, name from handle",
  );
  return new Map(rows.map(({ id, kind, name }) => [`${kind}/${name}`, id]));
}

export async function insertHandles(
  db: Db,
  names: readonly { readonly kind: HandleKind; readonly name: string }[],
): Promise<void> {
  await db.query(
    `insert into handle (kind, name)
      select * from unnest($1::text[], $2::text[]) on conflict do nothing`,
    [names.map(({ kind }) => kind), names.map(({ name }) => name)],
  );
}

export interface TermVersionRow {
  readonly agreement: number;
  readonly term: string;
  /** Hash of what the version is known by. */
  readonly content: string;
  /** JSON. */
  readonly body: string;
  readonly from: Instant;
}

export async function insertTermVersions(
  db: Db,
  revision: number,
  rows: readonly TermVersionRow[],
): Promise<void> {
  await db.query(
    `insert into term_version (agreement_id, term, content, body, effective_from, revision)
      select agreement_id, term, content, body, effective_from, $1
      from unnest($2::integer[], $3::text[], $4::uuid[], $5::jsonb[], $6::timestamptz[])
        as new (agreement_id, term, content, body, effective_from)
      on conflict do nothing`,
    [
      revision,
      rows.map(({ agreement }) => agreement),
      rows.map(({ term }) => term),
      rows.map(({ content }) => content),
      rows.map(({ body }) => body),
      rows.map(({ from }) => new Date(from).toISOString()),
    ],
  );
}

/** Ids of all term versions, by `agreement/term/content`. */
export async function loadTermVersions(db: Db): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ id: number; key: string }>(
    "select id, agreement_id || '/' || term || '/' || content as key from term_version",
  );
  return new Map(rows.map(({ id, key }) => [key, id]));
}

/** A deck row with what only the store and people need besides. */
export interface StoredDeckRow extends DatedDeckRow {
  readonly name: string | null;
}

export async function loadDeckRows(db: Db, deck: number): Promise<StoredDeckRow[]> {
  const rows = await selectDeckRows(db, `${DATED_ROW}, name`, { deck, after: 0, limit: null });
  return rows.map((row) => Object.assign(toDatedRow(row), { name: row[12] as string | null }));
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
  return (await selectDeckRows(db, DATED_ROW, { deck, ...page })).map(toDatedRow);
}

const DATED_ROW = `id, key, date_part('epoch', effective_from) * 1000, state::text,
  rate::text, rate_next::text, connect_fee::text, initial_increment, subsequent_increment,
  origin_group, time_band, call`;

async function selectDeckRows(
  db: Db,
  columns: string,
  { deck, after, limit }: { deck: number; after: number; limit: number | null },
): Promise<StoredValue[][]> {
  const { rows } = await db.query({
    text: `select ${columns} from deck_row where deck_id = $1 and id > $2 order by id limit $3`,
    values: [deck, after, limit],
    rowMode: "array",
  } as never);
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

/** Rows that become the text of COPY at once: an event that waits is not held up by all of them. */
const ROWS_PER_PIECE = 2_000;

/** Copies the rows, in order: as parameters of an INSERT 170,000 of them take four times as long. */
export async function insertDeckRows(
  db: ClientBase,
  deck: number,
  revision: number,
  rows: readonly Omit<StoredDeckRow, "id">[],
): Promise<void> {
  const stream = db.query(
    copyFrom(
      `copy deck_row (deck_id, revision, effective_from, key, name, state, rate, rate_next,
        connect_fee, initial_increment, subsequent_increment, origin_group, time_band, call)
        from stdin`,
    ),
  );
  await pipeline(copyTexts(`${deck}\t${revision}`, rows), stream);
}

function* copyTexts(
  lead: string,
  rows: readonly Omit<StoredDeckRow, "id">[],
): Generator<Buffer, void> {
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
    yield Buffer.from(lines.join(""));
  }
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

/** Raises the revision alone at the gate: what was rated by an older book can commit no more. */
export async function raiseRevision(
  db: Db,
  entry: { readonly revision: number; readonly by: string; readonly summary: string },
): Promise<void> {
  await db.query(
    `insert into catalogue_revision (revision, applied_at, applied_by, summary)
      values ($1, now(), $2, $3)`,
    [entry.revision, entry.by, entry.summary],
  );
  await lockForTransaction(db, "gate");
  await db.query("update gate set revision = $1", [entry.revision]);
}
