import fc from "fast-check";
import { expect, test } from "vitest";
import type { Instant } from "../instant.ts";
import { findOverlaps, type Span } from "./check-overlaps.ts";

const arbitrarySpan = fc.record({
  owner: fc.constantFrom("a", "b", "c"),
  from: fc.option(fc.integer({ min: 0, max: 20 })) as fc.Arbitrary<Instant | null>,
  to: fc.option(fc.integer({ min: 21, max: 40 })) as fc.Arbitrary<Instant | null>,
  item: fc.constant(null),
});
const arbitraryShortSpan = fc
  .record({
    owner: fc.constantFrom("a", "b"),
    start: fc.nat(30),
    length: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ owner, start, length }): Span<null> => {
    return { owner, from: start as Instant, to: (start + length) as Instant, item: null };
  });
const arbitrarySpans = fc.array(fc.oneof(arbitrarySpan, arbitraryShortSpan), { maxLength: 8 });

function overlap(a: Span<null>, b: Span<null>): boolean {
  const [aFrom, bFrom] = [a.from ?? -Infinity, b.from ?? -Infinity];
  const [aTo, bTo] = [a.to ?? Infinity, b.to ?? Infinity];
  return a.owner !== b.owner && aFrom < bTo && bFrom < aTo;
}

test("every pair that is told overlaps, and some pair is told whenever any overlaps", () => {
  fc.assert(
    fc.property(arbitrarySpans, (spans) => {
      const told = findOverlaps(spans);
      for (const [earlier, later] of told) expect(overlap(earlier, later)).toBe(true);
      const any = spans.some((a, at) => spans.slice(at + 1).some((b) => overlap(a, b)));
      expect(told.length > 0).toBe(any);
      expect(told.length).toBeLessThanOrEqual(spans.length);
    }),
  );
});

test("spans that touch do not overlap", () => {
  const span = (owner: string, from: number, to: number): Span<null> => {
    return { owner, from: from as Instant, to: to as Instant, item: null };
  };
  expect(findOverlaps([span("a", 0, 10), span("b", 10, 20)])).toEqual([]);
  expect(findOverlaps([span("a", 0, 11), span("b", 10, 20)])).toHaveLength(1);
});
