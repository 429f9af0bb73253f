import { parseDecimal } from "../decimal.ts";
import { compileConversion } from "../pricing/convert-units.ts";
import { smallestUnits, type Unit, unitOf } from "../units.ts";
import type { PerUnit } from "./catalogue.ts";
import {
  attempt,
  checkDecimal,
  checkLimits,
  checkNotNegative,
  checkPositive,
} from "./check-values.ts";
import type { Path, Report } from "./problems.ts";
import type { BlockTier, PercentTier, UsagePrice } from "./usage-price.ts";

/** A price of a period's quantity: its units, what its model needs, and what is done to the amount. */
export function checkUsagePrice(price: UsagePrice, path: Path, report: Report): void {
  const unit = checkConversion(price, path, report);
  const units = { unit, name: nameOf(price) };
  const { included, discountPercent } = price;
  if (included !== undefined) checkUnits(included, units, [...path, "included"], report);
  checkAllowances(price, units, path, report);
  if (discountPercent !== undefined) {
    const at = [...path, "discountPercent"];
    const fraction = checkPercent(discountPercent, at, report);
    if (fraction !== null && fraction > 10n ** 12n) {
      report(at, "catalogue.percent-out-of-range", { text: discountPercent });
    }
  }
  checkLimits(price, ["minimum", "maximum"], path, report);
  checkModel(price, units, path, report);
}

/** What tiers and included units count, null where that is wrong itself, and its name in problems. */
interface PricedUnits {
  readonly unit: Unit | null;
  readonly name: string;
}

function nameOf({ per, convert }: { readonly per: PerUnit; readonly convert?: unknown }): string {
  if (convert !== undefined) return "converted unit";
  return typeof per === "string" ? per : per.quantity;
}

function checkConversion({ per, convert }: UsagePrice, path: Path, report: Report): Unit | null {
  const unit = attempt(() => unitOf(per));
  if (convert === undefined) return unit;
  const at = [...path, "convert"];
  const { divide, multiply, decimals, rounding = "none" } = convert;
  if (decimals !== undefined && rounding === "none") {
    report([...at, "decimals"], "catalogue.conversion-unrounded", {});
    return null;
  }
  if ((divide === undefined) === (multiply === undefined)) {
    report(at, "catalogue.conversion-one-of-both", {});
    return null;
  }
  const key = divide === undefined ? "multiply" : "divide";
  if (!checkPositive(divide ?? multiply ?? "", [...at, key], report) || unit === null) return null;
  const converted = attempt(() => compileConversion(unit, convert).unit);
  if (converted === null) report([...at, key], "catalogue.conversion-too-fine", {});
  return converted;
}

/** A number of units, such as 1.5 minutes, as whole smallest units: 90,000 ms. */
function checkUnits(
  text: string,
  { unit, name }: PricedUnits,
  path: Path,
  report: Report,
): bigint | null {
  const number = checkNotNegative(text, path, report);
  if (number === null || number < 0n || unit === null) return null;
  const units = attempt(() => smallestUnits(text, unit));
  if (units === null) report(path, "catalogue.quantity-not-whole", { text, unit: name });
  return units;
}

function checkAllowances(
  { includedPerAccount, rollover, convert }: UsagePrice,
  units: PricedUnits,
  path: Path,
  report: Report,
): void {
  if (includedPerAccount !== undefined) {
    const at = [...path, "includedPerAccount"];
    checkUnits(includedPerAccount.units, units, [...at, "units"], report);
    if (convert !== undefined) report(at, "catalogue.per-account-converted", {});
  }
  if (rollover === undefined) return;
  const at = [...path, "rollover"];
  if (rollover.cap !== undefined) checkUnits(rollover.cap, units, [...at, "cap"], report);
  if (includedPerAccount?.pooled === false) report(at, "catalogue.rollover-unpooled", {});
}

function checkModel(price: UsagePrice, units: PricedUnits, path: Path, report: Report): void {
  const at = [...path, "tiers"];
  switch (price.model) {
    case "graduated":
    case "volume":
      checkEnds(price.tiers, units, at, report);
      checkSums(price.tiers, ["rate", "flat"], at, report);
      return;
    case "stairStep":
      checkEnds(price.tiers, units, at, report);
      checkSums(price.tiers, ["flat"], at, report);
      return;
    case "package":
      checkSize(price.size, units, [...path, "size"], report);
      checkNotNegative(price.rate, [...path, "rate"], report);
      return;
    case "graduatedBlocks":
    case "volumeBlocks":
      checkBlocks(price.tiers, units, at, report);
      return;
    case "graduatedPercentage":
      checkPercentTiers(price.tiers, units, at, report);
      return;
    case "periodPercentage":
      checkPercent(price.percent, [...path, "percent"], report);
      if (price.feePerEvent !== undefined) {
        checkNotNegative(price.feePerEvent, [...path, "feePerEvent"], report);
      }
  }
}

/** Tiers of money, and the percentage of each. */
export function checkPercentTiers(
  tiers: readonly PercentTier[],
  units: PricedUnits,
  path: Path,
  report: Report,
): void {
  checkEnds(tiers, units, path, report);
  checkSums(tiers, ["flat"], path, report);
  for (const [index, { percent }] of tiers.entries()) {
    checkPercent(percent, [...path, index, "percent"], report);
  }
}

/** Tiers ascend, only the last is open, and each ends at a whole number of the smallest unit. */
function checkEnds(
  tiers: readonly { readonly upTo: string | null }[],
  units: PricedUnits,
  path: Path,
  report: Report,
): void {
  if (tiers.length === 0) report(path, "catalogue.tiers-missing", {});
  let below = 0n;
  for (const [index, { upTo }] of tiers.entries()) {
    const at = [...path, index, "upTo"];
    if ((upTo === null) !== (index === tiers.length - 1)) {
      report(at, "catalogue.tiers-not-open", {});
    }
    if (upTo === null) continue;
    const end = checkUnits(upTo, units, at, report);
    if (end === null) continue;
    if (end <= below) report(at, "catalogue.tiers-not-ascending", {});
    else below = end;
  }
}

function checkSums<Key extends string>(
  tiers: readonly { readonly [K in Key]?: string | undefined }[],
  keys: readonly Key[],
  path: Path,
  report: Report,
): void {
  for (const [index, tier] of tiers.entries()) {
    for (const key of keys) {
      const sum = tier[key];
      if (sum !== undefined) checkNotNegative(sum, [...path, index, key], report);
    }
  }
}

function checkBlocks(
  tiers: readonly BlockTier[],
  units: PricedUnits,
  path: Path,
  report: Report,
): void {
  if (tiers.length === 0) report(path, "catalogue.tiers-missing", {});
  for (const [index, { blocks, size, rate }] of tiers.entries()) {
    const at = [...path, index];
    const isLast = index === tiers.length - 1;
    if ((blocks === null) !== isLast) report([...at, "blocks"], "catalogue.blocks-not-open", {});
    const held = blocks === null ? 1n : attempt(() => parseDecimal(blocks, 0));
    if (held === null || held <= 0n) {
      report([...at, "blocks"], "catalogue.blocks-not-whole", { text: blocks ?? "null" });
    }
    checkSize(size, units, [...at, "size"], report);
    checkNotNegative(rate, [...at, "rate"], report);
  }
}

function checkSize(text: string, units: PricedUnits, path: Path, report: Report): void {
  if (checkUnits(text, units, path, report) === 0n) {
    report(path, "catalogue.not-positive", { text });
  }
}

/** Places of a percentage: as a fraction of one it then has 12. */
const PERCENT_PLACES = 10;

/** A percentage of 0 or more as a fraction of one, in units of 10^-12. */
export function checkPercent(text: string, path: Path, report: Report): bigint | null {
  const value = checkDecimal(text, path, report);
  if (value === null) return null;
  if (value < 0n) {
    report(path, "catalogue.negative", { text });
    return null;
  }
  const fraction = attempt(() => parseDecimal(text, PERCENT_PLACES));
  if (fraction === null) {
    report(path, "catalogue.percent-too-precise", { text, places: PERCENT_PLACES });
  }
  return fraction;
}
