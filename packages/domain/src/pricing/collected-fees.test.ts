/**
 * Facts of how other billing systems divide a fee by days, to as many places as they state; id and source
 * name where a fact comes from.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { FixedFeePrice } from "../catalogue/catalogue.ts";
import { formatFixed } from "../decimal.ts";
import { monthDays, parseLocalDay, parseMonth } from "../period.ts";
import { divideRounded } from "../rounding.ts";
import { feesOfMonth } from "./recurring-fee.ts";

interface Fact {
  readonly id: string;
  readonly source: string;
  readonly fee: Omit<FixedFeePrice, "model">;
  readonly from: string;
  /** The day after its last. */
  readonly to?: string;
  readonly month: string;
  readonly amount: string;
}

const FACTS = readFileSync(new URL("fixtures/collected-fees.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line): Fact => JSON.parse(line));

test.each(FACTS.map((fact) => [`${fact.id} (${fact.source}) costs ${fact.amount}`, fact] as const))(
  "%s",
  (_, { fee, from, to, month, amount }) => {
    const version = {
      id: 1,
      price: { model: "fixedFee", ...fee } as const,
      start: parseLocalDay(from),
      end: to === undefined ? null : parseLocalDay(to),
    };
    const [due] = feesOfMonth("EUR", [version], monthDays(parseMonth(month)));
    const places = amount.split(".")[1]?.length ?? 0;
    const rounded = divideRounded(due?.total.pico ?? 0n, 10n ** BigInt(12 - places));
    expect(formatFixed(rounded, places, places)).toBe(amount);
  },
);
