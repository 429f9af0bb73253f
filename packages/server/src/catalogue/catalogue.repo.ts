/** The SQL of the catalogue: append-only objects, handles and term versions. */
import { assert } from "@counterpart/domain/assert.ts";
import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import { SECTIONS } from "@counterpart/domain/catalogue/check-catalogue.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { HandleKind } from "@counterpart/domain/rating/compile-book.ts";
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

/** Of an object that the catalogue in force has. */
export async function loadHandle(db: Db, kind: HandleKind, name: string): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    "select id from handle where kind = $1 and name = $2",
    [kind, name],
  );
  const [found] = rows;
  assert(found !== undefined, "a publication gives every object its handle");
  return found.id;
}

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
