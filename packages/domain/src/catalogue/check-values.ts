/** Checks of single values, each telling what is wrong and answering null then. */
import { minorPlaces } from "../currencies.ts";
import { parseDecimal } from "../decimal.ts";
import { checkCatalogueId } from "../ids.ts";
import type { Instant } from "../instant.ts";
import { checkZone, instantOfDateOrInstant } from "../period.ts";
import { Refusal } from "../refusals.ts";
import { unitOf } from "../units.ts";
import type { PerUnit } from "./catalogue.ts";
import type { Path, Report } from "./problems.ts";

/** Places of an amount and of every decimal of the catalogue. */
export const DECIMAL_PLACES = 12;

/** Of event types, quantities and dimensions: they come from programs, so capitals are usual. */
const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,62}$/;

/** Refuses names that every object has, too: looking them up in a map must find nothing. */
export function checkId(id: string, path: Path, report: Report): void {
  const isId = attempt(() => checkCatalogueId(id)) !== null;
  if (!isId || id in {}) report(path, "catalogue.id-malformed", { id });
}

export function checkName(name: string, path: Path, report: Report): void {
  if (!NAME.test(name) || name in {}) report(path, "catalogue.name-malformed", { name });
}

export function checkDecimal(text: string, path: Path, report: Report): bigint | null {
  const value = attempt(() => parseDecimal(text, DECIMAL_PLACES));
  if (value === null) report(path, "catalogue.decimal-malformed", { text, places: DECIMAL_PLACES });
  return value;
}

export function checkNotNegative(text: string, path: Path, report: Report): bigint | null {
  const value = checkDecimal(text, path, report);
  if (value !== null && value < 0n) report(path, "catalogue.negative", { text });
  return value;
}

/** Whether it is a decimal above zero; tells what it is otherwise. */
export function checkPositive(text: string, path: Path, report: Report): boolean {
  const value = checkDecimal(text, path, report);
  if (value !== null && value <= 0n) report(path, "catalogue.not-positive", { text });
  return value !== null && value > 0n;
}

/** A least and a most sum, each of which may be absent, that do not cross. */
export function checkLimits<Key extends string>(
  price: { readonly [K in Key]?: string | undefined },
  [least, most]: readonly [least: Key, most: Key],
  path: Path,
  report: Report,
): void {
  const [minimum, maximum] = [price[least], price[most]];
  const low = minimum === undefined ? null : checkNotNegative(minimum, [...path, least], report);
  const high = maximum === undefined ? null : checkNotNegative(maximum, [...path, most], report);
  if (minimum === undefined || maximum === undefined || low === null || high === null) return;
  if (low > high) report([...path, least], "catalogue.limits-crossed", { minimum, maximum });
}

/** A date counts from its midnight in `zone`; a zone that is wrong itself is told elsewhere. */
export function checkInstant(
  text: string,
  zone: string,
  path: Path,
  report: Report,
): Instant | null {
  const known = attempt(() => checkZone(zone)) ?? checkZone("UTC");
  const instant = attempt(() => instantOfDateOrInstant(known, text));
  if (instant === null) report(path, "catalogue.date-malformed", { text });
  return instant;
}

export function checkCurrency(currency: string, path: Path, report: Report): void {
  if (attempt(() => minorPlaces(currency)) === null) {
    report(path, "catalogue.currency-unknown", { currency });
  }
}

export function checkTimeZone(zone: string, path: Path, report: Report): void {
  if (attempt(() => checkZone(zone)) === null) report(path, "catalogue.zone-unknown", { zone });
}

/**
 * What `read` answers, or null where it refuses: a check lists refusals instead of stopping at one.
 */
export function attempt<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** The quantity that a unit counts and how many smallest units it is. */
export function checkUnit(
  per: PerUnit,
  path: Path,
  report: Report,
): { readonly quantity: string; readonly size: number } | null {
  const unit = attempt(() => unitOf(per));
  if (unit === null) {
    report(path, "catalogue.unit-unknown", { unit: typeof per === "string" ? per : per.quantity });
  }
  return unit;
}
