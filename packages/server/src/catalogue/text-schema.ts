/** Texts of a catalogue as YAML may bring them. */
import { z } from "zod";

export const TEXT_LENGTH_MAX = 1000;

/**
 * YAML reads `countryCode: 49` as a number. A whole number has one way to be written, so it is
 * taken for its digits; any other number is refused, because reading it has already changed it.
 */
export function text(schema: z.ZodString = z.string().min(1).max(TEXT_LENGTH_MAX)) {
  return z.preprocess((value) => (Number.isSafeInteger(value) ? String(value) : value), schema);
}

/** A number of more than whole digits, which has not been read yet. */
export const DECIMAL_WORDS = 'Write it in quotes, "0.01" for one: as a number it may lose digits.';

const digits = z.string({
  error: ({ input }) => (typeof input === "number" ? DECIMAL_WORDS : undefined),
});

export const decimal = text(digits.min(1).max(64)).describe("Decimal in plain digits");
