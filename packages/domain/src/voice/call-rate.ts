/** What a deck row charges a call, in the form that rating uses. */
export interface CallRate {
  /** Id of the deck row. */
  readonly row: number;
  /** Pico-units per unit of the deck (a minute, say): of the initial increment, and of the rest. */
  readonly rate: bigint;
  readonly rateNext: bigint;
  /** Pico-units. */
  readonly connectFee: bigint;
  /** Milliseconds; both 0 without increments. */
  readonly initial: number;
  readonly subsequent: number;
}

/** The rate in force at some offset into a call, in milliseconds, and how long it stays so. */
export interface RateInForce {
  readonly rate: CallRate;
  /** Offset at which another one may apply; Infinity when none does. */
  readonly until: number;
}

/** null: there is no rate then. */
export type RateAt = (offset: number) => RateInForce | null;
