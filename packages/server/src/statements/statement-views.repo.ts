/** Statements as their readers see them: lists, one with its lines, CSV. */

import type { PerUnit, Term } from "@counterpart/domain/catalogue/catalogue.ts";
import { isMeteredTerm, measureOfMeter } from "@counterpart/domain/catalogue/metered-term.ts";
import { formatDecimal } from "@counterpart/domain/decimal.ts";
import { formatMoney } from "@counterpart/domain/money.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Derivation } from "@counterpart/domain/statements/derivation.ts";
import { unitOf } from "@counterpart/domain/units.ts";
import type { Db } from "../platform/database.ts";

export interface StatementHead {
  readonly id: string;
  readonly agreement: string;
  readonly period: string;
  readonly kind: "invoice" | "settlement";
  readonly firstDay: string;
  /** The day after the last. */
  readonly endDay: string;
  readonly issuedAt: string;
  readonly currency: string;
  readonly total: string;
}

export interface StatementLineView {
  readonly number: number;
  readonly servicePeriod: string;
  readonly term: string;
  readonly title: string;
  /** Values of the dimensions that the term's lines are split by. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly events: string;
  readonly quantity: string;
  /** What the quantity counts, such as `milliseconds` or `segments`; empty for a share of an amount. */
  readonly unit: string;
  /** Exact, before rounding. */
  readonly amount: string;
  /** Stated on earlier statements for the same service period. */
  readonly statedBefore: string;
  readonly money: string;
  readonly derivation: readonly Derivation[];
}

export interface StatementView extends StatementHead {
  readonly lines: readonly StatementLineView[];
}

interface HeadRow extends Omit<StatementHead, "total"> {
  readonly totalMinor: string;
}

const HEAD = `select statement.id, handle.name as agreement, period, statement.kind,
    first_day::text as "firstDay", end_day::text as "endDay",
    to_char(issued_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "issuedAt",
    currency, total_minor as "totalMinor"
  from statement join handle on handle.id = agreement_id`;

export interface StatementFilter {
  readonly period?: string | undefined;
  readonly agreement?: string | undefined;
  /** Ids after this one, for the next page. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export async function listStatements(db: Db, filter: StatementFilter): Promise<StatementHead[]> {
  const { rows } = await db.query<HeadRow>(
    `${HEAD} where ($1::text is null or period = $1) and ($2::text is null or handle.name = $2)
      and ($3::text is null or statement.id > $3)
      order by statement.id limit $4`,
    [filter.period ?? null, filter.agreement ?? null, filter.after ?? null, filter.limit],
  );
  return rows.map(toHead);
}

function toHead({ totalMinor, ...head }: HeadRow): StatementHead {
  const { currency } = head;
  return { ...head, total: formatMoney({ currency, minor: BigInt(totalMinor) }) };
}

interface LineRow {
  readonly number: number;
  readonly service_period: string;
  readonly term: string;
  readonly body: Term | null;
  readonly tuple: string | null;
  readonly count: string;
  readonly quantity: string;
  readonly amount_pico: string;
  readonly stated_minor: string;
  readonly money_minor: string;
  readonly derivation: readonly Derivation[];
}

/** Refuses `statement.unknown`. */
export async function loadStatement(db: Db, id: string): Promise<StatementView> {
  const heads = await db.query<HeadRow>(`${HEAD} where statement.id = $1`, [id]);
  const row = heads.rows[0];
  if (row === undefined) throw new Refusal("statement.unknown", { id: id.slice(0, 120) });
  const head = toHead(row);
  const { rows } = await db.query<LineRow>(
    `select number, service_period, line.term, line.count, quantity, amount_pico, stated_minor,
        money_minor, derivation, dimension_tuple.tuple,
        (select body from term_version
          where term_version.agreement_id = line.agreement_id and term_version.term = line.term
          order by id desc limit 1) as body
      from statement join statement_line as line using (agreement_id, period)
      left join dimension_tuple on dimension_tuple.id = line.tuple
      where statement.id = $1 order by number`,
    [id],
  );
  const decks = await loadDeckUnits(db, rows);
  return { ...head, lines: rows.map((line) => toLine(line, head.currency, decks)) };
}

/** What decks that price these lines are per, by deck. */
async function loadDeckUnits(db: Db, rows: readonly LineRow[]): Promise<Map<string, PerUnit>> {
  const names = rows.flatMap(({ body }) =>
    body !== null && "deck" in body.price ? [body.price.deck] : [],
  );
  if (names.length === 0) return new Map();
  const found = await db.query<{ id: string; per: PerUnit }>(
    `select distinct on (id) id, body -> 'per' as per from catalogue_object
      where kind = 'decks' and id = any($1::text[]) and body is not null
      order by id, revision desc`,
    [names],
  );
  return new Map(found.rows.map(({ id, per }) => [id, per]));
}

/** What a term's quantity counts; empty where it has none. */
function unitOfTerm(term: Term, decks: ReadonlyMap<string, PerUnit>): string {
  if (isMeteredTerm(term)) return measureOfMeter(term);
  const { price } = term;
  const per = "per" in price ? price.per : "deck" in price ? decks.get(price.deck) : undefined;
  return per === undefined ? "" : unitOf(per).quantity;
}

function toLine(
  row: LineRow,
  currency: string,
  decks: ReadonlyMap<string, PerUnit>,
): StatementLineView {
  const money = (minor: string): string => formatMoney({ currency, minor: BigInt(minor) });
  const { channel: _, ...dimensions } = JSON.parse(row.tuple ?? "{}") as Record<string, string>;
  return {
    number: row.number,
    servicePeriod: row.service_period,
    term: row.term,
    title: row.body?.title ?? row.term,
    dimensions,
    events: row.count,
    quantity: row.quantity,
    unit: row.body === null ? "" : unitOfTerm(row.body, decks),
    amount: formatDecimal(BigInt(row.amount_pico), 12),
    statedBefore: money(row.stated_minor),
    money: money(row.money_minor),
    derivation: row.derivation,
  };
}
