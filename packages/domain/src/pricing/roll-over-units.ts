import { assert } from "../assert.ts";

/** How unused included units go on. */
export interface RolloverRule {
  /** Months after their own in which units can still be used. */
  readonly months: number;
  /** The most that goes on at once; null for no limit. */
  readonly cap: bigint | null;
}

/** Unused units of one earlier month. */
export interface CarriedUnits {
  readonly units: bigint;
  /** Months in which they can still be used. */
  readonly monthsLeft: number;
}

/** A month's units: what was free of its quantity, and what goes on or is lost. */
export interface RolledMonth {
  readonly free: bigint;
  /** Oldest first. */
  readonly goesOn: readonly CarriedUnits[];
  readonly expired: bigint;
}

/**
 * Uses the units that were carried over, the oldest first, then the month's own; what is left of these
 * goes on. With 100 a month for one month more, 60 used in May leave 40, so June has 140; of these 120 are
 * used: 40 of May's and 80 of June's, and 20 go on. A cap cuts the oldest first, which would be lost first.
 */
export function rollOver(
  { months, cap }: RolloverRule,
  carried: readonly CarriedUnits[],
  granted: bigint,
  quantity: bigint,
): RolledMonth {
  assert(granted >= 0n && quantity >= 0n, "quantities are not negative");
  let left = quantity;
  const use = (units: bigint): bigint => {
    const used = units < left ? units : left;
    left -= used;
    return units - used;
  };
  const aged = carried.map(({ units, monthsLeft }) => ({
    units: use(units),
    monthsLeft: monthsLeft - 1,
  }));
  const unused = [...aged, { units: use(granted), monthsLeft: months }];
  const goesOn: CarriedUnits[] = [];
  let room = cap;
  for (const one of unused.toReversed()) {
    if (one.monthsLeft <= 0) continue;
    const units = room !== null && one.units > room ? room : one.units;
    if (room !== null) room -= units;
    if (units > 0n) goesOn.unshift({ ...one, units });
  }
  const free = quantity - left;
  const expired = sumOf(carried) + granted - free - sumOf(goesOn);
  assert(expired >= 0n, "rollover never creates units");
  return { free, goesOn, expired };
}

/** All units that were carried over. */
export function sumOf(carried: readonly CarriedUnits[]): bigint {
  return carried.reduce((sum, { units }) => sum + units, 0n);
}
