/** What the addresses of backfills take and answer. Amounts are exact decimal texts. */
import { ITEM_OUTCOMES } from "@counterpart/domain/events/backfill-outcomes.ts";
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import { z } from "zod";
import { uuidOf } from "../events/event-hash.ts";
import { manyEffectSchema } from "../facts/fact-wire.ts";
import { wireText } from "../http/wire-text.ts";
import type { BackfillRow, ItemRow } from "./backfills.repo.ts";
import type { BackfillReport } from "./show-backfill.ts";

export const STATES = {
  o: "open",
  c: "closing",
  d: "closed",
  u: "reverting",
  r: "reverted",
} as const;

/** Of an item that is reverted: done, nothing to be done, left. */
export const UNDONE = ["undone", "nothing", "left"] as const;

const KINDS = { n: "event", v: "void", r: "restore", c: "correct" } as const;

export const openBody = z
  .strictObject({
    name: wireText(63).describe("Of a-z, 0-9, dot, dash and underscore; never used again"),
    reason: wireText(500).describe("Why; it is kept with every fact"),
  })
  .meta({
    examples: [{ name: "lost-trunk", reason: "Calls of the lost trunk, from its own file" }],
  });

export const params = z.strictObject({ backfill: wireText(80) });

export const headSchema = z.object({
  backfill: z.string(),
  state: z.enum(["open", "closing", "closed", "reverting", "reverted"]),
  reason: z.string(),
  by: z.string(),
  openedAt: z.string(),
  endedAt: z.string().nullable().describe("When it was closed or reverted"),
});

export const addedSchema = z.object({
  throughLine: z.int().describe("Every line up to here is kept, or told below"),
  added: z.int(),
  already: z.int().describe("Lines that it held before: the same body may be sent again"),
  refused: z.int(),
  refusedLines: z
    .array(z.object({ line: z.int(), refused: z.string(), detail: z.string() }))
    .describe("The first 1,000"),
});

const fate = {
  code: z.string().nullable().describe("Why, of a refusal"),
  count: z.int(),
  example: z.string().describe("One of them, as source/id"),
};

const outcomesSchema = z
  .array(z.object({ outcome: z.enum(ITEM_OUTCOMES), ...fate }))
  .describe("What becomes of the items");

export const previewSchema = z.object({
  revision: z.int().describe("Of the catalogue that prices it"),
  outcomes: outcomesSchema,
  effects: z.array(manyEffectSchema).describe("By agreement"),
});

export const reportSchema = headSchema.extend({
  items: z.int(),
  pending: z.int().describe("Items with which nothing was done yet"),
  outcomes: outcomesSchema,
  effects: z.array(manyEffectSchema).describe("By agreement, so far"),
  undone: z
    .array(z.object({ outcome: z.enum(UNDONE), ...fate }))
    .describe("Of a revert after the close"),
  undoneEffects: z.array(manyEffectSchema),
});

export const itemSchema = z.object({
  event: z.string().describe("The event's key"),
  ref: z.string(),
  item: z.enum(["event", "void", "restore", "correct"]),
  outcome: z.enum(ITEM_OUTCOMES).nullable().describe("null: not yet"),
  code: z.string().nullable(),
  detail: z.string().nullable(),
  undone: z.enum(UNDONE).nullable(),
  undoneCode: z.string().nullable(),
});

/** The lines of `POST …/items`, for the description of the API: they are read by a reader of their own. */
export const ITEMS_REQUEST_BODY = {
  required: true,
  content: {
    "application/x-ndjson": {
      schema: {
        type: "string",
        description:
          'An item a line: an event, or {"void": "source/id"}, {"restore": "source/id"} or ' +
          '{"correct": event}',
      },
      example: '{"void": "voice-switch/call-17"}\n',
    },
  },
};

export function headToWire(row: BackfillRow): z.output<typeof headSchema> {
  return {
    backfill: row.name,
    state: STATES[row.state],
    reason: row.reason,
    by: row.opened_by,
    openedAt: formatInstant(Number(row.opened_at) as Instant),
    endedAt: row.ended_at === null ? null : formatInstant(Number(row.ended_at) as Instant),
  };
}

export function reportToWire({ row, ...report }: BackfillReport): z.output<typeof reportSchema> {
  return {
    ...headToWire(row),
    items: report.items,
    pending: report.pending,
    outcomes: [...report.outcomes],
    effects: [...report.effects],
    undone: [...report.undone],
    undoneEffects: [...report.undoneEffects],
  };
}

export function itemToWire(row: ItemRow): z.output<typeof itemSchema> {
  const { key, ref, kind, outcome, code, detail, undone, undone_code: undoneCode } = row;
  const item = KINDS[kind];
  return { event: uuidOf(key), ref, item, outcome, code, detail, undone, undoneCode };
}
