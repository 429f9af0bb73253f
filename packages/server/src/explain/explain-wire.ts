/** Explanations on the wire: as the domain makes them, described for the API. */
import { z } from "zod";

const stepSchema = z.object({
  name: z.string(),
  value: z.string(),
  from: z.string().optional().describe("Where it is recorded, such as deck row 345"),
});
const stepsSchema = z.array(stepSchema).describe("Recorded facts, in the order they took part");

export const chargeSchema = z.object({
  kind: z.literal("charge"),
  ref: z
    .string()
    .describe(
      "The event's key, # and the charge's number; .1 before it if the first fact states it",
    ),
  agreement: z.string(),
  party: z.string(),
  role: z.string(),
  seller: z.string(),
  term: z.string(),
  title: z.string(),
  termVersion: z.int(),
  day: z.string().describe("Local day of the agreement on which it counts"),
  currency: z.string(),
  amount: z.string().nullable().describe("Exact; null: made when the period is closed"),
  quantity: z.string(),
  billed: z.string(),
  rate: z.string(),
  sentence: z.string(),
  steps: stepsSchema,
});

const identity = {
  ref: z.string().describe("The event's key"),
  source: z.string(),
  id: z.string(),
  type: z.string(),
  time: z.string(),
  receivedAt: z.string(),
};

const factSchema = z.object({
  ordinal: z.int().describe("Counts the facts about the event"),
  kind: z.enum(["void", "restore", "correction", "rerating"]),
  madeAt: z.string(),
  by: z.string().describe("Who stated it, such as key:… or cli"),
  reason: z.string(),
  changes: z.array(
    z.object({
      agreement: z.string(),
      currency: z.string(),
      before: z.string().describe("What the event's charges came to, exact"),
      after: z.string(),
      difference: z.string(),
      atClose: z.int().describe("Charges among them that are priced at close"),
    }),
  ),
  sentence: z.string(),
});

export const explainedEventSchema = z.union([
  z.object({
    kind: z.literal("event"),
    ...identity,
    isVoid: z.boolean().describe("Whether it counts no more"),
    facts: z.array(factSchema).describe("What was stated about it since it came, in order"),
    account: z.string(),
    sentence: z.string(),
    steps: stepsSchema,
    charges: z.array(chargeSchema),
  }),
  z.object({
    kind: z.literal("quarantined"),
    ...identity,
    code: z.string(),
    detail: z.string(),
    cure: z.string(),
    sentence: z.string(),
    steps: stepsSchema,
  }),
]);

export const eventSchema = z.union([
  z.object({
    state: z.enum(["accepted", "void"]),
    key: z.string(),
    source: z.string(),
    id: z.string(),
    type: z.string(),
    account: z.string(),
    time: z.string(),
    receivedAt: z.string(),
    facts: z.array(factSchema.omit({ sentence: true })),
    charges: z.array(
      chargeSchema.pick({
        ref: true,
        agreement: true,
        party: true,
        role: true,
        term: true,
        day: true,
        quantity: true,
        billed: true,
        rate: true,
        amount: true,
        currency: true,
      }),
    ),
  }),
  z.object({
    state: z.literal("quarantined"),
    key: z.string(),
    source: z.string(),
    id: z.string(),
    type: z.string(),
    time: z.string(),
    receivedAt: z.string(),
    code: z.string(),
    detail: z.string(),
  }),
]);

export const explainedLineSchema = z.object({
  kind: z.literal("line"),
  ref: z.string(),
  statement: z.string(),
  number: z.int(),
  agreement: z.string(),
  party: z.string(),
  role: z.string(),
  term: z.string(),
  title: z.string(),
  dimensions: z.record(z.string(), z.string()),
  servicePeriod: z.string(),
  isAdjustment: z.boolean(),
  currency: z.string(),
  rounding: z.string(),
  events: z.string(),
  quantity: z.string(),
  amount: z.string().describe("Exact, before rounding"),
  before: z.string().describe("Money that earlier statements stated"),
  now: z.string().describe("What it is now"),
  difference: z.string().describe("This line: now less before"),
  earlier: z.array(z.object({ ref: z.string(), money: z.string() })),
  parts: z.array(
    z.object({
      kind: z.enum(["events", "fee", "tiers", "limit", "commitment", "ratio"]),
      termVersion: z.int(),
      title: z.string(),
      amount: z.string(),
      steps: stepsSchema,
    }),
  ),
  list: z.object({ command: z.string(), path: z.string() }).nullable(),
  sentence: z.string(),
  steps: stepsSchema,
});

export const lineEventSchema = z.object({
  charge: z.string(),
  fact: z
    .int()
    .nullable()
    .describe("The fact about the event that states or takes back the charge; null: it came so"),
  event: z.string(),
  source: z.string(),
  id: z.string(),
  account: z.string(),
  time: z.string(),
  day: z.string(),
  quantity: z
    .string()
    .describe("Used, in the unit; figures of a charge that is taken back are negative"),
  billed: z.string().describe("Charged for, in the unit"),
  unit: z.string().describe("Such as milliseconds; empty for a share of an amount"),
  amount: z.string().nullable(),
  base: z.string().nullable(),
  statedBefore: z.boolean(),
});
