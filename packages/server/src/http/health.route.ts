/** What load balancers, Prometheus and clients ask the server itself. */
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import {
  MIGRATIONS,
  type Migration,
  pendingMigrations,
  readMigrations,
} from "../platform/migrate.ts";
import { openApiDocument } from "./openapi.ts";
import type { ServerParts, ZodApp } from "./server-parts.ts";

const healthSchema = z.object({ status: z.literal("alive") });

const CHECKS = ["yes", "no"] as const;
const readySchema = z.object({
  ready: z.boolean(),
  database: z.enum(CHECKS).describe("Whether it can be reached"),
  migrations: z.enum(CHECKS).describe("Whether all are applied"),
  book: z.enum(CHECKS).describe("Whether a catalogue is applied and loaded"),
  stopping: z.boolean(),
});

export const healthRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  routeIsAlive(app);
  routeIsReady(app, parts, await readMigrations(MIGRATIONS));
  routeReadMetrics(app, parts);
  routeReadOpenApi(app);
};

function routeIsAlive(app: ZodApp): void {
  app.get(
    "/healthz",
    {
      config: { scope: "public", rateLimit: false },
      schema: {
        operationId: "isAlive",
        summary: "Whether the process answers",
        tags: ["server"],
        response: { 200: healthSchema.meta({ examples: [{ status: "alive" }] }) },
      },
    },
    async () => ({ status: "alive" as const }),
  );
}

function routeIsReady(app: ZodApp, parts: ServerParts, migrations: readonly Migration[]): void {
  app.get(
    "/readyz",
    {
      config: { scope: "public", rateLimit: false },
      schema: {
        operationId: "isReady",
        summary: "Whether the server can take events",
        tags: ["server"],
        response: {
          200: readySchema.describe("Ready"),
          503: readySchema.describe("Not ready; the fields say what is missing"),
        },
      },
    },
    async (_request, reply) => {
      const state = await examine(parts, migrations);
      return reply.code(state.ready ? 200 : 503).send(state);
    },
  );
}

function routeReadMetrics(app: ZodApp, parts: ServerParts): void {
  app.get(
    "/metrics",
    {
      config: {
        scope: "operator",
        responses: { 200: { "text/plain": { schema: { type: "string" } } } },
      },
      schema: {
        operationId: "readMetrics",
        summary: "Metrics for Prometheus",
        tags: ["server"],
        response: { 200: z.string().describe("Text exposition format") },
      },
    },
    async (_request, reply) => {
      const { registry } = parts.metrics;
      const text = await registry.metrics();
      return reply.type(registry.contentType).serializer(String).send(text);
    },
  );
}

function routeReadOpenApi(app: ZodApp): void {
  app.get(
    "/openapi.json",
    {
      config: { scope: "public" },
      schema: {
        operationId: "readOpenApi",
        summary: "This description",
        tags: ["server"],
        response: { 200: z.record(z.string(), z.unknown()).describe("OpenAPI 3.1") },
      },
    },
    async () => openApiDocument(app) as Record<string, unknown>,
  );
}

async function examine(
  parts: ServerParts,
  migrations: readonly Migration[],
): Promise<z.output<typeof readySchema>> {
  const state = { database: false, migrations: false, book: parts.opened() !== null };
  try {
    const pending = await pendingMigrations(parts.database.pool("reader"), migrations);
    state.database = true;
    state.migrations = pending.length === 0;
    if (!state.book) state.book = (await parts.open().catch(() => null)) !== null;
  } catch {
    // Not reachable, or of another version: what could not be found out stays "no".
  }
  const stopping = parts.stop.aborted;
  const yes = (holds: boolean) => (holds ? "yes" : "no");
  return {
    ready: state.database && state.migrations && state.book && !stopping,
    database: yes(state.database),
    migrations: yes(state.migrations),
    book: yes(state.book),
    stopping,
  };
}
