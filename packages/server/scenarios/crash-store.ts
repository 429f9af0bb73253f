/** Databases of the test cluster that crash tests prepare, copy and compare. */
import { randomUUID } from "node:crypto";
import { roundToMoney } from "@counterpart/domain/money.ts";
import { inject } from "vitest";
import { openBookKeeper } from "../src/catalogue/book-keeper.ts";
import type { ItemOutcome } from "../src/events/ingest.ts";
import { openIngest } from "../src/main/open-counterpart.ts";
import { connectDatabase, type Database, type Db } from "../src/platform/database.ts";
import { dropDatabase, inDatabase } from "../test/test-database.ts";
import { CRASH_NOW } from "./crash-protocol.ts";
import { CHARGES } from "./crash-verify.ts";

/** A copy of a database; nobody else may be connected to it. */
export async function copyDatabase(original: Database): Promise<Database> {
  await original.close();
  const cluster = connectDatabase(inject("testCluster").url);
  const name = `copy_${randomUUID().replaceAll("-", "")}`;
  try {
    const from = new URL(original.url).pathname.slice(1);
    await cluster.pool("owner").query(`create database ${name} template ${from}`);
  } finally {
    await cluster.close();
  }
  return connectDatabase(inDatabase(original.url, name));
}

export async function removeCopy(database: Database): Promise<void> {
  await database.close();
  await dropDatabase(inject("testCluster").url, new URL(database.url).pathname.slice(1));
}

/** Submits bodies in this process, in batches, and returns their outcomes. */
export async function ingestAll(
  database: Database,
  bodies: readonly string[],
): Promise<ItemOutcome[]> {
  const { ingest } = await openIngest(database, { now: () => CRASH_NOW });
  const outcomes: ItemOutcome[] = [];
  for (let at = 0; at < bodies.length; at += 500) {
    const batch = bodies.slice(at, at + 500);
    outcomes.push(...(await ingest.submit({ bodies: batch, lane: "bulk", sources: null })));
  }
  await ingest.close();
  return outcomes;
}

const STATEMENTS = `select statement.id, kind, currency, total_minor, first_day::text, end_day::text,
    number, service_period, line.term, tuple.tuple, count, quantity, amount_pico, stated_minor,
    money_minor, derivation::text
  from statement left join statement_line as line using (agreement_id, period)
  left join dimension_tuple as tuple on tuple.id = line.tuple
  order by statement.id, service_period, line.term, tuple.tuple`;

/** Every statement with its lines as text rows, without what differs from run to run. */
export async function statementRows(db: Db): Promise<string[]> {
  const { rows } = await db.query({ text: STATEMENTS, rowMode: "array" });
  return (rows as unknown as unknown[][])
    .map(([id, kind, currency, total, first, end, , ...line]) =>
      [id, kind, currency, total, first, end, ...line].join("|"),
    )
    .sort();
}

/** Statements whose total is not the sum of their lines. */
export async function wrongTotals(db: Db): Promise<unknown[]> {
  const { rows } = await db.query(
    `select id, total_minor, sum(money_minor) as lines
      from statement left join statement_line using (agreement_id, period)
      group by 1, 2 having total_minor <> coalesce(sum(money_minor), 0)`,
  );
  return rows;
}

interface StatedRow {
  readonly agreement: number;
  readonly service_period: string;
  readonly term: string;
  readonly tuple: number;
  readonly amount: string | null;
  readonly stated: string | null;
}

/** What charges and facts come to up to the last cut of each agreement, and what was stated. */
const STATED = `with charges as (
    select agreement_id, term, tuple, cut, to_char(day, 'YYYY-MM') as service_period,
      sign * amount_pico as amount_pico
    from (${CHARGES}) as charges where amount_pico is not null),
  closed as (
    select agreement_id, max(cut) as cut, max(period) as period from statement group by 1),
  due as (
    select agreement_id, service_period, term, tuple, sum(amount_pico) as amount
    from charges join closed using (agreement_id)
    where charges.cut <= closed.cut and service_period <= closed.period
    group by 1, 2, 3, 4),
  stated as (
    select agreement_id, service_period, term, tuple, sum(money_minor) as stated
    from statement_line where tuple <> 0 group by 1, 2, 3, 4)
  select agreement_id as agreement, service_period, term, tuple, amount, stated
  from due full join stated using (agreement_id, service_period, term, tuple)`;

/** Line groups whose statements together do not come to the rounded sum of their events' charges. */
export async function wrongMoney(database: Database): Promise<StatedRow[]> {
  const keeper = await openBookKeeper(database);
  const { rows } = await database.pool("owner").query<StatedRow>(STATED);
  return rows.filter(({ agreement, amount, stated }) => {
    const { currency, body } = keeper.book().agreements.get(agreement)!;
    const pico = BigInt(amount ?? "0");
    const { minor } = roundToMoney({ currency, pico }, body.rounding ?? "halfEven");
    // What came and went again before its month was closed is on no statement.
    if (stated === null && amount !== null) return pico !== 0n;
    return amount === null || stated === null || minor !== BigInt(stated);
  });
}
