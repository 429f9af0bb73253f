/** The SQL of the catalogue: append-only objects, handles, term versions and deck rows. */
import type { DeckRowCall } from "@counterpart/domain/catalogue/call-rules.ts";
import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import { SECTIONS } from "@counterpart/domain/catalogue/check-catalogue.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { HandleKind } from "@counterpart/domain/rating/compile-book.ts";
import type { DatedDeckRow } from "@counterpart/domain/rating/deck-index.ts";
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

/** The id of a deck's newest row; 0 when it has none. */
export async function loadNewestDeckRow(db: Db, deck: number): Promise<number> {
  const { rows } = await db.query<{ newest: number }>(
    "select coalesce(max(id), 0) as newest from deck_row where deck_id = $1",
    [deck],
  );
  return rows[0]!.newest;
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
  const rows = await selectDeckRows(db, deck, `${DATED_ROW}, name`);
  return rows.map((row) => ({ ...toDatedRow(row), name: row[12] as string | null }));
}

/** The rows as rating needs them. The book waits for 170,000 of them: a column more costs a tenth. */
export async function loadDatedRows(db: Db, deck: number): Promise<DatedDeckRow[]> {
  return (await selectDeckRows(db, deck, DATED_ROW)).map(toDatedRow);
}

const DATED_ROW = `id, key, (extract(epoch from effective_from) * 1000)::bigint, state::text,
  rate::text, rate_next::text, connect_fee::text, initial_increment, subsequent_increment,
  origin_group, time_band, call`;

async function selectDeckRows(db: Db, deck: number, columns: string): Promise<StoredValue[][]> {
  const { rows } = await db.query({
    text: `select ${columns} from deck_row where deck_id = $1 order by id`,
    values: [deck],
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
    from: Number(row[2]) as Instant,
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

export async function insertDeckRows(
  db: Db,
  deck: number,
  revision: number,
  rows: readonly Omit<StoredDeckRow, "id">[],
): Promise<void> {
  const column = <T>(of: (row: Omit<StoredDeckRow, "id">) => T): T[] => rows.map(of);
  await db.query(
    `insert into deck_row (deck_id, revision, effective_from, key, name, state, rate, rate_next,
        connect_fee, initial_increment, subsequent_increment, origin_group, time_band, call)
      select $1, $2, * from unnest($3::timestamptz[], $4::text[], $5::text[], $6::"char"[],
        $7::numeric[], $8::numeric[], $9::numeric[], $10::integer[], $11::integer[],
        $12::text[], $13::text[], $14::jsonb[])`,
    [
      deck,
      revision,
      column(({ from }) => new Date(from).toISOString()),
      column(({ key }) => key),
      column(({ name }) => name),
      column(({ state }) => state[0]),
      column(({ rate }) => rate),
      column(({ rateNext }) => rateNext),
      column(({ connectFee }) => connectFee),
      column(({ initialIncrement }) => initialIncrement),
      column(({ subsequentIncrement }) => subsequentIncrement),
      column(({ originGroup }) => originGroup ?? null),
      column(({ timeBand }) => timeBand ?? null),
      column(({ call }) => (call === null || call === undefined ? null : JSON.stringify(call))),
    ],
  );
}

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
