import { expect, test } from "vitest";
import type { Term } from "../catalogue/catalogue.ts";
import type { UsageOptions } from "../catalogue/usage-price.ts";
import { type Instant, parseInstant } from "../instant.ts";
import { checkZone, type MonthText, monthPeriod } from "../period.ts";
import { sumOf } from "../pricing/roll-over-units.ts";
import type { CompiledTerm } from "../rating/book.ts";
import { type MonthToRoll, rollMonths } from "./roll-months.ts";

const UTC = checkZone("UTC");
const FOREVER = Number.POSITIVE_INFINITY as Instant;
const MONTHS = ["2026-01", "2026-02", "2026-03", "2026-04"];
const RULE = { included: "100", rollover: { months: 1 } };

function version(id: number, more: Partial<UsageOptions>, from: string, to?: string) {
  const tiers = [{ upTo: null, rate: "1" }];
  const price = { model: "graduated", per: "segment", tiers, ...more } as const;
  const term: Term = { id: "sms", on: "sms.message", price };
  const end = to === undefined ? FOREVER : parseInstant(`${to}T00:00:00Z`);
  return { id, term, from: parseInstant(`${from}T00:00:00Z`), to: end } as CompiledTerm;
}

/** Units carried into each of four months, in which so many segments were used by a version. */
function carried(
  terms: readonly CompiledTerm[],
  used: readonly (readonly [version: number, quantity: bigint])[],
): (bigint | null)[] {
  const facts = { currency: "EUR", zone: UTC, terms, retired: new Map(), stated: new Map() };
  const months = MONTHS.map((month, at): MonthToRoll => {
    const [termVersion, quantity] = used[at] ?? [0, 0n];
    const total = { termVersion, tuple: 1, count: 1n, quantity, amount: 0n, base: 0n };
    return {
      pricing: facts,
      totals: quantity === 0n ? [] : [total],
      period: monthPeriod(UTC, month as MonthText),
    };
  });
  return rollMonths(months).map((terms) => {
    const units = terms.get("sms");
    return units === undefined ? null : sumOf(units);
  });
}

test("each month is left what the one before did not use", () => {
  const terms = [version(1, RULE, "2026-01-01")];
  const used = [
    [1, 60n],
    [1, 120n],
    [1, 200n],
    [1, 0n],
  ] as const;
  expect(carried(terms, used)).toEqual([0n, 40n, 20n, 0n]);
});

test("a month without usage leaves all of its own units, and nothing before the term began does", () => {
  expect(carried([version(1, RULE, "2026-02-15")], [])).toEqual([null, 0n, 100n, 100n]);
});

test("units go on under a new version, but not under one without rollover or of another unit", () => {
  const first = version(1, RULE, "2026-01-01", "2026-03-01");
  const more = version(2, { ...RULE, included: "500" }, "2026-03-01");
  expect(carried([first, more], [])).toEqual([0n, 100n, 100n, 500n]);
  const without = version(2, { included: "100" }, "2026-03-01");
  expect(carried([first, without], [])).toEqual([0n, 100n, null, null]);
  const converted = version(2, { ...RULE, convert: { divide: "10" } }, "2026-03-01");
  expect(carried([first, converted], [])).toEqual([0n, 100n, 0n, 1_000n]);
});
