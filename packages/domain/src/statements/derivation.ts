/** How the amount of a statement line came about; rendered as it is, never computed again. */
import type { UsageModel } from "../catalogue/usage-price.ts";
import { formatDecimal } from "../decimal.ts";
import type { RatedTier } from "../pricing/rated-tiers.ts";
import type { Unit } from "../units.ts";

/** One part of a line. Amounts are decimal texts; the parts of a line add up to its amount. */
export type Derivation = EventsPart | FeePart | TiersPart | LimitPart | CommitmentPart | RatioPart;

/** Charges that were made event by event, added. */
export interface EventsPart {
  readonly kind: "events";
  readonly termVersion: number;
  readonly count: string;
  readonly quantity: string;
  readonly amount: string;
  /** What shares were taken of. */
  readonly base: string | null;
}

export interface FeePart {
  readonly kind: "fee";
  readonly termVersion: number;
  readonly amount: string;
  /** The fee of a whole cycle, and the cycles or parts of them that the amount is for. */
  readonly fee?: string | undefined;
  readonly cycles?: readonly FeeCycle[] | undefined;
}

export interface FeeCycle {
  /** Local days such as `2026-10-15`: its first, and the one after its last. */
  readonly first: string;
  readonly end: string;
  readonly days: number;
  readonly cycleDays: number;
}

/** A period's quantity, priced by a model. */
export interface TiersPart {
  readonly kind: "tiers";
  readonly model: UsageModel;
  /** Version whose price was taken. */
  readonly termVersion: number;
  /** Versions that counted the quantity. */
  readonly counted: readonly number[];
  readonly amount: string;
  readonly unit: Unit;
  /** What a share is taken of; one below zero is not shared. */
  readonly base?: string | undefined;
  /** The meter whose value is the quantity. */
  readonly meter?: MeteredPart | undefined;
  /** What the counted quantity was converted to, in smallest units of `unit`. */
  readonly converted?: string | undefined;
  readonly included: string;
  /** Smallest units that earlier months left, that go on to later ones, and that are lost. */
  readonly rollover?: {
    readonly carried: string;
    readonly goesOn: string;
    readonly expired: string;
  };
  /** The accounts that brought units along; what each had free, unless there are too many. */
  readonly accounts?: {
    readonly count: number;
    readonly each: string;
    readonly pooled: boolean;
    readonly shares?: readonly AccountShare[] | undefined;
  };
  readonly tiers: readonly TierStep[];
  /** Taken off the sum of the tiers. */
  readonly discount?: string | undefined;
}

/** What a meter came to. */
export interface MeteredPart {
  readonly name: string;
  /** What its value counts, such as `bytes × hours`. */
  readonly counts: string;
  /** Exact, in smallest units, to 12 places; null where there was nothing to measure. */
  readonly value: string | null;
  /** Events that it read. */
  readonly events: string;
  /** RFC 3339: the instants between which it was read. */
  readonly from: string;
  readonly to: string;
}

export interface AccountShare {
  readonly account: string;
  readonly quantity: string;
  readonly free: string;
}

export interface TierStep {
  readonly tier: number;
  readonly quantity: string;
  readonly rate: string;
  readonly flat: string;
  /** Packages, blocks or events that `rate` is per; absent where it is per unit. */
  readonly blocks?: string | undefined;
  readonly amount: string;
}

/** What a minimum adds to the parts before it, or a maximum takes off. */
export interface LimitPart {
  readonly kind: "limit";
  readonly termVersion: number;
  readonly limit: "minimum" | "maximum";
  readonly of: string;
  readonly amount: string;
}

/** What a commitment adds to the lines of its window, or gives back of them. */
export interface CommitmentPart {
  readonly kind: "commitment";
  readonly termVersion: number;
  readonly minimum?: string | undefined;
  readonly maximum?: string | undefined;
  /** Service months of the window, first and last. */
  readonly from: string;
  readonly until: string;
  /** Terms whose lines count; absent: all but commitments. */
  readonly terms?: readonly string[] | undefined;
  /** What the lines of the window come to, as money. */
  readonly spent: string;
  readonly amount: string;
}

/** What of a period's calls were too many, and what they cost. */
export interface RatioPart {
  readonly kind: "ratio";
  readonly termVersion: number;
  readonly quantity: string;
  /** Smallest units of `quantity`: of the kind, of all, within the allowance, and charged. */
  readonly matching: string;
  readonly all: string;
  readonly allowed: string;
  readonly charged: string;
  readonly amount: string;
}

export function tierStep({ tier, quantity, rate, flat, blocks, amount }: RatedTier): TierStep {
  return {
    tier,
    quantity: quantity.toString(),
    rate: formatDecimal(rate, 12),
    flat: formatDecimal(flat, 12),
    ...(blocks === null ? {} : { blocks: blocks.toString() }),
    amount: formatDecimal(amount, 12),
  };
}
