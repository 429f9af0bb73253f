import { isDerived } from "../meters/meter.ts";
import { unitOf } from "../units.ts";
import type { Price, Term } from "./catalogue.ts";
import { checkUsagePrice } from "./check-usage-price.ts";
import { attempt, checkNotNegative, checkUnit } from "./check-values.ts";
import { COUNTED_UNITS, countedBy, eventMetersUnder, type Meters } from "./metered-term.ts";
import { rampedPrices } from "./patch-price.ts";
import type { Path, Report } from "./problems.ts";
import { isUsagePrice } from "./usage-price.ts";

/** A term on a meter: the meter is there, its price is one of a quantity, and its lines are its groups. */
export function checkMeteredTerm(term: Term, meters: Meters, path: Path, report: Report): void {
  for (const key of ["on", "where", "chargeOn", "passThrough"] as const) {
    if (term[key] !== undefined) report([...path, key], "catalogue.metered-on-events", { key });
  }
  const name = term.meter ?? "";
  if (!Object.hasOwn(meters, name)) {
    report([...path, "meter"], "catalogue.meter-unknown", { meter: name });
    return;
  }
  for (const [at, split] of (term.lines ?? []).entries()) {
    if (eventMetersUnder(name, meters).every(({ by = [] }) => by.includes(split))) continue;
    report([...path, "lines", at], "catalogue.metered-split", { meter: name, name: split });
  }
  for (const [at, price] of rampedPrices(term).entries()) {
    const place = at === 0 ? [...path, "price"] : [...path, "ramp", at - 1, "price"];
    checkValuePrice(price, name, meters, place, report);
  }
}

/** A price of a meter's value. */
function checkValuePrice(
  price: Price,
  meter: string,
  meters: Meters,
  path: Path,
  report: Report,
): void {
  if (price.model === "perUnit") {
    checkNotNegative(price.rate, [...path, "rate"], report);
  } else if (!isUsagePrice(price)) {
    report([...path, "model"], "catalogue.metered-model", { model: price.model });
    return;
  } else {
    checkUsagePrice(price, path, report);
    for (const key of ["includedPerAccount", "rollover"] as const) {
      if (price[key] === undefined) continue;
      report([...path, key], "catalogue.metered-allowance", { key });
    }
    const isOfEvents = price.model === "periodPercentage" && price.feePerEvent !== undefined;
    // What a derived meter stands on may be the same event several times.
    if (isOfEvents && isDerived(meters[meter]!)) {
      report([...path, "feePerEvent"], "catalogue.metered-events", { meter });
    }
  }
  const at = [...path, "per"];
  checkUnit(price.per, at, report);
  const unit = attempt(() => unitOf(price.per));
  const counted = countedBy(meters[meter]!);
  if (unit === null || unit.quantity === counted || unit.quantity === COUNTED_UNITS) return;
  report(at, "catalogue.metered-unit", { meter, counted });
}
