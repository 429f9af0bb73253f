import type { Whole } from "../rating/whole.ts";

/** What a deck row charges a call, in the form that rating uses. */
export interface CallRate {
  /** Pico-units per `size` milliseconds of the price: of the initial increment, and of the rest. */
  readonly rate: Whole;
  readonly rateNext: Whole;
  /** Pico-units. */
  readonly connectFee: Whole;
  /** Milliseconds; both 0 without increments. */
  readonly initial: number;
  readonly subsequent: number;
}

/** The rate in force at some offset into a call, in milliseconds, and how long it stays so. */
export interface RateInForce {
  /** Id of the deck row. */
  readonly row: number;
  readonly rate: CallRate;
  /** Offset at which another one may apply; Infinity when none does. */
  readonly until: number;
}

/** null: there is no rate then. */
export type RateAt = (offset: number) => RateInForce | null;
