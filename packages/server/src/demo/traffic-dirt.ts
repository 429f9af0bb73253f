import type { RefusalCode } from "@counterpart/domain/refusals.ts";

/** What is wrong with some of the lines, and what intake is to make of each. */
export interface Dirt {
  /** Lines in a thousand. */
  readonly perMille: number;
  readonly outcome: "accepted" | "duplicate" | "conflicting" | "quarantined" | "refused";
  readonly code?: RefusalCode;
  /** Comes after all lines that are in order, instead of among them. */
  readonly atEnd?: true;
}

/**
 * The dirt of the sample traffic. Each kind has its exact share of any thousand lines in a row,
 * whatever the seed; the rest is clean. Late events are clean too, but arrive when the month is
 * over.
 */
export const DIRT = {
  /** An event that was sent before, byte for byte. */
  resent: { perMille: 6, outcome: "duplicate" },
  /** An event's id with other data. */
  sameIdOtherData: { perMille: 1, outcome: "conflicting" },
  unknownAccount: { perMille: 2, outcome: "quarantined", code: "event.account-unknown" },
  /** An answered call to satellites and the like, which no deck has. */
  noRate: { perMille: 2, outcome: "quarantined", code: "rating.no-rate" },
  /** An answered call to premium-rate numbers, which every deck blocks. */
  blocked: { perMille: 1, outcome: "quarantined", code: "rating.destination-blocked" },
  /** A clock that ran over in 2036. */
  inFuture: { perMille: 1, outcome: "quarantined", code: "event.in-future" },
  /** A clock that started in 1970. */
  tooOld: { perMille: 1, outcome: "quarantined", code: "event.too-old" },
  /** A line that ends in the middle. */
  truncated: { perMille: 1, outcome: "refused", code: "event.unreadable" },
  withoutTime: { perMille: 1, outcome: "refused", code: "event.time-missing" },
  /** A line of a log that found its way into the file. */
  notJson: { perMille: 1, outcome: "refused", code: "event.unreadable" },
  lateInMonth: { perMille: 5, outcome: "accepted", atEnd: true },
  lateFromMonthBefore: { perMille: 2, outcome: "accepted", atEnd: true },
} as const satisfies Record<string, Dirt>;

export type DirtKind = keyof typeof DIRT;

const KINDS: readonly (readonly [DirtKind, Dirt])[] = Object.entries(DIRT) as [DirtKind, Dirt][];

/** Kind of each of a thousand places; clean where there is none. */
const PLACES: readonly (DirtKind | undefined)[] = KINDS.flatMap(([kind, { perMille, atEnd }]) =>
  atEnd === true ? [] : new Array<DirtKind>(perMille).fill(kind),
);

/** 397 and 1000 have no common divisor: a thousand lines in a row take each place once. */
function placeOf(line: number): number {
  return (line * 397 + 500) % 1000;
}

/** What is wrong with the line of this number (from 0), if anything. The first line is clean. */
export function dirtOfLine(line: number): DirtKind | undefined {
  return PLACES[placeOf(line)];
}

/** How many lines at the end of `events` lines are late, by kind. */
export function lateLines(events: number): { inMonth: number; fromMonthBefore: number } {
  return {
    inMonth: Math.floor((events * DIRT.lateInMonth.perMille) / 1000),
    fromMonthBefore: Math.floor((events * DIRT.lateFromMonthBefore.perMille) / 1000),
  };
}

/** How many lines of each kind are among the `events` lines of a traffic. */
export function expectedDirt(events: number): Record<DirtKind, number> {
  const counts = Object.fromEntries(KINDS.map(([kind]) => [kind, 0])) as Record<DirtKind, number>;
  const late = lateLines(events);
  counts.lateInMonth = late.inMonth;
  counts.lateFromMonthBefore = late.fromMonthBefore;
  const inOrder = events - late.inMonth - late.fromMonthBefore;
  const rest = inOrder % 1000;
  for (const kind of PLACES) if (kind !== undefined) counts[kind] += (inOrder - rest) / 1000;
  for (let line = inOrder - rest; line < inOrder; line++) {
    const kind = dirtOfLine(line);
    if (kind !== undefined) counts[kind]++;
  }
  return counts;
}
