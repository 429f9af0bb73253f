/**
 * What closing a backfill would do with items of it, by the book in force: worked out and not stored. A
 * preview and a close are this code; only one of them goes on.
 */
import { assert } from "@counterpart/domain/assert.ts";
import type { ItemOutcome } from "@counterpart/domain/events/backfill-outcomes.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import type { Book } from "@counterpart/domain/rating/book.ts";
import type { RefusalCode } from "@counterpart/domain/refusals.ts";
import { isRated, type RatedCandidate } from "../events/encode-events.ts";
import { numberNewTuples } from "../events/group-writer.ts";
import { prepareEvent, type Unrated } from "../events/prepare-event.ts";
import { readObject } from "../events/read-event.ts";
import type { SchemaChecks } from "../events/schema-checks.ts";
import type { EventChange } from "../facts/change-effects.ts";
import type { ChargedTerms } from "../facts/charged-terms.ts";
import type { Change } from "../facts/commit-facts.ts";
import { type AskedFact, type PlannedFact, planFacts } from "../facts/plan-facts.ts";
import { versionOf } from "../facts/price-version.ts";
import type { Db } from "../platform/database.ts";
import { listKeyStates } from "./backfills.repo.ts";
import { type BackfillItem, correctedEvent, type ItemKind } from "./read-item.ts";

export interface Pricing {
  readonly book: Book;
  readonly checks: SchemaChecks;
  readonly terms: ChargedTerms;
}

/** A new event that can be charged. `waits`: with the same content, in quarantine. */
export interface PlannedEvent {
  readonly key: string;
  readonly outcome: "accepted";
  readonly candidate: RatedCandidate;
  readonly waits: boolean;
  readonly change: EventChange;
}

export interface PlannedStatement {
  readonly key: string;
  readonly outcome: "voided" | "restored" | "corrected";
  readonly change: Change;
  /** Hash of what the event says by now. */
  readonly content: string;
}

/** An item of which nothing is stored but its outcome. */
export interface PlannedNothing {
  readonly key: string;
  readonly outcome: Exclude<ItemOutcome, (PlannedEvent | PlannedStatement)["outcome"]>;
  /** null: of a duplicate. */
  readonly code: RefusalCode | null;
  readonly detail: string;
}

export type PlannedItem = PlannedEvent | PlannedStatement | PlannedNothing;

export function isPlannedChange(plan: PlannedItem): plan is PlannedEvent | PlannedStatement {
  return "change" in plan;
}

/**
 * One plan for each item, not in their order. `receivedAt`: now; new events may be of any age, as
 * somebody says on purpose that they belong there.
 */
export async function planItems(
  db: Db,
  pricing: Pricing,
  receivedAt: Instant,
  items: readonly BackfillItem[],
): Promise<PlannedItem[]> {
  const isNew = ({ kind }: BackfillItem): boolean => kind === "n";
  const plans = [
    ...(await planEvents(db, pricing, receivedAt, items.filter(isNew))),
    ...(await planStatements(
      db,
      pricing,
      items.filter((item) => !isNew(item)),
    )),
  ];
  const changes = plans.filter(isPlannedChange).map(({ change }) => change);
  await pricing.terms.learn(
    db,
    changes.flatMap(({ takesBack, states }) =>
      [takesBack, states].flatMap((version) => (version === null ? [] : [version.charges])),
    ),
  );
  return plans;
}

async function planEvents(
  db: Db,
  { book, checks }: Pricing,
  receivedAt: Instant,
  items: readonly BackfillItem[],
): Promise<PlannedItem[]> {
  if (items.length === 0) return [];
  const known = await listKeyStates(
    db,
    items.map(({ key }) => key),
  );
  const preparation = { book, checks, receivedAt, sources: null, anyAge: true } as const;
  const plans = items.map(({ key, body }) => {
    assert(body !== null, "an event that is to come has its line");
    const prepared = prepareEvent(body, preparation);
    if (!("key" in prepared)) return leave(key, prepared.refused, prepared.detail);
    const before = known.get(key);
    const isSame = before?.content === prepared.content;
    if (before?.state === "a") {
      const code = isSame ? null : "event.conflicting";
      return { key, outcome: isSame ? "duplicate" : "conflicting", code, detail: "" } as const;
    }
    if (!isRated(prepared)) {
      const { quarantined, detail } = prepared.verdict as Unrated;
      return leave(key, quarantined, detail);
    }
    return { key, candidate: prepared, waits: before !== undefined && isSame };
  });
  await numberNewTuples(
    db,
    plans.flatMap((plan) => ("candidate" in plan ? [plan.candidate] : [])),
  );
  return plans.map((plan): PlannedItem => {
    if (!("candidate" in plan)) return plan;
    const { key, source } = plan.candidate;
    const states = versionOf(plan.candidate, null);
    const change = { key, source: source.handle, takesBack: null, states };
    return { ...plan, outcome: "accepted", change };
  });
}

const FACT_KINDS = { v: "void", r: "restore", c: "correction" } as const;
const OUTCOMES = { v: "voided", r: "restored", c: "corrected" } as const;

async function planStatements(
  db: Db,
  { book, checks }: Pricing,
  items: readonly BackfillItem[],
): Promise<PlannedItem[]> {
  if (items.length === 0) return [];
  const plans = await planFacts(db, { book, checks, sources: null }, items.map(toAsked));
  return items.map(({ key, kind }, at): PlannedItem => {
    const plan = plans[at]!;
    if ("refused" in plan) {
      return leave(key, plan.refused, Object.values(plan.detail).join(" "));
    }
    return statementOf(key, kind, plan);
  });
}

function statementOf(key: string, kind: ItemKind, { change, known }: PlannedFact): PlannedItem {
  assert(kind !== "n", "a new event is no fact");
  return { key, outcome: OUTCOMES[kind], change, content: known.content };
}

function toAsked({ key, kind, body }: BackfillItem): AskedFact {
  assert(kind !== "n", "a new event is no fact");
  if (body === null) return { kind: FACT_KINDS[kind], ref: key };
  const object = readObject(body);
  const event = typeof object === "string" ? null : correctedEvent(object);
  assert(event !== null, "a line was read before it was kept");
  return { kind: FACT_KINDS[kind], ref: key, event };
}

function leave(key: string, code: RefusalCode, detail: string): PlannedNothing {
  return { key, outcome: "left", code, detail };
}
