/**
 * The book: every agreement, term, deck and account that can apply, compiled for rating. Immutable as far
 * as its answers go; it remembers what it has worked out (terms of an account, tuples).
 */
import type { Account, Agreement, Base, Role, Source, Term } from "../catalogue/catalogue.ts";
import type { EventType } from "../events/event-type.ts";
import type { Instant } from "../instant.ts";
import type { Zone } from "../period.ts";
import type { DeckIndex } from "./deck-index.ts";
import type { Whole } from "./whole.ts";

/** A small number that stands for a catalogue object in event-level rows. */
export type Handle = number;

export interface Book {
  readonly revision: number;
  readonly accounts: ReadonlyMap<string, BookAccount>;
  readonly accountsByHandle: ReadonlyMap<Handle, BookAccount>;
  readonly sources: ReadonlyMap<string, BookSource>;
  readonly types: ReadonlyMap<string, BookType>;
  readonly agreements: ReadonlyMap<Handle, BookAgreement>;
  /** Aliases by name; each is for one source or, without one, for all. */
  readonly aliases: ReadonlyMap<string, readonly BookAlias[]>;
  /** Compiled terms by the event type they price. */
  readonly termsByType: ReadonlyMap<string, readonly CompiledTerm[]>;
  /** All terms, those that are priced at close and have no event type included. */
  readonly terms: readonly CompiledTerm[];
  /** Dimension tuples by their text, so that each has one object. */
  readonly tuples: Map<string, Tuple>;
}

export interface BookAccount {
  readonly handle: Handle;
  readonly name: string;
  readonly body: Account;
  /** The accounts above this one, nearest first. */
  readonly above: readonly BookAccount[];
  /** Terms that apply, by event type, worked out when first needed. */
  readonly applicable: Map<string, readonly ApplicableTerm[]>;
}

export interface BookAlias {
  readonly source: string | null;
  readonly account: BookAccount;
  readonly from: Instant;
  readonly to: Instant;
}

export interface BookSource {
  readonly handle: Handle;
  readonly name: string;
  readonly body: Source;
  readonly millisecondsBack: number;
  readonly millisecondsAhead: number;
}

export interface BookType {
  readonly handle: Handle;
  readonly name: string;
  readonly body: EventType;
  /** Name of the quantity that hourly usage counts. */
  readonly measure: string;
  /** Tuples of hourly usage by their joined values. */
  readonly usageTuples: Map<string, Tuple>;
}

export interface BookAgreement {
  readonly handle: Handle;
  readonly name: string;
  readonly body: Agreement;
  readonly role: Role;
  readonly zone: Zone;
  readonly currency: string;
  /** Account names that it lists; null for all. */
  readonly accounts: ReadonlySet<string> | null;
}

export interface CompiledTerm {
  /** Handle of the term version. */
  readonly id: Handle;
  readonly agreement: BookAgreement;
  readonly term: Term;
  readonly from: Instant;
  readonly to: Instant;
  readonly where: readonly (readonly [dimension: string, values: ReadonlySet<string>])[];
  readonly price: CompiledPrice;
  readonly lines: readonly string[];
  readonly tuples: Map<string, Tuple>;
}

/** A term as it applies to one account. */
export interface ApplicableTerm {
  readonly term: CompiledTerm;
  /** Place in the reseller chain: 0 the account's own agreement, 1 its parent's, …; -1 for payables. */
  readonly level: number;
}

export type CompiledPrice =
  | {
      readonly kind: "perUnit";
      readonly quantity: string;
      readonly rate: Whole;
      readonly by: number;
    }
  | {
      readonly kind: "deck";
      readonly quantity: string;
      readonly deck: DeckIndex;
      readonly number: string;
      readonly mode: "initialThenSubsequent" | "wholeMultiple";
    }
  | { readonly kind: "network"; readonly quantity: string; readonly deck: DeckIndex }
  | {
      readonly kind: "share";
      readonly of: Base;
      /** The base is multiplied by `numerator ÷ by`. */
      readonly numerator: Whole;
      readonly by: number;
      readonly fixed: Whole;
    }
  | { readonly kind: "atClose"; readonly quantity: string };

/** Dimension values of a totals or usage row. `id` is 0 until the store has numbered it. */
export interface Tuple {
  readonly text: string;
  id: number;
}

/** Values beyond this are worked out again instead of being remembered. */
const TUPLES_REMEMBERED_MAX = 200_000;

export function internTuple(book: Pick<Book, "tuples">, text: string): Tuple {
  const known = book.tuples.get(text);
  if (known !== undefined) return known;
  if (book.tuples.size >= TUPLES_REMEMBERED_MAX) book.tuples.clear();
  const tuple: Tuple = { text, id: 0 };
  book.tuples.set(text, tuple);
  return tuple;
}

/** The account that a subject or alias stands for in records of `source` at `time`, or null. */
export function findAccount(
  book: Book,
  source: string,
  subject: string,
  time: Instant,
): BookAccount | null {
  const account = book.accounts.get(subject);
  if (account !== undefined) return account;
  let anySource: BookAccount | null = null;
  for (const alias of book.aliases.get(subject) ?? []) {
    if (time < alias.from || time >= alias.to) continue;
    if (alias.source === source) return alias.account;
    if (alias.source === null) anySource = alias.account;
  }
  return anySource;
}
