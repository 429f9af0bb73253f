/** Works out statements from totals, without storing them: previews and closes are the same code. */

import { checkCatalogueId, statementId } from "@counterpart/domain/ids.ts";
import {
  formatLocalDay,
  type MonthText,
  monthDays,
  monthPeriod,
  nextMonth,
  parseMonth,
} from "@counterpart/domain/period.ts";
import type { BookAgreement, CompiledTerm } from "@counterpart/domain/rating/book.ts";
import {
  commitmentGroup,
  commitmentsDue,
  type DueCommitment,
} from "@counterpart/domain/statements/commitments.ts";
import { type FeeFacts, feeGroupsAhead } from "@counterpart/domain/statements/fee-groups.ts";
import type { LineGroup } from "@counterpart/domain/statements/line-group.ts";
import { orderLines } from "@counterpart/domain/statements/order-lines.ts";
import {
  priceServicePeriod,
  type RetiredTerm,
} from "@counterpart/domain/statements/price-service-period.ts";
import {
  type LineRules,
  type Stated,
  type StatementLine,
  statedKey,
  statementLines,
  statementTotal,
} from "@counterpart/domain/statements/statement-lines.ts";
import { loadTuples } from "../explain/explain.repo.ts";
import type { Db } from "../platform/database.ts";
import {
  listMonthTotals,
  listRetiredTerms,
  listStatedCommitments,
  listStatedLines,
  listStatedTiers,
  listUnstatedMonths,
  type MonthTotal,
  type NewStatement,
  type StatedCommitmentRow,
  type StatedRow,
  type StatedTiersRow,
} from "./statements.repo.ts";

export interface Preparation {
  readonly agreements: readonly BookAgreement[];
  readonly terms: ReadonlyMap<number, readonly CompiledTerm[]>;
  readonly period: MonthText;
  /** Catalogue revision of the terms. */
  readonly revision: number;
  /** Rows up to this cut are stated. */
  readonly cut: number;
}

/** One statement for each agreement, in their order. */
export async function prepareStatements(db: Db, preparation: Preparation): Promise<NewStatement[]> {
  const facts = await loadFacts(db, preparation);
  const { agreements } = preparation;
  const statements = agreements.map((one) => prepareStatement(one, preparation, facts));
  const tuples = new Set(statements.flatMap(({ lines }) => lines.map(({ tuple }) => tuple)));
  const values = new Map<number, readonly string[]>();
  for (const [id, tuple] of await loadTuples(db, [...tuples])) values.set(id, Object.values(tuple));
  return statements.map((statement) => inOrder(statement, (tuple) => values.get(tuple) ?? []));
}

/** The statement's own month first, then those that it adjusts, oldest first. */
function inOrder(
  statement: NewStatement,
  valuesOf: (tuple: number) => readonly string[],
): NewStatement {
  const months = [...groupBy(statement.lines, ({ servicePeriod }) => servicePeriod).values()];
  return { ...statement, lines: months.flatMap((lines) => orderLines(lines, valuesOf)) };
}

interface Facts {
  /** Totals by `agreement/month`. */
  readonly totals: ReadonlyMap<string, readonly MonthTotal[]>;
  /** Term versions that events were charged by and that are no longer in the catalogue. */
  readonly retired: ReadonlyMap<number, RetiredTerm>;
  /** Months to adjust, by agreement, oldest first. */
  readonly adjust: ReadonlyMap<number, readonly MonthText[]>;
  /** Money stated before, by agreement. */
  readonly statedLines: ReadonlyMap<number, readonly StatedRow[]>;
  readonly statedCommitments: ReadonlyMap<number, readonly StatedCommitmentRow[]>;
  /** Tiers as they were stated, by `agreement/month`. */
  readonly statedTiers: ReadonlyMap<string, readonly StatedTiersRow[]>;
}

async function loadFacts(db: Db, preparation: Preparation): Promise<Facts> {
  const { agreements, period, cut } = preparation;
  const ids = agreements.map(({ handle }) => handle);
  const days = monthDays(period);
  const first = formatLocalDay(days.first);
  const end = formatLocalDay(days.end);
  const unstated = await listUnstatedMonths(db, ids, { end: first, cut });
  const adjust = groupBy(unstated, ({ agreement }) => agreement);
  const totals = await listMonthTotals(db, ids, { first, end, cut });
  const [oldest = period] = unstated.map(({ month }) => month).sort();
  if (unstated.length > 0) {
    const late = [...adjust.keys()];
    const span = { first: `${oldest}-01`, end: first, cut };
    const wanted = new Set(unstated.map(({ agreement, month }) => `${agreement}/${month}`));
    const earlier = await listMonthTotals(db, late, span);
    for (const total of earlier) {
      if (wanted.has(`${total.agreement}/${total.month}`)) totals.push(total);
    }
  }
  const statedLines = await listStatedLines(db, ids);
  const tiers = await listStatedTiers(db, ids, oldest);
  return {
    totals: groupBy(totals, ({ agreement, month }) => `${agreement}/${month}`),
    adjust: new Map(
      [...adjust].map(([agreement, months]) => [agreement, months.map((m) => parseMonth(m.month))]),
    ),
    statedLines: groupBy(statedLines, ({ agreement }) => agreement),
    statedCommitments: groupBy(
      statedLines.some(({ isCommitment }) => isCommitment)
        ? await listStatedCommitments(db, ids)
        : [],
      ({ agreement }) => agreement,
    ),
    statedTiers: groupBy(tiers, (row) => `${row.agreement}/${row.servicePeriod}`),
    retired: await loadRetired(db, preparation, totals, tiers),
  };
}

async function loadRetired(
  db: Db,
  { agreements, terms }: Preparation,
  totals: readonly MonthTotal[],
  stated: readonly StatedTiersRow[],
): Promise<Map<number, RetiredTerm>> {
  const current = new Set(
    agreements.flatMap(({ handle }) => (terms.get(handle) ?? []).map(({ id }) => id)),
  );
  const walked = stated.flatMap(({ tiers }) => tiers.map(({ termVersion }) => termVersion));
  const used = new Set([...totals.map(({ termVersion }) => termVersion), ...walked]);
  const retired = [...used].filter((id) => !current.has(id));
  return retired.length === 0 ? new Map() : await listRetiredTerms(db, retired);
}

function prepareStatement(
  agreement: BookAgreement,
  { terms, period, revision, cut }: Preparation,
  facts: Facts,
): NewStatement {
  const { handle, zone, currency, body } = agreement;
  const rules = { currency, rounding: body.rounding ?? "halfEven" };
  const statedLines = facts.statedLines.get(handle) ?? [];
  const stated = statedOf(statedLines, period);
  const linesOf = (month: MonthText): StatementLine[] => {
    const key = `${handle}/${month}`;
    const walked = facts.statedTiers.get(key) ?? [];
    const pricing = {
      currency,
      zone,
      terms: terms.get(handle) ?? [],
      retired: facts.retired,
      stated: new Map(walked.map(({ term, tiers }) => [term, tiers])),
    };
    const totals = facts.totals.get(key) ?? [];
    const groups = priceServicePeriod(pricing, totals, monthPeriod(zone, month), month === period);
    return statementLines(rules, month, groups, stated);
  };
  const adjusted = facts.adjust.get(handle) ?? [];
  const own = [...linesOf(period), ...adjusted.flatMap(linesOf)];
  const days = monthDays(period);
  const feeFacts = { currency, zone, terms: terms.get(handle) ?? [] };
  const used = [...own, ...linesAhead(feeFacts, rules, nextMonth(period), stated)];
  const committed = [
    ...(facts.statedCommitments.get(handle) ?? []).map((row) => ({
      ...row,
      month: parseMonth(row.month),
    })),
    ...commitmentsDue(feeFacts, period),
  ];
  const lines = [...used, ...commitmentLines(committed, rules, used, statedLines)];
  return {
    agreement: handle,
    period,
    id: statementId(checkCatalogueId(agreement.name), period),
    revision,
    cut,
    firstDay: formatLocalDay(days.first),
    endDay: formatLocalDay(days.end),
    kind: agreement.role === "customer" || agreement.role === "reseller" ? "invoice" : "settlement",
    currency,
    total: statementTotal(currency, lines).minor,
    lines,
  };
}

/**
 * What is compared with what there is now: not the fees of a month that is over, which stay as they were
 * stated, and not commitments, which are compared once all other lines are there.
 */
function statedOf(rows: readonly StatedRow[], period: MonthText): Map<string, bigint> {
  const compared = rows.filter(({ isFee, isCommitment, servicePeriod }) => {
    return !isCommitment && !(isFee && servicePeriod < period);
  });
  return new Map(
    compared.map(({ servicePeriod, term, tuple, minor }) => [
      statedKey(servicePeriod, term, tuple),
      minor,
    ]),
  );
}

/** Commitments by what is stated of their windows now, those of windows that were stated before too. */
function commitmentLines(
  due: readonly DueCommitment[],
  rules: LineRules,
  lines: readonly StatementLine[],
  rows: readonly StatedRow[],
): StatementLine[] {
  const money = [
    ...rows.filter(({ isCommitment }) => !isCommitment),
    ...lines.map(({ servicePeriod, term, money: minor }) => ({ servicePeriod, term, minor })),
  ];
  const stated = new Map(
    rows
      .filter(({ isCommitment }) => isCommitment)
      .map(({ servicePeriod, term, minor }) => [statedKey(servicePeriod, term, 0), minor]),
  );
  return due.flatMap((one) => {
    const key = statedKey(one.month, one.term, 0);
    const before = stated.get(key);
    const group = commitmentGroup(rules.currency, one, money);
    const own = new Map(before === undefined ? [] : [[key, before]]);
    return statementLines(rules, one.month, [group], own);
  });
}

/** Fees that are paid in advance, for the month to come; what it was stated before is left as it is. */
function linesAhead(
  facts: FeeFacts,
  rules: LineRules,
  next: MonthText,
  stated: Stated,
): StatementLine[] {
  const groups = feeGroupsAhead(facts, monthDays(next));
  const isNew = ({ term, tuple }: LineGroup): boolean => !stated.has(statedKey(next, term, tuple));
  return statementLines(rules, next, groups.filter(isNew), new Map());
}

function groupBy<K, T>(things: readonly T[], keyOf: (thing: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const thing of things) {
    const key = keyOf(thing);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [thing]);
    else group.push(thing);
  }
  return groups;
}
