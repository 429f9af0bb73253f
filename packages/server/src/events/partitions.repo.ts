/** Months of the event table. Made before the transaction that needs them, on another connection. */
import { assert } from "@counterpart/domain/assert.ts";
import type { Database } from "../platform/database.ts";
import type { Candidate } from "./prepare-event.ts";

const made = new WeakMap<Database, Set<string>>();

/** Sees to it that the months of rated events exist; the others have no rows. */
export async function makeMonths(
  database: Database,
  candidates: readonly Pick<Candidate, "time" | "verdict">[],
): Promise<void> {
  let known = made.get(database);
  if (known === undefined) {
    known = new Set();
    made.set(database, known);
  }
  let last = -1;
  for (const { time, verdict } of candidates) {
    const day = Math.floor(time / 86_400_000);
    if (day === last || !("charges" in verdict)) continue;
    last = day;
    const month = new Date(time).toISOString().slice(0, 7);
    if (known.has(month)) continue;
    await makeMonth(database, month);
    known.add(month);
  }
}

/**
 * Makes the partition of a month and attaches it. `PARTITION OF` would lock the parent against every
 * writer; a table of the same shape with the month's check is attached without a scan.
 */
async function makeMonth(database: Database, month: string): Promise<void> {
  assert(/^\d{4}-\d{2}$/.test(month), "a month is written as 2026-10");
  const name = `event_${month.replace("-", "_")}`;
  const from = `${month}-01T00:00:00Z`;
  const year = Number(month.slice(0, 4));
  const next = Number(month.slice(5)) + 1;
  const to = new Date(Date.UTC(year, next - 1, 1)).toISOString();
  const client = await database.client("owner");
  try {
    await client.query("begin");
    // One at a time: two writers may need the same month at once.
    await client.query("select pg_advisory_xact_lock(4360003)");
    const { rows } = await client.query(
      "select 1 from pg_inherits where inhrelid = to_regclass($1)",
      [name],
    );
    if (rows.length === 0) {
      await client.query(
        `create table ${name} (like event including defaults including constraints)`,
      );
      await client.query(
        `alter table ${name} add constraint month check (time >= '${from}' and time < '${to}')`,
      );
      await client.query(
        `alter table event attach partition ${name} for values from ('${from}') to ('${to}')`,
      );
      await client.query(`alter table ${name} drop constraint month`);
    }
    await client.query("commit");
  } finally {
    await client.end();
  }
}
