/**
 * Facts of how other billing systems price a period, in exact mode. Each is written as a price of ours and
 * goes through the code that a close goes through; id and source name where a fact comes from.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatAmount, parseAmount } from "../amount.ts";
import type { UnitConversion, UsageOptions, UsagePrice } from "../catalogue/usage-price.ts";
import { formatDecimal, parseDecimal } from "../decimal.ts";
import { roundToMoney } from "../money.ts";
import { monthDays, parseLocalDay, parseMonth } from "../period.ts";
import { smallestUnits } from "../units.ts";
import { compileUsagePrice, type PricedUsage, priceUsage } from "./price-usage.ts";
import { compileDynamic, rateDynamic } from "./rate-dynamic.ts";
import { feesOfMonth } from "./recurring-fee.ts";
import { limitSpend } from "./spend-limits.ts";

interface Tier {
  readonly up_to: string | null;
  readonly unit_price?: string;
  readonly flat_fee?: string;
}

interface Input {
  readonly model: "unit" | "package" | "dynamic" | "flat" | "graduated" | "volume";
  readonly quantity: string;
  readonly prior_quantity: string;
  readonly line_position: "single" | "mid_of_period" | "last_of_period";
  readonly previously_billed?: string;
  readonly unit_price?: string;
  readonly package_size?: string;
  readonly package_price?: string;
  readonly multiplier?: string;
  readonly amount?: string;
  readonly payment_term?: "in_advance" | "in_arrears";
  readonly tiers?: readonly Tier[] | null;
  readonly unit_conversion?: {
    readonly operation: "divide" | "multiply";
    readonly factor: string;
    readonly rounding: "none" | "ceiling" | "floor" | "half_up";
  };
  readonly free_quantity?: string;
  readonly discount_percent?: string;
  readonly max_spend?: string;
  readonly min_spend?: string;
  readonly phases?: readonly { readonly cumulative_quantity: string }[];
  /** Of the second source: blocks, a free first tier, quantities below zero. */
  readonly billing_unit?: string;
  readonly allowance?: string;
  readonly allow_negative?: boolean;
}

interface Line {
  readonly kind: "usage" | "flat" | "commitment";
  readonly tier?: number;
  readonly quantity: string;
  readonly amount?: string;
  readonly discount?: string;
}

interface Fact<Expected> {
  readonly id: string;
  readonly kind: string;
  readonly input: Input;
  readonly expected: Expected;
}

function factsOf<Expected>(file: string, kind: RegExp): Fact<Expected>[] {
  return readFileSync(new URL(`fixtures/${file}.jsonl`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n")
    .map((line): Fact<Expected> => JSON.parse(line))
    .filter((fact) => kind.test(fact.kind));
}

const ROUNDINGS = { none: "none", ceiling: "up", floor: "down", half_up: "halfUp" } as const;

/** Pieces, of which a unit that is not converted has one. */
const PER = { quantity: "pieces", size: 1 };

function conversionOf({ unit_conversion: rule }: Input): UnitConversion | undefined {
  if (rule === undefined) return undefined;
  return { [rule.operation]: rule.factor, rounding: ROUNDINGS[rule.rounding] };
}

function priceOf(input: Input): UsagePrice {
  const options: UsageOptions = {
    per: PER,
    convert: conversionOf(input),
    included: input.free_quantity,
    discountPercent: input.discount_percent,
    maximum: input.max_spend,
    minimum: input.min_spend,
  };
  const tiers = (input.tiers ?? []).map(({ up_to: upTo, unit_price: rate = "0", flat_fee }) => {
    return { upTo, rate, flat: flat_fee };
  });
  switch (input.model) {
    case "unit":
      return { ...options, model: "graduated", tiers: [{ upTo: null, rate: input.unit_price! }] };
    case "package":
      return {
        ...options,
        model: "package",
        size: input.package_size!,
        rate: input.package_price!,
      };
    case "dynamic":
      return { ...options, model: "graduated", tiers: [{ upTo: null, rate: input.multiplier! }] };
    case "graduated":
    case "volume":
      return { ...options, model: input.model, tiers };
    case "flat":
      throw new Error("a flat fee has no quantity");
  }
}

/** What a whole period with this usage costs, to the cent; the true-up is due at its end only. */
function periodCost(input: Input, quantity: bigint, isOver: boolean): bigint {
  const price = compileUsagePrice("EUR", priceOf(input));
  const { amount } = priceUsage(price, quantity, 0n);
  const minimum = isOver ? price.limits.minimum : null;
  const { total } = limitSpend({ ...price.limits, minimum }, amount);
  return roundToMoney({ currency: "EUR", pico: total }, "halfEven").minor;
}

const cents = (text: string): bigint => parseDecimal(text, 2);

const LINES = factsOf<{ lines: Line[]; total: string }>(
  "openmeter-pricing",
  /^pricing\.(unit|package|dynamic|graduated|volume)$/,
);

test("all 54 facts of one line of a period are here", () => expect(LINES).toHaveLength(54));

test.each(LINES)("$id: one line of a period costs $expected.total", ({ input, expected }) => {
  const before = BigInt(input.prior_quantity);
  const now = before + BigInt(input.quantity);
  const isOver = input.line_position !== "mid_of_period";
  // Nothing is billed of a volume price before its period ends, and tier 1's fee with the first line.
  const isFirst = input.line_position === "single" && input.prior_quantity === "0";
  const billed = isFirst || input.model === "volume" ? 0n : periodCost(input, before, false);
  if (input.previously_billed !== undefined) expect(billed).toBe(cents(input.previously_billed));
  const waits = input.model === "volume" && !isOver;
  expect(waits ? 0n : periodCost(input, now, isOver) - billed).toBe(cents(expected.total));
});

/** Units of each tier, as far as they are used. */
function unitsByTier({ rated }: PricedUsage): Record<number, bigint> {
  const used = rated.tiers.filter(({ quantity }) => quantity > 0n);
  return Object.fromEntries(used.map(({ tier, quantity }) => [tier, quantity]));
}

const TIERED = LINES.filter(({ input: { model, tiers, line_position } }) => {
  return tiers !== undefined && !(model === "volume" && line_position === "mid_of_period");
});

test.each(TIERED)("$id: each unit is in the tier that is billed for it", ({ input, expected }) => {
  const price = compileUsagePrice("EUR", priceOf(input));
  const at = (quantity: bigint) => unitsByTier(priceUsage(price, quantity, 0n));
  const before = BigInt(input.prior_quantity);
  const now = at(before + BigInt(input.quantity));
  const earlier = at(before);
  const size = BigInt(price.unit.size);
  const units = Object.entries(now).map(([tier, held]) => {
    return [tier, (held - (earlier[Number(tier)] ?? 0n)) / size] as const;
  });
  const billed = expected.lines.filter(
    ({ kind, quantity }) => kind === "usage" && quantity !== "0",
  );
  const rates = input.tiers!.map(({ unit_price }) => unit_price !== undefined);
  // A tier without a price per unit has no usage line there.
  expect(
    Object.fromEntries(units.filter(([tier, held]) => held > 0n && rates[Number(tier) - 1])),
  ).toEqual(Object.fromEntries(billed.map(({ tier, quantity }) => [tier, BigInt(quantity)])));
});

const FLAT = factsOf<{ total: string }>("openmeter-pricing", /^pricing\.flat$/);

test("all 6 facts of flat fees are here", () => expect(FLAT).toHaveLength(6));

/** A quarter that is billed month by month, or a month alone. */
const STRETCHES = { single: "2026-10", mid_of_period: "2026-11", last_of_period: "2026-12" };

test.each(FLAT)("$id: a flat fee $input.payment_term at $input.line_position", (fact) => {
  const { amount = "", payment_term: term, line_position: at } = fact.input;
  const price = {
    model: "fixedFee",
    amount,
    every: at === "single" ? "month" : "quarter",
    due: term === "in_advance" ? "inAdvance" : "inArrears",
  } as const;
  const month = monthDays(parseMonth(STRETCHES[at]));
  const fee = { id: 1, price, start: parseLocalDay("2026-10-01"), end: null };
  const total = feesOfMonth("EUR", [fee], month).reduce((sum, one) => sum + one.total.pico, 0n);
  expect(roundToMoney({ currency: "EUR", pico: total }, "halfEven").minor).toBe(
    cents(fact.expected.total),
  );
});

const PROGRESSIVE = factsOf<{
  phases: { amount: string; discount: string; charges: string; total: string }[];
}>("openmeter-pricing", /^pricing\.progressive\./);

test("all 38 facts of progressive billing are here", () => expect(PROGRESSIVE).toHaveLength(38));

test.each(PROGRESSIVE)("$id: a running period is billed by differences", ({ input, expected }) => {
  const phases = input.phases!;
  const price = compileUsagePrice("EUR", priceOf(input));
  const money = (pico: bigint): bigint => roundToMoney({ currency: "EUR", pico }, "halfEven").minor;
  let stated = { amount: 0n, discount: 0n, total: 0n };
  for (const [at, phase] of expected.phases.entries()) {
    const quantity = BigInt(phases[at]!.cumulative_quantity);
    const isOver = at === phases.length - 1;
    const { rated, amount } = priceUsage(price, quantity, 0n);
    const { maximum } = price.limits;
    const { total: capped } = limitSpend({ minimum: null, maximum }, amount);
    const now = {
      amount: money(rated.total.pico),
      discount: money(rated.total.pico) - money(capped),
      total: periodCost(input, quantity, isOver),
    };
    expect(now.total - stated.total).toBe(cents(phase.total));
    expect(now.amount - stated.amount).toBe(cents(phase.amount));
    expect(now.discount - stated.discount).toBe(cents(phase.discount));
    expect(now.total - money(capped)).toBe(cents(phase.charges));
    stated = now;
  }
});

const DYNAMIC = LINES.filter(({ input, expected }) => {
  return input.model === "dynamic" && input.max_spend === undefined && expected.lines.length > 0;
});

test.each(DYNAMIC)("$id: one event that carries its price costs as much", ({ input, expected }) => {
  const carried = BigInt(input.quantity) * 1_000_000n;
  const pico = rateDynamic(compileDynamic(input.multiplier!, 1_000_000), carried);
  const [usage] = expected.lines.filter(({ kind }) => kind === "usage");
  expect(roundToMoney({ currency: "EUR", pico }, "halfEven").minor).toBe(
    cents(usage?.amount ?? "0"),
  );
});

const AMOUNTS = factsOf<{ amount?: string; error?: true }>("autumn-pricing", /./);

test("all 89 facts of graduated and volume prices are here", () =>
  expect(AMOUNTS).toHaveLength(89));

/** Where this engine has another rule on purpose (decisions: price models). */
const OTHERWISE: Readonly<Record<string, string>> = {
  "autumn-graduated-016": "a quantity below zero is refused, not taken for 0: it hides a mistake",
  "autumn-volume-039": "a quantity below zero is refused, not taken for 0: it hides a mistake",
};

/** Blocks are units converted and rounded up; an allowance is a free first tier that moves the others. */
function blockPriceOf({
  model,
  tiers,
  allowance = "0",
  billing_unit: block = "1",
}: Input): UsagePrice {
  if (model !== "graduated" && model !== "volume") throw new Error(model);
  const inBlocks = (bound: string | null): string | null =>
    bound === null ? null : formatDecimal(parseDecimal(bound, 12) / BigInt(block), 12);
  const moved = (bound: string | null): string | null =>
    bound === null ? null : inBlocks(formatDecimal(parseDecimal(bound, 0) + BigInt(allowance), 0));
  const priced = (tiers ?? []).map(({ up_to, unit_price = "0", flat_fee }) => {
    return { upTo: moved(up_to), rate: unit_price, flat: flat_fee };
  });
  const free = allowance === "0" ? [] : [{ upTo: inBlocks(allowance), rate: "0" }];
  const convert = block === "1" ? undefined : ({ divide: block, rounding: "up" } as const);
  return { model, per: PER, convert, tiers: [...free, ...priced] };
}

test.each(AMOUNTS)(
  "$id: $input.quantity units cost $expected.amount",
  ({ id, input, expected }) => {
    if (expected.error === true) {
      expect(() => compileUsagePrice("EUR", blockPriceOf(input))).toThrow("tiers.not-open");
      return;
    }
    const price = compileUsagePrice("EUR", blockPriceOf(input));
    const quantity = BigInt(input.quantity);
    if (id in OTHERWISE) {
      expect(() => priceUsage(price, quantity, 0n)).toThrow("not negative");
      return;
    }
    // What is given back costs what it would cost to use.
    const isBack = input.allow_negative === true && quantity < 0n;
    const { amount } = priceUsage(price, isBack ? -quantity : quantity, 0n);
    const pico = isBack ? -amount : amount;
    expect(pico).toBe(parseAmount("EUR", expected.amount!).pico);
  },
);

interface BlockFact {
  readonly id: string;
  readonly kind: string;
  readonly input: {
    readonly model: "graduated" | "volume";
    readonly quantity: string;
    readonly tiers: readonly {
      readonly block_size: string;
      readonly max_blocks: string | null;
      readonly price_per_block: string;
    }[];
  };
  readonly expected: { readonly tier_amounts: readonly string[]; readonly amount: string };
}

const BLOCKS = readFileSync(
  new URL("fixtures/killbill-proration-and-blocks.jsonl", import.meta.url),
  "utf8",
)
  .trimEnd()
  .split("\n")
  .map((line): BlockFact => JSON.parse(line))
  .filter(({ kind }) => kind === "pricing.block_tiers");

test("all 11 facts of block tiers are here", () => expect(BLOCKS).toHaveLength(11));

test.each(BLOCKS)("$id: blocks of their own size cost $expected.amount", ({ input, expected }) => {
  const last = input.tiers.length - 1;
  const tiers = input.tiers.map(({ block_size: size, max_blocks, price_per_block: rate }, at) => {
    return { size, rate, blocks: at === last ? null : max_blocks };
  });
  const model = input.model === "graduated" ? "graduatedBlocks" : "volumeBlocks";
  const price = compileUsagePrice("EUR", { model, per: PER, tiers });
  const { rated, amount } = priceUsage(price, smallestUnits(input.quantity, PER), 0n);
  const euro = (text: string): bigint => parseAmount("EUR", text).pico;
  expect(rated.tiers.map((tier) => tier.amount)).toEqual(expected.tier_amounts.map(euro));
  expect(formatAmount({ currency: "EUR", pico: amount })).toBe(
    formatAmount({ currency: "EUR", pico: euro(expected.amount) }),
  );
});
