import type { Instant } from "@counterpart/domain/instant.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifyInstance } from "fastify";
import { openKeyring } from "../keys/keyring.ts";
import { connectDatabase, type Database } from "../platform/database.ts";
import { buildServer } from "./build-server.ts";
import { TIME_LIMITS } from "./limits.ts";
import { makeMetrics } from "./metrics.ts";
import { openApiDocument } from "./openapi.ts";
import { serverLog } from "./server-log.ts";
import type { ServerParts } from "./server-parts.ts";

/** The text of `openapi.json`. */
export async function describeApi(): Promise<string> {
  const { app, database } = await openDescribedServer();
  await app.ready();
  const document = openApiDocument(app);
  await app.close();
  await database.close();
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A server with every route and no database: nothing is asked of one until a request comes. */
export async function openDescribedServer(): Promise<{
  readonly app: FastifyInstance;
  readonly database: Database;
}> {
  const database = connectDatabase("postgresql://nowhere.invalid/none");
  const now = (): Instant => 0 as Instant;
  const parts: ServerParts = {
    timeLimits: TIME_LIMITS,
    database,
    now,
    keyring: openKeyring(database, now),
    metrics: makeMetrics(() => null),
    opened: () => null,
    open: () => Promise.reject(new Refusal("catalogue.empty")),
    stop: new AbortController().signal,
  };
  return { app: await buildServer(parts, { logger: serverLog("silent") }), database };
}
