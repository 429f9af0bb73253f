import type { DeckRowCall } from "../catalogue/call-rules.ts";
import { divideRounded } from "../rounding.ts";
import type { Unit } from "../units.ts";
import { billedDuration } from "./billed-duration.ts";
import { priceFraction } from "./price-fraction.ts";
import { addWhole, multiplyDivide, settle, type Whole } from "./whole.ts";

/** What a deck row charges. A deck has few different ones beside its rows. */
export interface Tariff {
  /** Pico-units per smallest unit of the quantity, as fractions in lowest terms. */
  readonly rate: number;
  readonly rateBy: number;
  /** Of what follows the initial increment. */
  readonly rateNext: number;
  readonly rateNextBy: number;
  readonly connectFee: number;
  /** In smallest units of the quantity; both 0: no increments. */
  readonly initial: number;
  readonly subsequent: number;
  /** What it asks for of calls; null: nothing more. */
  readonly call: DeckRowCall | null;
}

/** The columns of a deck that make a tariff. */
export interface TariffColumns {
  readonly rate: string;
  readonly rateNext: string | null;
  readonly connectFee: string | null;
  /** In seconds where the deck is priced by time, else in the quantity; null: the deck has none. */
  readonly initialIncrement: number | null;
  readonly subsequentIncrement: number | null;
  readonly call?: DeckRowCall | null | undefined;
}

/** Price lists write increments in seconds; time is counted in milliseconds. */
const INCREMENT_OF_TIME = 1000;

/** Refuses `decimal.too-precise` as `priceFraction` does. */
export function compileTariff(columns: TariffColumns, unit: Unit): Tariff {
  const { connectFee, initialIncrement, subsequentIncrement, call = null } = columns;
  const rate = priceFraction(columns.rate, unit.size);
  const next = columns.rateNext === null ? rate : priceFraction(columns.rateNext, unit.size);
  const increment = unit.quantity === "milliseconds" ? INCREMENT_OF_TIME : 1;
  const initial = (initialIncrement ?? 0) * increment;
  return {
    rate: rate.numerator,
    rateBy: rate.by,
    rateNext: next.numerator,
    rateNextBy: next.by,
    connectFee: connectFee === null ? 0 : priceFraction(connectFee, 1).numerator,
    initial,
    subsequent: initial === 0 ? 0 : (subsequentIncrement ?? initialIncrement ?? 0) * increment,
    call,
  };
}

/**
 * Connect fee, the initial increment at the first rate and the rest at the next one (handbook §2.3).
 * Rounded once: where both rates are the same fraction, or exactly over a common divisor.
 */
export function rateByTariff(
  { rate, rateBy, rateNext, rateNextBy, connectFee, initial, subsequent }: Tariff,
  raw: number,
  mode: "initialThenSubsequent" | "wholeMultiple",
): { billed: number; amount: Whole } {
  const billed = initial === 0 ? raw : billedDuration(raw, initial, subsequent, mode);
  let used: Whole;
  if ((rate === rateNext && rateBy === rateNextBy) || billed <= initial) {
    used = multiplyDivide(billed, rate, rateBy);
  } else {
    const first = BigInt(initial) * BigInt(rate) * BigInt(rateNextBy);
    const rest = BigInt(billed - initial) * BigInt(rateNext) * BigInt(rateBy);
    used = settle(divideRounded(first + rest, BigInt(rateBy) * BigInt(rateNextBy)));
  }
  return { billed, amount: addWhole(connectFee, used) };
}
