import { assert } from "./assert.ts";
import { Refusal } from "./refusals.ts";

/** Digits that a decimal may be written with, before and after the point together. */
const DECIMAL_DIGITS_MAX = 38;

/** As much of a refused text as its refusal repeats. */
const SHOWN_CHARACTERS_MAX = 64;

const PLAIN_DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * The decimal as a whole number of its `places`-th place: `"0.0085"` with 12 places is
 * 8,500,000,000. Plain digits only: no plus, exponent, blank, separator or bare point. Nothing is
 * rounded. Refuses `decimal.malformed`, `decimal.too-long` and, when a digit other than 0 lies
 * beyond `places`, `decimal.too-precise`.
 */
export function parseDecimal(text: string, places: number): bigint {
  assert(places >= 0, "a decimal keeps no less than its whole digits");
  const match = PLAIN_DECIMAL.exec(text);
  if (match === null) throw new Refusal("decimal.malformed", { text: shown(text) });
  const [, sign = "", whole = "", fraction = ""] = match;
  if (whole.length + fraction.length > DECIMAL_DIGITS_MAX) {
    throw new Refusal("decimal.too-long", { text: shown(text) });
  }
  if (/[1-9]/.test(fraction.slice(places))) {
    throw new Refusal("decimal.too-precise", { text: shown(text), places });
  }
  const size = BigInt(whole + fraction.slice(0, places).padEnd(places, "0"));
  return sign === "" ? size : -size;
}

/** The shortest plain digits that `parseDecimal` reads back: no exponent, no trailing zeros. */
export function formatDecimal(value: bigint, places: number): string {
  const { sign, whole, fraction } = digitsOf(value, places);
  const significant = fraction.replace(/0+$/, "");
  return significant === "" ? sign + whole : `${sign}${whole}.${significant}`;
}

/** With exactly `shown` digits after the point. Showing must not lose a digit: rounding comes before. */
export function formatFixed(value: bigint, places: number, shown: number): string {
  const { sign, whole, fraction } = digitsOf(value, places);
  assert(!/[1-9]/.test(fraction.slice(shown)), "showing a decimal loses no digit");
  const kept = fraction.slice(0, shown).padEnd(shown, "0");
  return kept === "" ? sign + whole : `${sign}${whole}.${kept}`;
}

function digitsOf(
  value: bigint,
  places: number,
): { sign: string; whole: string; fraction: string } {
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, "0");
  const point = digits.length - places;
  return {
    sign: value < 0n ? "-" : "",
    whole: digits.slice(0, point),
    fraction: digits.slice(point),
  };
}

function shown(text: string): string {
  return text.slice(0, SHOWN_CHARACTERS_MAX);
}
