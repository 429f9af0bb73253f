import type { Instant } from "@counterpart/domain/instant.ts";
import type { IntakeCount } from "./events.repo.ts";

export type IntakeOutcome =
  | "received"
  | "accepted"
  | "duplicate"
  | "conflicting"
  | "quarantined"
  | "refused";

/**
 * Counts of what was read and what became of it, by source and UTC day of receipt. What a group read is
 * counted apart from its outcomes: they must meet (design: nothing vanishes).
 */
export interface IntakeTally {
  /** Counts one more. `source`: its handle, 0 for none that is known. */
  count(source: number, receivedAt: Instant, outcome: IntakeOutcome, code?: string): void;
  /** Counts one fewer of `from` and one more of `to`. */
  move(source: number, receivedAt: Instant, from: IntakeOutcome, to: IntakeOutcome): void;
  counts(): IntakeCount[];
}

type Counted = { -readonly [field in keyof IntakeCount]: IntakeCount[field] };

const DAY = 86_400_000;

export function intakeTally(): IntakeTally {
  const counted: Counted[] = [];
  // Events of a group mostly share their source, day and outcome: the last one is tried first.
  let last: Counted | undefined;
  const add = (source: number, day: number, outcome: string, code: string, n: number): void => {
    if (last === undefined || !isOf(last, source, day, outcome, code)) {
      last = counted.find((one) => isOf(one, source, day, outcome, code));
      if (last === undefined) {
        last = { source, day, outcome, code, count: 0 };
        counted.push(last);
      }
    }
    last.count += n;
  };
  return {
    count: (source, receivedAt, outcome, code = "") => {
      add(source, Math.floor(receivedAt / DAY), outcome, code, 1);
    },
    move(source, receivedAt, from, to) {
      const day = Math.floor(receivedAt / DAY);
      add(source, day, from, "", -1);
      add(source, day, to, "", 1);
    },
    counts: () => counted,
  };
}

function isOf(
  one: IntakeCount,
  source: number,
  day: number,
  outcome: string,
  code: string,
): boolean {
  return one.source === source && one.day === day && one.outcome === outcome && one.code === code;
}
