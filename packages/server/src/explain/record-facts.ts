/** What was stated about an event, and what it stood at from one fact to the next. */
import { assert } from "@counterpart/domain/assert.ts";
import { canonicalJson } from "@counterpart/domain/canonical-json.ts";
import type { Term } from "@counterpart/domain/catalogue/catalogue.ts";
import type { RecordedFact } from "@counterpart/domain/explain/recorded.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { chargesFromText } from "@counterpart/domain/rating/charge.ts";
import { changesByAgreement } from "@counterpart/domain/rating/charge-changes.ts";
import { FACT_KINDS } from "../facts/known-event.ts";
import type { EventFactRow, EventRow } from "./explain.repo.ts";

export interface EventVersion {
  /** Number of the fact that states it; 0: the event as it came. */
  readonly statedBy: number;
  readonly row: EventRow;
}

/** Every version that an event was charged by, in order: a void states none. */
export function versionsOf(row: EventRow, facts: readonly EventFactRow[]): EventVersion[] {
  let last: EventVersion = { statedBy: 0, row };
  const versions = [last];
  for (const fact of facts) {
    if (fact.side === "-") continue;
    const { ordinal, time, type, account, cut, charges } = fact;
    const subject = fact.subject ?? last.row.subject;
    const data = fact.data ?? last.row.data;
    // What is stated again, by a restore or a revert, was rated by the catalogue that rated it first.
    const again = versions.findLast(
      ({ row: one }) =>
        one.time === time &&
        one.subject === subject &&
        one.data === data &&
        one.charges === charges,
    );
    const revision = again?.row.revision ?? fact.revision;
    const stated = { time, type, account, subject, data, revision, cut, charges };
    last = { statedBy: ordinal, row: { ...row, ...stated } };
    versions.push(last);
  }
  return versions;
}

export interface NamedTerm {
  readonly agreementId: number;
  readonly agreement: string;
  readonly currency: string;
  readonly term: Term;
}

/** `terms`: those of the charges of every fact, by term version. */
export function recordFacts(
  rows: readonly EventFactRow[],
  terms: ReadonlyMap<number, NamedTerm>,
): RecordedFact[] {
  const ordinals = [...new Set(rows.map(({ ordinal }) => ordinal))];
  const agreements = new Map([...terms.values()].map((one) => [one.agreementId, one]));
  const termOf = (version: number) => {
    const named = terms.get(version);
    assert(named !== undefined, "the terms of every fact were looked up");
    const { agreementId, term } = named;
    return { agreement: agreementId, term: term.id, price: canonicalJson(term.price) };
  };
  return ordinals.map((ordinal): RecordedFact => {
    const sides = rows.filter((row) => row.ordinal === ordinal);
    const { kind, made_at, made_by, reason } = sides[0]!;
    const chargesOf = (side: "-" | "+") =>
      chargesFromText(sides.find((row) => row.side === side)?.charges ?? "");
    const changes = changesByAgreement(chargesOf("-"), chargesOf("+"), termOf);
    return {
      ordinal,
      kind: FACT_KINDS[kind],
      madeAt: Number(made_at) as Instant,
      by: made_by,
      reason,
      changes: changes.map(({ agreement: id, ...change }) => {
        const { agreement, currency } = agreements.get(id)!;
        return { agreement, currency, ...change };
      }),
    };
  });
}
