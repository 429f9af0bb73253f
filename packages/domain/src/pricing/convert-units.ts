import { assert } from "../assert.ts";
import { COUNTED_UNITS } from "../catalogue/metered-term.ts";
import type { UnitConversion } from "../catalogue/usage-price.ts";
import { parseDecimal } from "../decimal.ts";
import { Refusal } from "../refusals.ts";
import { divideRounded, type RoundingMode } from "../rounding.ts";
import type { Unit } from "../units.ts";
import { type Fraction, lowestTerms } from "./fraction.ts";

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
export const CONVERTED = COUNTED_UNITS;

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

/** A meter's value is counted in at most so many parts of its smallest unit. */
const VALUE_PARTS = 1_000_000;
/** And not in smaller ones than this many to a unit: sizes are safe integers. */
const VALUE_SIZE_MAX = 10 ** 15;

/**
 * For a meter's value, which need not be whole: an average of 1.5 channels, a third of a percent. Without
 * rounding it is counted in millionths of its smallest unit, in fewer parts where a unit holds very many.
 * Refuses what `compileConversion` refuses.
 */
export function compileValueConversion(
  from: Unit,
  conversion: UnitConversion = { multiply: "1" },
): CompiledConversion {
  const compiled = compileConversion(from, conversion);
  if (compiled.rounding !== null) return compiled;
  let parts = VALUE_PARTS;
  while (parts > 1 && compiled.unit.size * parts > VALUE_SIZE_MAX) parts /= 10;
  const numerator = compiled.numerator * BigInt(parts);
  return { ...compiled, unit: { ...compiled.unit, size: compiled.unit.size * parts }, numerator };
}

/** So fine are rounded units counted, and may included units be: `decimals` of 6 at most. */
const ROUNDED_SIZE = 1_000_000;

/**
 * A quantity in the converted unit's smallest units. Divided by 1,000 and rounded up, 1,400 bytes are 2
 * units; with one of the `decimals` and without rounding they are 1.4. Rounds the whole period's quantity
 * once.
 */
export function convertUnits(conversion: CompiledConversion, quantity: bigint): bigint {
  return convertValue(conversion, { numerator: quantity, denominator: 1n });
}

/** The same of a meter's exact value; what is finer than the converted unit is rounded half-even. */
export function convertValue(conversion: CompiledConversion, value: Fraction): bigint {
  const { numerator, denominator, rounding, step } = conversion;
  assert(value.numerator >= 0n, "a priced quantity is not negative");
  const exact = value.numerator * numerator;
  if (rounding === null) return divideRounded(exact, value.denominator);
  const steps = BigInt(ROUNDED_SIZE) / step;
  return divideRounded(exact * steps, value.denominator * denominator, rounding) * step;
}
