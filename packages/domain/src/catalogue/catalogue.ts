/**
 * The catalogue's objects in their wire form: what a YAML file holds, what `/v1/catalogue` speaks and
 * what the store keeps. Amounts and quantities are decimal strings; `compile-book.ts` makes them fast.
 */

import type { EventType } from "../events/event-type.ts";
import type { Meter } from "../meters/meter.ts";
import type { RoundingMode } from "../rounding.ts";
import type { CallRules, DeckRowCall, TimeBand } from "./call-rules.ts";
import type { ChargeOn, ChargePolicy } from "./charge-on.ts";
import type { ExchangeTable } from "./exchange-table.ts";
import type { GraduatedSharePrice } from "./graduated-share-price.ts";
import type { RatioPrice } from "./ratio-price.ts";
import type { Source } from "./source.ts";
import type { UsagePrice } from "./usage-price.ts";

/** A decimal in plain digits, such as `"0.0085"`. */
export type DecimalText = string;
/** `2026-10-01` (midnight in the agreement's zone) or an RFC 3339 instant with its zone. */
export type DateOrInstantText = string;

export interface Provider {
  readonly name: string;
  /** Currency that margin is reported in. Statements keep their own. */
  readonly homeCurrency: string;
  readonly timeZone: string;
}

export interface Party {
  readonly name: string;
  readonly country?: string | undefined;
}

/** A consuming unit of a customer or reseller (handbook §4, design: account). */
export interface Account {
  readonly party: string;
  /** The reseller's account above this one. */
  readonly parent?: string | undefined;
  /** Raw names that stand for this account in the records of a source, for a time. */
  readonly aliases?: readonly Alias[] | undefined;
}

export interface Alias {
  readonly name: string;
  /** Only in records of this source; in those of every source when absent. */
  readonly source?: string | undefined;
  readonly from?: DateOrInstantText | undefined;
  readonly to?: DateOrInstantText | undefined;
}

/** A unit that a price is per: `"minute"`, `"segment"`, … (see `units.ts`) or a size of a quantity. */
export type PerUnit = string | { readonly quantity: string; readonly size: number };

/** Dated prices by E.164 prefix or by MCC-MNC. Each version replaces the whole deck from `from` on. */
export interface Deck {
  readonly key: "prefix" | "network";
  readonly currency: string;
  readonly per: PerUnit;
  readonly incrementMode?: "initialThenSubsequent" | "wholeMultiple" | undefined;
  /** Zone that time bands and holidays are meant in; the provider's when absent. */
  readonly timeZone?: string | undefined;
  /** Dates such as `2026-12-25`. */
  readonly holidays?: readonly string[] | undefined;
  /** Times that rows may be for, by name. */
  readonly timeBands?: Readonly<Record<string, TimeBand>> | undefined;
  /** Prefixes of the calling number that rows may be for, by name of the group. */
  readonly originGroups?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Table of exchanges that states are told by; area codes tell them when absent. */
  readonly exchanges?: string | undefined;
  /** Days ahead of which increases are told: an import that is later is refused. */
  readonly noticeDays?: number | undefined;
  readonly versions: readonly DeckVersion[];
}

export interface DeckVersion {
  readonly from: DateOrInstantText;
  /** Hash of the rows, which the store keeps apart; the same rows have the same hash. */
  readonly rows: string;
}

/**
 * A row of a deck as read from its CSV. Increments are in seconds where the deck is priced by time (per
 * minute, say), else they count the quantity itself.
 */
export interface DeckRow {
  /**
   * `"4479"`, or MCC-MNC as `"262-01"`, `"262"` for every network of the country code, and `"+4915"` in a
   * network deck for numbers whose network has no row.
   */
  readonly key: string;
  /** The row is for callers of this group, and goes before those for all. */
  readonly originGroup?: string | undefined;
  /** The row is for the times of this band; those without are for the times that no other row has. */
  readonly timeBand?: string | undefined;
  readonly name?: string | undefined;
  /** Price per unit; null when the destination is blocked. */
  readonly rate: DecimalText | null;
  /** Price of what follows the initial increment; the same as `rate` when absent. */
  readonly rateNext?: DecimalText | undefined;
  readonly connectFee?: DecimalText | undefined;
  readonly initialIncrement?: number | undefined;
  readonly subsequentIncrement?: number | undefined;
  /** Rules of calls to this destination; each goes before the term's. */
  readonly call?: DeckRowCall | undefined;
}

/** Whose charges of the same event a term stands on (design: terms that stand on other terms). */
export type Base = "cost" | "customerCharge" | "parentCharge" | "margin";

/** Prices of per-event terms. */
export type EventPrice =
  | { readonly model: "perUnit"; readonly rate: DecimalText; readonly per: PerUnit }
  | {
      readonly model: "deck";
      readonly deck: string;
      /** Number field that is looked up. Default `to`. */
      readonly number?: string | undefined;
      /** Whether a ported number is looked up as it was dialled, or by its LRN. Default `dialled`. */
      readonly rateOn?: "dialled" | "lrn" | undefined;
      /** Number field of the caller, for origin groups and jurisdiction. Default `from`. */
      readonly origin?: string | undefined;
      readonly call?: CallRules | undefined;
    }
  | {
      /** A rate on what another term of the same agreement bills, as a charge of its own. */
      readonly model: "surcharge";
      /** Id of that term. */
      readonly on: string;
      readonly rate: DecimalText;
      readonly per: PerUnit;
      readonly roundingMode?: RoundingMode | undefined;
      readonly roundingDecimals?: number | undefined;
      readonly roundingScope?: CallRules["roundingScope"];
    }
  | {
      readonly model: "network";
      readonly deck: string;
      /** Number field for the deck's prefixes, where no network has a row. Default `to`. */
      readonly number?: string | undefined;
    }
  | MatrixPrice
  | DynamicPrice
  | ({
      readonly model: "percentage";
      readonly of: Base;
      readonly percent: DecimalText;
    } & PerEventLimits)
  | ({
      readonly model: "markup";
      readonly on: Base;
      readonly percent: DecimalText;
      readonly fixed?: DecimalText | undefined;
    } & PerEventLimits);

/** The least and the most that one event costs. */
export interface PerEventLimits {
  readonly minimumPerEvent?: DecimalText | undefined;
  readonly maximumPerEvent?: DecimalText | undefined;
}

/** A rate for each combination of dimension values. Statement lines are split by these dimensions. */
export interface MatrixPrice {
  readonly model: "matrix";
  readonly per: PerUnit;
  readonly by: readonly string[];
  readonly rates: readonly {
    /** One value or several of every dimension in `by`. */
    readonly when: Readonly<Record<string, string | readonly string[]>>;
    readonly rate: DecimalText;
  }[];
  /** What every other combination costs; without it, such an event has no rate and waits. */
  readonly otherwise?: DecimalText | undefined;
}

/** The event brings its own price along, in the agreement's currency. */
export interface DynamicPrice extends PerEventLimits {
  readonly model: "dynamic";
  /** Quantity of the event type that holds the price; its `times` are smallest units of one currency. */
  readonly price: string;
  readonly factor: DecimalText;
  readonly fixed?: DecimalText | undefined;
}

/** Prices of period terms, made at close. */
export type PeriodPrice =
  | FixedFeePrice
  | CommitmentPrice
  | UsagePrice
  | RatioPrice
  | GraduatedSharePrice;

/** What an agreement comes to at least, or at most, whatever was used. */
export interface CommitmentPrice {
  readonly model: "commitment";
  /** Topped up to at the end of each window. */
  readonly minimum?: DecimalText | undefined;
  /** What is above is given back; for a window of one month only. */
  readonly maximum?: DecimalText | undefined;
  /** Months of a window, counted from the term's start. Default 1. */
  readonly months?: number | undefined;
  /** Ids of the terms whose lines count. Default: all but commitments. */
  readonly terms?: readonly string[] | undefined;
}

/** A recurring fee. */
export interface FixedFeePrice {
  readonly model: "fixedFee";
  /** Of one cycle. */
  readonly amount: DecimalText;
  /** Length of a cycle. Default `month`. */
  readonly every?: "month" | "quarter" | "year" | undefined;
  /** With the calendar's months, quarters and years, or with the day the fee starts. Default `calendar`. */
  readonly begins?: "calendar" | "anniversary" | undefined;
  /** In advance it is stated a month before its cycle begins. Default `inArrears`. */
  readonly due?: "inAdvance" | "inArrears" | undefined;
  /** Whether a part of a cycle costs its days of the fee. Default false: the whole fee. */
  readonly prorate?: boolean | undefined;
}

export type Price = EventPrice | PeriodPrice;

export interface Term {
  readonly id: string;
  readonly title?: string | undefined;
  /** Event type that it prices; absent for a fixed fee and for a price on a meter. */
  readonly on?: string | undefined;
  /** Meter whose value over the service period is priced, in place of an event type. */
  readonly meter?: string | undefined;
  /** Dimension values that it is for; every one must match. */
  readonly where?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly price: Price;
  /** Dimensions that its statement lines are split by. */
  readonly lines?: readonly string[] | undefined;
  /** How its price changes with the agreement's age. */
  readonly ramp?: readonly RampStep[] | undefined;
  /** Which fate of a message makes the price due. Absent: the event itself, whatever its status. */
  readonly chargeOn?: ChargePolicy | ChargeOn | undefined;
  /** Handed on as it is, such as a carrier's surcharge: no share or markup stands on it. */
  readonly passThrough?: boolean | undefined;
}

/** From a service month on: month 1 is the calendar month in which the agreement starts. */
export interface RampStep {
  readonly month: number;
  /** What changes of the price before it. */
  readonly price: PricePatch;
}

/** Fields of a price that take the place of others; null takes one away (`patch-price.ts`). */
export type PricePatch = Readonly<Record<string, unknown>>;

/** What an agreement has otherwise than the term of its plan. */
export interface TermOverride
  extends Partial<Pick<Term, "title" | "where" | "lines" | "ramp" | "chargeOn">> {
  readonly price?: PricePatch | undefined;
}

/** A template of terms. */
export interface Plan {
  readonly title?: string | undefined;
  /** Whether anybody may read its list prices and ask what usage would cost, without a key. */
  readonly public?: boolean | undefined;
  readonly terms: readonly Term[];
}

/**
 * Where a call across a boundary counts (handbook §6): on the day it ends on, which is usual in retail, on
 * the one it starts on, or each month with the increments that start in it.
 */
export type LongCallPolicy = "byEnd" | "byStart" | "split";

export type Role = "customer" | "reseller" | "supplier" | "partner" | "referrer";

export interface Agreement {
  readonly party: string;
  readonly role: Role;
  /** Party that issues the statements of a customer of a reseller; the provider when absent. */
  readonly seller?: string | undefined;
  readonly currency: string;
  readonly timeZone: string;
  readonly cycle: "monthly";
  /** Hours after the period's end during which it is not closed. Default 0. */
  readonly graceHours?: number | undefined;
  /** On which day a call counts that lasts over several. Default `byEnd`. */
  readonly longCalls?: LongCallPolicy | undefined;
  /** How a statement line becomes money. Default `halfEven`. */
  readonly rounding?: RoundingMode | undefined;
  /** Accounts that it is for; for a reseller, partner or referrer also the accounts below them. */
  readonly accounts: "all" | readonly string[];
  readonly versions: readonly AgreementVersion[];
}

export interface AgreementVersion {
  readonly from: DateOrInstantText;
  readonly to?: DateOrInstantText | undefined;
  readonly plan?: string | undefined;
  /** Terms of its own; one with the id of a plan's term takes that one's place. */
  readonly terms?: readonly Term[] | undefined;
  /** Single fields of the plan's terms, by the term's id. */
  readonly overrides?: Readonly<Record<string, TermOverride>> | undefined;
}

/** How many units of `homeCurrency` one unit of `currency` is, from `from` on. For margin only. */
export interface ExchangeRate {
  readonly currency: string;
  readonly from: string;
  readonly rate: DecimalText;
}

export interface Catalogue {
  readonly provider: Provider;
  readonly parties: Readonly<Record<string, Party>>;
  readonly accounts: Readonly<Record<string, Account>>;
  readonly sources: Readonly<Record<string, Source>>;
  /** Types beyond the built-in ones. */
  readonly eventTypes: Readonly<Record<string, EventType>>;
  readonly exchangeTables: Readonly<Record<string, ExchangeTable>>;
  readonly decks: Readonly<Record<string, Deck>>;
  readonly plans: Readonly<Record<string, Plan>>;
  readonly agreements: Readonly<Record<string, Agreement>>;
  readonly meters: Readonly<Record<string, Meter>>;
  readonly exchangeRates: readonly ExchangeRate[];
}
