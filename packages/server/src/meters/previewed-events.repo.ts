/** The SQL of events as a preview has them: in a table of the connection's own, which goes with it. */
import type { Handle } from "@counterpart/domain/rating/book.ts";
import type { Db } from "../platform/database.ts";

/** An event in place of what is stored of it. */
export interface PreviewedEvent {
  /** 32 hexadecimal digits. */
  readonly key: string;
  /** null: that of the stored event. */
  readonly source: Handle | null;
  /** null: it counts no more. */
  readonly states: {
    readonly account: Handle;
    /** Epoch milliseconds. */
    readonly time: number;
    readonly type: { readonly handle: Handle };
    readonly data: string;
    readonly personal: string | null;
  } | null;
}

/** Once for a connection. */
export async function createPreviewed(db: Db): Promise<void> {
  await db.query(
    `create temporary table previewed_event (key uuid primary key, account_id integer,
      "time" timestamptz, source_id integer, type_id integer, data text, personal text)`,
  );
}

export async function insertPreviewed(db: Db, events: readonly PreviewedEvent[]): Promise<void> {
  const column = <T>(of: (event: PreviewedEvent) => T): T[] => events.map(of);
  await db.query(
    `insert into previewed_event (key, account_id, time, source_id, type_id, data, personal)
      select new.key, new.account_id, new.time, coalesce(new.source_id, event.source_id),
        new.type_id, new.data, new.personal
      from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::integer[], $5::integer[],
        $6::text[], $7::text[])
        as new (key, account_id, time, source_id, type_id, data, personal)
      left join event_key on event_key.key = new.key
      left join event on event.account_id = event_key.account_id
        and event.time = event_key.time and event.key = event_key.key`,
    [
      column(({ key }) => key),
      column(({ states }) => states?.account ?? null),
      column(({ states }) => (states === null ? null : new Date(states.time).toISOString())),
      column(({ source }) => source),
      column(({ states }) => states?.type.handle ?? null),
      column(({ states }) => states?.data ?? null),
      column(({ states }) => states?.personal ?? null),
    ],
  );
}

const COLUMNS = "account_id, time, key, source_id, type_id, data, personal";

/** The events that stand at the cut `$5`, those of the preview in their place, as a table expression. */
export const STANDING_WITH_PREVIEWED = `(
    select ${COLUMNS} from standing_at($5) as standing
      where not exists (select from previewed_event where previewed_event.key = standing.key)
    union all
    select ${COLUMNS} from previewed_event where account_id is not null)`;
