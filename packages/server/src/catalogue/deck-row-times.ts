/** Whether the rows of a price list have a price for every time of their destination. */
import type { DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import { coverOfBands } from "@counterpart/domain/voice/cover-of-bands.ts";
import type { BandCalendar, CompiledBand } from "@counterpart/domain/voice/time-bands.ts";

export interface TimeGap {
  readonly row: DeckRow;
  /** A time at which no row of its prefix and origin group applies. */
  readonly example: string;
}

/** The first row of each prefix and origin group that is left without a price at some time. */
export function findTimeGaps(
  rows: readonly DeckRow[],
  { bands, holidays }: Pick<BandCalendar, "bands" | "holidays">,
): TimeGap[] {
  const byDestination = new Map<string, DeckRow[]>();
  for (const row of rows) {
    if (row.timeBand === undefined) continue;
    const key = destinationOf(row);
    byDestination.set(key, [...(byDestination.get(key) ?? []), row]);
  }
  for (const row of rows) if (row.timeBand === undefined) byDestination.delete(destinationOf(row));
  /** Price lists have the same few sets of bands for all their destinations. */
  const gaps = new Map<string, string | null>();
  const found: TimeGap[] = [];
  for (const ofDestination of byDestination.values()) {
    const names = ofDestination.map(({ timeBand = "" }) => timeBand).sort();
    const set = names.join("/");
    let gap = gaps.get(set);
    if (gap === undefined) {
      const inForce = names.map((name) => bands.get(name)).filter(isKnown);
      gap = inForce.length < names.length ? null : coverOfBands(inForce, holidays.size > 0).gap;
      gaps.set(set, gap);
    }
    if (gap !== null) found.push({ row: ofDestination[0]!, example: gap });
  }
  return found;
}

function destinationOf({ key, originGroup }: DeckRow): string {
  return `${key}/${originGroup ?? ""}`;
}

function isKnown(band: CompiledBand | undefined): band is CompiledBand {
  return band !== undefined;
}
