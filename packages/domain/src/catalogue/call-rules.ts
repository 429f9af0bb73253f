/** What only calls have: their rules, and the times that deck rows may be for. In wire form. */
import type { RoundingMode } from "../rounding.ts";
import type { DurationRounding } from "../voice/round-duration.ts";
import type { DecimalText } from "./catalogue.ts";

/** How calls are rated (handbook §2.3). Durations are whole seconds. */
export interface CallRules {
  /** To whole seconds. Default `none`: the millisecond counts. */
  readonly durationRounding?: DurationRounding | undefined;
  /** Added to the rounded duration, which never gets negative; buying and selling may differ. */
  readonly durationOffset?: number | undefined;
  /** A shorter call is free, connect fee included; one as long is billed from its start. */
  readonly graceSeconds?: number | undefined;
  /** Whether an answered call without duration pays the connect fee. Default false. */
  readonly connectOnZero?: boolean | undefined;
  /** The first seconds of a call, which are not billed; the connect fee stays due. */
  readonly freeSeconds?: number | undefined;
  /** What is billed at least, if anything is. */
  readonly minDuration?: number | undefined;
  /** Price of a call that was not answered. */
  readonly attemptFee?: DecimalText | undefined;
  readonly minCharge?: DecimalText | undefined;
  readonly maxCharge?: DecimalText | undefined;
  /** Beyond `maxCharge` a call is free, or the switch ends it and rating takes no notice. Default free. */
  readonly maxChargeStrategy?: "free" | "disconnect" | undefined;
  /** How the amount of each leg is rounded, to `roundingDecimals`. Default `halfEven`. */
  readonly roundingMode?: RoundingMode | undefined;
  /** Places of each leg's amount. Default 12. */
  readonly roundingDecimals?: number | undefined;
  /**
   * Where an amount is rounded: for each leg, the default, or nowhere before the statement line, which is
   * then the exact sum of its legs.
   */
  readonly roundingScope?: "perLeg" | "perInvoiceLine" | undefined;
  /**
   * What a call that reaches into another time band costs (handbook §2.5): each increment by the band in
   * which it starts, all by the band at answer, or, the default, cut at the edge where increments are of
   * at most a second and as `incrementStart` otherwise.
   */
  readonly timeBandPolicy?: "splitAtEdge" | "incrementStart" | "callStart" | undefined;
  /** Whether a rate that comes into force during a call counts from then on. Default `rateAtAnswer`. */
  readonly rateChange?: "rateAtAnswer" | "splitAtEffective" | undefined;
}

/** What a row may say of its calls. */
export interface DeckRowCall
  extends Pick<
    CallRules,
    | "graceSeconds"
    | "freeSeconds"
    | "minDuration"
    | "attemptFee"
    | "minCharge"
    | "maxCharge"
    | "maxChargeStrategy"
    | "roundingMode"
    | "roundingDecimals"
  > {
  /** Rates within a state and between states; `rate` is where that cannot be told (handbook §2.7). */
  readonly intraRate?: DecimalText | undefined;
  readonly interRate?: DecimalText | undefined;
}

/** Of the days of the week, Monday first. */
export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

/**
 * What a clock and calendar in the deck's zone show at the times of a band; all that is said must hold.
 * Of two bands at the same time the heavier one counts (handbook §2.5).
 */
export interface TimeBand {
  readonly days?: readonly Weekday[] | undefined;
  /** 1 to 12. */
  readonly months?: readonly number[] | undefined;
  /** 1 to 31. */
  readonly monthDays?: readonly number[] | undefined;
  /** Only on the deck's holidays, or never on them; absent: they are days like others. */
  readonly holidays?: "only" | "except" | undefined;
  /** `08:00-18:00`: from the first minute on and before the last one. `22:00-06:00` is both ends of a day. */
  readonly times?: readonly string[] | undefined;
  /** Default 0. */
  readonly weight?: number | undefined;
}
