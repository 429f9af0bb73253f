/** Statements, their lines and what is behind them. */
import { parseMonth } from "@counterpart/domain/period.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { explainLine } from "../explain/explain-line.ts";
import { explainedLineSchema, lineEventSchema } from "../explain/explain-wire.ts";
import { listLineEvents } from "../explain/list-line-events.ts";
import { fromCursor, pageOf, pageQuery, pageSchema, toCursor } from "../http/page.ts";
import type { ServerParts, ZodApp } from "../http/server-parts.ts";
import { wireText } from "../http/wire-text.ts";
import { statementCsv } from "./statement-csv.ts";
import { listStatements, loadStatement } from "./statement-views.repo.ts";
import { STATEMENT_EXAMPLE, statementHeadSchema, statementSchema } from "./statements-wire.ts";

const id = wireText(120);
const lineParams = z.strictObject({ id, number: z.string().regex(/^[1-9]\d{0,8}$/) });
const formatQuery = z.strictObject({
  format: z.enum(["json", "csv"]).optional().describe("Default: as Accept says"),
});

export const statementsRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  routeListStatements(app, parts);
  routeGetStatement(app, parts);
  routeExplainLine(app, parts);
  routeListLineEvents(app, parts);
};

function routeListStatements(app: ZodApp, parts: ServerParts): void {
  const db = parts.database.pool("reader");
  app.get(
    "/v1/statements",
    {
      config: {
        scope: "statements:read",
        refuses: ["request.cursor-malformed", "period.malformed"],
      },
      schema: {
        operationId: "listStatements",
        summary: "List invoices and settlement statements",
        tags: ["statements"],
        querystring: pageQuery.extend({
          period: wireText(7).optional().describe("Such as 2026-10"),
          agreement: wireText(63).optional(),
        }),
        response: {
          200: pageSchema(statementHeadSchema).meta({
            examples: [{ data: [STATEMENT_EXAMPLE], nextCursor: null }],
          }),
        },
      },
    },
    async ({ query: { limit, cursor, ...filter } }) => {
      const after = fromCursor(cursor);
      if (filter.period !== undefined) parseMonth(filter.period);
      const rows = await listStatements(db, { ...filter, after, limit: limit + 1 });
      return pageOf(rows, limit, (last) => last.id);
    },
  );
}

function routeGetStatement(app: ZodApp, parts: ServerParts): void {
  const db = parts.database.pool("reader");
  app.get(
    "/v1/statements/:id",
    {
      config: {
        scope: "statements:read",
        refuses: ["statement.unknown"],
        responses: { 200: { "text/csv": { schema: { type: "string" } } } },
      },
      schema: {
        operationId: "getStatement",
        summary: "One statement with its lines",
        description: "As JSON, or as CSV with `Accept: text/csv` or `?format=csv`.",
        tags: ["statements"],
        params: z.strictObject({ id }),
        querystring: formatQuery,
        response: { 200: statementSchema },
      },
    },
    async (request, reply: FastifyReply) => {
      const params = request.params as { readonly id: string };
      const statement = await loadStatement(db, params.id);
      reply.header("vary", "accept");
      if (!wantsCsv(request)) return reply.send(statement);
      return reply
        .type("text/csv; charset=utf-8; header=present")
        .header("content-disposition", `attachment; filename="${statement.id}.csv"`)
        .serializer(String)
        .send(statementCsv(statement));
    },
  );
}

function routeExplainLine(app: ZodApp, parts: ServerParts): void {
  const db = parts.database.pool("reader");
  app.get(
    "/v1/statements/:id/lines/:number/explanation",
    {
      config: { scope: "statements:read", refuses: ["explain.not-found"] },
      schema: {
        operationId: "explainLine",
        summary: "Why a line is what it is",
        tags: ["statements"],
        params: lineParams,
        response: { 200: explainedLineSchema },
      },
    },
    async ({ params }) => {
      const line = await explainLine(db, `${params.id}/${params.number}`);
      return line as z.output<typeof explainedLineSchema>;
    },
  );
}

function routeListLineEvents(app: ZodApp, parts: ServerParts): void {
  const db = parts.database.pool("reader");
  app.get(
    "/v1/statements/:id/lines/:number/events",
    {
      config: {
        scope: "statements:read",
        refuses: ["explain.not-found", "request.cursor-malformed"],
      },
      schema: {
        operationId: "listLineEvents",
        summary: "The events behind a line",
        tags: ["statements"],
        params: lineParams,
        querystring: pageQuery,
        response: { 200: pageSchema(lineEventSchema) },
      },
    },
    async ({ params, query: { limit, cursor } }) => {
      const page = { after: fromCursor(cursor), limit };
      const { data, nextCursor } = await listLineEvents(db, `${params.id}/${params.number}`, page);
      return { data: [...data], nextCursor: nextCursor === null ? null : toCursor(nextCursor) };
    },
  );
}

function wantsCsv({ query, headers }: FastifyRequest): boolean {
  const { format } = query as z.output<typeof formatQuery>;
  if (format !== undefined) return format === "csv";
  return /^\s*text\/csv\b/i.test(headers.accept ?? "");
}
