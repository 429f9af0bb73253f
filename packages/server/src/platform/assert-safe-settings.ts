import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Db } from "./database.ts";

const SERVER_VERSION_MIN = 150_000;
const ENCODING = "UTF8";
const MUST_BE_ON = ["fsync", "full_page_writes", "synchronous_commit"];

/**
 * Refuses to handle money on a server that may lose what it has acknowledged: `fsync`,
 * `full_page_writes` or `synchronous_commit` off for this connection, or PostgreSQL before 15. And a
 * database that cannot hold every text: one that it lacks would stop the stream it stands in.
 */
export async function assertSafeSettings(db: Db): Promise<void> {
  const { rows } = await db.query<{ name: string; value: string }>(
    "SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name",
    [["server_version_num", "server_encoding", ...MUST_BE_ON]],
  );
  const settings = new Map(rows.map(({ name, value }) => [name, value]));
  const version = Number(settings.get("server_version_num"));
  if (version < SERVER_VERSION_MIN) throw new Refusal("database.too-old", { version });
  const unsafe = rows.filter(({ value }) => value === "off");
  if (unsafe.length > 0) {
    const detail = Object.fromEntries(unsafe.map(({ name, value }) => [name, value]));
    throw new Refusal("database.settings-unsafe", detail);
  }
  const encoding = settings.get("server_encoding");
  if (encoding !== ENCODING) {
    // The locale of one that has another encoding may not go with this one: C goes with all.
    const sql = `CREATE DATABASE counterpart TEMPLATE template0 ENCODING '${ENCODING}' LOCALE 'C';`;
    throw new Refusal("database.encoding", { encoding, sql });
  }
}
