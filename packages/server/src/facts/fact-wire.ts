/** What the addresses of facts take and answer. Amounts are exact decimal texts. */
import { z } from "zod";
import { wireText } from "../http/wire-text.ts";
import { FACT_ITEMS_MAX } from "./state-facts.ts";

export const effectSchema = z.object({
  agreement: z.string(),
  party: z.string(),
  role: z.string(),
  currency: z.string(),
  before: z.string().describe("What the event's charges came to, exact"),
  after: z.string().describe("What they come to now"),
  difference: z.string().describe("After less before: what statements change by, before rounding"),
  atClose: z.int().describe("Charges that are priced at close; the statement tells their money"),
});

/** What changes of many events come to for an agreement. */
export const manyEffectSchema = effectSchema.extend({
  events: z.string(),
  money: z
    .string()
    .nullable()
    .describe(
      "Of a preview: what the next statement changes by, rounded, with all that is priced at close",
    ),
});

const KINDS = ["void", "restore", "correction", "rerating"] as const;

const statedFactSchema = z.object({
  event: z.string().describe("The event's key"),
  source: z.string(),
  id: z.string(),
  kind: z.enum(KINDS),
  ordinal: z.int().describe("Counts the facts about the event"),
  effects: z.array(effectSchema).describe("By agreement; none: its charges stay as they are"),
});

export const factAnswerSchema = statedFactSchema.extend({
  dryRun: z.boolean(),
  batch: z.int().nullable().describe("Number of the batch; null: nothing was stored"),
});

export const factBatchSchema = z.object({
  dryRun: z.boolean(),
  batch: z.int().nullable().describe("Number of the batch; null: nothing was stored"),
  stated: z.int(),
  refused: z.int(),
  data: z
    .array(
      z.union([
        statedFactSchema,
        z.object({
          ref: z.string(),
          refused: z.string().describe("Code of the refusal"),
          detail: z.record(z.string(), z.string()),
        }),
      ]),
    )
    .describe("In the order of the request"),
});

const reason = wireText(500).describe("Why; it is kept with the fact and shown with the event");
const event = z
  .record(z.string(), z.unknown())
  .describe("The event as it should have been sent: a CloudEvent of the same source and id");
const refs = z
  .array(wireText(1_000))
  .min(1)
  .max(FACT_ITEMS_MAX)
  .describe("Events by key, or by source/id");

export const reasonBody = z
  .strictObject({ reason })
  .meta({ examples: [{ reason: "A test call of ours" }] });

const EXAMPLE_EVENT = {
  specversion: "1.0",
  id: "b7f5-0001",
  source: "messaging",
  type: "sms.message",
  subject: "acme-otp",
  time: "2026-10-01T12:00:00Z",
  data: { direction: "outbound", to: "+4915112345678", segments: 2, status: "delivered" },
};

export const correctionBody = z.strictObject({ reason, event }).meta({
  examples: [{ reason: "Two segments, not one", event: EXAMPLE_EVENT }],
});

export const factBatchBody = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("void"), reason, refs }),
    z.strictObject({ kind: z.literal("restore"), reason, refs }),
    z.strictObject({
      kind: z.literal("correction"),
      reason,
      events: z.array(event).min(1).max(FACT_ITEMS_MAX),
    }),
  ])
  .meta({
    examples: [
      { kind: "void", reason: "Sent twice by the switch", refs: ["voice-switch/call-17"] },
      { kind: "correction", reason: "Two segments, not one", events: [EXAMPLE_EVENT] },
    ],
  });
