/** Works out statements from totals, without storing them: previews and closes are the same code. */
import { checkCatalogueId, statementId } from "@counterpart/domain/ids.ts";
import {
  formatLocalDay,
  type MonthText,
  monthDays,
  monthPeriod,
  nextMonth,
} from "@counterpart/domain/period.ts";
import type { BookAgreement, CompiledTerm } from "@counterpart/domain/rating/book.ts";
import {
  commitmentGroup,
  commitmentsCutShort,
  commitmentsDue,
  type DueCommitment,
} from "@counterpart/domain/statements/commitments.ts";
import { type FeeFacts, feeGroupsAhead } from "@counterpart/domain/statements/fee-groups.ts";
import type { LineGroup } from "@counterpart/domain/statements/line-group.ts";
import { termsToMeasure } from "@counterpart/domain/statements/metered-group.ts";
import { orderLines } from "@counterpart/domain/statements/order-lines.ts";
import { priceServicePeriod } from "@counterpart/domain/statements/price-service-period.ts";
import {
  type CarriedByTerm,
  type MonthToRoll,
  rollMonths,
} from "@counterpart/domain/statements/roll-months.ts";
import {
  type LineRules,
  type Stated,
  type StatementLine,
  statedKey,
  statementLines,
  statementTotal,
} from "@counterpart/domain/statements/statement-lines.ts";
import type { PeriodPricing } from "@counterpart/domain/statements/walk-versions.ts";
import { loadTuples } from "../explain/explain.repo.ts";
import type { Db } from "../platform/database.ts";
import { groupBy } from "../platform/group-by.ts";
import { type MeasuredMonths, type MonthToMeasure, measureMonths } from "./measure-terms.ts";
import {
  loadStatementFacts,
  type Preparation,
  type StatementFacts,
  statedBefore,
} from "./statement-facts.ts";
import type { NewStatement, StatedRow } from "./statements.repo.ts";

/**
 * One statement for each agreement, in their order. Prices on meters are read inside of the connection's open
 * transaction.
 */
export async function prepareStatements(db: Db, preparation: Preparation): Promise<NewStatement[]> {
  const facts = await loadStatementFacts(db, preparation);
  const { agreements } = preparation;
  const measured = await measureMonths(db, preparation, monthsToMeasure(preparation, facts));
  const statements = agreements.map((one) => prepareStatement(one, preparation, facts, measured));
  const tuples = new Set(statements.flatMap(({ lines }) => lines.map(({ tuple }) => tuple)));
  const values = new Map<number, readonly string[]>();
  for (const [id, tuple] of await loadTuples(db, [...tuples])) values.set(id, Object.values(tuple));
  for (const [id, text] of measured.newTuples) values.set(id, Object.values(JSON.parse(text)));
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

/** The months of each agreement that are stated and have a price on a meter. */
function monthsToMeasure(preparation: Preparation, facts: StatementFacts): MonthToMeasure[] {
  const { agreements, terms, period } = preparation;
  return agreements.flatMap((agreement) => {
    const months = [period, ...(facts.adjust.get(agreement.handle) ?? [])];
    return months.map((month): MonthToMeasure => {
      const own = terms.get(agreement.handle) ?? [];
      const { pricing, totals, period: span } = monthOf(agreement, own, facts, month);
      const measured = termsToMeasure(pricing, totals, span, month === period);
      return { agreement, month, terms: measured };
    });
  });
}

function prepareStatement(
  agreement: BookAgreement,
  { terms, period, book, cut }: Preparation,
  facts: StatementFacts,
  { uses, newTuples }: MeasuredMonths,
): NewStatement {
  const { handle, zone, currency, body } = agreement;
  const rules = { currency, rounding: body.rounding ?? "halfEven" };
  const statedLines = facts.statedLines.get(handle) ?? [];
  const stated = statedOf(statedLines, period);
  const toRoll = (month: MonthText) => monthOf(agreement, terms.get(handle) ?? [], facts, month);
  const carriedInto = carriedByMonth(facts.rolling.get(handle), period, toRoll);
  const linesOf = (month: MonthText): StatementLine[] => {
    const { pricing, totals, period: span } = toRoll(month);
    const metered = uses.get(`${handle}/${month}`);
    const priced = { ...pricing, carried: carriedInto.get(month), metered };
    const groups = priceServicePeriod(priced, totals, span, month === period);
    return statementLines(rules, month, groups, stated);
  };
  const adjusted = facts.adjust.get(handle) ?? [];
  const own = [...linesOf(period), ...adjusted.flatMap(linesOf)];
  const days = monthDays(period);
  const feeFacts = { currency, zone, terms: terms.get(handle) ?? [] };
  const used = [...own, ...linesAhead(feeFacts, rules, nextMonth(period), stated)];
  const before = statedBefore(facts, handle);
  const cutShort = commitmentsCutShort(feeFacts, period, before);
  const kept = before.commitments.filter(
    ({ month, term }) => !cutShort.some((one) => one.month === month && one.term === term),
  );
  const committed = [...kept, ...cutShort, ...commitmentsDue(feeFacts, period)];
  const lines = [...used, ...commitmentLines(committed, rules, used, statedLines)];
  return {
    agreement: handle,
    period,
    id: statementId(checkCatalogueId(agreement.name), period),
    revision: book.revision,
    cut,
    firstDay: formatLocalDay(days.first),
    endDay: formatLocalDay(days.end),
    kind: agreement.role === "customer" || agreement.role === "reseller" ? "invoice" : "settlement",
    currency,
    total: statementTotal(currency, lines).minor,
    lines,
    newTuples: new Map([...newTuples].filter(([id]) => lines.some(({ tuple }) => tuple === id))),
  };
}

function monthOf(
  agreement: BookAgreement,
  terms: readonly CompiledTerm[],
  facts: StatementFacts,
  month: MonthText,
): MonthToRoll {
  return {
    pricing: pricingOf(agreement, terms, facts, month),
    totals: facts.totals.get(`${agreement.handle}/${month}`) ?? [],
    period: monthPeriod(agreement.zone, month),
  };
}

function pricingOf(
  { handle, zone, currency }: BookAgreement,
  terms: readonly CompiledTerm[],
  facts: StatementFacts,
  month: MonthText,
): PeriodPricing {
  const key = `${handle}/${month}`;
  const walked = facts.statedTiers.get(key) ?? [];
  return {
    currency,
    zone,
    terms,
    retired: facts.retired,
    stated: new Map(walked.map(({ term, tiers }) => [term, tiers])),
    accounts: groupBy(facts.accounts.get(key) ?? [], ({ termVersion }) => termVersion),
  };
}

/** What is carried into each month from the one since which units roll over. */
function carriedByMonth(
  since: MonthText | undefined,
  period: MonthText,
  monthOf: (month: MonthText) => MonthToRoll,
): Map<MonthText, CarriedByTerm> {
  const months: MonthText[] = [];
  for (let month = since; month !== undefined && month <= period; month = nextMonth(month)) {
    months.push(month);
  }
  const carried = rollMonths(months.map(monthOf));
  return new Map(months.map((month, at) => [month, carried[at] ?? new Map()]));
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
