/** What events' addresses answer, on the wire. */
import { z } from "zod";
import { conflictCode, type ItemOutcome } from "./ingest.ts";
import { type OutcomeCounts, zeroCounts } from "./ndjson-ingest.ts";

export const itemOutcomeSchema = z.object({
  id: z.string().nullable().describe("Of the event; null when it could not be read"),
  outcome: z.enum(["accepted", "duplicate", "conflicting", "quarantined", "refused"]),
  first: z
    .enum(["accepted", "quarantined"])
    .optional()
    .describe("Of a duplicate: what became of the event when it came first"),
  code: z.string().optional().describe("Why it is quarantined, conflicting or refused"),
  detail: z.string().optional(),
});

const countsSchema = z.object({
  accepted: z.int(),
  duplicate: z.int(),
  conflicting: z.int(),
  quarantined: z.int(),
  refused: z.int(),
});

export const batchOutcomeSchema = countsSchema.extend({
  data: z.array(itemOutcomeSchema).describe("In the order of the batch"),
});

const exceptionSchema = z.object({
  line: z.int().describe("Counts from 1"),
  id: z.string().nullable(),
  outcome: z.enum(["conflicting", "quarantined", "refused"]),
  code: z.string().optional(),
  detail: z.string().optional(),
});

export const lineProgressSchema = countsSchema.extend({
  throughLine: z.int().describe("Every line up to here is committed"),
  exceptions: z.array(exceptionSchema),
});

export const streamEndSchema = countsSchema.extend({
  complete: z.literal(true),
  throughLine: z.int(),
});

export const streamSummarySchema = streamEndSchema.extend({
  exceptions: z.array(exceptionSchema).describe("The first 1,000"),
  exceptionsLeftOut: z.int(),
});

const EXAMPLE_EVENT = {
  specversion: "1.0",
  id: "b7f5-0001",
  source: "messaging",
  type: "sms.message",
  subject: "acme-otp",
  time: "2026-10-01T12:00:00Z",
  data: {
    direction: "outbound",
    from: "Acme",
    to: "+4915112345678",
    segments: 1,
    status: "delivered",
  },
};

const eventSchema = {
  type: "object",
  required: ["id", "source", "type", "time"],
  properties: {
    specversion: { const: "1.0" },
    id: {
      type: "string",
      minLength: 1,
      maxLength: 256,
      description: "Unique for ever in its source",
    },
    source: { type: "string", description: "A source of the catalogue" },
    type: { type: "string", description: "An event type, such as sms.message" },
    subject: { type: "string", description: "Account or alias" },
    time: { type: "string", format: "date-time", description: "RFC 3339 with its zone" },
    data: { type: "object", description: "As the schema of the event type says" },
    data_base64: { type: "string", description: "Instead of data: the base64 of its JSON" },
  },
  example: EXAMPLE_EVENT,
};

/** How events may come, for the description of the API: they are read by readers of their own. */
export const EVENTS_REQUEST_BODY = {
  required: true,
  content: {
    "application/cloudevents+json": { schema: eventSchema },
    "application/cloudevents-batch+json": {
      schema: { type: "array", maxItems: 1_000, items: eventSchema },
    },
    "application/x-ndjson": {
      schema: { type: "string", description: "An event a line, each at most 65,536 bytes" },
      example: `${JSON.stringify(EXAMPLE_EVENT)}\n`,
    },
    "application/json": {
      schema: { type: "object", description: "Data of an event in binary mode" },
      example: EXAMPLE_EVENT.data,
    },
  },
};

const { $schema: _1, ...progressJson } = z.toJSONSchema(lineProgressSchema);
const { $schema: _2, ...endJson } = z.toJSONSchema(streamEndSchema);

/** The lines that a stream is answered with. */
export const EVENTS_STREAM_ANSWER = {
  200: {
    "application/x-ndjson": {
      schema: {
        oneOf: [progressJson, endJson, { $ref: "#/components/schemas/Problem" }],
        description: "Each line; the last one is the second or third",
      },
    },
  },
};

export type ItemOutcomeWire = z.output<typeof itemOutcomeSchema>;

export function outcomeToWire(item: ItemOutcome): ItemOutcomeWire {
  const { id, outcome } = item;
  switch (item.outcome) {
    case "accepted":
      return { id, outcome };
    case "duplicate":
      return { id, outcome, first: item.first };
    case "conflicting":
      return { id, outcome, code: conflictCode(item) };
    default: {
      const { code, detail } = item;
      return detail === "" ? { id, outcome, code } : { id, outcome, code, detail };
    }
  }
}

export function countOutcomes(items: readonly ItemOutcome[]): OutcomeCounts {
  const counts = zeroCounts();
  for (const { outcome } of items) counts[outcome]++;
  return counts;
}
