/**
 * The book: every agreement, term, deck and account that can apply, compiled for rating. Immutable as far
 * as its answers go; it remembers what it has worked out (terms of an account, tuples).
 */
import type {
  Account,
  Agreement,
  Base,
  LongCallPolicy,
  Role,
  Term,
} from "../catalogue/catalogue.ts";
import type { RatioPrice } from "../catalogue/ratio-price.ts";
import type { Source } from "../catalogue/source.ts";
import type { EventType } from "../events/event-type.ts";
import type { Dimensions } from "../events/measure-dimensions.ts";
import type { Measures } from "../events/measure-event.ts";
import type { Instant } from "../instant.ts";
import type { Due } from "../messages/delivery-dues.ts";
import type { LocalDay, Zone } from "../period.ts";
import type { LegRounding } from "../voice/call-rules.ts";
import type { CallPrice } from "../voice/charge-call.ts";
import type { DeckIndex } from "./deck-index.ts";
import type { EventLimits } from "./event-limits.ts";
import type { RateMatrix } from "./rate-matrix.ts";
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
  readonly termsByType: ReadonlyMap<string, TermsOfType>;
  /** All terms, those that are priced at close and have no event type included. */
  readonly terms: readonly CompiledTerm[];
  /** Whether an agreement divides calls among the months that they touch. */
  readonly dividesCalls: boolean;
  readonly tuples: TupleMemory;
}

export interface BookAccount {
  readonly handle: Handle;
  readonly name: string;
  readonly body: Account;
  /** The accounts above this one, nearest first. */
  readonly above: readonly BookAccount[];
  /** A bit for each link of its reseller chain: each has to have a charge. */
  readonly links: number;
  /** Terms that apply, by event type, worked out when first needed. */
  readonly applicable: Map<string, ApplicableTerms>;
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
  readonly measures: Measures;
  /** Name of the quantity that hourly usage counts. */
  readonly measure: string;
  /** What the tuples of hourly usage hold. */
  readonly usageTuples: TupleShape;
  /** Name of the quantity of milliseconds that its events last; null: they have no end. */
  readonly lasts: string | null;
  /** Whether its events say how far a message of another type has come. */
  readonly isReceipt: boolean;
}

export interface BookAgreement {
  readonly handle: Handle;
  readonly name: string;
  readonly body: Agreement;
  readonly role: Role;
  readonly zone: Zone;
  readonly currency: string;
  readonly longCalls: LongCallPolicy;
  /** Account names that it lists; null for all. */
  readonly accounts: ReadonlySet<string> | null;
  /** The local day that was asked for last: most events belong to the same one. */
  readonly lastDay: { start: number; end: number; day: LocalDay };
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
  /** What the tuples of its lines hold. */
  readonly tuples: TupleShape;
  /** What is due in each state of a message; null: all of it by the event itself. */
  readonly dues: ReadonlyMap<string, Due> | null;
  /** Whether it prices the event: a surcharge that is handed on and a fee on failure do not. */
  readonly covers: boolean;
  readonly passThrough: boolean;
}

/** A term as it applies to one account. */
export interface ApplicableTerm {
  readonly term: CompiledTerm;
  /** Place in the reseller chain: 0 the account's own agreement, 1 its parent's, …; -1 for payables. */
  readonly level: number;
}

/** The terms that price the events of a type. */
export interface TermsOfType {
  readonly terms: readonly CompiledTerm[];
  readonly conditions: Conditions;
}

/** What the conditions of a type's terms name. */
export interface Conditions {
  /** Their values have numbers from 1 on; 0 is every other one, and none. */
  readonly dimensions: readonly {
    readonly name: string;
    readonly numbers: ReadonlyMap<string, number>;
  }[];
  /** The numbers of what events have: dimensions of events that are alike are one object. */
  readonly byDimensions: WeakMap<Dimensions, readonly number[]>;
}

/** The terms that can apply to an account's events of a type. */
export interface ApplicableTerms {
  readonly terms: readonly ApplicableTerm[];
  /** Those of the type that their own conditions name, by place and numbers. */
  readonly conditions: readonly { readonly place: number; readonly named: ReadonlySet<number> }[];
  /** Terms that match, by the number of each condition's value; made when first needed. */
  readonly root: TermNode;
}

export interface TermNode {
  matching: readonly ApplicableTerm[] | null;
  readonly children: Map<number, TermNode>;
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
  /** By a deck of which a row, or by a term that, asks for more than increments and a connect fee. */
  | { readonly kind: "call"; readonly quantity: string; readonly call: CallPrice }
  | {
      readonly kind: "network";
      readonly quantity: string;
      readonly deck: DeckIndex;
      readonly number: string;
    }
  | {
      readonly kind: "surcharge";
      readonly quantity: string;
      /** Id of the term whose billed quantity it is on. */
      readonly on: string;
      /** Pico-units per `size` smallest units. */
      readonly rate: Whole;
      readonly size: number;
      readonly rounding: LegRounding | null;
      readonly isPerLine: boolean;
    }
  | {
      readonly kind: "share";
      readonly of: Base;
      /** The base is multiplied by `numerator ÷ by`. */
      readonly numerator: Whole;
      readonly by: number;
      readonly fixed: Whole;
      readonly limits: EventLimits;
      /** Whether only the base is noted, for close to share the whole of it. */
      readonly isAtClose: boolean;
    }
  | { readonly kind: "matrix"; readonly quantity: string; readonly matrix: RateMatrix }
  | {
      readonly kind: "dynamic";
      /** The quantity that holds the event's own price. */
      readonly quantity: string;
      readonly numerator: Whole;
      readonly by: number;
      readonly fixed: Whole;
      readonly limits: EventLimits;
    }
  /** Counts what matches beside the whole, for close to compare. */
  | {
      readonly kind: "ratio";
      readonly quantity: string;
      readonly millisecondsMax: number | null;
      readonly where: CompiledTerm["where"];
      readonly over: NonNullable<RatioPrice["over"]>;
    }
  | { readonly kind: "atClose"; readonly quantity: string }
  /** Counts an event of a meter, whose value is worked out at close; each is one unit where it says so. */
  | { readonly kind: "metered"; readonly quantity: string };

/** Dimension values of a totals or usage row. `id` is 0 until the store has numbered it. */
export interface Tuple {
  readonly text: string;
  id: number;
}

/** Which dimensions tuples hold besides the channel. There is one object for the same names. */
export interface TupleShape {
  readonly names: readonly string[];
  /** Its place among the shapes of the book. */
  readonly place: number;
}

/** Tuples that were made before, so that each text has one object. */
export interface TupleMemory {
  readonly shapes: Map<string, TupleShape>;
  readonly byText: Map<string, Tuple>;
  /** By the place of their shape: dimensions of events that are alike are one object. */
  readonly byDimensions: WeakMap<Dimensions, Tuple[]>;
}

const TUPLES_REMEMBERED_MAX = 200_000;

export function tupleMemory(): TupleMemory {
  return { shapes: new Map(), byText: new Map(), byDimensions: new WeakMap() };
}

export function tupleShape({ shapes }: TupleMemory, names: readonly string[]): TupleShape {
  const key = JSON.stringify(names);
  const known = shapes.get(key);
  if (known !== undefined) return known;
  const shape: TupleShape = { names, place: shapes.size };
  shapes.set(key, shape);
  return shape;
}

/** The channel and the named dimensions of an event as one shared object. */
export function tupleOf(
  { tuples }: Pick<Book, "tuples">,
  { names, place }: TupleShape,
  dimensions: Dimensions,
): Tuple {
  let made = tuples.byDimensions.get(dimensions);
  if (made === undefined) {
    made = [];
    tuples.byDimensions.set(dimensions, made);
  }
  made[place] ??= internTuple(tuples, tupleText(names, dimensions));
  return made[place];
}

function tupleText(names: readonly string[], dimensions: Dimensions): string {
  const values: Record<string, string> = { channel: storable(dimensions.channel ?? "") };
  for (const name of names) {
    const value = dimensions[name];
    if (value !== undefined) values[name] = storable(value);
  }
  return JSON.stringify(values);
}

/** A store reads tuples as JSON: it has no NUL and no half of a surrogate pair, escaped or not. */
function storable(value: string): string {
  return value.toWellFormed().replaceAll("\u0000", "\ufffd");
}

function internTuple(tuples: TupleMemory, text: string): Tuple {
  const known = tuples.byText.get(text);
  if (known !== undefined) return known;
  if (tuples.byText.size >= TUPLES_REMEMBERED_MAX) tuples.byText.clear();
  const tuple: Tuple = { text, id: 0 };
  tuples.byText.set(text, tuple);
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
