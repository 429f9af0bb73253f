/**
 * The use case behind voiding, restoring and correcting events: look at what they stand at, work
 * out the facts, store them together. A preview is the same, stopped before the store.
 */
import { assert } from "@counterpart/domain/assert.ts";
import { type FactKind, refusalOf } from "@counterpart/domain/events/event-history.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { Book } from "@counterpart/domain/rating/book.ts";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { loadRevision } from "../catalogue/catalogue.repo.ts";
import { type AtStep, StaleBook, type Writer } from "../events/commit-group.ts";
import { isRated } from "../events/encode-events.ts";
import { uuidOf } from "../events/event-hash.ts";
import { keyOfRef } from "../events/event-ref.ts";
import { connectWriter, numberNewTuples } from "../events/group-writer.ts";
import {
  type Candidate,
  prepareReadEvent,
  type Refused,
  type Unrated,
} from "../events/prepare-event.ts";
import type { ReadEvent, RefusedEvent } from "../events/read-event.ts";
import { type SchemaChecks, schemaChecks } from "../events/schema-checks.ts";
import type { Database } from "../platform/database.ts";
import { hashText } from "../platform/hash.ts";
import { type AgreementEffect, effectsOf } from "./agreement-effect.ts";
import { type ChargedTerms, chargedTerms } from "./charged-terms.ts";
import { type Change, commitFacts, StoodOnAnother } from "./commit-facts.ts";
import { findAnswer, insertBatch } from "./facts.repo.ts";
import { type EventVersion, type KnownEvent, loadKnownEvents } from "./known-event.ts";
import { versionOf } from "./price-version.ts";

export interface FactItem {
  /** The event's key, or its `source/id`. */
  readonly ref: string;
  /** Of a correction: the event as it should have been sent. */
  readonly event?: ReadEvent | RefusedEvent;
}

export interface FactRequest {
  readonly kind: Exclude<FactKind, "rerating">;
  /** At most 1,000. */
  readonly items: readonly FactItem[];
  readonly reason: string;
  /** Who states them, for the history. */
  readonly by: string;
  /** A request of the same key is answered as the first one, and changes nothing. */
  readonly idempotencyKey: string | null;
  /** Sources whose events the caller may change; null for all. */
  readonly sources: ReadonlySet<string> | null;
  /** Work out and show, store nothing. */
  readonly dryRun: boolean;
  readonly atStep?: AtStep | undefined;
}

/** A fact that was stated, or would be. */
export interface StatedFact {
  readonly event: string;
  readonly source: string;
  readonly id: string;
  readonly kind: FactKind;
  /** Counts within the event. */
  readonly ordinal: number;
  /** What it changes, by agreement; none: the charges are the same. */
  readonly effects: readonly AgreementEffect[];
}

export interface RefusedFact {
  readonly ref: string;
  readonly refused: RefusalCode;
  readonly detail: Readonly<Record<string, string>>;
}

export interface FactAnswer {
  /** Number of the batch; null: nothing was stated. */
  readonly batch: number | null;
  /** One for each item, in their order: a refused one never spoils its neighbours. */
  readonly results: readonly (StatedFact | RefusedFact)[];
}

export const FACT_ITEMS_MAX = 1_000;
const REASON_LENGTH_MAX = 500;
/** Others may state facts about the same events, or publish a catalogue, at the same time. */
const ATTEMPTS_MAX = 20;

/**
 * Refuses `fact.reason-missing` and `request.idempotency-key-reused`; items are refused one by one.
 */
export async function stateFacts(
  database: Database,
  keeper: BookKeeper,
  request: FactRequest,
): Promise<FactAnswer> {
  assert(request.items.length <= FACT_ITEMS_MAX, "a request was bounded at the door");
  const reason = request.reason.trim();
  if (reason === "" || reason.length > REASON_LENGTH_MAX) throw new Refusal("fact.reason-missing");
  const writer = await connectWriter(database);
  const standing: Standing = { writer, keeper, checks: schemaChecks(), terms: chargedTerms() };
  try {
    await keeper.refresh(await loadRevision(writer.client));
    for (let attempt = 1; ; attempt++) {
      const answered = await answerAgain(writer, request);
      if (answered !== null) return answered;
      try {
        return await attemptFacts(standing, { ...request, reason });
      } catch (error) {
        if (error instanceof StaleBook) await keeper.refresh(error.revision);
        else if (!isOvertaken(error) || attempt === ATTEMPTS_MAX) throw error;
      }
    }
  } finally {
    await writer.client.end();
  }
}

interface Standing {
  readonly writer: Writer;
  readonly keeper: BookKeeper;
  readonly checks: SchemaChecks;
  readonly terms: ChargedTerms;
}

/**
 * Another fact about the same event was first, or the store chose this one of two that wait in a
 * circle.
 */
export function isOvertaken(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return error instanceof StoodOnAnother || code === "40P01" || code === "40001";
}

function hashOf({ kind, items, reason }: FactRequest): string {
  return hashText(JSON.stringify([kind, reason, items]));
}

async function answerAgain({ client }: Writer, request: FactRequest): Promise<FactAnswer | null> {
  const { idempotencyKey } = request;
  if (idempotencyKey === null) return null;
  const before = await findAnswer(client, idempotencyKey);
  if (before === null) return null;
  if (before.request !== hashOf(request)) throw new Refusal("request.idempotency-key-reused");
  return { batch: before.batch, results: before.answer as FactAnswer["results"] };
}

async function attemptFacts(standing: Standing, request: FactRequest): Promise<FactAnswer> {
  const { writer, keeper, terms } = standing;
  const { client } = writer;
  const book = keeper.book();
  const plans = await planFacts(standing, book, request);
  const changes = plans.flatMap((plan) => ("change" in plan ? [plan.change] : []));
  await terms.learn(client, changes.flatMap(chargesOf));
  const results = plans.map((plan): StatedFact | RefusedFact => {
    if ("refused" in plan) return plan;
    const { known, change } = plan;
    const effects = effectsOf(change.takesBack, change.states, terms, book);
    const { key, source, id } = known;
    const { ordinal } = change;
    return { event: uuidOf(key), source, id, kind: request.kind, ordinal, effects };
  });
  if (request.dryRun) return { batch: null, results };
  if (changes.length === 0) {
    // What stands in the way may be what the same request has stated meanwhile.
    return (await answerAgain(writer, request)) ?? { batch: null, results };
  }
  let batch: number | null = null;
  const group = {
    // Voiding and restoring price nothing.
    revision: request.kind === "correction" ? book.revision : null,
    changes,
    terms,
    atStep: request.atStep,
  };
  const isWritten = await commitFacts(writer, group, async () => {
    const { by, reason, idempotencyKey } = request;
    const kind = ({ void: "v", restore: "r", correction: "c" } as const)[request.kind];
    const hash = idempotencyKey === null ? null : hashOf(request);
    const answer = idempotencyKey === null ? null : results;
    batch = await insertBatch(client, { kind, by, reason, idempotencyKey, request: hash, answer });
    return batch;
  });
  // The same request came at the same time and was first.
  if (!isWritten) throw new StoodOnAnother();
  return { batch, results };
}

function chargesOf({ takesBack, states }: Change): string[] {
  return [takesBack, states].flatMap((version) => (version === null ? [] : [version.charges]));
}

type Plan = { readonly known: KnownEvent; readonly change: Change } | RefusedFact;

async function planFacts(
  { writer, checks }: Standing,
  book: Book,
  request: FactRequest,
): Promise<Plan[]> {
  const keys = request.items.map(({ ref }) => keyOfRef(ref)?.replaceAll("-", "") ?? null);
  const asked = keys.filter((key) => key !== null);
  const known = await loadKnownEvents(writer.client, asked);
  const seen = new Set<string>();
  const prepared: Candidate[] = [];
  const plans = request.items.map((item, at) => {
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
    if (request.sources !== null && !request.sources.has(event.source)) {
      return refuse("event.source-not-permitted", { source: event.source });
    }
    const refusal = refusalOf(request.kind, event.standing);
    if (refusal !== null) return refuse(refusal);
    if (request.kind !== "correction") return { known: event, change: undo(event) };
    const correction = prepareCorrection(event, item.event!, book, checks);
    if ("refused" in correction) return refuse(correction.refused, correction.detail);
    prepared.push(correction);
    return { known: event, correction };
  });
  await numberNewTuples(writer.client, prepared);
  return plans.map((plan): Plan => {
    if (!("correction" in plan)) return plan;
    return { known: plan.known, change: replace(plan.known, plan.correction) };
  });
}

/** Takes back what stands, or states again what stood before it was voided. */
function undo({ key, standing: { ordinal, isVoid, version } }: KnownEvent): Change {
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
  // It stands in place of what came then, so the source's window is that of then.
  const receivedAt: Instant = known.receivedAt;
  const prepared: Candidate | Refused = prepareReadEvent(event, "", {
    book,
    checks,
    receivedAt,
    sources: null,
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
