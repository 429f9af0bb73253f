/** The SQL of meters: events of a range as they stand, in order of time, at one moment of the store. */
import type { ClientBase } from "pg";

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
}

const PAGE = 5_000;

/**
 * Hands events over page by page. The snapshot is that of the first page, so that a meter is true of one
 * moment. Costs a sort of the range's events by time in PostgreSQL.
 */
export async function eachPage(
  client: ClientBase,
  { type, from, to, accounts }: MeteredEvents,
  take: (rows: readonly MeteredRow[]) => void,
): Promise<void> {
  await client.query("begin isolation level repeatable read read only");
  try {
    await client.query({
      text: `declare metered no scroll cursor for
        select (extract(epoch from event.time) * 1000)::bigint as time, account.name as account,
          source.name as source, data, personal
        from standing_event as event
        join handle as type on type.id = type_id
        join handle as account on account.id = account_id
        join handle as source on source.id = source_id
        where type.name = $1 and event.time >= $2::timestamptz and event.time < $3::timestamptz
          and ($4::text[] is null or account.name = any($4::text[]))
        order by event.time, event.key`,
      values: [type, from, to, accounts],
    });
    for (;;) {
      const { rows } = await client.query<MeteredRow>(`fetch ${PAGE} from metered`);
      if (rows.length > 0) take(rows);
      if (rows.length < PAGE) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    await client.query("rollback");
  }
}
