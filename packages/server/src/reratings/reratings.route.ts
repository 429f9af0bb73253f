/** Re-ratings over HTTP: previewed, asked for, watched and stopped. */
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import { checkZone, instantOfDateOrInstant } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { manyEffectSchema } from "../facts/fact-wire.ts";
import { keyOf } from "../http/authenticate.ts";
import { fromCursor, pageOf, pageQuery, pageSchema } from "../http/page.ts";
import { newestBook, type ServerParts, type ZodApp } from "../http/server-parts.ts";
import { wireText } from "../http/wire-text.ts";
import {
  filterOf,
  loadRerating,
  previewRerating,
  type ReratingReport,
  startRerating,
  stopRerating,
} from "./rerate.ts";
import type { ReratingFilter } from "./rerating-filter.ts";
import { findRerating, listReratings, type ReratingRow } from "./reratings.repo.ts";

const names = z.array(wireText(256)).max(1_000).default([]);

const askedSchema = z
  .strictObject({
    from: wireText(40).describe("RFC 3339, or a date in the provider's zone"),
    to: wireText(40).describe("Events before this"),
    accounts: names,
    types: names,
    agreements: names.describe("Events that such an agreement charges, before or after"),
    terms: names.describe("Events that such a term charges, before or after"),
    reason: wireText(500).describe("Why; it is kept with every fact"),
    revision: z
      .int()
      .nullable()
      .default(null)
      .describe("Of the preview: refused when another one is in force by now"),
  })
  .meta({
    examples: [
      {
        from: "2026-10-01",
        to: "2026-11-01",
        agreements: ["acme-2026"],
        reason: "The rate of October was agreed on late",
        revision: 12,
      },
    ],
  });

const reportSchema = z.object({
  revision: z.int().describe("Of the catalogue that prices it"),
  tried: z.int(),
  changed: z.int().describe("Events of which a charge changes"),
  effects: z.array(manyEffectSchema).describe("By agreement"),
  left: z
    .array(
      z.object({
        code: z.string(),
        count: z.int(),
        samples: z.array(z.object({ event: z.string(), detail: z.string() })),
      }),
    )
    .describe("Events that can no longer be rated, and stay as they are"),
});

const STATES = { r: "running", d: "done", s: "stopped" } as const;

const headSchema = z.object({
  rerating: z.int().describe("Its number"),
  state: z.enum(["running", "done", "stopped"]),
  revision: z.int(),
  from: z.string(),
  to: z.string(),
  accounts: z.array(z.string()),
  types: z.array(z.string()),
  agreements: z.array(z.string()),
  terms: z.array(z.string()),
  tried: z.int(),
  changed: z.int(),
  by: z.string(),
  reason: z.string(),
  madeAt: z.string(),
  finishedAt: z.string().nullable(),
});

const params = z.strictObject({ rerating: z.coerce.number().int().min(1).max(2_147_483_647) });

export const reratingsRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  routePreviewRerating(app, parts);
  routeStartRerating(app, parts);
  routeListReratings(app, parts);
  routeGetRerating(app, parts);
  routeStopRerating(app, parts);
};

const FILTER_REFUSES = [
  "rerating.range-empty",
  "rerating.filter-unknown",
  "event.source-not-permitted",
  "catalogue.empty",
] as const;

function routePreviewRerating(app: ZodApp, parts: ServerParts): void {
  app.post(
    "/v1/reratings/preview",
    {
      config: { scope: "events:correct", refuses: FILTER_REFUSES },
      schema: {
        operationId: "previewRerating",
        summary: "What re-rating a range with the catalogue in force would change",
        description:
          "The same code as a re-rating, stopped before the store; it takes about as long.",
        tags: ["events"],
        body: askedSchema.omit({ reason: true, revision: true }),
        response: { 200: reportSchema },
      },
    },
    async (request) => {
      const { keeper } = await openFor(request, parts);
      const filter = toFilter(request.body, keeper.catalogue().provider.timeZone);
      return reportToWire(await previewRerating(parts.database, keeper, filter));
    },
  );
}

function routeStartRerating(app: ZodApp, parts: ServerParts): void {
  app.post(
    "/v1/reratings",
    {
      config: { scope: "events:correct", refuses: [...FILTER_REFUSES, "catalogue.changed"] },
      schema: {
        operationId: "startRerating",
        summary: "Re-rate a range of events with the catalogue in force",
        description:
          "Every event that comes to something else gets a fact; nothing that is stored is changed, " +
          "and the difference is an adjustment on the next statements. The server runs one at a " +
          "time, and goes on after a restart. A range that is being re-rated by the same catalogue " +
          "is answered with that one; doing it again changes nothing.",
        tags: ["events"],
        body: askedSchema,
        response: { 202: headSchema },
      },
    },
    async (request, reply) => {
      const { keeper } = await openFor(request, parts);
      const { reason, revision, ...asked } = request.body;
      const filter = toFilter(asked, keeper.catalogue().provider.timeZone);
      const by = `key:${keyOf(request).id}`;
      const batch = await startRerating(parts.database, keeper, { filter, reason, by, revision });
      reply.header("location", `/v1/reratings/${batch}`);
      const row = await findRerating(parts.database.pool("reader"), batch);
      return reply.code(202).send(headToWire(row!));
    },
  );
}

function routeListReratings(app: ZodApp, parts: ServerParts): void {
  const db = parts.database.pool("reader");
  app.get(
    "/v1/reratings",
    {
      config: { scope: "statements:read", refuses: ["request.cursor-malformed"] },
      schema: {
        operationId: "listReratings",
        summary: "List re-ratings, newest first",
        tags: ["events"],
        querystring: pageQuery,
        response: { 200: pageSchema(headSchema) },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const rows = await listReratings(db, { before: readCursor(cursor), limit: limit + 1 });
      const { data, nextCursor } = pageOf(rows, limit, ({ batch }) => `${batch}`);
      return { data: data.map(headToWire), nextCursor };
    },
  );
}

function readCursor(cursor: string | undefined): number | null {
  const before = fromCursor(cursor);
  if (before !== undefined && !/^\d{1,9}$/.test(before)) {
    throw new Refusal("request.cursor-malformed");
  }
  return before === undefined ? null : Number(before);
}

function routeGetRerating(app: ZodApp, parts: ServerParts): void {
  const db = parts.database.pool("reader");
  app.get(
    "/v1/reratings/:rerating",
    {
      config: { scope: "statements:read", refuses: ["rerating.unknown", "catalogue.empty"] },
      schema: {
        operationId: "getRerating",
        summary: "A re-rating: how far it is, and what it has come to",
        tags: ["events"],
        params,
        response: { 200: headSchema.extend(reportSchema.shape) },
      },
    },
    async (request) => {
      const book = await newestBook(parts);
      const { row, ...report } = await loadRerating(db, book, request.params.rerating);
      return { ...headToWire(row), ...reportToWire(report) };
    },
  );
}

function routeStopRerating(app: ZodApp, parts: ServerParts): void {
  app.post(
    "/v1/reratings/:rerating/stop",
    {
      config: { scope: "events:correct", refuses: ["rerating.unknown", "rerating.not-running"] },
      schema: {
        operationId: "stopRerating",
        summary: "Stop a re-rating: what is done stays, the rest is left",
        tags: ["events"],
        params,
        response: { 200: headSchema },
      },
    },
    async (request) => {
      const db = parts.database.pool("writer");
      return headToWire(await stopRerating(db, request.params.rerating));
    },
  );
}

/** A key for some sources only may not change the events of all. */
async function openFor(request: FastifyRequest, parts: ServerParts) {
  if (keyOf(request).sources !== null) throw new Refusal("event.source-not-permitted");
  return await parts.open();
}

type Asked = Omit<z.output<typeof askedSchema>, "reason" | "revision">;

function toFilter({ from, to, ...names }: Asked, timeZone: string): ReratingFilter {
  const zone = checkZone(timeZone);
  return {
    ...names,
    from: instantOfDateOrInstant(zone, from),
    to: instantOfDateOrInstant(zone, to),
  };
}

function headToWire(row: ReratingRow): z.output<typeof headSchema> {
  const { from, to, accounts, types, agreements, terms } = filterOf(row);
  return {
    rerating: row.batch,
    state: STATES[row.state],
    revision: row.revision,
    from: formatInstant(from),
    to: formatInstant(to),
    accounts: [...accounts],
    types: [...types],
    agreements: [...agreements],
    terms: [...terms],
    tried: Number(row.tried),
    changed: Number(row.changed),
    by: row.made_by,
    reason: row.reason,
    madeAt: formatInstant(Number(row.made_at) as Instant),
    finishedAt: row.finished_at === null ? null : formatInstant(Number(row.finished_at) as Instant),
  };
}

function reportToWire(report: ReratingReport): z.output<typeof reportSchema> {
  return {
    ...report,
    effects: report.effects.map((effect) => ({ ...effect })),
    left: report.left.map((one) => ({ ...one, samples: [...one.samples] })),
  };
}
