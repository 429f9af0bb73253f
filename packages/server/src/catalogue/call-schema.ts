/** The shapes of what only calls have: their rules, and the times that deck rows may be for. */
import { z } from "zod";
import { decimal, text } from "./text-schema.ts";

export const seconds = z.int().min(0).max(86_400);

export const roundingMode = z.enum(["up", "down", "halfUp", "halfEven"]);
export const roundingDecimals = z.int().min(0).max(12);
export const roundingScope = z.enum(["perLeg", "perInvoiceLine"]);

export const callRulesSchema = z.strictObject({
  durationRounding: z.enum(["none", "up", "nearest", "down"]).optional(),
  durationOffset: z.int().min(-3600).max(3600).optional(),
  graceSeconds: seconds.optional(),
  connectOnZero: z.boolean().optional(),
  freeSeconds: seconds.optional(),
  minDuration: seconds.optional(),
  attemptFee: decimal.optional(),
  minCharge: decimal.optional(),
  maxCharge: decimal.optional(),
  maxChargeStrategy: z.enum(["free", "disconnect"]).optional(),
  roundingMode: roundingMode.optional(),
  roundingDecimals: roundingDecimals.optional(),
  roundingScope: roundingScope.optional(),
  timeBandPolicy: z.enum(["splitAtEdge", "incrementStart", "callStart"]).optional(),
  rateChange: z.enum(["rateAtAnswer", "splitAtEffective"]).optional(),
});

const span = text(z.string().regex(/^.{1,11}$/, { error: "a span of time such as 08:00-18:00" }));

export const timeBandSchema = z.strictObject({
  days: z.array(z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])).optional(),
  months: z.array(z.int().min(1).max(12)).optional(),
  monthDays: z.array(z.int().min(1).max(31)).optional(),
  holidays: z.enum(["only", "except"]).optional(),
  times: z.array(span).max(24).optional(),
  weight: z.int().min(0).max(1000).optional(),
});
