/** From an event's reference to what was recorded of it. */
import type { Agreement, Deck, Provider, Term } from "@counterpart/domain/catalogue/catalogue.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import type { EventType } from "@counterpart/domain/events/event-type.ts";
import {
  explainCharges,
  explainEvent as explainRecordedEvent,
} from "@counterpart/domain/explain/explain-event.ts";
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
  RecordedProvider,
} from "@counterpart/domain/explain/recorded.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { checkZone } from "@counterpart/domain/period.ts";
import { chargesFromText, type StoredCharge } from "@counterpart/domain/rating/charge.ts";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import { readCallSteps } from "@counterpart/domain/voice/call-steps.ts";
import { keyOfRef } from "../events/event-ref.ts";
import type { Db } from "../platform/database.ts";
import {
  type DeckRowRow,
  type EventRow,
  findEvent,
  listDeckRows,
  listEventFacts,
  listKept,
  listTermVersions,
  loadObjects,
  loadTuples,
  type QuarantineRow,
} from "./explain.repo.ts";
import { type NamedTerm, recordFacts, versionsOf } from "./record-facts.ts";

/**
 * Every party's charges of an event, or why it waits. `ref` is its key or `source/id`. Refuses
 * `explain.not-found`.
 */
export async function explainEvent(
  db: Db,
  ref: string,
): Promise<ExplainedEvent | ExplainedQuarantine> {
  const key = keyOf(ref);
  const recorded = await recordEvent(db, key, null);
  if (recorded !== null) return explainRecordedEvent(recorded.event, recorded.provider);
  const kept = await listKept(db, key);
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

/**
 * One charge of an event as it came, `<event ref>#2`, counted from 1, or as a fact states it,
 * `<key>.1#2`; whether it was taken back since or not. Refuses `explain.not-found`.
 */
export async function explainCharge(db: Db, ref: string): Promise<ExplainedCharge> {
  const [, event, ordinal] = /^(.+)#([1-9]\d{0,3})$/s.exec(ref) ?? [];
  if (event === undefined) throw notFound(ref);
  const [, factual, fact] = /^([0-9a-f-]{32,36})\.([1-9]\d{0,4})$/i.exec(event) ?? [];
  const recorded = await recordEvent(db, keyOf(factual ?? event), Number(fact ?? 0));
  if (recorded === null) throw notFound(ref);
  const charge = explainCharges(recorded.event, recorded.provider)[Number(ordinal) - 1];
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
  const key = keyOfRef(ref);
  if (key === null) throw notFound(ref);
  return key;
}

interface Recorded {
  readonly event: RecordedEvent;
  readonly provider: RecordedProvider;
}

/**
 * An accepted event as the fact of this number states it, 0: as it came, null: as it stands. Null
 * when there is no such event or fact.
 */
async function recordEvent(db: Db, key: string, statedBy: number | null): Promise<Recorded | null> {
  const row = await findEvent(db, key);
  if (row === null) return null;
  const facts = await listEventFacts(db, key);
  const versions = versionsOf(row, facts);
  const version =
    statedBy === null ? versions.at(-1) : versions.find((one) => one.statedBy === statedBy);
  if (version === undefined) return null;
  const kept = await listKept(db, key);
  const terms = await loadTerms(db, [row, ...facts]);
  const objects = await loadNamed(db, version.row, terms);
  const recorded = await recordCharges(db, version.row, terms, objects);
  const event = {
    ...toRecorded(version.row, kept, recorded, typeOf(version.row.type, objects)),
    statedBy: version.statedBy,
    isVoid: facts.at(-1)?.kind === "v",
    facts: recordFacts(facts, terms),
  };
  const provider = objects.get("single/provider") as Provider;
  return { event, provider: { name: provider.name, timeZone: checkZone(provider.timeZone) } };
}

/** Terms of all charges that the event and its facts have. */
async function loadTerms(
  db: Db,
  rows: readonly Pick<EventRow, "charges" | "revision">[],
): Promise<Map<number, NamedTerm>> {
  const named = rows.flatMap(({ charges }) => chargesFromText(charges));
  const versions = new Set(named.map(({ termVersion }) => termVersion));
  const terms = await listTermVersions(db, [...versions]);
  const newest = Math.max(...rows.map(({ revision }) => revision));
  const agreements = await loadObjects(
    db,
    newest,
    terms.map(({ agreement }) => ({ kind: "agreements", id: agreement })),
  );
  return new Map(
    terms.map(({ id, agreement_id, agreement, body }) => {
      const { currency } = agreements.get(`agreements/${agreement}`) as Agreement;
      return [id, { agreementId: agreement_id, agreement, currency, term: body as Term }];
    }),
  );
}

/** What a version of the event and its charges refer to in the catalogue that rated it. */
async function loadNamed(
  db: Db,
  { revision, type, charges }: EventRow,
  terms: ReadonlyMap<number, NamedTerm>,
): Promise<ReadonlyMap<string, unknown>> {
  const own = chargesFromText(charges).map(({ termVersion }) => terms.get(termVersion)!);
  return await loadObjects(db, revision, [
    { kind: "single", id: "provider" },
    { kind: "eventTypes", id: type },
    ...own.map(({ agreement }) => ({ kind: "agreements", id: agreement })),
    ...own.flatMap(({ term }) => deckNameOf(term) ?? []).map((id) => ({ kind: "decks", id })),
  ]);
}

async function recordCharges(
  db: Db,
  row: EventRow,
  terms: ReadonlyMap<number, NamedTerm>,
  objects: ReadonlyMap<string, unknown>,
): Promise<RecordedCharge[]> {
  const charges = chargesFromText(row.charges);
  const deckRows = await listDeckRows(
    db,
    charges.flatMap(({ deckRow, steps }) => [deckRow, ...rowsOfSpans(steps)]),
  );
  const rows = new Map(deckRows.map((deckRow) => [deckRow.id, toDeckRow(deckRow)]));
  const tuples = await loadTuples(
    db,
    charges.map(({ tuple }) => tuple),
  );
  return charges.map((stored): RecordedCharge => {
    const { agreement, term } = terms.get(stored.termVersion)!;
    return {
      stored,
      term,
      agreement: { name: agreement, body: objects.get(`agreements/${agreement}`) as Agreement },
      deck: deckOf(term, stored, objects, rows),
      dimensions: tuples.get(stored.tuple) ?? {},
    };
  });
}

function deckNameOf({ price }: Term): string | null {
  return price.model === "deck" || price.model === "network" ? price.deck : null;
}

/** The deck that a term names, with the rows of a charge; `objects` hold it as `decks/name`. */
export function deckOf(
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
export function rowsOfSpans(steps: string): number[] {
  return readCallSteps(steps).flatMap((step) => (step.kind === "span" ? [step.row] : []));
}

function typeOf(name: string, objects: ReadonlyMap<string, unknown>): EventType | undefined {
  return (objects.get(`eventTypes/${name}`) as EventType | undefined) ?? BUILT_IN_TYPES[name];
}

/** A stored row as explanations read it. */
export function toDeckRow(row: DeckRowRow): RecordedDeckRow {
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
): Omit<RecordedEvent, "statedBy" | "isVoid" | "facts"> {
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
