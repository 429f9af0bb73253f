import { type Amount, PICO_PLACES } from "./amount.ts";
import { assert } from "./assert.ts";
import { minorPlaces } from "./currencies.ts";
import { formatFixed } from "./decimal.ts";
import { divideRounded, type RoundingMode } from "./rounding.ts";

/** What can be paid: a whole number of the currency's minor unit (cents, yen, fils). */
export interface Money {
  readonly currency: string;
  readonly minor: bigint;
}

/** The only way from an exact amount to money: called once, when a statement line is made. */
export function roundToMoney(amount: Amount, mode: RoundingMode): Money {
  const places = PICO_PLACES - minorPlaces(amount.currency);
  assert(places >= 0, "a minor unit has no more places than an amount");
  return {
    currency: amount.currency,
    minor: divideRounded(amount.pico, 10n ** BigInt(places), mode),
  };
}

/** With all places of the minor unit and without the currency: `"12.34"`, `"-0.05"`, JPY `"12"`. */
export function formatMoney(money: Money): string {
  const places = minorPlaces(money.currency);
  return formatFixed(money.minor, places, places);
}
