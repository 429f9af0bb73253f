/** Quotes on the wire: what may be asked, and what is answered. */
import { z } from "zod";
import { perUnit, priceSchema } from "../catalogue/price-schema.ts";
import { decimal } from "../catalogue/text-schema.ts";
import { wireText } from "../http/wire-text.ts";
import { askedDeckSchema } from "./asked-deck.ts";

const name = wireText(63);

/** Against what. */
export const targetFields = {
  account: name.optional().describe("Against its agreements; every party's charge is answered"),
  agreement: name.optional().describe("Against this agreement alone"),
  plan: name.optional().describe("Against this plan, as for a new customer"),
  since: wireText(40).optional().describe("When an agreement with the plan or price would begin"),
  currency: z.string().length(3).optional().describe("Of the plan or price, where it has none"),
};

export const quantitySchema = z.strictObject({
  type: name.optional().describe("Event type; may be left out where only one counts the unit"),
  quantity: decimal.describe("Decimal number of units, in quotes unless it is whole"),
  events: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .optional()
    .describe("How many events it comes in, where a price of the month has a fee for each: 1"),
  unit: perUnit.describe("Such as minute, segment, or a size of a quantity"),
  time: wireText(40).optional().describe("RFC 3339; now when absent"),
  fields: z
    .record(wireText(63), wireText(256))
    .optional()
    .describe("Fields and dimensions of the event type that prices ask for: direction, to, …"),
});

const eventSchema = z
  .record(z.string(), z.unknown())
  .describe("A CloudEvent, or as much of one as type and data; without a time it is now");

export const questionFields = {
  event: eventSchema.optional(),
  quantity: quantitySchema.optional(),
};

/** A price in a query, whose text is JSON. */
const priceText = z
  .string()
  .max(8192)
  .transform((json, context): unknown => {
    try {
      return JSON.parse(json);
    } catch {
      context.addIssue({ code: "custom", message: "It is not JSON." });
      return z.NEVER;
    }
  })
  .pipe(priceSchema);

const on = name.optional().describe("Event type that price is for");

/** Of a stream, whose body is its events. */
export const streamTargetFields = {
  ...targetFields,
  price: priceText.optional().describe("Against a price that is in no catalogue, as JSON"),
  on,
};

export const quoteBodySchema = z.strictObject({
  ...targetFields,
  price: priceSchema.optional().describe("Against a price that is in no catalogue"),
  deck: askedDeckSchema.optional().describe("The deck that price names, where it is in none"),
  on,
  balance: wireText(40)
    .optional()
    .describe("Of a call: how long it may last, by what its own account is charged for it"),
  ...questionFields,
});

const stepSchema = z.object({ name: z.string(), value: z.string(), from: z.string().optional() });

const chargeFields = {
  term: z.string(),
  title: z.string(),
  currency: z.string(),
  amount: z.string().describe("Exact"),
  aloneInMonth: z
    .boolean()
    .describe("Priced over the month: this is what it comes to with nothing else in it"),
  quantity: z.string(),
  billed: z.string(),
  rate: z.string(),
  sentence: z.string(),
};

const totalSchema = z.object({
  agreement: z.string(),
  party: z.string(),
  role: z.string(),
  currency: z.string(),
  amount: z.string(),
});

export const quoteSchema = z.object({
  type: z.string(),
  account: z.string(),
  time: z.string(),
  sentence: z.string(),
  totals: z.array(totalSchema).describe("By agreement, added exactly"),
  charges: z.array(
    z.object({
      ref: z.string(),
      agreement: z.string(),
      party: z.string(),
      role: z.string(),
      seller: z.string(),
      ...chargeFields,
      steps: z.array(stepSchema).describe("How it came about, in order"),
    }),
  ),
  authorised: z
    .object({
      seconds: z.int().describe("0: not even one; 86400: a day or more"),
      limitedBy: z
        .enum(["balance", "maxCharge", "rate", ""])
        .describe("What one second more would exceed; empty after a day"),
      balance: z.string(),
      agreement: z.string(),
      currency: z.string(),
      sentence: z.string(),
    })
    .optional()
    .describe("Where a balance was asked about: the charges are of the longest call it allows"),
});

export const fileQuoteSchema = z.object({
  events: z.int(),
  priced: z.int(),
  uncharged: z.int().describe("Priced, but not charged by the agreement that was asked about"),
  unpriced: z.array(
    z.object({
      code: z.string(),
      count: z.int(),
      line: z.int().describe("The first such line"),
      detail: z.string(),
    }),
  ),
  months: z.array(
    z.object({
      agreement: z.string(),
      party: z.string(),
      role: z.string(),
      month: z.string(),
      currency: z.string(),
      total: z.string().describe("Money, each line rounded as on a statement"),
      amount: z.string().describe("Exact, before any rounding"),
      lines: z.array(
        z.object({
          term: z.string(),
          title: z.string(),
          dimensions: z.record(z.string(), z.string()),
          events: z.string(),
          unit: z.string(),
          quantity: z.string(),
          amount: z.string(),
          money: z.string(),
        }),
      ),
      unmeasured: z
        .array(z.string())
        .describe("Terms on meters, which are worked out of stored events: they are not in it"),
    }),
  ),
});

export const publicQuoteSchema = z.object({
  plan: z.string(),
  currency: z.string(),
  amount: z.string().describe("Exact, by list prices"),
  charges: z.array(z.object(chargeFields)),
});

export const planInWordsSchema = z.object({
  plan: z.string(),
  title: z.string(),
  currency: z.string(),
  summary: z.string().describe("The plan in plain English"),
  terms: z.array(z.object({ term: z.string(), title: z.string(), sentence: z.string() })),
});
