import fc from "fast-check";
import { expect, test } from "vitest";
import { parseMonth } from "../period.ts";
import { orderLines } from "./order-lines.ts";
import type { StatementLine } from "./statement-lines.ts";

const TUPLES = [[], ["voice.outbound", "DE"], ["voice.outbound", "AT"], ["sms", "US", "310-260"]];

function line(term: string, tuple: number): StatementLine {
  const amounts = { amount: 0n, stated: 0n, money: 0n, derivation: [] };
  const servicePeriod = parseMonth("2026-10");
  return { servicePeriod, term, tuple, count: 1n, quantity: 1n, ...amounts };
}

const valuesOf = (tuple: number) => TUPLES[tuple]!;
const told = (lines: readonly StatementLine[]) =>
  lines.map(({ term, tuple }) => [term, ...valuesOf(tuple)].join(" "));

test("lines stand by the agreement's terms, and within one by the values of its dimensions", () => {
  const lines = [line("voice", 1), line("sms", 3), line("voice", 2), line("fee", 0)];
  expect(told(orderLines(lines, valuesOf))).toEqual([
    "voice voice.outbound AT",
    "voice voice.outbound DE",
    "sms sms US 310-260",
    "fee",
  ]);
});

test("the order of a term's lines does not depend on which tuple was seen first", () => {
  const lines = TUPLES.map((_, tuple) => line("voice", tuple));
  const ordered = orderLines(lines, valuesOf);
  fc.assert(
    fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
      expect(orderLines(shuffled, valuesOf)).toEqual(ordered);
    }),
  );
});
