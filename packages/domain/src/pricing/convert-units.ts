import { assert } from "../assert.ts";
import type { UnitConversion } from "../catalogue/usage-price.ts";
import { parseDecimal } from "../decimal.ts";
import { Refusal } from "../refusals.ts";
import { divideRounded, type RoundingMode } from "../rounding.ts";
import type { Unit } from "../units.ts";
import { lowestTerms } from "./fraction.ts";

/** A checked conversion: a smallest unit is `numerator ÷ denominator` of a converted unit. */
export interface CompiledConversion {
  /** What the converted quantity counts; rounded units may still be divided by included ones. */
  readonly unit: Unit;
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly rounding: RoundingMode | null;
}

/** Name of what a converted quantity counts. */
export const CONVERTED = "units";

const PLACES = 12;

/**
 * Refuses `convert.one-of-both` unless it divides or multiplies, `convert.not-positive` for a factor of
 * 0 or less, and `convert.too-fine` where the converted unit is too small to count in.
 */
export function compileConversion(from: Unit, conversion: UnitConversion): CompiledConversion {
  const { divide, multiply, rounding = "none" } = conversion;
  if ((divide === undefined) === (multiply === undefined)) throw new Refusal("convert.one-of-both");
  const factor = parseDecimal(divide ?? multiply ?? "", PLACES);
  if (factor <= 0n) throw new Refusal("convert.not-positive", { ...conversion });
  const one = 10n ** BigInt(PLACES);
  const [over, under] = divide === undefined ? [factor, one] : [one, factor];
  const { numerator, denominator } = lowestTerms(over, under * BigInt(from.size));
  const size = rounding === "none" ? Number(denominator) : ROUNDED_SIZE;
  if (!Number.isSafeInteger(size)) throw new Refusal("convert.too-fine", { ...conversion });
  const unit = { quantity: CONVERTED, size };
  return { unit, numerator, denominator, rounding: rounding === "none" ? null : rounding };
}

/** So fine may included units be, where whole units are counted. */
const ROUNDED_SIZE = 1_000_000;

/**
 * A quantity in the converted unit's smallest units. Divided by 1,000 and rounded up, 1,400 bytes are 2
 * units; without rounding they are 1.4. Rounds the whole period's quantity once.
 */
export function convertUnits(conversion: CompiledConversion, quantity: bigint): bigint {
  const { numerator, denominator, rounding } = conversion;
  assert(quantity >= 0n, "a priced quantity is not negative");
  if (rounding === null) return quantity * numerator;
  return divideRounded(quantity * numerator, denominator, rounding) * BigInt(ROUNDED_SIZE);
}
