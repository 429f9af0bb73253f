import { assert } from "../assert.ts";

/** A claim on a part of a whole, in proportion to `weight`. */
export interface Share {
  readonly weight: bigint;
  /** Of equal claims to a remaining unit, the lower comes first; then the lower id. */
  readonly priority: number;
  readonly id: string;
}

/**
 * Splits a whole by weight into whole units that add up to it (largest remainder, handbook §4.3).
 * Each share gets its exact part rounded down; the units that remain go to the largest fractions, one
 * each. 10.00 by 1 : 2 : 4 is 1.43, 2.86, 5.71. A negative whole is split as its magnitude, so that a
 * reversal cancels to the cent. A share without weight gets nothing.
 *
 * Answers in the order of `shares`. Somebody must have a weight unless there is nothing to split.
 */
export function splitRemainder(total: bigint, shares: readonly Share[]): bigint[] {
  assert(
    shares.every(({ weight }) => weight >= 0n),
    "a weight is not negative",
  );
  const weights = shares.reduce((sum, { weight }) => sum + weight, 0n);
  assert(weights > 0n || total === 0n, "somebody takes part in what is split");
  if (total === 0n) return shares.map(() => 0n);
  const whole = total < 0n ? -total : total;
  const parts = shares.map(({ weight }) => (whole * weight) / weights);
  const remaining = whole - parts.reduce((sum, part) => sum + part, 0n);
  const claims = shares.map((share, index) => ({
    index,
    share,
    fraction: (whole * share.weight) % weights,
  }));
  claims.sort((a, b) => {
    if (a.fraction !== b.fraction) return a.fraction > b.fraction ? -1 : 1;
    return byPriority(a.share, b.share);
  });
  // Fewer units remain than there are fractions, so a share without weight is never reached.
  for (const { index } of claims.slice(0, Number(remaining))) parts[index]! += 1n;
  assert(parts.reduce((sum, part) => sum + part, 0n) === whole, "the parts add up to the whole");
  return total < 0n ? parts.map((part) => 0n - part) : parts;
}

function byPriority(a: Share, b: Share): number {
  if (a.priority !== b.priority) return a.priority - b.priority;
  // By code unit: the same on every machine, whatever its language.
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
