/** The SQL of API keys. Their hashes are read by the writer's role only. */
import type { Db } from "../platform/database.ts";
import type { GrantedScope } from "./scopes.ts";

export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly GrantedScope[];
  /** Sources it may write; null for every one. */
  readonly sources: readonly string[] | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

export interface NewKey {
  readonly id: string;
  readonly name: string;
  readonly hash: Buffer;
  readonly scopes: readonly GrantedScope[];
  readonly sources: readonly string[] | null;
  readonly expiresAt: string | null;
}

const COLUMNS = `id, name, scopes, sources, ${instant("created_at")} as "createdAt",
  ${instant("expires_at")} as "expiresAt", ${instant("revoked_at")} as "revokedAt"`;

function instant(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** null, and nothing is stored, if it would have expired by now: by the clock that keys are refused by. */
export async function insertKey(db: Db, key: NewKey): Promise<KeyRecord | null> {
  const { rows } = await db.query<KeyRecord>(
    `insert into api_key (id, name, hash, scopes, sources, created_at, expires_at)
      select $1, $2, $3, $4, $5, now(), $6::timestamptz
      where $6::timestamptz is null or $6::timestamptz > now() returning ${COLUMNS}`,
    [key.id, key.name, key.hash, key.scopes, key.sources, key.expiresAt],
  );
  return rows[0] ?? null;
}

/** Newest first, those that are revoked or expired included. */
export async function listKeys(
  db: Db,
  page: { readonly limit: number; readonly offset: number },
): Promise<KeyRecord[]> {
  const { rows } = await db.query<KeyRecord>(
    `select ${COLUMNS} from api_key order by created_at desc, id limit $1 offset $2`,
    [page.limit, page.offset],
  );
  return rows;
}

/** False if there is no such key. Revoking twice keeps the first time. */
export async function revokeKey(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    "update api_key set revoked_at = coalesce(revoked_at, now()) where id = $1",
    [id],
  );
  return rowCount === 1;
}

export interface UsableKey {
  readonly id: string;
  readonly hash: Buffer;
  readonly scopes: readonly GrantedScope[];
  readonly sources: readonly string[] | null;
  /** Milliseconds since 1970; null for ever. */
  readonly expires: number | null;
}

/** Every key that is neither revoked nor expired. */
export async function listUsableKeys(db: Db): Promise<UsableKey[]> {
  const { rows } = await db.query<Omit<UsableKey, "expires"> & { expires: string | null }>(
    `select id, hash, scopes, sources, (extract(epoch from expires_at) * 1000)::bigint as expires
      from api_key
      where revoked_at is null and (expires_at is null or expires_at > now())`,
  );
  return rows.map((row) => ({
    ...row,
    expires: row.expires === null ? null : Number(row.expires),
  }));
}
