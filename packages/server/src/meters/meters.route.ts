/** Meters: what they are, and what they come to over a range. */
import { AGGREGATIONS } from "@counterpart/domain/meters/meter.ts";
import { formatMeterValue } from "@counterpart/domain/meters/meter-value.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { newestKeeper, type ServerParts } from "../http/server-parts.ts";
import { wireText } from "../http/wire-text.ts";
import { listMeters, readMeter } from "./read-meter.ts";

const headSchema = z.object({
  name: z.string(),
  title: z.string().nullable(),
  on: z.string().nullable().describe("Event type; null for a derived meter"),
  aggregation: z.enum(AGGREGATIONS).nullable(),
  of: z.string().nullable(),
  by: z.array(z.string()),
  derive: z.string().nullable().describe("Expression over other meters"),
});

const valueSchema = z.object({
  group: z.record(z.string(), z.string().nullable()),
  value: z
    .string()
    .nullable()
    .describe("In smallest units, at most 12 places; null: there is none without events"),
});

const query = z.object({
  from: z.string().max(40).describe("RFC 3339; events from here on"),
  to: z.string().max(40).describe("RFC 3339; events before this"),
  account: wireText(64).optional().describe("Only of this account"),
  groupBy: wireText(400)
    .optional()
    .describe("account, day, month (UTC), channel and the meter's by, with commas between"),
});

export const metersRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  app.get(
    "/v1/meters",
    {
      config: { scope: "usage:read", refuses: ["catalogue.empty"] },
      schema: {
        operationId: "listMeters",
        summary: "The meters of the catalogue",
        tags: ["usage"],
        response: {
          200: z.object({ data: z.array(headSchema) }),
        },
      },
    },
    async () => ({ data: listMeters((await newestKeeper(parts)).catalogue()) }),
  );

  app.get(
    "/v1/meters/:meter/values",
    {
      config: {
        scope: "usage:read",
        refuses: [
          "meter.unknown",
          "meter.range-empty",
          "meter.group-unknown",
          "meter.too-many-groups",
          "meter.too-many-names",
          "meter.expression-failed",
          "instant.malformed",
          "instant.without-zone",
          "catalogue.empty",
        ],
      },
      schema: {
        operationId: "readMeter",
        summary: "What a meter comes to over a range",
        description: "Computed from the stored events when it is asked for; exact.",
        tags: ["usage"],
        params: z.object({ meter: wireText(64) }),
        querystring: query,
        response: {
          200: z.object({ data: z.array(valueSchema) }).meta({
            examples: [{ data: [{ group: { country: "DE" }, value: "17" }] }],
          }),
        },
      },
    },
    async ({ params: { meter }, query: { from, to, account, groupBy = "" } }) => {
      const split = groupBy.split(",").filter((name) => name !== "");
      const question = { meter, from, to, account, groupBy: split };
      const rows = await readMeter(parts.database, await newestKeeper(parts), question);
      return {
        data: rows.map(({ group, value }) => ({
          group: { ...group },
          value: value === null ? null : formatMeterValue(value),
        })),
      };
    },
  );
};
