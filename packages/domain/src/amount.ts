import { minorPlaces } from "./currencies.ts";
import { formatDecimal, parseDecimal } from "./decimal.ts";
import { divideRounded } from "./rounding.ts";

/** Decimal places of every amount that is not payable yet. */
export const PICO_PLACES = 12;

/** An exact amount in units of 10^-12 of its currency. It becomes payable only by `roundToMoney`. */
export interface Amount {
  readonly currency: string;
  readonly pico: bigint;
}

/** Reads `"0.0085"`. Refuses `currency.unknown`, `decimal.*`, and more than 12 places. */
export function parseAmount(currency: string, text: string): Amount {
  minorPlaces(currency);
  return { currency, pico: parseDecimal(text, PICO_PLACES) };
}

/** The shortest plain decimal, without the currency: `"0.0085"`. */
export function formatAmount(amount: Amount): string {
  return formatDecimal(amount.pico, PICO_PLACES);
}

/**
 * `pico × numerator ÷ denominator`, rounded half-even once: 61,000 ms at 0.0085 per 60,000 ms are
 * 0.008641666667. Sum first and call this once; the sum of rounded parts is another number.
 */
export function timesFraction(pico: bigint, numerator: bigint, denominator: bigint): bigint {
  return divideRounded(pico * numerator, denominator);
}
