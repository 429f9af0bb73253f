import { smallestUnits, unitOf } from "../units.ts";
import type { PeriodPrice } from "./catalogue.ts";
import { attempt, checkNotNegative } from "./check-values.ts";
import type { Path, Report } from "./problems.ts";

type TieredPrice = Extract<PeriodPrice, { readonly model: "graduated" | "volume" }>;

/** Tiers ascend, only the last is open, and each ends at a whole number of the smallest unit. */
export function checkTiers(price: TieredPrice, path: Path, report: Report): void {
  const { tiers, included } = price;
  const at = [...path, "tiers"];
  if (tiers.length === 0) report(at, "catalogue.tiers-missing", {});
  let below = 0n;
  for (const [index, tier] of tiers.entries()) {
    const tierPath = [...at, index];
    const isLast = index === tiers.length - 1;
    if ((tier.upTo === null) !== isLast) {
      report([...tierPath, "upTo"], "catalogue.tiers-not-open", {});
    }
    checkNotNegative(tier.rate, [...tierPath, "rate"], report);
    if (tier.flat !== undefined) checkNotNegative(tier.flat, [...tierPath, "flat"], report);
    if (tier.upTo === null) continue;
    const upTo = checkUnits(tier.upTo, price, [...tierPath, "upTo"], report);
    if (upTo === null) continue;
    if (upTo <= below) report([...tierPath, "upTo"], "catalogue.tiers-not-ascending", {});
    else below = upTo;
  }
  if (included !== undefined) checkUnits(included, price, [...path, "included"], report);
}

/** A number of units, such as 1.5 minutes, as whole smallest units: 90,000 ms. */
function checkUnits(text: string, { per }: TieredPrice, path: Path, report: Report): bigint | null {
  const number = checkNotNegative(text, path, report);
  const unit = attempt(() => unitOf(per));
  if (number === null || number < 0n || unit === null) return null;
  const units = attempt(() => smallestUnits(text, unit));
  if (units === null) {
    const name = typeof per === "string" ? per : per.quantity;
    report(path, "catalogue.quantity-not-whole", { text, unit: name });
  }
  return units;
}
