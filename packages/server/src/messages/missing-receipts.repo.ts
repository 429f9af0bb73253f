/** The SQL of messages whose receipt is overdue, and of receipts that came after all. */
import type { Db } from "../platform/database.ts";

export interface AwaitingRow {
  readonly account: number;
  /** Epoch milliseconds. */
  readonly time: string;
  readonly key: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly data: string;
  readonly personal: string | null;
}

export interface AwaitingQuery {
  readonly accounts: readonly number[];
  readonly source: number;
  /** Names. */
  readonly types: readonly string[];
  readonly from: number;
  readonly to: number;
  /** Rows after this one. */
  readonly after: Pick<AwaitingRow, "account" | "time" | "key"> | null;
  readonly limit: number;
}

/**
 * Standing messages and receipts of a source over a span of time, in the order of the primary key: it reads
 * these accounts' events of the span and no others.
 */
export async function listAwaiting(db: Db, query: AwaitingQuery): Promise<AwaitingRow[]> {
  const { after } = query;
  const { rows } = await db.query<AwaitingRow>(
    `select said.account_id as account, (extract(epoch from said.time) * 1000)::bigint as time,
        said.key, event.id, type.name as type, said.subject, said.data, said.personal
      from standing_event as said
      join handle as type on type.id = said.type_id
      join event_key on event_key.key = said.key
      join event on event.account_id = event_key.account_id and event.time = event_key.time
        and event.key = event_key.key
      where said.account_id = any($1::integer[]) and said.time >= $2 and said.time < $3
        and said.source_id = $4 and type.name = any($5::text[])
        and ($6::integer is null
          or (said.account_id, said.time, said.key) > ($6, $7::timestamptz, $8::uuid))
      order by said.account_id, said.time, said.key limit $9`,
    [
      query.accounts,
      new Date(query.from).toISOString(),
      new Date(query.to).toISOString(),
      query.source,
      query.types,
      after?.account ?? null,
      after === null ? null : new Date(Number(after.time)).toISOString(),
      after?.key ?? null,
      query.limit,
    ],
  );
  return rows;
}

/** Which of these keys an event has, accepted or waiting; as UUIDs. */
export async function findClaimed(db: Db, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ key: string }>(
    "select key from event_key where key = any($1::uuid[])",
    [keys],
  );
  return new Set(rows.map(({ key }) => key));
}

export interface LateReceipt {
  /** 32 hexadecimal digits. */
  readonly key: string;
  readonly body: string;
}

/**
 * Receipts that came with other content than an accepted one of the same id, since a time: the first that
 * came of each. Reads all that conflicts, which is little.
 */
export async function listConflictingReceipts(
  db: Db,
  types: readonly string[],
  since: number,
): Promise<LateReceipt[]> {
  const { rows } = await db.query<LateReceipt>(
    `select distinct on (key) replace(key::text, '-', '') as key, body
      from quarantine join event_key using (key)
      where quarantine.state = 'c' and event_key.state = 'a' and type = any($1::text[])
        and received_at >= $2 and quarantine.content <> event_key.content
      order by key, received_at`,
    [types, new Date(since).toISOString()],
  );
  return rows;
}
