import type { DecimalText } from "../catalogue/catalogue.ts";
import { parseDecimal } from "../decimal.ts";
import { Refusal } from "../refusals.ts";
import { reduce } from "./whole.ts";

/**
 * A price per `size` smallest units as pico-units for one of them, a fraction in lowest terms that the
 * columns of an index hold exactly: beyond 2^53 only multiples of a power of two, as large prices with few
 * places are. Refuses `decimal.too-precise` for any other, and what `parseDecimal` does.
 */
export function priceFraction(
  price: DecimalText,
  size: number,
): { readonly numerator: number; readonly by: number } {
  const { numerator, by } = reduce(parseDecimal(price, 12), size);
  const column = Number(numerator);
  if (BigInt(column) !== BigInt(numerator)) {
    throw new Refusal("decimal.too-precise", { value: price });
  }
  return { numerator: column, by };
}
