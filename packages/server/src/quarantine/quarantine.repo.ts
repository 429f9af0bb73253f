/** The SQL of the quarantine. */
import type { Db } from "../platform/database.ts";

export interface ReasonCount {
  readonly code: string;
  readonly count: number;
  /** Up to three details, the most frequent first. */
  readonly samples: readonly string[];
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Events that wait, by reason; those whose time lies in the span, if one is given. */
export async function countQuarantined(db: Db, span?: Span): Promise<ReasonCount[]> {
  const bounds = span !== undefined && span.start < span.end ? span : null;
  if (span !== undefined && bounds === null) return [];
  const { rows } = await db.query<{ code: string; count: string; samples: string[] }>(
    `with details as (
        select code, detail, count(*) as n,
          row_number() over (partition by code order by count(*) desc, detail) as rank
        from quarantine
        where state = 'p'
          and ($1::timestamptz is null or (time >= $1 and time < $2::timestamptz))
        group by 1, 2)
      select code, sum(n)::bigint as count,
        coalesce(array_agg(detail order by rank) filter (where rank <= 3 and detail <> ''), '{}')
          as samples
      from details group by code order by count desc, code`,
    [
      bounds === null ? null : new Date(bounds.start).toISOString(),
      bounds === null ? null : new Date(bounds.end).toISOString(),
    ],
  );
  return rows.map(({ code, count, samples }) => ({ code, count: Number(count), samples }));
}

export interface QuarantinedEvent {
  readonly key: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly receivedAt: string;
  readonly code: string;
  readonly detail: string;
  readonly state: "pending" | "conflicting" | "superseded" | "released";
}

export interface QuarantineFilter {
  readonly code?: string | undefined;
  readonly source?: string | undefined;
  readonly state?: QuarantinedEvent["state"] | undefined;
  /** Keys after this one, for the next page. */
  readonly after?: string | undefined;
  readonly limit: number;
}

const STATES = { pending: "p", conflicting: "c", superseded: "s", released: "r" } as const;

export async function listQuarantined(
  db: Db,
  filter: QuarantineFilter,
): Promise<QuarantinedEvent[]> {
  const { rows } = await db.query<QuarantinedEvent>(
    `select key, handle.name as source, quarantine.id, type,
        to_char(time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as time,
        to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "receivedAt",
        code, detail,
        case state when 'p' then 'pending' when 'c' then 'conflicting'
          when 's' then 'superseded' else 'released' end as state
      from quarantine left join handle on handle.id = source_id
      where state = $1 and ($2::text is null or code = $2)
        and ($3::text is null or handle.name = $3) and ($4::uuid is null or key > $4)
      order by key limit $5`,
    [
      STATES[filter.state ?? "pending"],
      filter.code ?? null,
      filter.source ?? null,
      filter.after ?? null,
      filter.limit,
    ],
  );
  return rows;
}

export interface PendingBody {
  readonly key: string;
  readonly content: string;
  readonly body: string;
  readonly receivedAt: number;
}

/** Bodies that wait, in order of their keys, from the one after `after` on. */
export async function listPendingBodies(
  db: Db,
  filter: {
    readonly codes: readonly string[] | null;
    readonly after: string;
    readonly limit: number;
  },
): Promise<PendingBody[]> {
  const { rows } = await db.query<{ key: string; content: string; body: string; at: string }>(
    `select key, content, body, (extract(epoch from received_at) * 1000)::bigint as at
      from quarantine
      where state = 'p' and key > $1 and ($2::text[] is null or code = any($2))
      order by key limit $3`,
    [filter.after, filter.codes, filter.limit],
  );
  return rows.map(({ key, content, body, at }) => ({ key, content, body, receivedAt: Number(at) }));
}
