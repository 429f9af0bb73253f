/** Says what a month's use costs, model by model. */
import { assert } from "../assert.ts";
import type { PerUnit } from "../catalogue/catalogue.ts";
import type {
  BlockTier,
  PercentTier,
  StairStep,
  Tier,
  UsagePrice,
} from "../catalogue/usage-price.ts";
import { countText, eachUnit, grouped, listed, type PriceOf, unitsOf } from "./price-words.ts";

/**
 * `1,000 segments a month are included; then 0.075 EUR a segment up to 10,000 and 0.069 EUR beyond
 * in a month, at most 500.00 EUR a month`
 */
export function describeUsagePrice(price: UsagePrice, amount: PriceOf): string {
  const { per, convert, discountPercent, maximum, minimum } = price;
  const before: string[] = [];
  if (convert !== undefined) {
    const by = convert.divide ?? convert.multiply ?? "1";
    const { rounding = "none", decimals = 0 } = convert;
    const places =
      decimals === 0
        ? "in whole ones"
        : decimals === 1
          ? "to one decimal"
          : `to ${decimals} decimals`;
    const whole = rounding === "none" ? "" : `, ${places}`;
    const how = convert.divide === undefined ? "times" : "divided by";
    before.push(`counted in the month's ${unitsOf(per)} ${how} ${grouped(by)}${whole}; `);
  }
  const free = describeIncluded(price);
  if (free !== "") before.push(`${free}; then `);
  const after = [
    discountPercent === undefined ? "" : `, less ${discountPercent} %`,
    minimum === undefined ? "" : `, at least ${amount(minimum)} a month`,
    maximum === undefined ? "" : `, at most ${amount(maximum)} a month`,
  ];
  return [...before, describeModel(price, amount), ...after].join("");
}

/**
 * Units that cost nothing, and what becomes of those that a month leaves; empty when there are
 * none.
 */
function describeIncluded(price: UsagePrice): string {
  const { per, convert, included, includedPerAccount, rollover } = price;
  const units = convert === undefined ? unitsOf(per) : "of these";
  const parts: string[] = [];
  if (included !== undefined) {
    parts.push(`${countText(included, per)} ${units} a month are included`);
  }
  if (includedPerAccount !== undefined) {
    const { units: each, pooled = true } = includedPerAccount;
    const use = pooled ? "for all accounts together" : "for itself";
    parts.push(`each account that uses any brings ${countText(each, per)} ${units} along, ${use}`);
  }
  if (rollover !== undefined) {
    const { months, cap } = rollover;
    const most = cap === undefined ? "" : `, at most ${countText(cap, per)}`;
    const later = months === 1 ? "the next month" : `the next ${months} months`;
    parts.push(`what is left of them can be used in ${later}${most}`);
  }
  return parts.join("; ");
}

function describeModel(price: UsagePrice, amount: PriceOf): string {
  const { per } = price;
  switch (price.model) {
    case "graduated":
      return describeTiers(price.tiers, per, amount, true);
    case "volume": {
      const tiers = describeTiers(price.tiers, per, amount, false);
      if (price.tiers.length === 1) return tiers;
      return `every unit of the month at the rate that its total reaches: ${tiers}`;
    }
    case "stairStep":
      return describeSteps(price.tiers, per, amount);
    case "package":
      return `${amount(price.rate)} for each started ${countText(price.size, per)} ${unitsOf(per)}`;
    case "graduatedBlocks":
      return describeBlocks(price.tiers, per, amount, "then");
    case "volumeBlocks":
      return (
        "every unit of the month in blocks of the tier that its total reaches: " +
        describeBlocks(price.tiers, per, amount, "or")
      );
    case "graduatedPercentage":
      return describePercentTiers(price.tiers, amount);
    case "periodPercentage": {
      const { percent, feePerEvent, freeEvents } = price;
      const fee = feePerEvent === undefined ? "" : ` and ${amount(feePerEvent)} an event`;
      const free = freeEvents === undefined ? "" : ` after the first ${grouped(`${freeEvents}`)}`;
      return `${percent} % of the money in a month${fee}${fee === "" ? "" : free}`;
    }
    default:
      return unknownModel(price);
  }
}

function unknownModel(price: never): never {
  assert(false, `every price of use has its words: ${JSON.stringify(price)}`);
}

/** `0.075 EUR a segment up to 10,000 and 0.069 EUR beyond` */
function describeTiers(
  tiers: readonly Tier[],
  per: PerUnit,
  amount: PriceOf,
  isGraduated: boolean,
): string {
  const prices = tiers.map((tier, at) => {
    const once = tier.flat === undefined ? "" : ` (and ${amount(tier.flat)} once)`;
    const rate = `${amount(tier.rate)}${at === 0 ? ` ${eachUnit(per)}` : ""}${once}`;
    return tiers.length === 1 ? rate : `${rate} ${endOf(tier, per)}`;
  });
  const inMonth = isGraduated && tiers.length > 1 ? " in a month" : "";
  return `${listed(prices)}${inMonth}`;
}

function endOf({ upTo }: { readonly upTo: string | null }, per: PerUnit): string {
  return upTo === null ? "beyond" : `up to ${countText(upTo, per)}`;
}

/** `5.00 EUR a month for up to 1,000 segments and 9.00 EUR beyond` */
function describeSteps(tiers: readonly StairStep[], per: PerUnit, amount: PriceOf): string {
  const prices = tiers.map((tier, at) => {
    const fee = `${amount(tier.flat)}${at === 0 ? " a month" : ""}`;
    if (tiers.length === 1) return fee;
    const units = at === 0 ? ` ${unitsOf(per)}` : "";
    return `${fee} ${tier.upTo === null ? "" : "for "}${endOf(tier, per)}${units}`;
  });
  return listed(prices);
}

/** `2 blocks of 100 segments at 1.00 EUR each, then blocks of 500 at 4.00 EUR each` */
function describeBlocks(
  tiers: readonly BlockTier[],
  per: PerUnit,
  amount: PriceOf,
  joint: "then" | "or",
): string {
  const blocks = tiers.map((tier, at) => {
    const count = tier.blocks === null ? "" : `${grouped(tier.blocks)} `;
    const units = at === 0 ? ` ${unitsOf(per)}` : "";
    const size = countText(tier.size, per);
    return `${count}blocks of ${size}${units} at ${amount(tier.rate)} each`;
  });
  return blocks.join(`, ${joint} `);
}

/** `10 % of the money in a month up to 1,000.00 EUR and 5 % beyond` */
export function describePercentTiers(
  tiers: readonly PercentTier[],
  amount: PriceOf,
  money = "money in a month",
): string {
  const shares = tiers.map((tier, at) => {
    const once = tier.flat === undefined ? "" : ` (and ${amount(tier.flat)} once)`;
    const share = `${tier.percent} %${at === 0 ? ` of the ${money}` : ""}${once}`;
    if (tiers.length === 1) return share;
    return `${share} ${tier.upTo === null ? "beyond" : `up to ${amount(tier.upTo)}`}`;
  });
  return listed(shares);
}
