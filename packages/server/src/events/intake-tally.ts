import type { Instant } from "@counterpart/domain/instant.ts";
import type { IntakeCount } from "./events.repo.ts";

export type IntakeOutcome =
  | "received"
  | "accepted"
  | "duplicate"
  | "conflicting"
  | "quarantined"
  | "refused";

interface Received {
  readonly source: { readonly handle: number } | null;
  readonly receivedAt: Instant;
}

/**
 * Counts of what was read and what became of it, by source and UTC day of receipt. The reader counts what
 * it reads before parsing it, the commit counts outcomes: they must meet (design: nothing vanishes).
 */
export interface IntakeTally {
  count(item: Received, outcome: IntakeOutcome, code?: string): void;
  /** Counts one fewer of `from` and one more of `to`. */
  move(source: number, day: number, from: IntakeOutcome, to: IntakeOutcome): void;
  counts(): IntakeCount[];
}

const DAY = 86_400_000;

export function intakeTally(): IntakeTally {
  const counted = new Map<string, IntakeCount>();
  const add = (source: number, day: number, outcome: string, code: string, n: number): void => {
    const key = `${source},${day},${outcome},${code}`;
    const count = (counted.get(key)?.count ?? 0) + n;
    counted.set(key, { source, day, outcome, code, count });
  };
  return {
    count({ source, receivedAt }, outcome, code = "") {
      add(source?.handle ?? 0, Math.floor(receivedAt / DAY), outcome, code, 1);
    },
    move(source, day, from, to) {
      add(source, day, from, "", -1);
      add(source, day, to, "", 1);
    },
    counts: () => [...counted.values()],
  };
}
