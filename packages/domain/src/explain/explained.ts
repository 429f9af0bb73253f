/** Explanations: what was recorded of a figure, in words and in order (design: six promises, 4). */
import type { Role } from "../catalogue/catalogue.ts";
import type { FactKind } from "../events/event-history.ts";
import type { RoundingMode } from "../rounding.ts";

/** One recorded fact that took part, in the order in which it did. */
export interface Step {
  readonly name: string;
  readonly value: string;
  /** Where it is recorded, such as `deck row 345`. */
  readonly from?: string | undefined;
}

/** One party's charge of one event. Texts are for people; `amount` is the exact decimal. */
export interface ExplainedCharge {
  readonly kind: "charge";
  /** `<event key>#2` */
  readonly ref: string;
  readonly agreement: string;
  readonly party: string;
  readonly role: Role;
  /** The other side: the party that bills, or the provider by its name. */
  readonly seller: string;
  readonly term: string;
  readonly title: string;
  readonly termVersion: number;
  /** Local day of the agreement on which it counts. */
  readonly day: string;
  readonly currency: string;
  /** null: made when the period is closed. */
  readonly amount: string | null;
  /** What was used and what of it is billed, such as `61 s`; empty for a share. */
  readonly quantity: string;
  readonly billed: string;
  readonly rate: string;
  readonly sentence: string;
  readonly steps: readonly Step[];
}

/** Something that was stated about an event after it had been accepted. */
export interface ExplainedFact {
  /** Counts from 1 within the event. */
  readonly ordinal: number;
  readonly kind: FactKind;
  readonly madeAt: string;
  readonly by: string;
  readonly reason: string;
  /** By agreement: what its charges came to before and after, exact. */
  readonly changes: readonly {
    readonly agreement: string;
    readonly currency: string;
    readonly before: string;
    readonly after: string;
    readonly difference: string;
    /** Charges among them that are priced at close. */
    readonly atClose: number;
  }[];
  readonly sentence: string;
}

/** An accepted event with the charges of every party, as it stands after all that was stated about it. */
export interface ExplainedEvent {
  readonly kind: "event";
  /** Its key. */
  readonly ref: string;
  /** A void event has no charges. */
  readonly isVoid: boolean;
  readonly facts: readonly ExplainedFact[];
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly account: string;
  readonly time: string;
  readonly receivedAt: string;
  readonly sentence: string;
  readonly steps: readonly Step[];
  readonly charges: readonly ExplainedCharge[];
}

/** An event that is kept and not priced yet. */
export interface ExplainedQuarantine {
  readonly kind: "quarantined";
  readonly ref: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly time: string;
  /** Since when it waits. */
  readonly receivedAt: string;
  readonly code: string;
  readonly detail: string;
  readonly cure: string;
  readonly sentence: string;
  readonly steps: readonly Step[];
}

/** What one term version contributes to a line. */
export interface ExplainedPart {
  readonly kind: "events" | "fee" | "tiers" | "limit" | "commitment" | "ratio";
  readonly termVersion: number;
  readonly title: string;
  /** Exact, in decimal text. */
  readonly amount: string;
  readonly steps: readonly Step[];
}

export interface ExplainedLine {
  readonly kind: "line";
  /** `stm_2026-10_acme/3` */
  readonly ref: string;
  readonly statement: string;
  readonly number: number;
  readonly agreement: string;
  readonly party: string;
  readonly role: Role;
  readonly term: string;
  readonly title: string;
  /** Values of the dimensions that the term's lines are split by, and the channel. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** The month in which the service was used. */
  readonly servicePeriod: string;
  /** Whether the service period is an earlier one than the statement's. */
  readonly isAdjustment: boolean;
  readonly currency: string;
  readonly rounding: RoundingMode;
  readonly events: string;
  readonly quantity: string;
  /** Exact, before rounding, of everything up to the statement's cut. */
  readonly amount: string;
  /** Money that earlier statements stated, what it is now, and this line: now less before. */
  readonly before: string;
  readonly now: string;
  readonly difference: string;
  /** Lines of earlier statements that add up to `before`. */
  readonly earlier: readonly { readonly ref: string; readonly money: string }[];
  readonly parts: readonly ExplainedPart[];
  /** How the events behind the line are listed; null for a line without events. */
  readonly list: { readonly command: string; readonly path: string } | null;
  readonly sentence: string;
  readonly steps: readonly Step[];
}

export interface ExplainedStatement {
  readonly kind: "statement";
  /** Its id. */
  readonly ref: string;
  readonly agreement: string;
  readonly party: string;
  readonly role: Role;
  readonly period: string;
  readonly firstDay: string;
  /** The day after the last. */
  readonly endDay: string;
  readonly issuedAt: string;
  readonly currency: string;
  /** Money: its lines, added. */
  readonly total: string;
  readonly sentence: string;
  readonly lines: readonly ExplainedLine[];
}

export type Explanation =
  | ExplainedCharge
  | ExplainedEvent
  | ExplainedQuarantine
  | ExplainedLine
  | ExplainedStatement;
