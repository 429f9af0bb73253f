/** The SQL of closing and reading statements. */
import { assert } from "@counterpart/domain/assert.ts";
import type { Term } from "@counterpart/domain/catalogue/catalogue.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { MonthText } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { CommitmentPart } from "@counterpart/domain/statements/derivation.ts";
import type { ServiceTotal } from "@counterpart/domain/statements/line-group.ts";
import type { StatementLine } from "@counterpart/domain/statements/statement-lines.ts";
import type { RetiredTerm, StatedTiers } from "@counterpart/domain/statements/walk-versions.ts";
import { numberTuples } from "../events/events.repo.ts";
import type { Db } from "../platform/database.ts";
import { lockForTransaction } from "../platform/locks.ts";

/**
 * Raises the cut alone at the gate: nothing can be counted at or below the returned one any more. Refuses
 * `catalogue.changed` when that revision is not in force any more: statements would be made by old prices.
 * `check` refuses what may not be under way; it is asked while no writer is.
 */
export async function raiseCut(
  db: Db,
  period: string,
  revision: number,
  check: () => Promise<void>,
): Promise<CloseRun> {
  await db.query("begin");
  try {
    await lockForTransaction(db, "gate");
    const gate = await db.query<{ revision: number }>(
      "update gate set cut = cut + 1 returning revision",
    );
    const inForce = gate.rows[0]!.revision;
    if (inForce !== revision) throw new Refusal("catalogue.changed", { revision: inForce });
    await check();
    const { rows } = await db.query<CloseRun>(
      `insert into close_run (period, cut, started_at)
        select $1, cut - 1, now() from gate returning id, cut`,
      [period],
    );
    await db.query("commit");
    return rows[0]!;
  } catch (error) {
    await db.query("rollback");
    throw error;
  }
}

export interface CloseRun {
  readonly id: number;
  readonly cut: number;
}

export async function finishCloseRun(db: Db, id: number): Promise<void> {
  await db.query("update close_run set finished_at = now() where id = $1", [id]);
}

/** A transaction of one moment, to be rolled back: what others commit meanwhile is no change of ours. */
export async function beginPreview(db: Db): Promise<void> {
  await db.query("begin isolation level repeatable read");
}

export async function loadCut(db: Db): Promise<number> {
  const { rows } = await db.query<{ cut: number }>("select cut from gate");
  return rows[0]!.cut;
}

/** The newest month that has a statement; null before the first close. */
export async function findNewestPeriod(db: Db): Promise<MonthText | null> {
  const { rows } = await db.query<{ period: MonthText | null }>(
    "select max(period) as period from statement",
  );
  return rows[0]!.period;
}

/** Which of these agreements have a statement for a period already. */
export async function listStated(db: Db, period: string): Promise<Set<number>> {
  const { rows } = await db.query<{ agreement_id: number }>(
    "select agreement_id from statement where period = $1",
    [period],
  );
  return new Set(rows.map(({ agreement_id }) => agreement_id));
}

/** Agreements that were charged in advance for a period. */
export async function listStatedAhead(db: Db, period: string): Promise<number[]> {
  const { rows } = await db.query<{ agreement_id: number }>(
    `select agreement_id from statement_line where service_period = $1 and period < $1
      group by agreement_id having sum(money_minor) <> 0`,
    [period],
  );
  return rows.map(({ agreement_id }) => agreement_id);
}

export interface MonthTotal extends ServiceTotal {
  readonly agreement: number;
  readonly month: string;
}

interface TotalRow {
  agreement_id: number;
  month: string;
  term_version: number;
  tuple: number;
  count: string;
  quantity: string;
  amount: string;
  base: string;
}

/** Totals up to a cut of agreements over a span of local days, by month, term version and tuple. */
export async function listMonthTotals(
  db: Db,
  agreements: readonly number[],
  span: { readonly first: string; readonly end: string; readonly cut: number },
): Promise<MonthTotal[]> {
  const { rows } = await db.query<TotalRow>(
    `select agreement_id, to_char(day, 'YYYY-MM') as month, term_version, tuple,
        sum(count)::bigint as count, sum(quantity) as quantity,
        sum(amount_pico) as amount, sum(base_pico) as base
      from total
      where agreement_id = any($1::integer[]) and day >= $2 and day < $3 and cut <= $4
      group by 1, 2, 3, 4
      order by 1, 2, 3, 4`,
    [agreements, span.first, span.end, span.cut],
  );
  return rows.map((row) => ({
    agreement: row.agreement_id,
    month: row.month,
    termVersion: row.term_version,
    tuple: row.tuple,
    count: BigInt(row.count),
    quantity: BigInt(row.quantity),
    amount: BigInt(row.amount),
    base: BigInt(row.base),
  }));
}

export interface AccountMonth {
  readonly agreement: number;
  readonly month: string;
  readonly termVersion: number;
  readonly account: string;
  readonly quantity: bigint;
}

/** What each account used of some term versions, by month, up to a cut. */
export async function listAccountMonths(
  db: Db,
  agreements: readonly number[],
  versions: readonly number[],
  span: { readonly first: string; readonly end: string; readonly cut: number },
): Promise<AccountMonth[]> {
  const { rows } = await db.query<Omit<AccountMonth, "quantity"> & { quantity: string }>(
    `select agreement, month, version as "termVersion", handle.name as account, quantity
      from (
        select agreement_id as agreement, to_char(day, 'YYYY-MM') as month,
          term_version as version, account_id, sum(quantity) as quantity
        from total
        where agreement_id = any($1::integer[]) and term_version = any($2::integer[])
          and day >= $3 and day < $4 and cut <= $5
        group by 1, 2, 3, 4
        having sum(count) <> 0 or sum(quantity) <> 0) as sums
      join handle on handle.id = sums.account_id
      order by agreement, month, version, account`,
    [agreements, versions, span.first, span.end, span.cut],
  );
  return rows.map((row) => ({ ...row, quantity: BigInt(row.quantity) }));
}

/**
 * Months before a day in which something was counted that the agreement has not stated yet: no statement of
 * that month or a later one reached its cut. Months may have been closed in any order.
 */
export async function listUnstatedMonths(
  db: Db,
  agreements: readonly number[],
  span: { readonly end: string; readonly cut: number },
): Promise<{ agreement: number; month: string }[]> {
  const { rows } = await db.query<{ agreement: number; month: string }>(
    `with counted as (
        select agreement_id, to_char(day, 'YYYY-MM') as month, max(cut) as cut
        from total
        where agreement_id = any($1::integer[]) and day < $2 and cut <= $3
        group by 1, 2)
      select agreement_id as agreement, month from counted
      where not exists (
        select from statement
        where statement.agreement_id = counted.agreement_id
          and statement.period >= counted.month and statement.cut >= counted.cut)
      order by 1, 2`,
    [agreements, span.end, span.cut],
  );
  return rows;
}

/** Term versions that no catalogue in force has any more, as they were. */
export async function listRetiredTerms(
  db: Db,
  ids: readonly number[],
): Promise<Map<number, RetiredTerm>> {
  const { rows } = await db.query<{ id: number; body: Term; from: string }>(
    `select id, body, (extract(epoch from effective_from) * 1000)::bigint as "from"
      from term_version where id = any($1::integer[])`,
    [ids],
  );
  return new Map(
    rows.map(({ id, body, from }) => [id, { term: body, from: Number(from) as Instant }]),
  );
}

/** Numbers of those dimension tuples that have one. */
export async function findTuples(db: Db, texts: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: number; tuple: string }>(
    "select id, tuple from dimension_tuple where tuple = any($1::text[])",
    [texts],
  );
  return new Map(rows.map(({ id, tuple }) => [tuple, id]));
}

export interface StatedTiersRow {
  readonly agreement: number;
  readonly servicePeriod: string;
  readonly term: string;
  readonly tiers: readonly StatedTiers[];
}

/** How the newest statement of each service period from this month on walked the tiers of each term. */
export async function listStatedTiers(
  db: Db,
  agreements: readonly number[],
  oldest: string,
): Promise<StatedTiersRow[]> {
  const { rows } = await db.query<StatedTiersRow>(
    `select distinct on (agreement_id, service_period, term)
        agreement_id as agreement, service_period as "servicePeriod", term,
        jsonb_path_query_array(derivation, '$[*] ? (@.kind == "tiers")') as tiers
      from statement_line join statement using (agreement_id, period)
      where agreement_id = any($1::integer[]) and service_period >= $2
        and derivation @> '[{"kind": "tiers"}]'
      order by agreement_id, service_period, term, cut desc`,
    [agreements, oldest],
  );
  return rows;
}

export interface StatedCommitmentRow {
  readonly agreement: number;
  readonly month: string;
  readonly term: string;
  readonly window: CommitmentPart;
}

/** The commitments of these agreements as their newest statements have them. */
export async function listStatedCommitments(
  db: Db,
  agreements: readonly number[],
): Promise<StatedCommitmentRow[]> {
  const { rows } = await db.query<StatedCommitmentRow>(
    `select distinct on (agreement_id, service_period, term)
        agreement_id as agreement, service_period as month, term, derivation -> 0 as window
      from statement_line join statement using (agreement_id, period)
      where agreement_id = any($1::integer[]) and derivation @> '[{"kind": "commitment"}]'
      order by agreement_id, service_period, term, cut desc`,
    [agreements],
  );
  return rows;
}

export interface StatedRow {
  readonly agreement: number;
  readonly servicePeriod: string;
  readonly term: string;
  readonly tuple: number;
  readonly minor: bigint;
  readonly isFee: boolean;
  readonly isCommitment: boolean;
}

/** What earlier statements have stated, by service period and line group. */
export async function listStatedLines(db: Db, agreements: readonly number[]): Promise<StatedRow[]> {
  const { rows } = await db.query<{
    agreement_id: number;
    service_period: string;
    term: string;
    tuple: number;
    minor: string;
    is_fee: boolean;
    is_commitment: boolean;
  }>(
    `select agreement_id, service_period, term, tuple, sum(money_minor) as minor,
        bool_or(derivation @> '[{"kind": "fee"}]') as is_fee,
        bool_or(derivation @> '[{"kind": "commitment"}]') as is_commitment
      from statement_line where agreement_id = any($1::integer[])
      group by 1, 2, 3, 4`,
    [agreements],
  );
  return rows.map((row) => ({
    agreement: row.agreement_id,
    servicePeriod: row.service_period,
    term: row.term,
    tuple: row.tuple,
    minor: BigInt(row.minor),
    isFee: row.is_fee,
    isCommitment: row.is_commitment,
  }));
}

export interface NewStatement {
  readonly agreement: number;
  readonly period: string;
  readonly id: string;
  readonly revision: number;
  readonly cut: number;
  readonly firstDay: string;
  readonly endDay: string;
  readonly kind: "invoice" | "settlement";
  readonly currency: string;
  readonly total: bigint;
  readonly lines: readonly StatementLine[];
  /** Texts of tuples of its lines that have no number yet, by the negative ones that stand for them. */
  readonly newTuples: ReadonlyMap<number, string>;
}

/** Stores statements with their lines; one that another close has stored meanwhile is left as it is. */
export async function insertStatements(
  db: Db,
  statements: readonly NewStatement[],
): Promise<number> {
  const column = <T>(of: (statement: NewStatement) => T): T[] => statements.map(of);
  const { rows } = await db.query<{ agreement_id: number }>(
    `insert into statement (agreement_id, period, id, revision, cut, issued_at, first_day, end_day,
        kind, currency, total_minor)
      select agreement_id, period, id, revision, cut, now(), first_day, end_day, kind, currency,
        total_minor
      from unnest($1::integer[], $2::text[], $3::text[], $4::integer[], $5::integer[], $6::date[],
        $7::date[], $8::text[], $9::text[], $10::numeric[])
        as new (agreement_id, period, id, revision, cut, first_day, end_day, kind, currency,
          total_minor)
      on conflict do nothing returning agreement_id`,
    [
      column((statement) => statement.agreement),
      column((statement) => statement.period),
      column((statement) => statement.id),
      column((statement) => statement.revision),
      column((statement) => statement.cut),
      column((statement) => statement.firstDay),
      column((statement) => statement.endDay),
      column((statement) => statement.kind),
      column((statement) => statement.currency),
      column((statement) => statement.total),
    ],
  );
  const inserted = new Set(rows.map(({ agreement_id }) => agreement_id));
  await insertLines(
    db,
    statements.filter(({ agreement }) => inserted.has(agreement)),
  );
  return inserted.size;
}

async function insertLines(db: Db, statements: readonly NewStatement[]): Promise<void> {
  const texts = new Set(statements.flatMap(({ newTuples }) => [...newTuples.values()]));
  const numbers = texts.size === 0 ? null : await numberTuples(db, [...texts]);
  const rows = statements.flatMap(({ agreement, period, lines, newTuples }) =>
    lines.map((line, at) => {
      const tuple = numbers?.get(newTuples.get(line.tuple) ?? "") ?? line.tuple;
      assert(tuple >= 0, "every tuple has its number");
      return { agreement, period, number: at + 1, line, tuple };
    }),
  );
  const column = <T>(of: (row: (typeof rows)[number]) => T): T[] => rows.map(of);
  await db.query(
    `insert into statement_line (agreement_id, period, number, service_period, term, tuple, count,
        quantity, amount_pico, stated_minor, money_minor, derivation)
      select * from unnest($1::integer[], $2::text[], $3::integer[], $4::text[], $5::text[],
        $6::integer[], $7::bigint[], $8::numeric[], $9::numeric[], $10::numeric[], $11::numeric[],
        $12::jsonb[])`,
    [
      column(({ agreement }) => agreement),
      column(({ period }) => period),
      column(({ number }) => number),
      column(({ line }) => line.servicePeriod),
      column(({ line }) => line.term),
      column(({ tuple }) => tuple),
      column(({ line }) => line.count),
      column(({ line }) => line.quantity),
      column(({ line }) => line.amount),
      column(({ line }) => line.stated),
      column(({ line }) => line.money),
      column(({ line }) => JSON.stringify(line.derivation)),
    ],
  );
}
