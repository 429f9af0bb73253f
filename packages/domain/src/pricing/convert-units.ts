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
  /** Smallest units of one of the places that rounding keeps: those of a unit where it is whole. */
  readonly step: bigint;
}

/** Name of what a converted quantity counts. */
export const CONVERTED = "units";

const PLACES = 12;

/**
 * Refuses `convert.one-of-both` unless it divides or multiplies, `convert.not-positive` for a factor of
 * 0 or less, `convert.too-fine` where the converted unit is too small to count in, and
 * `convert.decimals-unrounded` for places of what is not rounded.
 */
export function compileConversion(from: Unit, conversion: UnitConversion): CompiledConversion {
  const { divide, multiply, rounding = "none", decimals } = conversion;
  if ((divide === undefined) === (multiply === undefined)) throw new Refusal("convert.one-of-both");
  if (decimals !== undefined && rounding === "none")
    throw new Refusal("convert.decimals-unrounded");
  const factor = parseDecimal(divide ?? multiply ?? "", PLACES);
  if (factor <= 0n) throw new Refusal("convert.not-positive", { ...conversion });
  const one = 10n ** BigInt(PLACES);
  const [over, under] = divide === undefined ? [factor, one] : [one, factor];
  const { numerator, denominator } = lowestTerms(over, under * BigInt(from.size));
  const size = rounding === "none" ? Number(denominator) : ROUNDED_SIZE;
  if (!Number.isSafeInteger(size)) throw new Refusal("convert.too-fine", { ...conversion });
  const unit = { quantity: CONVERTED, size };
  const step = BigInt(ROUNDED_SIZE) / 10n ** BigInt(decimals ?? 0);
  assert(step >= 1n, "rounding keeps no more places than are counted");
  return { unit, numerator, denominator, rounding: rounding === "none" ? null : rounding, step };
}

/** So fine are rounded units counted, and may included units be: `decimals` of 6 at most. */
const ROUNDED_SIZE = 1_000_000;

/**
 * A quantity in the converted unit's smallest units. Divided by 1,000 and rounded up, 1,400 bytes are 2
 * units; with one of the `decimals` and without rounding they are 1.4. Rounds the whole period's quantity
 * once.
 */
export function convertUnits(conversion: CompiledConversion, quantity: bigint): bigint {
  const { numerator, denominator, rounding, step } = conversion;
  assert(quantity >= 0n, "a priced quantity is not negative");
  if (rounding === null) return quantity * numerator;
  const steps = BigInt(ROUNDED_SIZE) / step;
  return divideRounded(quantity * numerator * steps, denominator, rounding) * step;
}
