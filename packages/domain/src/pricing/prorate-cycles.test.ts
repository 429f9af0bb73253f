import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type LocalDay, parseLocalDay } from "../period.ts";
import { addFractions, NOTHING } from "./fraction.ts";
import { type CycleRule, cyclePieces, cyclesInAdvance, partOfCycle } from "./prorate-cycles.ts";

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly input: {
    readonly period: "monthly" | "quarterly" | "annual";
    readonly start: string;
    readonly end: string | null;
    readonly target_date: string;
    readonly bill_cycle_day: number;
  };
  readonly expected: { readonly cycles: string };
}

/** Facts of how another billing system prorates; id and source name where each comes from. */
const CASES = readFileSync(
  new URL("fixtures/killbill-proration-and-blocks.jsonl", import.meta.url),
  "utf8",
)
  .trimEnd()
  .split("\n")
  .map((line): Case => JSON.parse(line))
  .filter(({ kind }) => kind === "proration.in_advance_cycles");
const MONTHS = { monthly: 1, quarterly: 3, annual: 12 };

test("all 134 facts are here", () => expect(CASES).toHaveLength(134));

test.each(CASES)("$id: $expected.cycles cycles in advance", ({ input, expected }) => {
  const rule = { months: MONTHS[input.period], day: input.bill_cycle_day, month: null };
  const service = {
    start: parseLocalDay(input.start),
    end: input.end === null ? null : parseLocalDay(input.end),
  };
  const due = cyclesInAdvance(rule, service, parseLocalDay(input.target_date));
  expect(`${due.numerator}/${due.denominator}`).toBe(expected.cycles);
});

const day = parseLocalDay("2024-01-01");
const DAY = fc.integer({ min: day, max: day + 3000 }).map((one) => one as LocalDay);
const RULE: fc.Arbitrary<CycleRule> = fc.record({
  months: fc.constantFrom(1, 3, 12),
  day: fc.integer({ min: 1, max: 31 }),
  month: fc.constantFrom(null, 0),
});

test("pieces follow each other without gap, from the first day to the last", () => {
  fc.assert(
    fc.property(RULE, DAY, DAY, (rule, a, b) => {
      const [start, end] = a < b ? [a, b] : [b, a];
      let next = start;
      for (const piece of cyclePieces(rule, { start, end })) {
        expect(piece.first).toBe(next);
        expect(piece.end > piece.first).toBe(true);
        next = piece.end;
      }
      expect(next).toBe(end);
    }),
  );
});

test("the parts of a cycle sum to 1, wherever it is cut", () => {
  fc.assert(
    fc.property(RULE, DAY, fc.nat(366), ({ day: on }, start, cut) => {
      const rule = { months: 12, day: on, month: 0 };
      const [opening, whole] = cyclePieces(rule, { start, end: null });
      const cycle = partOfCycle(whole!);
      expect(cycle).toEqual({ numerator: 1n, denominator: 1n });
      const { first, end } = whole!;
      const at = Math.min(first + 1 + cut, end) as LocalDay;
      const parts = [
        ...cyclePieces(rule, { start: first, end: at }),
        ...(at < end ? cyclePieces(rule, { start: at, end }) : []),
      ];
      expect(parts.map(partOfCycle).reduce(addFractions, NOTHING)).toEqual(cycle);
      expect(opening!.end).toBe(first);
    }),
  );
});

test("a calendar year's first part ends on 1 January, an anniversary's in its own month", () => {
  const service = { start: parseLocalDay("2026-03-15"), end: parseLocalDay("2027-03-15") };
  const calendar = [...cyclePieces({ months: 12, day: 1, month: 0 }, service)].map(partOfCycle);
  expect(calendar).toEqual([
    { numerator: 4n, denominator: 5n },
    { numerator: 1n, denominator: 5n },
  ]);
  const anniversary = [...cyclePieces({ months: 12, day: 15, month: null }, service)];
  expect(anniversary.map(partOfCycle)).toEqual([{ numerator: 1n, denominator: 1n }]);
});
