import fc from "fast-check";
import { expect, test } from "vitest";
import type { LocalDay } from "../period.ts";
import type { StoredCharge } from "./charge.ts";
import { areSameCharges, type ChargedTermOf, changesByAgreement } from "./charge-changes.ts";

/**
 * Versions 1 and 2 are of one term, 3 and 4 of one that is priced at close, 5 of another agreement.
 */
const TERMS = [
  { agreement: 10, term: "voice", price: "1 a minute" },
  { agreement: 10, term: "voice", price: "1 a minute, rounded" },
  { agreement: 10, term: "sms", price: "tiers at 1" },
  { agreement: 10, term: "sms", price: "tiers at 2" },
  { agreement: 20, term: "termination", price: "deck" },
];
const termOf: ChargedTermOf = (version) => TERMS[version - 1]!;

function charge(termVersion: number, more: Partial<StoredCharge> = {}): StoredCharge {
  const day = 20_727 as LocalDay;
  const none = { tuple: 1, deckRow: 0, raw: 60n, billed: 60n, base: null, count: 1, steps: "" };
  return { termVersion, day, ...none, amount: 100n, ...more };
}

test.each<[string, StoredCharge[], StoredCharge[], boolean]>([
  ["no charges", [], [], true],
  ["the same charges", [charge(1), charge(5)], [charge(1), charge(5)], true],
  ["in another order", [charge(1), charge(5)], [charge(5), charge(1)], true],
  ["by another version of the term", [charge(1)], [charge(2)], true],
  ["by another deck row", [charge(1)], [charge(1, { deckRow: 7 })], true],
  ["another amount", [charge(1)], [charge(1, { amount: 101n })], false],
  ["another day", [charge(1)], [charge(1, { day: 20_728 as LocalDay })], false],
  ["other dimensions", [charge(1)], [charge(1, { tuple: 2 })], false],
  ["another quantity", [charge(1)], [charge(1, { billed: 61n })], false],
  ["another base", [charge(1)], [charge(1, { base: 5n })], false],
  ["another agreement", [charge(1)], [charge(5)], false],
  ["one more", [charge(1)], [charge(1), charge(1)], false],
  ["another price at close", [charge(3, { amount: null })], [charge(4, { amount: null })], false],
])("%s: the same is %s", (_, before, after, same) => {
  expect(areSameCharges(before, after, termOf)).toBe(same);
});

test("each agreement's change is told, and nothing of those that have none", () => {
  const before = [charge(1), charge(5, { amount: 30n })];
  expect(changesByAgreement(before, [charge(2, { amount: 90n }), before[1]!], termOf)).toEqual([
    { agreement: 10, before: 100n, after: 90n, atClose: 0 },
  ]);
  expect(changesByAgreement(before, [], termOf)).toEqual([
    { agreement: 10, before: 100n, after: 0n, atClose: 0 },
    { agreement: 20, before: 30n, after: 0n, atClose: 0 },
  ]);
  expect(changesByAgreement([], [charge(3, { amount: null })], termOf)).toEqual([
    { agreement: 10, before: 0n, after: 0n, atClose: 1 },
  ]);
});

test("taking a change back changes every agreement by the opposite", () => {
  const charges = fc.array(
    fc.record({
      version: fc.integer({ min: 1, max: 5 }),
      amount: fc.bigInt({ min: 0n, max: 99n }),
    }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(charges, charges, (one, other) => {
      const [before, after] = [one, other].map((drawn) =>
        drawn.map(({ version, amount }) => charge(version, { amount })),
      );
      const there = changesByAgreement(before!, after!, termOf);
      const back = changesByAgreement(after!, before!, termOf);
      expect(back).toEqual(
        there.map((change) => ({ ...change, before: change.after, after: change.before })),
      );
    }),
  );
});

test("the same charges are a change of whom they are read for at close, if the event says other", () => {
  const charges = [charge(1), charge(3, { amount: null }), charge(5)];
  const isRead = (version: number): boolean => version === 3;
  expect(changesByAgreement(charges, charges, termOf, isRead)).toEqual([
    { agreement: 10, before: 100n, after: 100n, atClose: 2 },
  ]);
  expect(changesByAgreement(charges, charges, termOf)).toEqual([]);
});
