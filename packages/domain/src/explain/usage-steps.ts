/** Puts a period's quantity and its price into words: what was converted, included, priced, discounted. */
import type { Term } from "../catalogue/catalogue.ts";
import type { UsageModel } from "../catalogue/usage-price.ts";
import { formatDecimal, parseDecimal } from "../decimal.ts";
import { CONVERTED } from "../pricing/convert-units.ts";
import type { MeteredPart, TierStep, TiersPart } from "../statements/derivation.ts";
import { describeAmount, describeQuantity, describeUnit } from "./describe-quantity.ts";
import type { Step } from "./explained.ts";

/** What each model is called and does, and what its steps are called. */
export const USAGE_MODELS: Readonly<
  Record<UsageModel, { readonly name: string; readonly means: string }>
> = {
  graduated: {
    name: "graduated tiers",
    means: "graduated: each unit at the rate of the tier that it falls in",
  },
  volume: {
    name: "volume tiers",
    means: "volume: every unit at the rate of the tier that the total reaches",
  },
  stairStep: {
    name: "stair-step tiers",
    means: "stair-step: the fee of the tier that the total reaches",
  },
  package: { name: "packages", means: "package: each package that is started" },
  graduatedBlocks: {
    name: "graduated blocks",
    means: "graduated blocks: tiers fill in turn, each in blocks of its own size",
  },
  volumeBlocks: {
    name: "volume blocks",
    means: "volume blocks: every unit in blocks of the tier that the total reaches",
  },
  graduatedPercentage: {
    name: "graduated percentages",
    means: "graduated percentage: each part of the money at the percentage of its tier",
  },
  periodPercentage: {
    name: "a percentage",
    means: "percentage: of the period's money, and a fee for each event that is not free",
  },
};

/** The steps of a part, in the order in which they were taken. */
export function usageSteps(part: TiersPart, currency: string, term: Term | undefined): Step[] {
  const { unit, model } = part;
  const quantityOf = (smallest: string): string => describeHeld(part, smallest, currency);
  const steps: Step[] = [];
  if (part.base !== undefined) {
    const base = describeAmount(part.base.replace("-", ""), currency);
    const value = part.base.startsWith("-") ? `a loss of ${base}: nothing is shared` : base;
    steps.push({ name: "base", value });
  }
  if (part.meter !== undefined) steps.push(meterStep(part.meter));
  const isConverted = part.meter === undefined ? part.converted !== undefined : converts(term);
  if (isConverted && part.converted !== undefined) {
    const value = `${quantityOf(part.converted)}, from the quantity of the whole period`;
    steps.push({ name: "converted", value });
  }
  steps.push({ name: "tiers", value: USAGE_MODELS[model].means });
  steps.push(...allowanceSteps(part, quantityOf));
  if (part.included !== "0") {
    steps.push({ name: "included", value: `${quantityOf(part.included)} free, taken off first` });
  }
  const named = term !== undefined && "per" in term.price ? term.price.per : unit;
  const per = isConverted ? "unit" : describeUnit(named);
  for (const tier of part.tiers) {
    const { amount } = tier;
    const how = describeTier(tier, part, per, currency);
    steps.push({
      name: `tier ${tier.tier}`,
      value: `${how}: ${describeAmount(amount, currency)}`,
    });
  }
  const { discount, amount } = part;
  const before = parseDecimal(amount, 12) + parseDecimal(discount ?? "0", 12);
  const sum = describeAmount(formatDecimal(before, 12), currency);
  steps.push({ name: "sum of tiers", value: `${sum}, rounded once, half-even at 12 places` });
  if (discount !== undefined) {
    const value = `${describeAmount(discount, currency)} off, ${describeAmount(amount, currency)} left`;
    steps.push({ name: "discount", value });
  }
  return [...steps, ...sharesSteps(part, quantityOf)];
}

/** A meter's value is always counted in fine parts; only a price that says so converts it. */
function converts(term: Term | undefined): boolean {
  return term !== undefined && "convert" in term.price && term.price.convert !== undefined;
}

/** `busyChannels: 42 units, from 31 events between 2026-10-01T00:00:00Z and 2026-11-01T00:00:00Z` */
function meterStep({ name, counts, value, events, from, to }: MeteredPart): Step {
  const came = value === null ? "no value" : `${value} ${counts}`;
  const read = events === "1" ? "1 event" : `${events} events`;
  return { name: "meter", value: `${name}: ${came}, from ${read} between ${from} and ${to}` };
}

type Describe = (smallest: string) => string;

/** What was free besides the month's own units, and what became of those that were not used. */
function allowanceSteps({ rollover, accounts }: TiersPart, quantityOf: Describe): Step[] {
  const steps: Step[] = [];
  if (accounts !== undefined) {
    const { count, each, pooled } = accounts;
    const how = pooled ? "in one pool" : "each for itself";
    const what = count === 1 ? "1 account" : `${count} accounts`;
    steps.push({ name: "accounts", value: `${what} with ${quantityOf(each)} each, ${how}` });
  }
  if (rollover !== undefined) {
    const { carried, goesOn, expired } = rollover;
    const lost = expired === "0" ? "" : `, ${quantityOf(expired)} lost`;
    const value = `${quantityOf(carried)} from earlier months, ${quantityOf(goesOn)} to later ones`;
    steps.push({ name: "rollover", value: `${value}${lost}` });
  }
  return steps;
}

/** What each account had free of what it used. */
function sharesSteps({ accounts }: TiersPart, quantityOf: Describe): Step[] {
  return (accounts?.shares ?? []).map(({ account, quantity, free }) => ({
    name: "account",
    value: `${account}: ${quantityOf(free)} free of ${quantityOf(quantity)}`,
  }));
}

function describeTier(step: TierStep, part: TiersPart, per: string, currency: string): string {
  const { quantity, rate, flat, blocks } = step;
  const held = describeHeld(part, quantity, currency);
  const price = describeAmount(rate, currency);
  const once = flat === "0" ? "" : ` and ${describeAmount(flat, currency)} once`;
  switch (part.model) {
    case "graduated":
    case "volume":
      return `${held} at ${price} per ${per}${once}`;
    case "stairStep":
      return `${held} for ${describeAmount(flat, currency)}`;
    case "package":
      return `${held} in ${blocks} packages at ${price} each`;
    case "graduatedBlocks":
    case "volumeBlocks":
      return `${held} in ${blocks} blocks at ${price} each`;
    case "graduatedPercentage":
      return `${held} at ${percentOf(rate)} %${once}`;
    case "periodPercentage":
      if (blocks !== undefined) return `${blocks} events at ${price} each`;
      return `${held} at ${percentOf(rate)} %`;
  }
}

/** A fraction as the percentage that it was written as: 0.025 is `2.5`. */
function percentOf(fraction: string): string {
  return formatDecimal(parseDecimal(fraction, 12), 10);
}

/** Converted units are shown in whole ones and their decimals, money as money, the rest in its smallest. */
function describeHeld({ unit, model }: TiersPart, smallest: string, currency: string): string {
  const isMoney = model === "graduatedPercentage" || model === "periodPercentage";
  if (!isMoney && unit.quantity !== CONVERTED) {
    return describeQuantity(unit.quantity, BigInt(smallest));
  }
  const whole = formatQuotient(BigInt(smallest), BigInt(unit.size));
  return isMoney ? describeAmount(whole, currency) : `${whole} units`;
}

/** Up to six places, cut where a unit has more: a third of a unit is 0.333333. */
function formatQuotient(numerator: bigint, denominator: bigint): string {
  return formatDecimal((numerator * 1_000_000n) / denominator, 6);
}
