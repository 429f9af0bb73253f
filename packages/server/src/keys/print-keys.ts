/** Keys as a table of the terminal. */
import type { Instant } from "@counterpart/domain/instant.ts";
import { printTable } from "../platform/print-table.ts";
import type { KeyRecord } from "./keys.repo.ts";

const COLUMNS = ["id", "name", "scopes", "sources", "created", "state"];

export function printKeys(keys: readonly KeyRecord[], now: Instant): string {
  const rows = keys.map((key) => {
    const { id, name, scopes, sources, createdAt } = key;
    return [id, name, scopes.join(" "), sources?.join(" ") ?? "all", createdAt, stateOf(key, now)];
  });
  return printTable(
    COLUMNS.map((title) => ({ title })),
    rows,
  );
}

function stateOf({ expiresAt, revokedAt }: KeyRecord, now: Instant): string {
  if (revokedAt !== null) return "revoked";
  if (expiresAt === null) return "";
  return Date.parse(expiresAt) <= now ? `expired ${expiresAt}` : `until ${expiresAt}`;
}
