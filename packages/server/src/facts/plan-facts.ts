/**
 * Facts that are asked for, worked out and not stored: what each event stands at, whether the fact is
 * possible, and what it takes back and states.
 */
import { assert } from "@counterpart/domain/assert.ts";
import { type FactKind, refusalOf } from "@counterpart/domain/events/event-history.ts";
import type { Book } from "@counterpart/domain/rating/book.ts";
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import { isRated } from "../events/encode-events.ts";
import { keyOfRef } from "../events/event-ref.ts";
import { numberNewTuples } from "../events/group-writer.ts";
import {
  type Candidate,
  prepareReadEvent,
  type Refused,
  type Unrated,
} from "../events/prepare-event.ts";
import type { ReadEvent, RefusedEvent } from "../events/read-event.ts";
import type { SchemaChecks } from "../events/schema-checks.ts";
import type { Db } from "../platform/database.ts";
import type { Change } from "./commit-facts.ts";
import type { FactItem } from "./fact-item.ts";
import { type EventVersion, type KnownEvent, loadKnownEvents } from "./known-event.ts";
import { versionOf } from "./price-version.ts";

export interface AskedFact extends FactItem {
  readonly kind: Exclude<FactKind, "rerating">;
}

export interface RefusedFact {
  readonly ref: string;
  readonly refused: RefusalCode;
  readonly detail: Readonly<Record<string, string>>;
}

export interface PlannedFact {
  readonly known: KnownEvent;
  readonly change: Change;
}

export interface FactPlanning {
  readonly book: Book;
  readonly checks: SchemaChecks;
  /** Sources whose events may be changed; null for all. */
  readonly sources: ReadonlySet<string> | null;
}

/** One plan for each of the asked, in their order. Dimensions that are new get their numbers. */
export async function planFacts(
  db: Db,
  { book, checks, sources }: FactPlanning,
  asked: readonly AskedFact[],
): Promise<(PlannedFact | RefusedFact)[]> {
  const keys = asked.map(({ ref }) => keyOfRef(ref)?.replaceAll("-", "") ?? null);
  const known = await loadKnownEvents(
    db,
    keys.filter((key) => key !== null),
  );
  const seen = new Set<string>();
  const prepared: Candidate[] = [];
  const plans = asked.map((item, at) => {
    const key = keys[at] ?? null;
    const refuse = (refused: RefusalCode, detail: RefusedFact["detail"] = {}): RefusedFact => {
      return { ref: item.ref, refused, detail };
    };
    if (item.event !== undefined && "refused" in item.event) {
      return refuse(item.event.refused, detailOf(item.event.detail));
    }
    const event = key === null ? undefined : known.get(key);
    if (key === null || event === undefined) return refuse("event.unknown");
    if (event === null) return refuse("event.quarantined");
    if (seen.has(key)) return refuse("fact.named-twice");
    seen.add(key);
    if (sources !== null && !sources.has(event.source)) {
      return refuse("event.source-not-permitted", { source: event.source });
    }
    const refusal = refusalOf(item.kind, event.standing);
    if (refusal !== null) return refuse(refusal);
    if (item.kind !== "correction") return { known: event, change: undo(event) };
    assert(item.event !== undefined, "a correction holds the event");
    const correction = prepareCorrection(event, item.event, book, checks);
    if ("refused" in correction) return refuse(correction.refused, correction.detail);
    prepared.push(correction);
    return { known: event, correction };
  });
  await numberNewTuples(db, prepared);
  return plans.map((plan): PlannedFact | RefusedFact => {
    if (!("correction" in plan)) return plan;
    return { known: plan.known, change: replace(plan.known, plan.correction) };
  });
}

/** Takes back what stands, or states again what stood before it was voided. */
export function undo({ key, standing: { ordinal, isVoid, version } }: KnownEvent): Change {
  const [takesBack, states] = isVoid ? [null, version] : [version, null];
  return { key, ordinal: ordinal + 1, takesBack, states, content: null };
}

function replace({ key, standing }: KnownEvent, correction: Candidate): Change {
  assert(isRated(correction), "a correction that cannot be rated was refused");
  const { ordinal, version } = standing;
  const states: EventVersion = versionOf(correction, version);
  const { content } = correction;
  return { key, ordinal: ordinal + 1, takesBack: version, states, content };
}

function prepareCorrection(
  known: KnownEvent,
  event: ReadEvent | RefusedEvent,
  book: Book,
  checks: SchemaChecks,
): Candidate | { readonly refused: RefusalCode; readonly detail: RefusedFact["detail"] } {
  // It stands in place of what came then. How old it may be was decided then, or is meant.
  const { receivedAt } = known;
  const prepared: Candidate | Refused = prepareReadEvent(event, "", {
    book,
    checks,
    receivedAt,
    sources: null,
    anyAge: true,
  });
  if ("refused" in prepared)
    return { refused: prepared.refused, detail: detailOf(prepared.detail) };
  if (prepared.key !== known.key) return { refused: "fact.other-event", detail: {} };
  if (prepared.content === known.content) return { refused: "fact.same-content", detail: {} };
  if (!isRated(prepared)) {
    const { quarantined: code, detail } = prepared.verdict as Unrated;
    return { refused: "fact.not-ratable", detail: { code, ...detailOf(detail) } };
  }
  return prepared;
}

function detailOf(detail: string): RefusedFact["detail"] {
  return detail === "" ? {} : { detail };
}
