/** Gathers what statements are worked out from. */
import type { Term } from "@counterpart/domain/catalogue/catalogue.ts";
import { holdsLevels } from "@counterpart/domain/catalogue/metered-term.ts";
import {
  formatLocalDay,
  localDayOf,
  type MonthText,
  monthDays,
  monthOfDay,
  parseMonth,
} from "@counterpart/domain/period.ts";
import type { Book, BookAgreement, CompiledTerm } from "@counterpart/domain/rating/book.ts";
import {
  commitmentsCutShort,
  type StatedBefore,
} from "@counterpart/domain/statements/commitments.ts";
import { isUsageTerm } from "@counterpart/domain/statements/usage-group.ts";
import type { RetiredTerm } from "@counterpart/domain/statements/walk-versions.ts";
import type { Db } from "../platform/database.ts";
import { groupBy } from "../platform/group-by.ts";
import {
  type AccountMonth,
  listAccountMonths,
  listMonthTotals,
  listRetiredTerms,
  listStatedCommitments,
  listStatedLines,
  listStatedTiers,
  listUnstatedMonths,
  type MonthTotal,
  type StatedCommitmentRow,
  type StatedRow,
  type StatedTiersRow,
} from "./statements.repo.ts";

export interface Preparation {
  readonly agreements: readonly BookAgreement[];
  readonly terms: ReadonlyMap<number, readonly CompiledTerm[]>;
  readonly period: MonthText;
  /** The book of these terms. */
  readonly book: Book;
  /** Rows up to this cut are stated. */
  readonly cut: number;
  /** Meters read the events of the connection's preview in place of the stored ones. */
  readonly previewed?: boolean | undefined;
}

/** What the store holds that statements are worked out from. */
export interface StatementFacts {
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
  /** Since when units roll over, by agreement. */
  readonly rolling: ReadonlyMap<number, MonthText>;
  /** What accounts used, by `agreement/month`. */
  readonly accounts: ReadonlyMap<string, readonly AccountMonth[]>;
}

export async function loadStatementFacts(
  db: Db,
  preparation: Preparation,
): Promise<StatementFacts> {
  const { agreements, period, cut } = preparation;
  const ids = agreements.map(({ handle }) => handle);
  const days = monthDays(period);
  const first = formatLocalDay(days.first);
  const end = formatLocalDay(days.end);
  const statedLines = groupBy(await listStatedLines(db, ids), ({ agreement }) => agreement);
  const unstated = await listUnstatedMonths(db, ids, { end: first, cut });
  const rolling = rollingSince(preparation);
  const goingOn = new Set([...rolling.keys(), ...withLevels(preparation)]);
  const adjust = monthsToAdjust(unstated, goingOn, statedLines, period);
  const totals = await listMonthTotals(db, ids, { first, end, cut });
  const late = [...new Set([...adjust.keys(), ...rolling.keys()])];
  const [oldest = period] = [...[...adjust.values()].flat(), ...rolling.values()].sort();
  if (oldest < period) {
    const earlier = await listMonthTotals(db, late, { first: `${oldest}-01`, end: first, cut });
    for (const total of earlier) {
      const { agreement, month } = total;
      const isWanted = adjust.get(agreement)?.includes(parseMonth(month)) ?? false;
      if (isWanted || rolling.has(agreement)) totals.push(total);
    }
  }
  const tiers = await listStatedTiers(db, ids, oldest);
  const retired = await loadRetired(db, preparation, totals, tiers);
  const span = { first: `${oldest}-01`, end, cut };
  return {
    totals: groupBy(totals, ({ agreement, month }) => `${agreement}/${month}`),
    adjust,
    rolling,
    statedLines,
    statedCommitments: await loadStatedCommitments(db, statedLines),
    statedTiers: groupBy(tiers, (row) => `${row.agreement}/${row.servicePeriod}`),
    retired,
    accounts: await loadAccounts(db, preparation, totals, retired, span),
  };
}

/** The month since which units of an agreement's terms roll over, of those that have such terms. */
function rollingSince({ agreements, terms }: Preparation): Map<number, MonthText> {
  const since = new Map<number, MonthText>();
  for (const { handle, zone } of agreements) {
    const rolling = (terms.get(handle) ?? []).filter(({ term }) => {
      return isUsageTerm(term) && term.price.rollover !== undefined;
    });
    const [first] = rolling.map(({ from }) => monthOfDay(localDayOf(zone, from))).sort();
    if (first !== undefined) since.set(handle, first);
  }
  return since;
}

/** Agreements with a price on a meter whose levels hold until they are set anew. */
function withLevels({ agreements, terms }: Preparation): number[] {
  const handles = agreements.map(({ handle }) => handle);
  return handles.filter((handle) => terms.get(handle)?.some(({ term }) => holdsLevels(term)));
}

/**
 * Months with something that is not stated yet, oldest first; where units roll over or levels hold, also the
 * stated months after them, to which fewer or more may have gone on.
 */
function monthsToAdjust(
  unstated: readonly { readonly agreement: number; readonly month: string }[],
  goingOn: ReadonlySet<number>,
  statedLines: ReadonlyMap<number, readonly StatedRow[]>,
  period: MonthText,
): Map<number, readonly MonthText[]> {
  const adjust = new Map<number, readonly MonthText[]>();
  for (const [agreement, rows] of groupBy(unstated, (row) => row.agreement)) {
    const months = new Set(rows.map(({ month }) => month));
    const [first = period] = [...months].sort();
    for (const { servicePeriod } of goingOn.has(agreement)
      ? (statedLines.get(agreement) ?? [])
      : []) {
      if (servicePeriod > first && servicePeriod < period) months.add(servicePeriod);
    }
    adjust.set(agreement, [...months].sort().map(parseMonth));
  }
  return adjust;
}

/** What earlier statements of an agreement have stated, for its commitments. */
export function statedBefore(
  facts: Pick<StatementFacts, "statedCommitments" | "statedLines">,
  agreement: number,
): StatedBefore {
  const commitments = facts.statedCommitments.get(agreement) ?? [];
  return {
    commitments: commitments.map((row) => ({ ...row, month: parseMonth(row.month) })),
    money: facts.statedLines.get(agreement) ?? [],
  };
}

/**
 * Of agreements that are over, those with a commitment that was ended after its months had been stated and
 * that is not settled since. Costs their stated lines.
 */
export async function listUnsettled(
  db: Db,
  agreements: readonly BookAgreement[],
  terms: Preparation["terms"],
  period: MonthText,
): Promise<number[]> {
  const committed = agreements.filter(({ handle }) => {
    return terms.get(handle)?.some(({ term }) => term.price.model === "commitment");
  });
  if (committed.length === 0) return [];
  const ids = committed.map(({ handle }) => handle);
  const statedLines = groupBy(await listStatedLines(db, ids), ({ agreement }) => agreement);
  const facts = { statedLines, statedCommitments: await loadStatedCommitments(db, statedLines) };
  return committed.flatMap(({ handle, currency, zone }) => {
    const feeFacts = { currency, zone, terms: terms.get(handle) ?? [] };
    const before = statedBefore(facts, handle);
    const open = commitmentsCutShort(feeFacts, period, before).filter(({ month, term }) => {
      const own = before.money.filter((line) => line.servicePeriod === month && line.term === term);
      return own.length === 0 || own.reduce((sum, { minor }) => sum + minor, 0n) !== 0n;
    });
    return open.length === 0 ? [] : [handle];
  });
}

async function loadStatedCommitments(
  db: Db,
  statedLines: ReadonlyMap<number, readonly StatedRow[]>,
): Promise<Map<number, StatedCommitmentRow[]>> {
  const committed = [...statedLines].filter(([, rows]) => rows.some((row) => row.isCommitment));
  if (committed.length === 0) return new Map();
  const ids = committed.map(([agreement]) => agreement);
  return groupBy(await listStatedCommitments(db, ids), ({ agreement }) => agreement);
}

/** What accounts used of the versions whose accounts bring units along, by `agreement/month`. */
async function loadAccounts(
  db: Db,
  { agreements, terms }: Preparation,
  totals: readonly MonthTotal[],
  retired: ReadonlyMap<number, RetiredTerm>,
  span: { readonly first: string; readonly end: string; readonly cut: number },
): Promise<Map<string, AccountMonth[]>> {
  const inForce = agreements.flatMap(({ handle }) => terms.get(handle) ?? []);
  const known = [...inForce, ...Array.from(retired, ([id, { term }]) => ({ id, term }))];
  // A version's quantity may go through the price of another one of its term.
  const bringing = new Set(
    known.filter(({ term }) => bringsUnits(term)).map(({ term }) => term.id),
  );
  if (bringing.size === 0) return new Map();
  const used = new Set(totals.map(({ termVersion }) => termVersion));
  const versions = known.filter(({ id, term }) => bringing.has(term.id) && used.has(id));
  const ids = agreements.map(({ handle }) => handle);
  const rows = await listAccountMonths(
    db,
    ids,
    versions.map(({ id }) => id),
    span,
  );
  return groupBy(rows, ({ agreement, month }) => `${agreement}/${month}`);
}

function bringsUnits(term: Term): boolean {
  return isUsageTerm(term) && term.price.includedPerAccount !== undefined;
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
