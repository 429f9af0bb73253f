/** Where a call comes from, as origin surcharges ask (handbook §2.6). */
import { countryOfNumber } from "../events/read-number.ts";

/**
 * `domestic`: from the country it goes to; `eea`: from another one of the European Economic Area;
 * `nonEea`: from anywhere else; `invalid`: by a number that is none; `unknown`: withheld.
 */
export type OriginClass = "domestic" | "eea" | "nonEea" | "invalid" | "unknown";

/** The states of the European Union, Iceland, Liechtenstein and Norway. */
const EEA = new Set(
  `AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK`.split(
    " ",
  ),
);

/** `written` is what the event says of the caller; the numbers are digits of E.164, if they are any. */
export function originClassOf(
  written: string,
  caller: string | undefined,
  called: string | undefined,
): OriginClass {
  if (written === "") return "unknown";
  const country = caller === undefined ? null : countryOfNumber(caller);
  if (country === null) return "invalid";
  if (called !== undefined && countryOfNumber(called) === country) return "domestic";
  return EEA.has(country) ? "eea" : "nonEea";
}
