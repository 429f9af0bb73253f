import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import type { ItemOutcome } from "../events/ingest.ts";

/** What became of the records of an import: received is the sum of the five outcomes. */
export interface ImportTally {
  readonly outcomes: Readonly<Record<ItemOutcome["outcome"], number>>;
  /** Quarantined and refused records by their reason. */
  readonly codes: Readonly<Record<"quarantined" | "refused", CodeCounts>>;
  /** Comments; they are no records. */
  readonly skipped: number;
}

export type CodeCounts = Readonly<Partial<Record<RefusalCode, number>>>;

export function emptyTally(): ImportTally {
  const outcomes = { accepted: 0, duplicate: 0, conflicting: 0, quarantined: 0, refused: 0 };
  return { outcomes, codes: { quarantined: {}, refused: {} }, skipped: 0 };
}

/** The tally with these outcomes added. */
export function addOutcomes(
  tally: ImportTally,
  added: { readonly outcomes: readonly ItemOutcome[]; readonly skipped: number },
): ImportTally {
  const outcomes = { ...tally.outcomes };
  const codes: Record<"quarantined" | "refused", Partial<Record<RefusalCode, number>>> = {
    quarantined: { ...tally.codes.quarantined },
    refused: { ...tally.codes.refused },
  };
  for (const item of added.outcomes) {
    outcomes[item.outcome]++;
    if (item.outcome !== "quarantined" && item.outcome !== "refused") continue;
    const counts = codes[item.outcome];
    counts[item.code] = (counts[item.code] ?? 0) + 1;
  }
  return { outcomes, codes, skipped: tally.skipped + added.skipped };
}

/** Whether no event came of an import: it held none, or every record was refused. */
export function hasComeToNothing({ tally }: { readonly tally: ImportTally }): boolean {
  return receivedOf(tally) === tally.outcomes.refused;
}

/** Records that were read. */
export function receivedOf({ outcomes }: ImportTally): number {
  return Object.values(outcomes).reduce((sum, count) => sum + count, 0);
}
