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

/** Counts of one source and day, by outcome and code. */
interface DayCounts {
  readonly source: number;
  readonly day: number;
  readonly byOutcome: Map<string, { outcome: string; code: string; count: number }>;
}

const DAY = 86_400_000;

export function intakeTally(): IntakeTally {
  const counted: DayCounts[] = [];
  let last: DayCounts | undefined;
  const of = (source: number, day: number): DayCounts => {
    // Events of a group mostly share their source and day.
    if (last?.source === source && last.day === day) return last;
    last = counted.find((counts) => counts.source === source && counts.day === day);
    if (last === undefined) {
      last = { source, day, byOutcome: new Map() };
      counted.push(last);
    }
    return last;
  };
  const add = ({ byOutcome }: DayCounts, outcome: string, code: string, n: number): void => {
    const key = code === "" ? outcome : `${outcome},${code}`;
    const known = byOutcome.get(key);
    if (known === undefined) byOutcome.set(key, { outcome, code, count: n });
    else known.count += n;
  };
  return {
    count({ source, receivedAt }, outcome, code = "") {
      add(of(source?.handle ?? 0, Math.floor(receivedAt / DAY)), outcome, code, 1);
    },
    move(source, day, from, to) {
      add(of(source, day), from, "", -1);
      add(of(source, day), to, "", 1);
    },
    counts: () =>
      counted.flatMap(({ source, day, byOutcome }) =>
        [...byOutcome.values()].map((counts) => ({ source, day, ...counts })),
      ),
  };
}
