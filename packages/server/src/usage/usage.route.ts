/** Usage for analysis: by hour, account, type and the dimensions that types keep it by. */
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { cursorOfOffset, offsetOfCursor, pageQuery, pageSchema } from "../http/page.ts";
import type { ServerParts } from "../http/server-parts.ts";
import { wireList, wireText } from "../http/wire-text.ts";
import { findUsage } from "./find-usage.ts";

const rowSchema = z.object({
  group: z.record(z.string(), z.string().nullable()),
  type: z.string(),
  events: z.string(),
  quantity: z.string().describe("Of the type's measure, in its smallest unit"),
  unit: z.string().describe("What the quantity counts, such as milliseconds"),
});

const query = pageQuery.extend({
  from: z.string().max(40).describe("RFC 3339, on the full hour of UTC: hours from here on"),
  to: z.string().max(40).describe("RFC 3339, on the full hour of UTC: hours before this"),
  groupBy: wireText(400)
    .optional()
    .describe("account, type, hour, day, month, channel or dimensions, with commas between"),
  timeZone: wireText(64)
    .optional()
    .describe("Zone of day and month, whole hours from UTC; without it, UTC. Hours are of UTC"),
  where: wireList(wireText(400), 20).describe("name=value, such as country=DE; may be repeated"),
});

export const usageRoute: FastifyPluginAsyncZod<ServerParts> = async (app, { database }) => {
  app.get(
    "/v1/usage",
    {
      config: {
        scope: "usage:read",
        refuses: [
          "instant.malformed",
          "instant.without-zone",
          "usage.range-empty",
          "usage.range-not-hours",
          "usage.zone-not-hours",
          "usage.filter-malformed",
          "usage.group-unknown",
          "zone.unknown",
          "usage.too-many-groups",
          "request.cursor-malformed",
        ],
      },
      schema: {
        operationId: "listUsage",
        summary: "What was used",
        description: "Never part of an invoice by itself: statements are made of totals.",
        tags: ["usage"],
        querystring: query,
        response: {
          200: pageSchema(rowSchema).meta({
            examples: [
              {
                data: [
                  {
                    group: { day: "2026-10-01" },
                    type: "sms.message",
                    events: "3",
                    quantity: "4",
                    unit: "segments",
                  },
                ],
                nextCursor: null,
              },
            ],
          }),
        },
      },
    },
    async ({ query: { groupBy = "", limit, cursor, ...question } }) => {
      const offset = offsetOfCursor(cursor);
      const rows = await findUsage(database.pool("reader"), {
        ...question,
        groupBy: groupBy.split(",").filter((name) => name !== ""),
        limit: limit + 1,
        offset,
      });
      const data = rows.slice(0, limit).map((row) => ({ ...row, group: { ...row.group } }));
      return { data, nextCursor: rows.length > limit ? cursorOfOffset(offset + limit) : null };
    },
  );
};
