/** What the store holds of a figure and of the catalogue rows that it refers to. */
import type { Agreement, Deck, Term } from "../catalogue/catalogue.ts";
import type { FactKind } from "../events/event-history.ts";
import type { Instant } from "../instant.ts";
import type { Zone } from "../period.ts";
import type { StoredCharge } from "../rating/charge.ts";
import type { DatedDeckRow } from "../rating/deck-index.ts";
import type { RefusalCode } from "../refusals.ts";
import type { Derivation } from "../statements/derivation.ts";

export interface RecordedProvider {
  readonly name: string;
  /** Zone in which the dates of decks are meant. */
  readonly timeZone: Zone;
}

export interface RecordedEvent {
  readonly key: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly account: string;
  readonly subject: string;
  readonly time: Instant;
  readonly receivedAt: Instant;
  readonly revision: number;
  readonly cut: number;
  /** Without personal values: those never reach an explanation. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Names of the fields that hold personal values. */
  readonly personal: readonly string[];
  /** When it waited in quarantine before it was accepted, and why. */
  readonly waited: { readonly since: Instant; readonly code: string } | null;
  /** How many times its id came with another content, which is kept apart. */
  readonly conflicting: number;
  /** Number of the fact that states what is recorded here; 0: the event as it came. */
  readonly statedBy: number;
  /** Whether it counts no more: a void event is recorded as it would be restored. */
  readonly isVoid: boolean;
  /** Everything that was stated about it since it came, in order. */
  readonly facts: readonly RecordedFact[];
  readonly charges: readonly RecordedCharge[];
}

export interface RecordedFact {
  /** Counts from 1 within the event. */
  readonly ordinal: number;
  readonly kind: FactKind;
  readonly madeAt: Instant;
  readonly by: string;
  readonly reason: string;
  readonly changes: readonly RecordedChange[];
}

/** What a fact changes for one agreement. */
export interface RecordedChange {
  readonly agreement: string;
  readonly currency: string;
  /** Pico-units: the event's charges before and after. */
  readonly before: bigint;
  readonly after: bigint;
  /** Charges among them that are priced at close. */
  readonly atClose: number;
}

export interface RecordedCharge {
  readonly stored: StoredCharge;
  readonly term: Term;
  /** Id and body as of the event's revision. */
  readonly agreement: { readonly name: string; readonly body: Agreement };
  /** The deck that the term names; its row when the charge has one. */
  readonly deck: RecordedDeck | null;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface RecordedDeck {
  readonly name: string;
  readonly body: Deck;
  readonly row: RecordedDeckRow | null;
  /** Rows of a call that was billed at several rates, by id. */
  readonly spanRows?: ReadonlyMap<number, RecordedDeckRow> | undefined;
}

export interface RecordedDeckRow extends DatedDeckRow {
  /** Of the destination. */
  readonly name: string | null;
}

export interface RecordedQuarantine {
  readonly key: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly time: Instant;
  readonly receivedAt: Instant;
  readonly code: RefusalCode;
  readonly detail: string;
}

export interface RecordedStatement {
  readonly id: string;
  readonly agreement: { readonly name: string; readonly body: Agreement };
  readonly period: string;
  readonly firstDay: string;
  readonly endDay: string;
  readonly issuedAt: Instant;
  readonly cut: number;
  readonly currency: string;
  /** Minor units. */
  readonly total: bigint;
  readonly lines: readonly RecordedLine[];
}

export interface RecordedLine {
  readonly number: number;
  readonly servicePeriod: string;
  readonly term: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly count: bigint;
  /** Smallest units. */
  readonly quantity: bigint;
  readonly amount: bigint;
  /** Minor units: stated before, and this line. */
  readonly stated: bigint;
  readonly money: bigint;
  readonly derivation: readonly Derivation[];
  readonly earlier: readonly { readonly ref: string; readonly money: bigint }[];
  /** The versions of its term that the derivation names, or the newest one if it names none. */
  readonly terms: ReadonlyMap<number, Term>;
  /** Name of the quantity that the term is priced by; empty for shares and fees. */
  readonly measure: string;
}
