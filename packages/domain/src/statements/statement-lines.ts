/** Statement lines: the one place where amounts become money (design: statements are differences). */
import { type Money, roundToMoney } from "../money.ts";
import type { MonthText } from "../period.ts";
import type { RoundingMode } from "../rounding.ts";
import type { LineGroup } from "./line-group.ts";

export interface StatementLine extends LineGroup {
  readonly servicePeriod: MonthText;
  /** Minor units that earlier statements have stated for this group and service period. */
  readonly stated: bigint;
  /** Minor units of this line: money now less stated. */
  readonly money: bigint;
}

/** What earlier statements have stated, by service period, term and tuple. */
export type Stated = ReadonlyMap<string, bigint>;

export function statedKey(servicePeriod: string, term: string, tuple: number): string {
  return `${servicePeriod}/${term}/${tuple}`;
}

export interface LineRules {
  readonly currency: string;
  readonly rounding: RoundingMode;
}

/**
 * The lines of one service period on a statement: for every group its money now, rounded, less its money
 * stated before. Never the rounding of a difference. An unchanged group of an earlier period gives no line;
 * a group that has vanished since gives one that takes its money back, and one of which everything was taken
 * back before it was ever stated gives none. `stated` leaves out the fees of a
 * month that is adjusted: they stay as they were stated.
 */
export function statementLines(
  { currency, rounding }: LineRules,
  servicePeriod: MonthText,
  groups: readonly LineGroup[],
  stated: Stated,
): StatementLine[] {
  const lines: StatementLine[] = [];
  const now = new Set<string>();
  for (const group of groups) {
    const key = statedKey(servicePeriod, group.term, group.tuple);
    now.add(key);
    const before = stated.get(key);
    const money = roundToMoney({ currency, pico: group.amount }, rounding).minor;
    const line = { ...group, servicePeriod, stated: before ?? 0n, money: money - (before ?? 0n) };
    const isNew = before === undefined && !isNothing(group);
    if (isNew || line.money !== 0n) lines.push(line);
  }
  for (const [key, before] of stated) {
    if (!key.startsWith(`${servicePeriod}/`) || now.has(key) || before === 0n) continue;
    const [, term = "", tuple = "0"] = key.split("/");
    lines.push({
      servicePeriod,
      term,
      tuple: Number(tuple),
      count: 0n,
      quantity: 0n,
      amount: 0n,
      derivation: [],
      stated: before,
      money: -before,
    });
  }
  return lines;
}

/**
 * Everything that it counted was taken back. A commitment counts nothing and is a line where it is met, too:
 * it must be known as stated when its months come to less later.
 */
function isNothing({ count, quantity, amount, derivation }: LineGroup): boolean {
  const isCommitment = derivation[0]?.kind === "commitment";
  return !isCommitment && count === 0n && quantity === 0n && amount === 0n;
}

/** The statement's total: its lines, added. */
export function statementTotal(currency: string, lines: readonly StatementLine[]): Money {
  return { currency, minor: lines.reduce((sum, { money }) => sum + money, 0n) };
}
