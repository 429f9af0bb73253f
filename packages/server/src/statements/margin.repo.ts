import type { Derivation } from "@counterpart/domain/statements/derivation.ts";
import type { Db } from "../platform/database.ts";

export interface ChannelTotal {
  readonly agreement: number;
  /** Dimension values as JSON, the channel among them. */
  readonly tuple: string;
  readonly day: string;
  readonly count: bigint;
  readonly amount: bigint;
}

/** Per-event amounts of a month by agreement, dimension values and local day. */
export async function listChannelTotals(db: Db, period: string): Promise<ChannelTotal[]> {
  const { rows } = await db.query<{
    agreement: number;
    tuple: string;
    day: string;
    count: string;
    amount: string;
  }>(
    `select agreement, dimension_tuple.tuple, day::text as day, count, amount
      from (select agreement_id as agreement, tuple as id, day, sum(count)::bigint as count,
          sum(amount_pico) as amount
        from total
        where day >= $1::date and day < $1::date + interval '1 month'
        group by 1, 2, 3) as sums
      join dimension_tuple using (id)`,
    [`${period}-01`],
  );
  return rows.map(({ count, amount, ...row }) => ({
    ...row,
    count: BigInt(count),
    amount: BigInt(amount),
  }));
}

export interface PeriodAmount {
  readonly agreement: number;
  readonly term: string;
  readonly derivation: readonly Derivation[];
}

/** What closes have priced of a month, as the newest statement has it: adjustments state it anew. */
export async function listPeriodAmounts(db: Db, period: string): Promise<PeriodAmount[]> {
  const { rows } = await db.query<PeriodAmount>(
    `select distinct on (agreement_id, term, tuple) agreement_id as agreement, term, derivation
      from statement_line join statement using (agreement_id, period)
      where service_period = $1
      order by agreement_id, term, tuple, cut desc`,
    [period],
  );
  return rows;
}
