import type { Db } from "../platform/database.ts";

export interface OutcomeCount {
  readonly outcome: string;
  /** Reason of what was refused or waits in quarantine; empty otherwise. */
  readonly code: string;
  readonly count: number;
}

/** What came in, by outcome; what waits in quarantine and what was refused by reason. */
export async function countOutcomes(db: Db): Promise<OutcomeCount[]> {
  const { rows } = await db.query<{ outcome: string; code: string; count: string }>(
    `select outcome, code, sum(count)::bigint as count from intake
        where outcome <> 'quarantined' group by 1, 2
      union all
      select 'quarantined', code, count(*) from quarantine where state = 'p' group by 2
      order by 1, 3 desc, 2`,
  );
  return rows.map(({ outcome, code, count }) => ({ outcome, code, count: Number(count) }));
}
