import fc from "fast-check";
import { expect, test } from "vitest";
import { DIRT, type DirtKind, dirtOfLine, expectedDirt, lateLines } from "./traffic-dirt.ts";

function countDirt(from: number, to: number): Partial<Record<DirtKind, number>> {
  const counts: Partial<Record<DirtKind, number>> = {};
  for (let line = from; line < to; line++) {
    const kind = dirtOfLine(line);
    if (kind !== undefined) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

test("any thousand lines in a row hold the exact shares", () => {
  const shares = Object.entries(DIRT).filter(([, dirt]) => !("atEnd" in dirt));
  const expected = Object.fromEntries(shares.map(([kind, { perMille }]) => [kind, perMille]));
  for (const from of [0, 1, 999, 123_456, 987_654_321]) {
    expect(countDirt(from, from + 1000)).toEqual(expected);
  }
});

test("the first line is clean, so there is something to send again", () => {
  expect(dirtOfLine(0)).toBeUndefined();
});

test("what is expected is what the places say", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20_000 }), (events) => {
      const { inMonth, fromMonthBefore } = lateLines(events);
      const expected = expectedDirt(events);
      expect(expected.lateInMonth).toBe(inMonth);
      expect(expected.lateFromMonthBefore).toBe(fromMonthBefore);
      const planted = countDirt(0, events - inMonth - fromMonthBefore);
      expect({ ...expected, lateInMonth: 0, lateFromMonthBefore: 0 }).toEqual({
        ...Object.fromEntries(Object.keys(DIRT).map((kind) => [kind, 0])),
        ...planted,
      });
    }),
    { numRuns: 30 },
  );
});
