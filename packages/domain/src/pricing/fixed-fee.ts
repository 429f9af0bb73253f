import { type Amount, parseAmount } from "../amount.ts";
import type { DecimalText } from "../catalogue/catalogue.ts";

/** The derivation of a fee that depends on no quantity. */
export interface FixedFee {
  readonly model: "fixedFee";
  readonly total: Amount;
}

/**
 * Due once in each period, whole, with usage or without. Below zero it is a credit. Refuses what
 * `parseAmount` refuses.
 */
export function fixedFee(currency: string, amount: DecimalText): FixedFee {
  return { model: "fixedFee", total: parseAmount(currency, amount) };
}
