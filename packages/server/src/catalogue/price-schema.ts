/** The shapes of prices, by model: the wire types of the domain, strictly, without sense. */
import { z } from "zod";
import {
  callRulesSchema,
  roundingDecimals,
  roundingMode,
  roundingScope,
  seconds,
} from "./call-schema.ts";
import { decimal, text } from "./text-schema.ts";

const name = text();

export const perUnit = z.union(
  [z.string().min(1).max(64), z.strictObject({ quantity: name, size: z.int().min(1) })],
  { error: "A unit such as minute, or so many of a quantity: { quantity: bytes, size: 1000 }." },
);

const base = z.enum(["cost", "customerCharge", "parentCharge", "margin"]);

const upTo = decimal.nullable().describe("Inclusive; null in the last tier only");

const conversion = z.strictObject({
  divide: decimal.optional(),
  multiply: decimal.optional(),
  rounding: z.enum(["none", "up", "down", "halfUp", "halfEven"]).optional(),
  decimals: z.int().min(0).max(6).optional(),
});

const perEventLimits = {
  minimumPerEvent: decimal.optional(),
  maximumPerEvent: decimal.optional(),
};

/** Dimension values, one or several of each. */
export const conditions = z.record(z.string(), z.union([name, z.array(name).min(1)]));

/** What every price of a period's quantity may have. */
const usageOptions = {
  per: perUnit,
  convert: conversion.optional(),
  included: decimal.optional(),
  includedPerAccount: z.strictObject({ units: decimal, pooled: z.boolean().optional() }).optional(),
  rollover: z.strictObject({ months: z.int().min(1).max(120), cap: decimal.optional() }).optional(),
  discountPercent: decimal.optional(),
  maximum: decimal.optional(),
  minimum: decimal.optional(),
};

export const priceSchema = z.discriminatedUnion("model", [
  z.strictObject({ model: z.literal("perUnit"), rate: decimal, per: perUnit }),
  z.strictObject({
    model: z.literal("deck"),
    deck: name,
    number: name.optional(),
    rateOn: z.enum(["dialled", "lrn"]).optional(),
    origin: name.optional(),
    call: callRulesSchema.optional(),
  }),
  z.strictObject({
    model: z.literal("surcharge"),
    on: name,
    rate: decimal,
    per: perUnit,
    roundingMode: roundingMode.optional(),
    roundingDecimals: roundingDecimals.optional(),
    roundingScope: roundingScope.optional(),
  }),
  z.strictObject({ model: z.literal("network"), deck: name, number: name.optional() }),
  z.strictObject({
    model: z.literal("matrix"),
    per: perUnit,
    by: z.array(name).min(1).max(8),
    rates: z.array(z.strictObject({ when: conditions, rate: decimal })).min(1),
    otherwise: decimal.optional(),
  }),
  z.strictObject({
    model: z.literal("dynamic"),
    price: name,
    factor: decimal,
    fixed: decimal.optional(),
    ...perEventLimits,
  }),
  z.strictObject({
    model: z.literal("percentage"),
    of: base,
    percent: decimal,
    ...perEventLimits,
  }),
  z.strictObject({
    model: z.literal("markup"),
    on: base,
    percent: decimal,
    fixed: decimal.optional(),
    ...perEventLimits,
  }),
  z.strictObject({
    model: z.literal("fixedFee"),
    amount: decimal,
    every: z.enum(["month", "quarter", "year"]).optional(),
    begins: z.enum(["calendar", "anniversary"]).optional(),
    due: z.enum(["inAdvance", "inArrears"]).optional(),
    prorate: z.boolean().optional(),
  }),
  z.strictObject({
    model: z.literal("commitment"),
    minimum: decimal.optional(),
    maximum: decimal.optional(),
    months: z.int().min(1).max(120).optional(),
    terms: z.array(name).min(1).optional(),
  }),
  z.strictObject({
    model: z.enum(["graduated", "volume"]),
    ...usageOptions,
    tiers: z.array(z.strictObject({ upTo, rate: decimal, flat: decimal.optional() })),
  }),
  z.strictObject({
    model: z.literal("stairStep"),
    ...usageOptions,
    tiers: z.array(z.strictObject({ upTo, flat: decimal })),
  }),
  z.strictObject({ model: z.literal("package"), ...usageOptions, size: decimal, rate: decimal }),
  z.strictObject({
    model: z.enum(["graduatedBlocks", "volumeBlocks"]),
    ...usageOptions,
    tiers: z.array(z.strictObject({ blocks: decimal.nullable(), size: decimal, rate: decimal })),
  }),
  z.strictObject({
    model: z.literal("graduatedPercentage"),
    ...usageOptions,
    tiers: z.array(z.strictObject({ upTo, percent: decimal, flat: decimal.optional() })),
  }),
  z.strictObject({
    model: z.literal("graduatedShare"),
    of: base,
    tiers: z.array(z.strictObject({ upTo, percent: decimal, flat: decimal.optional() })),
  }),
  z.strictObject({
    model: z.literal("periodPercentage"),
    ...usageOptions,
    percent: decimal,
    feePerEvent: decimal.optional(),
    freeEvents: z.int().min(0).max(1_000_000_000).optional(),
  }),
  z.strictObject({
    model: z.literal("ratioSurcharge"),
    per: perUnit,
    rate: decimal,
    matching: z.strictObject({ secondsMax: seconds.optional(), where: conditions.optional() }),
    allowancePercent: decimal,
    mode: z.enum(["allMatching", "excessOnly"]),
    over: z.enum(["period", "utcDay", "localDay"]).optional(),
    eventsMin: z.int().min(0).max(1_000_000_000).optional(),
  }),
]);

/** Fields of a price; what they make of it is read once they are in their place (`read-patches.ts`). */
export const pricePatchSchema = z.record(z.string(), z.unknown());

export const rampSchema = z.array(
  z.strictObject({ month: z.int().min(1).max(1200), price: pricePatchSchema }),
);
