/** What was sent and what was acknowledged, kept outside of what is killed, and judged afterwards. */
import { DEMO_WORLD } from "../src/demo/demo-world.ts";
import { generateTraffic } from "../src/demo/generate-traffic.ts";
import { eventContent, eventKey } from "../src/events/event-hash.ts";
import type { ItemOutcome } from "../src/events/ingest.ts";
import { readEvent } from "../src/events/read-event.ts";

/** A line as it is sent, once or again. */
export interface SentLine {
  readonly text: string;
  /** Null when the line cannot be an event. */
  readonly identity: { readonly key: string; readonly content: string } | null;
  /** The first outcome that reached us. */
  acknowledged: ItemOutcome | null;
}

/** Traffic of several months with its dirt, shuffled by chance only where it is sent. */
export function trafficLines(seed: number, months: readonly string[], events: number): SentLine[] {
  return months.flatMap((month) =>
    [...generateTraffic({ seed, events, month, world: DEMO_WORLD })].map(sentLine),
  );
}

export function sentLine(text: string): SentLine {
  const event = readEvent(text);
  const content = "refused" in event ? null : eventContent(event);
  const identity =
    "refused" in event || content === null
      ? null
      : { key: eventKey(event.source, event.id), content };
  return { text, identity, acknowledged: null };
}

/** Takes note of an outcome that arrived. Returns what it contradicts, if anything. */
export function acknowledge(line: SentLine, outcome: ItemOutcome): string | null {
  const before = line.acknowledged;
  if (before === null) {
    line.acknowledged = outcome;
    return null;
  }
  const expected = repeated(before);
  const said = "first" in outcome ? `${outcome.outcome} of ${outcome.first}` : outcome.outcome;
  return said === expected ? null : `${before.outcome}, then ${said}: ${line.text}`;
}

/** What sending a line again must answer, when nothing else happened to its key. */
function repeated(before: ItemOutcome): string {
  if (before.outcome === "accepted") return "duplicate of accepted";
  if (before.outcome === "quarantined") return "duplicate of quarantined";
  if (before.outcome === "duplicate") return `duplicate of ${before.first}`;
  return before.outcome;
}
