import type { DecimalText, PerUnit } from "./catalogue.ts";

/**
 * A surcharge on a kind of calls, made at close when they are more than a part of all that the term is for
 * (handbook §2.7): short calls, or calls to expensive places.
 */
export interface RatioPrice {
  readonly model: "ratioSurcharge";
  /** `call`, or a unit of time: what the ratio is taken of, and the rate is per. */
  readonly per: PerUnit;
  readonly rate: DecimalText;
  /** Which of the term's calls are of the kind; all that is said must hold. */
  readonly matching: {
    /** Calls of at most so many seconds. */
    readonly secondsMax?: number | undefined;
    readonly where?: Readonly<Record<string, string | readonly string[]>> | undefined;
  };
  /** Nothing is due up to so many percent of the whole, these included. */
  readonly allowancePercent: DecimalText;
  /** Whether everything of the kind is charged once it is too much, or what exceeds the allowance. */
  readonly mode: "allMatching" | "excessOnly";
  /**
   * What the ratio is of: the calls of a service period, the default, or those of each day by itself, by
   * UTC or in the agreement's time zone.
   */
  readonly over?: "period" | "utcDay" | "localDay" | undefined;
  /** Nothing is due of fewer calls in the period, or in the day. */
  readonly eventsMin?: number | undefined;
}
