import { assert } from "../assert.ts";

/** How a period's quantity is shared out, in smallest units: `free + billable` is the quantity. */
export interface IncludedUnits {
  readonly free: bigint;
  readonly billable: bigint;
  /** Included units that were not used. They end with the period. */
  readonly unused: bigint;
}

/**
 * Takes the included units off before any tier: with 100 included, 130 are 100 free and 30 that start
 * in tier 1. All in smallest units; `smallestUnits` reads the catalogue's `included`.
 */
export function takeIncludedUnits(included: bigint, quantity: bigint): IncludedUnits {
  assert(quantity >= 0n && included >= 0n, "quantities are not negative");
  const free = quantity < included ? quantity : included;
  return { free, billable: quantity - free, unused: included - free };
}
