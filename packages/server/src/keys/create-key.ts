import { Refusal } from "@counterpart/domain/refusals.ts";
import { loadCatalogue } from "../catalogue/catalogue.repo.ts";
import type { Database } from "../platform/database.ts";
import { makeKeyText } from "./key-text.ts";
import { insertKey, type KeyRecord, type NewKey } from "./keys.repo.ts";

export type KeyRequest = Pick<NewKey, "name" | "scopes" | "sources" | "expiresAt">;

export interface CreatedKey extends KeyRecord {
  /** The key itself: shown once, kept nowhere. */
  readonly key: string;
}

export const KEY_NAME_LENGTH_MAX = 100;

/**
 * Makes a key. Only its hash is stored. Refuses `key.name-malformed`, `key.source-unknown` and
 * `key.expires-in-past`.
 */
export async function createKey(database: Database, request: KeyRequest): Promise<CreatedKey> {
  const name = request.name.trim();
  if (name === "" || name.length > KEY_NAME_LENGTH_MAX) throw new Refusal("key.name-malformed");
  if (request.sources !== null) await checkSources(database, request.sources);
  const { id, text, hash } = makeKeyText();
  const record = await insertKey(database.pool("writer"), { ...request, name, id, hash });
  if (record === null) throw new Refusal("key.expires-in-past", { expiresAt: request.expiresAt });
  return { ...record, key: text };
}

const KNOWN_TOLD_MAX = 50;

/** A key for a source that does not exist would be refused only when its first events come. */
async function checkSources(database: Database, sources: readonly string[]): Promise<void> {
  const catalogue = await loadCatalogue(database.pool("writer"));
  const known = Object.keys(catalogue?.sources ?? {}).sort();
  const unknown = sources.filter((source) => !known.includes(source));
  if (unknown.length === 0) return;
  throw new Refusal("key.source-unknown", { unknown, known: known.slice(0, KNOWN_TOLD_MAX) });
}
