import type { Derivation } from "@counterpart/domain/statements/price-service-period.ts";
import type { Db } from "../platform/database.ts";

export interface ChannelTotal {
  readonly agreement: number;
  readonly channel: string;
  readonly day: string;
  readonly count: bigint;
  readonly amount: bigint;
}

/** Per-event amounts of a month by agreement, channel and local day. */
export async function listChannelTotals(db: Db, period: string): Promise<ChannelTotal[]> {
  const { rows } = await db.query<{
    agreement: number;
    channel: string;
    day: string;
    count: string;
    amount: string;
  }>(
    `select agreement_id as agreement, tuple::jsonb ->> 'channel' as channel, day::text as day,
        sum(count)::bigint as count, sum(amount_pico) as amount
      from (select agreement_id, total.tuple as id, day, sum(count) as count,
          sum(amount_pico) as amount_pico
        from total
        where day >= $1::date and day < $1::date + interval '1 month'
        group by 1, 2, 3) as sums
      join dimension_tuple using (id)
      group by 1, 2, 3`,
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

/** Lines of a month's statements for that month, with what the close priced. */
export async function listPeriodAmounts(db: Db, period: string): Promise<PeriodAmount[]> {
  const { rows } = await db.query<PeriodAmount>(
    `select agreement_id as agreement, term, derivation from statement_line
      where period = $1 and service_period = $1`,
    [period],
  );
  return rows;
}
