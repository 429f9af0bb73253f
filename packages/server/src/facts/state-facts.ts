/**
 * The use case behind voiding, restoring and correcting events: look at what they stand at, work
 * out the facts, store them together. A preview is the same, stopped before the store.
 */
import { assert } from "@counterpart/domain/assert.ts";
import type { FactKind } from "@counterpart/domain/events/event-history.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import { loadRevision } from "../catalogue/catalogue.repo.ts";
import { type AtStep, StaleBook, type Writer } from "../events/commit-group.ts";
import { uuidOf } from "../events/event-hash.ts";
import { connectWriter } from "../events/group-writer.ts";
import { type SchemaChecks, schemaChecks } from "../events/schema-checks.ts";
import type { Database } from "../platform/database.ts";
import { hashText } from "../platform/hash.ts";
import { isDeadlock, isOfData, stateOf } from "../platform/sql-states.ts";
import { type AgreementEffect, effectsOf } from "./agreement-effect.ts";
import { type ChargedTerms, chargedTerms } from "./charged-terms.ts";
import { type Change, commitFacts, StoodOnAnother } from "./commit-facts.ts";
import type { FactItem } from "./fact-item.ts";
import { findAnswer, insertBatch } from "./facts.repo.ts";
import { planFacts, type RefusedFact } from "./plan-facts.ts";
import { receiptsOfMessages } from "./receipts-of-messages.ts";

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

export interface FactAnswer {
  /** Number of the batch; null: nothing was stated. */
  readonly batch: number | null;
  /**
   * One for each item, in their order: a refused one never spoils its neighbours. Then those of receipts that
   * are voided or restored with their messages.
   */
  readonly results: readonly (StatedFact | RefusedFact)[];
}

export const FACT_ITEMS_MAX = 1_000;
const REASON_LENGTH_MAX = 500;
/** Others may state facts about the same events, or publish a catalogue, at the same time. */
const ATTEMPTS_MAX = 20;

/**
 * Refuses `fact.reason-missing`, `request.idempotency-key-reused` and `fact.not-storable`; items are refused
 * one by one.
 */
export async function stateFacts(
  database: Database,
  keeper: BookKeeper,
  request: FactRequest,
): Promise<FactAnswer> {
  assert(request.items.length <= FACT_ITEMS_MAX, "a request was bounded at the door");
  const reason = checkReason(request.reason);
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
        else if (!isOvertaken(error) || attempt === ATTEMPTS_MAX) throw refusalOfStore(error);
      }
    }
  } finally {
    await writer.client.end();
  }
}

/** Refuses `fact.reason-missing`. */
export function checkReason(text: string): string {
  const reason = text.trim();
  if (reason === "" || reason.length > REASON_LENGTH_MAX) throw new Refusal("fact.reason-missing");
  return reason;
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
  return error instanceof StoodOnAnother || isDeadlock(error);
}

/** A value that the store refuses, as `fact.not-storable`; another error as it is. */
export function refusalOfStore(error: unknown): unknown {
  if (!isOfData(error)) return error;
  return new Refusal("fact.not-storable", { sqlstate: stateOf(error) });
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
  const { writer, keeper, checks, terms } = standing;
  const { client } = writer;
  const book = keeper.book();
  const { kind, items, sources } = request;
  const receipts = kind === "correction" ? [] : await receiptsOfMessages(client, book, kind, items);
  const taken = receipts.map(({ key }): FactItem => ({ ref: uuidOf(key) }));
  const asked = [...items, ...taken].map((item) => ({ ...item, kind }));
  const plans = await planFacts(client, { book, checks, sources }, asked);
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
