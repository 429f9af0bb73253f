import { parseDecimal } from "../decimal.ts";
import { unitOf } from "../units.ts";
import { hasWholeParts } from "../voice/line-rest.ts";
import type { CallRules, DeckRowCall } from "./call-rules.ts";
import type { PerUnit } from "./catalogue.ts";
import { attempt, checkNotNegative, DECIMAL_PLACES } from "./check-values.ts";
import type { Path, Report } from "./problems.ts";
import type { RatioPrice } from "./ratio-price.ts";

/** Rules of calls, of a term or of a deck row: bounds in order, and no more exact than what is rounded. */
export function checkCallRules(rules: CallRules | DeckRowCall, path: Path, report: Report): void {
  for (const key of ["attemptFee", "minCharge", "maxCharge"] as const) {
    const text = rules[key];
    if (text !== undefined) checkNotNegative(text, [...path, key], report);
  }
  const { minCharge, maxCharge, maxChargeStrategy } = rules;
  if (maxChargeStrategy !== undefined && maxCharge === undefined) {
    report([...path, "maxChargeStrategy"], "catalogue.strategy-without-maximum", {});
  }
  const [min, max] = [minCharge, maxCharge].map((text) => picoOf(text));
  if (typeof min === "bigint" && typeof max === "bigint" && min > max) {
    const detail = { min: minCharge ?? "", max: maxCharge ?? "" };
    report([...path, "minCharge"], "catalogue.charge-bounds-crossed", detail);
  }
  checkLegRounding(rules, path, report);
  for (const key of ["attemptFee", "minCharge", "maxCharge"] as const) {
    checkPlaces(rules[key], rules.roundingDecimals, [...path, key], report);
  }
}

export function checkLegRounding(
  { roundingMode, roundingDecimals }: Pick<CallRules, "roundingMode" | "roundingDecimals">,
  path: Path,
  report: Report,
): void {
  if (roundingMode === undefined || roundingDecimals !== undefined) return;
  report([...path, "roundingMode"], "catalogue.rounding-without-decimals", {});
}

type Rounding = Pick<CallRules, "roundingMode" | "roundingDecimals" | "roundingScope">;

/** A line is rounded, or its legs are, never both; and it is rounded in units that come out whole. */
export function checkRoundingScope(
  { roundingScope, roundingDecimals }: Rounding,
  per: PerUnit,
  path: Path,
  report: Report,
): void {
  if (roundingScope !== "perInvoiceLine") return;
  const at = [...path, "roundingScope"];
  if (roundingDecimals !== undefined) report(at, "catalogue.rounding-twice", {});
  const unit = attempt(() => unitOf(per));
  if (unit !== null && !hasWholeParts(unit.size)) report(at, "catalogue.line-unit-odd", {});
}

/** A bound of as many places as the leg's cannot be crossed by rounding (handbook §2.3). */
function checkPlaces(
  text: string | undefined,
  decimals: number | undefined,
  path: Path,
  report: Report,
): void {
  if (text === undefined || decimals === undefined || picoOf(text) === null) return;
  if (attempt(() => parseDecimal(text, decimals)) !== null) return;
  report(path, "catalogue.charge-too-precise", { text, decimals });
}

function picoOf(text: string | undefined): bigint | null {
  return text === undefined ? null : attempt(() => parseDecimal(text, DECIMAL_PLACES));
}

const HUNDRED_PERCENT = 100n * 10n ** BigInt(DECIMAL_PLACES);

/** A kind of calls that is some of all, and a part of them that may go free. */
export function checkRatio(price: RatioPrice, path: Path, report: Report): void {
  checkNotNegative(price.rate, [...path, "rate"], report);
  const at = [...path, "allowancePercent"];
  const percent = checkNotNegative(price.allowancePercent, at, report);
  if (percent !== null && percent >= HUNDRED_PERCENT) {
    report(at, "catalogue.allowance-of-all", { percent: price.allowancePercent });
  }
  const { secondsMax, where = {} } = price.matching;
  if (secondsMax === undefined && Object.keys(where).length === 0) {
    report([...path, "matching"], "catalogue.ratio-of-all", {});
  }
}
