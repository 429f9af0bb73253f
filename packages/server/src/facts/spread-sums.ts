import { assert } from "@counterpart/domain/assert.ts";
import type { Sum } from "./sum-changes.ts";

/** Every month has them. */
const DAYS_MAX = 28n;
/** Half of what a total can hold, so that one that is there already has room. */
const QUANTITY_MAX = 2n ** 62n;

/**
 * Sums of whole months as totals can hold them: a quantity that is too large for the row of one day goes on
 * in those of the next days. Totals are of days, and statements add them up.
 */
export function* spreadSums(sums: ReadonlyMap<string, Sum>): Generator<Sum> {
  for (const sum of sums.values()) {
    const [quantity = 0n, ...amounts] = sum.sums;
    const most = quantity < 0n ? -QUANTITY_MAX : QUANTITY_MAX;
    const [account = 0, termVersion = 0, first = 0, ...rest] = sum.key;
    const days = quantity / most;
    assert(days < DAYS_MAX, "a month's quantity is what totals of its days can hold");
    for (let day = 1; day <= days; day++) {
      const key = [account, termVersion, first + day, ...rest];
      yield { key, count: 0, sums: [most, ...amounts.map(() => 0n)], isKept: false };
    }
    yield { ...sum, sums: [quantity % most, ...amounts] };
  }
}
