/** The SQL of meters: events of a range as they stood at a cut, in order of time. */
import type { Db } from "../platform/database.ts";
import { STANDING_WITH_PREVIEWED } from "./previewed-events.repo.ts";

export interface MeteredRow {
  /** Epoch milliseconds. */
  readonly time: string;
  readonly account: string;
  readonly source: string;
  readonly data: string;
  readonly personal: string | null;
}

export interface MeteredEvents {
  readonly type: string;
  /** RFC 3339; half-open. */
  readonly from: string;
  readonly to: string;
  /** null for all. */
  readonly accounts: readonly string[] | null;
  /** Only what was counted up to this cut; null: everything. */
  readonly cut: number | null;
  /** With the events of the connection's preview in place of the stored ones. */
  readonly previewed: boolean;
}

/** Cuts are counted up from 1. */
const LAST_CUT = 2_147_483_647;

const PAGE = 5_000;

/** All that is read in `work` is of one moment of the store. `db`: one connection, not a pool. */
export async function inSnapshot<T>(db: Db, work: () => Promise<T>): Promise<T> {
  await db.query("begin isolation level repeatable read read only");
  try {
    return await work();
  } finally {
    await db.query("rollback");
  }
}

/**
 * Hands events over page by page, inside of the connection's open transaction. Costs a sort of the range's
 * events by time in PostgreSQL.
 */
export async function eachPage(
  db: Db,
  { type, from, to, accounts, cut, previewed }: MeteredEvents,
  take: (rows: readonly MeteredRow[]) => void,
): Promise<void> {
  await db.query(
    `declare metered no scroll cursor for
      select (extract(epoch from event.time) * 1000)::bigint as time, account.name as account,
        source.name as source, data, personal
      from ${previewed ? STANDING_WITH_PREVIEWED : "standing_at($5)"} as event
      join handle as type on type.id = type_id
      join handle as account on account.id = account_id
      join handle as source on source.id = source_id
      where type.name = $1 and event.time >= $2::timestamptz and event.time < $3::timestamptz
        and ($4::text[] is null or account.name = any($4::text[]))
      order by event.time, event.key`,
    [type, from, to, accounts, cut ?? LAST_CUT],
  );
  for (;;) {
    const { rows } = await db.query<MeteredRow>(`fetch ${PAGE} from metered`);
    if (rows.length > 0) take(rows);
    if (rows.length < PAGE) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await db.query("close metered");
}
