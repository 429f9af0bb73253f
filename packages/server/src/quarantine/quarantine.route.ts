/** The quarantine over HTTP: what waits, why, and trying it again. */
import { REFUSALS, Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { fromCursor, pageOf, pageQuery, pageSchema } from "../http/page.ts";
import { newestBook, type ServerParts, type ZodApp } from "../http/server-parts.ts";
import { wireText } from "../http/wire-text.ts";
import { checkReason } from "./check-reason.ts";
import { countQuarantined, listQuarantined } from "./quarantine.repo.ts";
import { replayQuarantine } from "./replay.ts";

const STATES = ["pending", "conflicting", "superseded", "released"] as const;

const quarantinedSchema = z.object({
  key: z.string(),
  source: z.string(),
  id: z.string(),
  type: z.string(),
  time: z.string(),
  receivedAt: z.string(),
  code: z.string(),
  detail: z.string(),
  state: z.enum(STATES),
});

const reasonSchema = z.object({
  code: z.string(),
  sentence: z.string().describe("What the code means"),
  count: z.int(),
  samples: z.array(z.string()).describe("Up to three details, the most frequent first"),
});

export const quarantineRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  routeListQuarantine(app, parts);
  routeSummariseQuarantine(app, parts);
  routeReplayQuarantine(app, parts);
};

function routeListQuarantine(app: ZodApp, parts: ServerParts): void {
  const db = parts.database.pool("reader");
  app.get(
    "/v1/quarantine",
    {
      config: {
        scope: "usage:read",
        refuses: ["request.cursor-malformed", "quarantine.code-unknown"],
      },
      schema: {
        operationId: "listQuarantine",
        summary: "List events that are kept but not priced",
        tags: ["quarantine"],
        querystring: pageQuery.extend({
          code: wireText(100).optional(),
          source: wireText(256).optional(),
          state: z.enum(STATES).default("pending"),
        }),
        response: { 200: pageSchema(quarantinedSchema) },
      },
    },
    async ({ query: { limit, cursor, ...filter } }) => {
      const after = readKeyCursor(cursor);
      if (filter.code !== undefined) checkReason(filter.code);
      const rows = await listQuarantined(db, { ...filter, after, limit: limit + 1 });
      return pageOf(rows, limit, ({ key }) => key);
    },
  );
}

function routeSummariseQuarantine(app: ZodApp, parts: ServerParts): void {
  const db = parts.database.pool("reader");
  app.get(
    "/v1/quarantine/summary",
    {
      config: { scope: "usage:read" },
      schema: {
        operationId: "summariseQuarantine",
        summary: "How many events wait, by reason",
        tags: ["quarantine"],
        response: { 200: z.object({ data: z.array(reasonSchema) }) },
      },
    },
    async () => {
      const reasons = await countQuarantined(db);
      return {
        data: reasons.map((reason) => ({
          ...reason,
          samples: [...reason.samples],
          sentence: sentenceOf(reason.code),
        })),
      };
    },
  );
}

function routeReplayQuarantine(app: ZodApp, parts: ServerParts): void {
  app.post(
    "/v1/quarantine/replay",
    {
      config: {
        scope: "quarantine:write",
        refuses: ["catalogue.empty", "quarantine.code-unknown"],
      },
      schema: {
        operationId: "replayQuarantine",
        summary: "Try events that wait again",
        description:
          "With the newest catalogue. Nothing is charged twice, however often this is asked for. " +
          "After a publication the server does it by itself.",
        tags: ["quarantine"],
        body: z
          .strictObject({
            codes: z.array(wireText(100)).min(1).max(100).nullable().default(null),
          })
          .describe("codes: only these reasons")
          .meta({ examples: [{ codes: ["event.account-unknown"] }] }),
        response: { 200: z.object({ tried: z.int(), released: z.int() }) },
      },
    },
    async ({ body: { codes } }) => {
      codes?.forEach(checkReason);
      await newestBook(parts);
      const { keeper } = await parts.open();
      const { tried, released } = await replayQuarantine(parts.database, keeper, { codes });
      return { tried, released };
    },
  );
}

function sentenceOf(code: string): string {
  return code in REFUSALS ? REFUSALS[code as keyof typeof REFUSALS][1] : "";
}

const KEY = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function readKeyCursor(cursor: string | undefined): string | undefined {
  const key = fromCursor(cursor);
  if (key !== undefined && !KEY.test(key)) throw new Refusal("request.cursor-malformed");
  return key;
}
