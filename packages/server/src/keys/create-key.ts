import type { Database } from "../platform/database.ts";
import { makeKeyText } from "./key-text.ts";
import { insertKey, type KeyRecord, type NewKey } from "./keys.repo.ts";

export type KeyRequest = Pick<NewKey, "name" | "scopes" | "sources" | "expiresAt">;

export interface CreatedKey extends KeyRecord {
  /** The key itself: shown once, kept nowhere. */
  readonly key: string;
}

/** Makes a key. Only its hash is stored. */
export async function createKey(database: Database, request: KeyRequest): Promise<CreatedKey> {
  const { id, text, hash } = makeKeyText();
  const record = await insertKey(database.pool("writer"), { ...request, id, hash });
  return { ...record, key: text };
}
