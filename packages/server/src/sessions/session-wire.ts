/** What the addresses of sessions take and answer, on the wire. */
import { z } from "zod";
import { eventIdOf } from "./read-session-record.ts";
import { SESSION_STATES, type SessionState } from "./session-columns.repo.ts";
import type { WholeSession } from "./session-views.repo.ts";

const states = Object.keys(SESSION_STATES) as [SessionState, ...SessionState[]];
export const sessionStateSchema = z
  .enum(states)
  .describe(
    "open; stopped; expired: its stop never came, its charge is an estimate; superseded-pending: " +
      "its records say otherwise than its charge, and the correction was refused; conflicting: another " +
      "event of its id " +
      "counts; refused: it cannot be an event",
  );

const findingsSchema = z.object({
  startMissing: z.boolean(),
  sequencesMissing: z.int(),
  furtherStops: z.int(),
  afterStop: z.int().describe("Records with a sequence above the stop's: they count nothing"),
  gapMilliseconds: z.number().describe("Of deltas: time that none covers"),
  overlapMilliseconds: z.number().describe("Of deltas: time that several cover"),
});

export const sessionSchema = z.object({
  key: z.string(),
  source: z.string(),
  sessionId: z.string(),
  leg: z.string().nullable(),
  state: sessionStateSchema,
  recordCount: z.int(),
  openedAt: z.string().describe("Receipt of the first record"),
  heardAt: z.string().describe("Receipt of the newest"),
  dueAt: z.string().nullable().describe("When it is handed over or expires; null: it is settled"),
  expiry: z.enum(["silent", "tooLong", "asked"]).nullable(),
  findings: findingsSchema.nullable().describe("What is odd about its records"),
  event: z
    .object({
      id: z.string(),
      usageSeconds: z.string(),
      outcome: z.enum(["accepted", "quarantined", "conflicting", "refused"]).nullable(),
      code: z.string().nullable(),
      isEstimated: z.boolean(),
    })
    .nullable()
    .describe("What it became; null while it is open"),
  knownUsageSeconds: z.string().nullable().describe("Of superseded-pending: the usage known now"),
});

export const wholeSessionSchema = sessionSchema.extend({
  records: z
    .array(
      z.object({
        sequence: z.int(),
        phase: z.enum(["start", "interim", "stop"]),
        time: z.string(),
        usageSeconds: z.string(),
        receivedAt: z.string(),
      }),
    )
    .describe("The first 1,000"),
  conflicts: z
    .array(z.object({ sequence: z.int(), receivedAt: z.string(), body: z.string() }))
    .describe("Records whose sequence was taken by other content; the first 100"),
});

export function sessionName({ sessionId, leg }: Pick<WholeSession, "sessionId" | "leg">): string {
  return eventIdOf({ sessionId, leg: leg ?? "" });
}

const EXAMPLE_RECORD = {
  source: "voice-switch",
  sessionId: "6c3a9a2e-1f0b-4f57-9d3f-2f7a4f0c8e11",
  sequence: 2,
  phase: "stop",
  time: "2026-10-20T10:01:30Z",
  usageSeconds: "90",
  type: "voice.call",
  subject: "acme-main",
  data: { status: "answered", hangupCause: "NORMAL_CLEARING" },
};

const recordSchema = {
  type: "object",
  required: ["source", "sessionId", "sequence", "phase", "time", "type"],
  properties: {
    source: { type: "string", description: "A source of the catalogue that declares sessions" },
    sessionId: { type: "string", minLength: 1, maxLength: 190 },
    leg: { type: "string", minLength: 1, maxLength: 64, description: "Without a slash" },
    sequence: {
      type: "integer",
      minimum: 0,
      maximum: 2_147_483_647,
      description: "Counts the records of the session one by one",
    },
    phase: { enum: ["start", "interim", "stop"] },
    time: { type: "string", format: "date-time", description: "Of a start: when usage began" },
    usageSeconds: {
      type: ["string", "number"],
      description: "So far, or since the record before, as the source declares; 0 of a start",
    },
    type: { type: "string", description: "An event type that counts time: voice.call" },
    subject: {
      type: "string",
      description: "Account or alias; one record of the session is enough",
    },
    data: {
      type: "object",
      description:
        "Fields of the event, without its duration. Those of later records replace earlier ones",
    },
  },
  example: EXAMPLE_RECORD,
};

/** How records may come, for the description of the API: they are read by a reader of their own. */
export const SESSIONS_REQUEST_BODY = {
  required: true,
  content: {
    "application/json": {
      schema: { oneOf: [recordSchema, { type: "array", maxItems: 1_000, items: recordSchema }] },
      example: EXAMPLE_RECORD,
    },
    "application/x-ndjson": {
      schema: { type: "string", description: "A record a line, each at most 65,536 bytes" },
      example: `${JSON.stringify(EXAMPLE_RECORD)}\n`,
    },
  },
};
