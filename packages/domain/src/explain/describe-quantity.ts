import type { PerUnit } from "../catalogue/catalogue.ts";
import { formatDecimal } from "../decimal.ts";

/** Smallest units of a quantity as people read them: `61 s`, `1 segment`, `12 number months`. */
export function describeQuantity(quantity: string, smallest: bigint): string {
  if (quantity === "milliseconds") return `${formatDecimal(smallest, 3)} s`;
  const words = wordsOf(quantity);
  return `${smallest} ${smallest === 1n || smallest === -1n ? words.replace(/s$/, "") : words}`;
}

/** What a price is per: `minute`, `participant minute`, `30 bytes`. */
export function describeUnit(per: PerUnit): string {
  return typeof per === "string" ? wordsOf(per) : describeQuantity(per.quantity, BigInt(per.size));
}

/** `numberMonths` → `number months` */
function wordsOf(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** At least four places, so that prices of one column compare: `0.0240 EUR`. */
export function describeAmount(decimal: string, currency: string): string {
  const [whole, fraction = ""] = decimal.split(".");
  return `${whole}.${fraction.padEnd(4, "0")} ${currency}`;
}
