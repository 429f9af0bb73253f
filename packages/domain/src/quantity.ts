import { assert } from "./assert.ts";

/** The most that one event may count, in smallest units: safely a `number`, 31,000 years in ms. */
export const QUANTITY_MAX = 1e15;

/**
 * A decimal as a whole number of smallest units, `times` of which are one of the decimal's: `61.5`
 * seconds times 1000 are 61,500 ms. A JavaScript number means its shortest decimal form, so 1.005
 * times 1000 is 1005. Nothing is rounded.
 *
 * Null when it is not a plain decimal, negative, above `QUANTITY_MAX` or not whole in smallest units
 * (`event.quantity-invalid`). It does not throw: a file may hold millions of such values.
 */
export function quantityFromDecimal(value: number | string, times: number): number | null {
  assert(Number.isSafeInteger(times) && times > 0, "a scale is a whole number above zero");
  const quantity = typeof value === "number" ? scaleNumber(value, times) : scaleText(value, times);
  return quantity >= 0 && quantity <= QUANTITY_MAX ? quantity : null;
}

/** NaN for what is no quantity. A fraction is read from its digits: it is never multiplied as one. */
function scaleNumber(value: number, times: number): number {
  // Adding 0 turns -0 into 0. A product that is not exact is far above the maximum.
  if (Number.isInteger(value)) return value * times + 0;
  const text = String(value);
  return text.includes("e") ? scaleLongText(text, times) : scaleText(text, times);
}

/** NaN for what is no quantity. Digits are read as they stand, so that no binary fraction arises. */
function scaleText(text: string, times: number): number {
  let digits = 0;
  let point = -1;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) digits = digits * 10 + digit;
    else if (digit === -2 && point < 0) point = at;
    else return Number.NaN;
  }
  const places = point < 0 ? 0 : text.length - point - 1;
  const product = digits * times;
  const bare = text === "" || point === 0 || (point > 0 && places === 0);
  if (bare) return Number.NaN;
  // Below 2^53 everything read so far is exact.
  if (product > Number.MAX_SAFE_INTEGER) return scaleLongText(text, times);
  const divisor = 10 ** places;
  return product % divisor === 0 ? product / divisor : Number.NaN;
}

/** Plain, or with the exponent that a number below a millionth is written with: `1e-7`. */
const DECIMAL = /^(\d{1,38})(?:\.(\d{1,38}))?(?:e-(\d{1,3}))?$/;

function scaleLongText(text: string, times: number): number {
  const match = DECIMAL.exec(text);
  if (match === null) return Number.NaN;
  const [, whole = "", fraction = "", exponent = "0"] = match;
  const product = BigInt(whole + fraction) * BigInt(times);
  const divisor = 10n ** BigInt(fraction.length + Number(exponent));
  return product % divisor === 0n ? Number(product / divisor) : Number.NaN;
}
