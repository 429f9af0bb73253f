/** The rules of a call in the form that rating uses, made from those of its term and its deck row. */
import type { CallRules, DeckRowCall } from "../catalogue/call-rules.ts";
import type { Deck } from "../catalogue/catalogue.ts";
import { parseDecimal } from "../decimal.ts";
import { settle, type Whole } from "../rating/whole.ts";
import type { RoundingMode } from "../rounding.ts";
import type { DurationRounding } from "./round-duration.ts";

/** Durations in milliseconds, amounts in pico-units of the currency. */
export interface CompiledCallRules {
  readonly durationRounding: DurationRounding;
  readonly durationOffset: number;
  readonly grace: number;
  readonly connectOnZero: boolean;
  readonly free: number;
  readonly minimum: number;
  readonly incrementMode: NonNullable<Deck["incrementMode"]>;
  readonly timeBandPolicy: NonNullable<CallRules["timeBandPolicy"]>;
  readonly rateChange: NonNullable<CallRules["rateChange"]>;
  readonly attemptFee: Whole;
  readonly minCharge: Whole;
  /** null: nothing is free of charge beyond some amount. */
  readonly maxCharge: Whole | null;
  /** What the authorised duration is limited by; rating takes no notice of it. */
  readonly disconnectAt: Whole | null;
  /** null: 12 places, half-even, as every amount is. */
  readonly rounding: LegRounding | null;
  /** Whether what that leaves over is kept for the statement line. */
  readonly isPerLine: boolean;
}

export interface LegRounding {
  readonly mode: RoundingMode;
  readonly decimals: number;
}

const SECOND = 1000;

/** What the row says goes before what the term says. */
export function compileCallRules(
  term: CallRules,
  row: DeckRowCall,
  incrementMode: CompiledCallRules["incrementMode"],
): CompiledCallRules {
  const { maxChargeStrategy = "free", ...rules } = { ...term, ...definedOf(row) };
  const minCharge = picoOf(rules.minCharge ?? "0");
  const maxCharge = rules.maxCharge === undefined ? null : picoOf(rules.maxCharge);
  // A row's minimum above its term's maximum stands: rows go first.
  const upper = maxCharge !== null && maxCharge < minCharge ? minCharge : maxCharge;
  return {
    durationRounding: rules.durationRounding ?? "none",
    durationOffset: (rules.durationOffset ?? 0) * SECOND,
    grace: (rules.graceSeconds ?? 0) * SECOND,
    connectOnZero: rules.connectOnZero ?? false,
    free: (rules.freeSeconds ?? 0) * SECOND,
    minimum: (rules.minDuration ?? 0) * SECOND,
    incrementMode,
    timeBandPolicy: rules.timeBandPolicy ?? "splitAtEdge",
    rateChange: rules.rateChange ?? "rateAtAnswer",
    attemptFee: picoOf(rules.attemptFee ?? "0"),
    minCharge,
    maxCharge: maxChargeStrategy === "free" ? upper : null,
    disconnectAt: maxChargeStrategy === "disconnect" ? upper : null,
    rounding: legRounding(rules),
    // A row that has its legs rounded leaves nothing over.
    isPerLine: rules.roundingScope === "perInvoiceLine" && rules.roundingDecimals === undefined,
  };
}

export function legRounding({
  roundingMode: mode = "halfEven",
  roundingDecimals: decimals,
}: Pick<CallRules, "roundingMode" | "roundingDecimals">): LegRounding | null {
  return decimals === undefined ? null : { mode, decimals };
}

function definedOf(row: DeckRowCall): DeckRowCall {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

/** An amount of the catalogue in pico-units. */
function picoOf(amount: string): Whole {
  return settle(parseDecimal(amount, 12));
}
