/** Prices and numbers of units as a salesperson says them. */
import type { PerUnit } from "../catalogue/catalogue.ts";
import { smallestUnits, unitOf } from "../units.ts";
import { describeUnit } from "./describe-quantity.ts";

/** An amount with its currency, as `priceText` writes it. */
export type PriceOf = (decimal: string) => string;

/** As the catalogue writes it, with two places at least: `49.00 EUR`, `0.0079 EUR`. */
export function priceText(decimal: string, currency: string): string {
  const [whole = "", fraction = ""] = decimal.split(".");
  return `${grouped(whole)}.${fraction.padEnd(2, "0")} ${currency}`;
}

/** `a minute`, `an attempt`, `per 1,000 messages`. */
export function eachUnit(per: PerUnit): string {
  const unit = describeUnit(per);
  if (typeof per !== "string") return `per ${unit}`;
  if (isPerThousand(per)) return `per 1,000 ${unitsOf(per)}`;
  return `${/^(?:[aeio]|hour\b)/.test(unit) ? "an" : "a"} ${unit}`;
}

/** A number of units: of a price per thousand, the things themselves. */
export function countText(decimal: string, per: PerUnit): string {
  if (!isPerThousand(per)) return grouped(decimal);
  return grouped(smallestUnits(decimal, unitOf(per)).toString());
}

function isPerThousand(per: PerUnit): boolean {
  return typeof per === "string" && per.startsWith("thousand");
}

/** `segments`, `times 6 s` */
export function unitsOf(per: PerUnit): string {
  const unit = describeUnit(per);
  if (typeof per !== "string") return `times ${unit}`;
  return isPerThousand(per) ? unit.replace(/^thousand /, "") : `${unit}s`;
}

/** Thousands of a decimal set apart: `10,000.5`. */
export function grouped(decimal: string): string {
  const [whole = "", fraction] = decimal.split(".");
  const apart = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}

/** `a, b and c` */
export function listed(parts: readonly string[]): string {
  return [parts.slice(0, -1).join(", "), parts.at(-1)].filter(Boolean).join(" and ");
}
