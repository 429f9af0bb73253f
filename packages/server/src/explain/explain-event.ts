/** From an event's reference to what was recorded of it. */
import type { Agreement, Deck, Provider, Term } from "@counterpart/domain/catalogue/catalogue.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import type { EventType } from "@counterpart/domain/events/event-type.ts";
import { explainEvent as explainRecordedEvent } from "@counterpart/domain/explain/explain-event.ts";
import { explainQuarantine } from "@counterpart/domain/explain/explain-quarantine.ts";
import type {
  ExplainedCharge,
  ExplainedEvent,
  ExplainedQuarantine,
} from "@counterpart/domain/explain/explained.ts";
import type {
  RecordedCharge,
  RecordedDeckRow,
  RecordedEvent,
} from "@counterpart/domain/explain/recorded.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { checkZone } from "@counterpart/domain/period.ts";
import { chargesFromText, type StoredCharge } from "@counterpart/domain/rating/charge.ts";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import { readCallSteps } from "@counterpart/domain/voice/call-steps.ts";
import { eventKey } from "../events/event-hash.ts";
import type { Db } from "../platform/database.ts";
import {
  type DeckRowRow,
  type EventRow,
  findEvent,
  listDeckRows,
  listKept,
  listTermVersions,
  loadObjects,
  loadTuples,
  type QuarantineRow,
} from "./explain.repo.ts";

const KEY = /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;

/**
 * Every party's charges of an event, or why it waits. `ref` is its key or `source/id`. Refuses
 * `explain.not-found`.
 */
export async function explainEvent(
  db: Db,
  ref: string,
): Promise<ExplainedEvent | ExplainedQuarantine> {
  const key = keyOf(ref);
  const row = await findEvent(db, key);
  const kept = await listKept(db, key);
  if (row !== null) return await explainAccepted(db, row, kept);
  const waiting = kept.find(({ state }) => state === "p");
  if (waiting === undefined) throw notFound(ref);
  return explainQuarantine({
    ...waiting,
    source: waiting.source ?? "",
    time: Number(waiting.time) as Instant,
    receivedAt: Number(waiting.received_at) as Instant,
    code: waiting.code as RefusalCode,
  });
}

/** One charge of an event: `<event ref>#2`, counted from 1. Refuses `explain.not-found`. */
export async function explainCharge(db: Db, ref: string): Promise<ExplainedCharge> {
  const [, event, ordinal] = /^(.+)#([1-9]\d{0,3})$/s.exec(ref) ?? [];
  if (event === undefined) throw notFound(ref);
  const explained = await explainEvent(db, event);
  const charge = explained.kind === "event" ? explained.charges[Number(ordinal) - 1] : undefined;
  if (charge === undefined) throw notFound(ref);
  return charge;
}

export function notFound(ref: string): Refusal {
  const next = ref.startsWith("stm_")
    ? "a statement is named as `counterpart statements` lists it, its third line with /3"
    : "an event is SOURCE/ID or its key; `counterpart quarantine list` shows those that wait";
  return new Refusal("explain.not-found", { ref: ref.slice(0, 120), next });
}

function keyOf(ref: string): string {
  if (KEY.test(ref)) return ref;
  const slash = ref.indexOf("/");
  if (slash <= 0) throw notFound(ref);
  return eventKey(ref.slice(0, slash), ref.slice(slash + 1));
}

async function explainAccepted(
  db: Db,
  row: EventRow,
  kept: readonly QuarantineRow[],
): Promise<ExplainedEvent> {
  const charges = chargesFromText(row.charges);
  const terms = await listTermVersions(
    db,
    charges.map(({ termVersion }) => termVersion),
  );
  const versions = new Map(
    terms.map(({ id, agreement, body }) => [id, { agreement, body: body as Term }]),
  );
  const decks = terms.flatMap(({ body }) => deckNameOf(body as Term) ?? []);
  const objects = await loadObjects(db, row.revision, [
    { kind: "single", id: "provider" },
    { kind: "eventTypes", id: row.type },
    ...terms.map(({ agreement }) => ({ kind: "agreements", id: agreement })),
    ...decks.map((id) => ({ kind: "decks", id })),
  ]);
  const deckRows = await listDeckRows(
    db,
    charges.flatMap(({ deckRow, steps }) => [deckRow, ...rowsOfSpans(steps)]),
  );
  const rows = new Map(deckRows.map((deckRow) => [deckRow.id, toDeckRow(deckRow)]));
  const tuples = await loadTuples(
    db,
    charges.map(({ tuple }) => tuple),
  );
  const recorded = charges.map((stored): RecordedCharge => {
    const { agreement, body: term } = versions.get(stored.termVersion)!;
    return {
      stored,
      term,
      agreement: { name: agreement, body: objects.get(`agreements/${agreement}`) as Agreement },
      deck: deckOf(term, stored, objects, rows),
      dimensions: tuples.get(stored.tuple) ?? {},
    };
  });
  const provider = objects.get("single/provider") as Provider;
  return explainRecordedEvent(toRecorded(row, kept, recorded, typeOf(row.type, objects)), {
    name: provider.name,
    timeZone: checkZone(provider.timeZone),
  });
}

function deckNameOf({ price }: Term): string | null {
  return price.model === "deck" || price.model === "network" ? price.deck : null;
}

function deckOf(
  term: Term,
  { deckRow, steps }: StoredCharge,
  objects: ReadonlyMap<string, unknown>,
  rows: ReadonlyMap<number, RecordedDeckRow>,
): RecordedCharge["deck"] {
  const name = deckNameOf(term);
  if (name === null) return null;
  const body = objects.get(`decks/${name}`) as Deck;
  const row = rows.get(deckRow) ?? null;
  const spans = rowsOfSpans(steps);
  return { name, body, row, ...(spans.length === 0 ? {} : { spanRows: rows }) };
}

/** Rows of the rates that a call was billed at, where there were several. */
function rowsOfSpans(steps: string): number[] {
  return readCallSteps(steps).flatMap((step) => (step.kind === "span" ? [step.row] : []));
}

function typeOf(name: string, objects: ReadonlyMap<string, unknown>): EventType | undefined {
  return (objects.get(`eventTypes/${name}`) as EventType | undefined) ?? BUILT_IN_TYPES[name];
}

function toDeckRow(row: DeckRowRow): RecordedDeckRow {
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    from: Number(row.effective_from) as Instant,
    state: "rate",
    rate: row.rate,
    rateNext: row.rate_next,
    connectFee: row.connect_fee,
    initialIncrement: row.initial_increment,
    subsequentIncrement: row.subsequent_increment,
    originGroup: row.origin_group,
    timeBand: row.time_band,
    call: row.call,
  };
}

function toRecorded(
  row: EventRow,
  kept: readonly QuarantineRow[],
  charges: readonly RecordedCharge[],
  type: EventType | undefined,
): RecordedEvent {
  const data = JSON.parse(row.data) as Record<string, unknown>;
  const released = kept.find(({ state }) => state === "r");
  return {
    ...row,
    time: Number(row.time) as Instant,
    receivedAt: Number(row.received_at) as Instant,
    data,
    // Fields that are read as numbers may hold a person's, even where the type does not say so.
    personal: [...new Set([...(type?.personal ?? []), ...(type?.numbers ?? [])])],
    waited:
      released === undefined
        ? null
        : { since: Number(released.received_at) as Instant, code: released.code },
    conflicting: kept.filter(({ state }) => state === "c").length,
    charges,
  };
}
