/** The demo's traffic without its dirt, drafted and not, so that each measurement stores the same events. */
import { assert } from "@counterpart/domain/assert.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { type MonthText, previousMonth } from "@counterpart/domain/period.ts";
import { DEMO_SEED, DEMO_WORLD } from "../src/demo/demo-world.ts";
import { generateTraffic } from "../src/demo/generate-traffic.ts";
import {
  clearDraft,
  copyPieces,
  draftEvent,
  keyParameters,
  startDraft,
} from "../src/events/draft-group.ts";
import { isRated } from "../src/events/encode-events.ts";
import { numberNewTuples } from "../src/events/group-writer.ts";
import { makeMonths } from "../src/events/partitions.repo.ts";
import { type Candidate, type Preparation, prepareEvent } from "../src/events/prepare-event.ts";
import { schemaChecks } from "../src/events/schema-checks.ts";
import { type Columns, sumDeltas } from "../src/events/sum-deltas.ts";
import type { BenchDatabase } from "./bench-database.ts";

/** A provider of ten million events a month: its first lines are some hours of traffic. */
const EVENTS_A_MONTH = 10_000_000;

export const NOW = Date.now() as Instant;

/** Over, and well within the time that sources accept. */
const MONTH = previousMonth(new Date(NOW).toISOString().slice(0, 7) as MonthText);

/** So many events that are accepted and unlike each other. */
export function makeTraffic({ keeper }: BenchDatabase, count: number): string[] {
  const preparation = preparationOf({ keeper });
  const lines: string[] = [];
  const keys = new Set<string>();
  const options = { seed: DEMO_SEED, events: EVENTS_A_MONTH, month: MONTH, world: DEMO_WORLD };
  for (const line of generateTraffic(options)) {
    const prepared = prepareEvent(line, preparation);
    if (!("key" in prepared) || !isRated(prepared) || keys.has(prepared.key)) continue;
    keys.add(prepared.key);
    // A line of its own, as one that came over a wire: not a tree of the pieces that made it.
    lines.push(Buffer.from(line).toString());
    if (lines.length === count) return lines;
  }
  assert(false, "a month holds more events than a benchmark");
}

export function preparationOf({ keeper }: Pick<BenchDatabase, "keeper">): Preparation {
  return { book: keeper.book(), checks: schemaChecks(), receivedAt: NOW, sources: null };
}

/** The parameters of the statements that store a group. */
export interface PreparedGroup {
  readonly events: number;
  readonly keys: readonly Buffer[];
  readonly rows: readonly Buffer[];
  readonly totals: Columns;
  readonly usage: Columns;
}

export interface PreparedTraffic {
  readonly groups: readonly PreparedGroup[];
  readonly chargesPerEvent: number;
  readonly totalsPerEvent: number;
  readonly usagePerEvent: number;
}

export async function prepareTraffic(
  bench: BenchDatabase,
  lines: readonly string[],
  groupSize: number,
): Promise<PreparedTraffic> {
  const preparation = preparationOf(bench);
  const { revision } = preparation.book;
  const draft = startDraft();
  const groups: PreparedGroup[] = [];
  const counts = { charges: 0, totals: 0, usage: 0 };
  for (let at = 0; at < lines.length; at += groupSize) {
    const slice = lines.slice(at, at + groupSize);
    const candidates = slice.map((line) => prepareEvent(line, preparation) as Candidate);
    await numberNewTuples(bench.database.pool("writer"), candidates);
    await makeMonths(bench.database, candidates);
    clearDraft(draft);
    for (const candidate of candidates) draftEvent(draft, candidate);
    const sums = sumDeltas(draft.deltas, new Set());
    const copies = (buffers: readonly Buffer[]) => buffers.map((buffer) => Buffer.from(buffer));
    groups.push({
      events: slice.length,
      keys: copies(keyParameters(draft.keys)),
      rows: copies(copyPieces(draft, new Set(), { revision, cut: 1 })),
      totals: copies(sums.totals),
      usage: copies(sums.usage),
    });
    counts.charges += draft.deltas.charges.count;
    counts.totals += draft.deltas.totals.count;
    counts.usage += draft.deltas.usage.count;
  }
  return {
    groups,
    chargesPerEvent: counts.charges / lines.length,
    totalsPerEvent: counts.totals / lines.length,
    usagePerEvent: counts.usage / lines.length,
  };
}
