import { monthOfDay } from "@counterpart/domain/period.ts";
import { chargesFromText } from "@counterpart/domain/rating/charge.ts";
import type { ChargedTermOf } from "@counterpart/domain/rating/charge-changes.ts";
import type { Change } from "../facts/commit-facts.ts";
import type { EventVersion } from "../facts/known-event.ts";
import type { MonthTotal } from "../statements/statements.repo.ts";

/** What changes would raise totals of terms that are priced at close by; negative for what is taken back. */
export function totalsAtClose(changes: readonly Change[], termOf: ChargedTermOf): MonthTotal[] {
  return changes.flatMap(({ takesBack, states }) => [
    ...totalsOf(takesBack, -1n, termOf),
    ...totalsOf(states, 1n, termOf),
  ]);
}

function totalsOf(
  version: EventVersion | null,
  sign: 1n | -1n,
  termOf: ChargedTermOf,
): MonthTotal[] {
  return chargesFromText(version?.charges ?? "")
    .filter(({ amount }) => amount === null)
    .map(({ termVersion, day, tuple, billed }) => ({
      agreement: termOf(termVersion).agreement,
      month: monthOfDay(day),
      termVersion,
      tuple,
      count: sign,
      quantity: sign * billed,
      amount: 0n,
      base: 0n,
    }));
}
