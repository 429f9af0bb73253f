import fc from "fast-check";
import { expect, test } from "vitest";
import { formatAmount } from "../amount.ts";
import type { FixedFeePrice } from "../catalogue/catalogue.ts";
import { type MonthText, monthDays, nextMonth, parseLocalDay } from "../period.ts";
import { type FeeVersion, feesOfMonth } from "./recurring-fee.ts";

interface Dated extends Omit<FixedFeePrice, "model"> {
  readonly from: string;
  readonly to?: string;
}

function versionsOf(fees: readonly Dated[]): FeeVersion[] {
  return fees.map(({ from, to, ...price }, at) => ({
    id: at + 1,
    price: { model: "fixedFee", ...price },
    start: parseLocalDay(from),
    end: to === undefined ? null : parseLocalDay(to),
  }));
}

/** What each version of a fee comes to in a month: `1: 31`. */
function due(fees: readonly Dated[], month: string): string[] {
  return feesOfMonth("EUR", versionsOf(fees), monthDays(month as MonthText)).map(
    ({ version, total }) => `${version.id}: ${formatAmount(total)}`,
  );
}

const PRORATED = { amount: "31", prorate: true };
const YEARLY = { amount: "365", every: "year" } as const;
const ADVANCE = { due: "inAdvance" } as const;
const ANNIVERSARY = { begins: "anniversary" } as const;

test.each<[string, Dated[], string, string[]]>([
  ["a month costs its fee", [{ from: "2026-01-01", amount: "49" }], "2026-10", ["1: 49"]],
  ["a month before it starts costs nothing", [{ from: "2026-11-01", amount: "49" }], "2026-10", []],
  [
    "a started month costs its whole fee",
    [{ from: "2026-10-15", amount: "49" }],
    "2026-10",
    ["1: 49"],
  ],
  ["prorated: 17 of 31 days", [{ from: "2026-10-15", ...PRORATED }], "2026-10", ["1: 17"]],
  [
    "prorated: 14 of 31 days",
    [{ from: "2026-01-01", to: "2026-10-15", ...PRORATED }],
    "2026-10",
    ["1: 14"],
  ],
  [
    "a fee that changes in mid-month is due once, at the version that began it",
    [
      { from: "2026-01-01", to: "2026-10-15", amount: "49" },
      { from: "2026-10-15", amount: "59" },
    ],
    "2026-10",
    ["1: 49"],
  ],
  [
    "prorated, each version costs its own days",
    [
      { from: "2026-01-01", to: "2026-10-25", ...PRORATED },
      { from: "2026-10-25", amount: "62", prorate: true },
    ],
    "2026-10",
    ["1: 24", "2: 14"],
  ],
  [
    "a quarter in arrears is due in its last month",
    [{ from: "2026-01-01", amount: "90", every: "quarter" }],
    "2026-09",
    ["1: 90"],
  ],
  ["and in no other", [{ from: "2026-01-01", amount: "90", every: "quarter" }], "2026-08", []],
  [
    "a quarter in advance is due in its first month",
    [{ from: "2026-01-01", amount: "90", every: "quarter", ...ADVANCE }],
    "2026-07",
    ["1: 90"],
  ],
  [
    "a calendar year ends in December",
    [{ from: "2026-10-15", ...YEARLY, prorate: true }],
    "2026-12",
    ["1: 78"],
  ],
  [
    "an anniversary's year does not",
    [{ from: "2026-10-15", ...YEARLY, ...ANNIVERSARY, prorate: true }],
    "2026-12",
    [],
  ],
  [
    "it ends the day before it began",
    [{ from: "2026-10-15", ...YEARLY, ...ANNIVERSARY }],
    "2027-10",
    ["1: 365"],
  ],
  [
    "a cycle from the 31st takes the last day of shorter months",
    [{ from: "2026-01-31", to: "2026-02-28", ...PRORATED, ...ANNIVERSARY, ...ADVANCE }],
    "2026-01",
    ["1: 31"],
  ],
])("%s", (_, fees, month, expected) => expect(due(fees, month)).toEqual(expected));

test("a fee in advance and the same in arrears come to the same over its whole time", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 1, max: 800 }),
      fc.constantFrom("month", "quarter", "year"),
      fc.constantFrom("calendar", "anniversary"),
      fc.boolean(),
      (from, days, every, begins, prorate) => {
        const first = parseLocalDay("2026-01-01") + from;
        const sum = (when: "inAdvance" | "inArrears"): bigint => {
          const price = {
            model: "fixedFee",
            amount: "12",
            every,
            begins,
            prorate,
            due: when,
          } as const;
          const fee = { id: 1, price, start: first, end: first + days } as FeeVersion;
          let total = 0n;
          let month = "2026-01" as MonthText;
          while (month < "2030-01") {
            for (const one of feesOfMonth("EUR", [fee], monthDays(month))) total += one.total.pico;
            month = nextMonth(month);
          }
          return total;
        };
        const [ahead, after] = [sum("inAdvance"), sum("inArrears")];
        // Each month's amount is rounded on its own.
        expect(ahead - after < 50n && after - ahead < 50n).toBe(true);
        expect(ahead > 0n).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});

test("a version that is cut in two costs the same days", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), (cut) => {
      const middle = `2026-10-${String(cut + 1).padStart(2, "0")}`;
      const whole = feesOfMonth(
        "EUR",
        versionsOf([{ from: "2026-10-01", ...PRORATED }]),
        monthDays("2026-10" as MonthText),
      );
      const parts = feesOfMonth(
        "EUR",
        versionsOf([
          { from: "2026-10-01", to: middle, ...PRORATED },
          { from: middle, ...PRORATED },
        ]),
        monthDays("2026-10" as MonthText),
      );
      const sum = (fees: typeof whole): bigint =>
        fees.reduce((all, { total }) => all + total.pico, 0n);
      expect(sum(parts)).toBe(sum(whole));
    }),
  );
});
