import type { Instant } from "../instant.ts";

/** A half-open span of time that belongs to someone. Without `to` it never ends. */
export interface Span<Item> {
  readonly owner: string;
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly item: Item;
}

/**
 * Pairs of spans of different owners that overlap, each with the one that starts later second. A
 * span is named with one of those it overlaps, the one that reaches furthest: so the answer is
 * never longer than the question, and is empty only if nothing overlaps.
 */
export function findOverlaps<Item>(
  spans: readonly Span<Item>[],
): readonly (readonly [earlier: Span<Item>, later: Span<Item>])[] {
  const sorted = spans.toSorted((a, b) => startOf(a) - startOf(b) || 0);
  const overlaps: (readonly [Span<Item>, Span<Item>])[] = [];
  let furthest: Span<Item> | undefined;
  for (const span of sorted) {
    if (furthest !== undefined && furthest.owner !== span.owner) {
      if (startOf(span) < endOf(furthest)) overlaps.push([furthest, span]);
    }
    if (furthest === undefined || endOf(span) > endOf(furthest)) furthest = span;
  }
  return overlaps;
}

function startOf(span: Span<unknown>): number {
  return span.from ?? Number.NEGATIVE_INFINITY;
}

function endOf(span: Span<unknown>): number {
  return span.to ?? Number.POSITIVE_INFINITY;
}
