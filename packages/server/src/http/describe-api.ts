import type { Instant } from "@counterpart/domain/instant.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { openKeyring } from "../keys/keyring.ts";
import { connectDatabase } from "../platform/database.ts";
import { buildServer } from "./build-server.ts";
import { makeMetrics } from "./metrics.ts";
import { openApiDocument } from "./openapi.ts";
import { serverLog } from "./server-log.ts";

/** The text of `openapi.json`. Needs no database: nothing is asked of one until a request comes. */
export async function describeApi(): Promise<string> {
  const database = connectDatabase("postgresql://nowhere.invalid/none");
  const now = (): Instant => 0 as Instant;
  const app = await buildServer(
    {
      database,
      now,
      keyring: openKeyring(database, now),
      metrics: makeMetrics(() => null),
      opened: () => null,
      open: () => Promise.reject(new Refusal("catalogue.empty")),
      stop: new AbortController().signal,
    },
    { logger: serverLog("silent") },
  );
  await app.ready();
  const document = openApiDocument(app);
  await app.close();
  await database.close();
  return `${JSON.stringify(document, null, 2)}\n`;
}
