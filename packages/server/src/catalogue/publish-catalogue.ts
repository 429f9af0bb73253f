/** Publishes a catalogue as one versioned change. */
import { assert } from "@counterpart/domain/assert.ts";
import { canonicalJson } from "@counterpart/domain/canonical-json.ts";
import type { Catalogue, DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { checkZone, instantOfDateOrInstant } from "@counterpart/domain/period.ts";
import { type HandleKind, termsInForce } from "@counterpart/domain/rating/compile-book.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Client } from "pg";
import type { Database, Db } from "../platform/database.ts";
import { hashText } from "../platform/hash.ts";
import { lockForTransaction } from "../platform/locks.ts";
import {
  type CatalogueObject,
  type Handles,
  insertHandles,
  insertObjects,
  insertTermVersions,
  loadCatalogue,
  loadHandles,
  loadRevision,
  loadTermVersions,
  objectsOf,
  raiseRevision,
} from "./catalogue.repo.ts";
import { insertDeckRows, loadDeckRows, type StoredDeckRow } from "./deck-rows.repo.ts";
import { deckRowsToWrite, type VersionToWrite } from "./deck-rows-to-write.ts";

export interface Publication {
  readonly catalogue: Catalogue;
  /** Rows of the deck versions that are new, by their hash. */
  readonly deckRows: ReadonlyMap<string, readonly DeckRow[]>;
  readonly by: string;
  /** Apply only if this is still the newest revision. */
  readonly expectedRevision?: number | undefined;
  /** All rows of decks, by name, as they are at the expected revision: they are not read again. */
  readonly stored?: StoredDecks | undefined;
  /** Nothing is published any more when it is aborted: its reason is thrown. */
  readonly stop?: AbortSignal | undefined;
}

export type StoredDecks = ReadonlyMap<string, readonly StoredDeckRow[]>;

export interface Published {
  readonly revision: number;
  /** Objects added, changed or withdrawn; 0 when the catalogue was already so. */
  readonly changes: number;
}

/**
 * Stores what differs from the catalogue in force and raises the revision, in one transaction. The caller
 * has checked the catalogue. Publishing what is already in force changes nothing.
 */
export async function publishCatalogue(
  database: Database,
  publication: Publication,
): Promise<Published> {
  const client = await database.client("writer");
  try {
    await client.query("begin");
    // Ingest does not wait for a publication, only for the gate at its very end.
    await lockForTransaction(client, "apply");
    const published = await publish(client, publication);
    await client.query("commit");
    return published;
  } finally {
    // Without a commit the connection's end rolls back.
    await client.end();
  }
}

async function publish(client: Client, publication: Publication): Promise<Published> {
  const before = await loadRevision(client);
  const { catalogue, expectedRevision, by, stored, stop } = publication;
  stop?.throwIfAborted();
  if (expectedRevision !== undefined && expectedRevision !== before) {
    throw new Refusal("catalogue.changed", { revision: before });
  }
  assert(stored === undefined || expectedRevision !== undefined, "stored rows are of a revision");
  const current = await loadCatalogue(client);
  const changes = changedObjects(current, catalogue);
  if (changes.length === 0) return { revision: before, changes: 0 };
  const revision = before + 1;
  await insertObjects(client, revision, changes);
  const handles = await makeHandles(client, catalogue);
  await storeDecks(client, publication, handles, current, revision);
  await storeTermVersions(client, catalogue, handles, revision);
  const summary = `${changes.length} objects changed`;
  stop?.throwIfAborted();
  await raiseRevision(client, { revision, by, summary });
  return { revision, changes: changes.length };
}

function changedObjects(current: Catalogue | null, next: Catalogue): CatalogueObject[] {
  const before = new Map(objectsOf(current).map((o) => [`${o.kind}/${o.id}`, o]));
  const changed: CatalogueObject[] = [];
  for (const object of objectsOf(next)) {
    const known = before.get(`${object.kind}/${object.id}`);
    before.delete(`${object.kind}/${object.id}`);
    if (known === undefined || canonicalJson(known.body) !== canonicalJson(object.body)) {
      changed.push(object);
    }
  }
  return [...changed, ...[...before.values()].map(({ kind, id }) => ({ kind, id, body: null }))];
}

async function makeHandles(db: Db, catalogue: Catalogue): Promise<Handles> {
  const named = (kind: HandleKind, objects: object): { kind: HandleKind; name: string }[] =>
    Object.keys(objects).map((name) => ({ kind, name }));
  const wanted = [
    ...named("account", catalogue.accounts),
    ...named("agreement", catalogue.agreements),
    ...named("source", catalogue.sources),
    ...named("eventType", { ...BUILT_IN_TYPES, ...catalogue.eventTypes }),
    ...named("deck", catalogue.decks),
  ];
  const known = await loadHandles(db);
  const missing = wanted.filter(({ kind, name }) => !known.has(`${kind}/${name}`));
  if (missing.length === 0) return known;
  await insertHandles(db, missing);
  return await loadHandles(db);
}

async function storeDecks(
  db: Client,
  { catalogue, deckRows, stored, stop }: Publication,
  handles: Handles,
  current: Catalogue | null,
  revision: number,
): Promise<void> {
  const before = current === null ? new Map<string, DatedVersion[]>() : datedVersions(current);
  for (const [name, versions] of datedVersions(catalogue)) {
    stop?.throwIfAborted();
    const known = before.get(name) ?? [];
    if (canonicalJson(known) === canonicalJson(versions)) continue;
    const wanted = versions.map(({ from, rows: hash }): VersionToWrite => {
      const same = known.filter(({ rows }) => rows === hash);
      const kept = same.find((version) => version.from === from) ?? same[0];
      if (kept !== undefined) return { from, storedAt: kept.from };
      const rows = deckRows.get(hash);
      if (rows === undefined) throw new Refusal("catalogue.deck-rows-missing", { deck: name });
      return { from, rows };
    });
    const handle = handles.get(`deck/${name}`)!;
    const rows = deckRowsToWrite(stored?.get(name) ?? (await loadDeckRows(db, handle)), wanted);
    if (rows.length > 0) await insertDeckRows(db, handle, revision, rows);
  }
}

interface DatedVersion {
  readonly from: Instant;
  /** Hash of the rows. */
  readonly rows: string;
}

/** Of each deck: its versions at the instants that their dates are in the provider's zone. */
function datedVersions({ provider, decks }: Catalogue): Map<string, DatedVersion[]> {
  const zone = checkZone(provider.timeZone);
  return new Map(
    Object.entries(decks).map(([name, { versions }]) => [
      name,
      versions.map(({ from, rows }) => ({ from: instantOfDateOrInstant(zone, from), rows })),
    ]),
  );
}

async function storeTermVersions(
  db: Db,
  catalogue: Catalogue,
  handles: Handles,
  revision: number,
): Promise<void> {
  const known = await loadTermVersions(db);
  const rows = termsInForce(catalogue).map(({ agreement, term, content, from }) => ({
    agreement: handles.get(`agreement/${agreement}`)!,
    term: term.id,
    content: hashText(content),
    body: JSON.stringify(term),
    from,
  }));
  const missing = rows.filter((row) => !known.has(`${row.agreement}/${row.term}/${row.content}`));
  if (missing.length > 0) await insertTermVersions(db, revision, missing);
}
