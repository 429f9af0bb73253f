/** API keys over HTTP. The key itself is shown once, when it is made. */
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { keyOf } from "../http/authenticate.ts";
import { cursorOfOffset, offsetOfCursor, pageQuery, pageSchema } from "../http/page.ts";
import type { ServerParts, ZodApp } from "../http/server-parts.ts";
import { createKey, KEY_NAME_LENGTH_MAX, type KeyRequest } from "./create-key.ts";
import type { ApiKey } from "./keyring.ts";
import { listKeys, revokeKey } from "./keys.repo.ts";
import { GRANTED_SCOPES, includesScope } from "./scopes.ts";

const keySchema = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(GRANTED_SCOPES)),
  sources: z.array(z.string()).nullable().describe("That it may write; null: every one"),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
});

const EXAMPLE = {
  id: "0Xk2mQz8LpA",
  name: "voice switch Frankfurt",
  scopes: ["events:write"],
  sources: ["voice-switch"],
  createdAt: "2026-10-01T12:00:00.000Z",
  expiresAt: null,
  revokedAt: null,
};

const newKeySchema = z
  .strictObject({
    name: z.string().trim().min(1).max(KEY_NAME_LENGTH_MAX),
    scopes: z.array(z.enum(GRANTED_SCOPES)).min(1).max(GRANTED_SCOPES.length),
    sources: z.array(z.string().min(1).max(63)).min(1).max(1_000).nullable().default(null),
    expiresAt: z.iso.datetime({ offset: true }).nullable().default(null),
  })
  .meta({
    examples: [{ name: EXAMPLE.name, scopes: EXAMPLE.scopes, sources: EXAMPLE.sources }],
  });

export const keysRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  routeCreateApiKey(app, parts);
  routeListApiKeys(app, parts);
  routeRevokeApiKey(app, parts);
};

function routeCreateApiKey(app: ZodApp, parts: ServerParts): void {
  const { database } = parts;
  app.post(
    "/v1/api-keys",
    {
      config: {
        scope: "keys:admin",
        refuses: ["key.grants-too-much", "key.source-unknown", "key.expires-in-past"],
      },
      schema: {
        operationId: "createApiKey",
        summary: "Make an API key",
        description: "The answer is the only place where the key is ever shown.",
        tags: ["keys"],
        body: newKeySchema,
        response: {
          201: keySchema
            .extend({ key: z.string().describe("Send it as Authorization: Bearer …") })
            .meta({ examples: [{ ...EXAMPLE, key: "cpk_0Xk2mQz8LpA_…" }] }),
        },
      },
    },
    async (request, reply) => {
      checkGrant(keyOf(request), request.body);
      const created = await createKey(database, request.body);
      reply.header("cache-control", "no-store").header("location", `/v1/api-keys/${created.id}`);
      return reply
        .code(201)
        .send({ ...created, scopes: [...created.scopes], sources: copy(created.sources) });
    },
  );
}

function routeListApiKeys(app: ZodApp, parts: ServerParts): void {
  const { database } = parts;
  app.get(
    "/v1/api-keys",
    {
      config: { scope: "keys:admin", refuses: ["request.cursor-malformed"] },
      schema: {
        operationId: "listApiKeys",
        summary: "List API keys, newest first",
        description: "Revoked and expired ones included; never the keys themselves.",
        tags: ["keys"],
        querystring: pageQuery,
        response: {
          200: pageSchema(keySchema).meta({ examples: [{ data: [EXAMPLE], nextCursor: null }] }),
        },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const offset = offsetOfCursor(cursor);
      const keys = await listKeys(database.pool("writer"), { limit: limit + 1, offset });
      const data = keys.slice(0, limit).map((key) => {
        return { ...key, scopes: [...key.scopes], sources: copy(key.sources) };
      });
      return { data, nextCursor: keys.length > limit ? cursorOfOffset(offset + limit) : null };
    },
  );
}

function routeRevokeApiKey(app: ZodApp, parts: ServerParts): void {
  const { database, keyring } = parts;
  app.delete(
    "/v1/api-keys/:id",
    {
      config: { scope: "keys:admin", refuses: ["key.unknown"] },
      schema: {
        operationId: "revokeApiKey",
        summary: "Revoke an API key",
        description:
          "Holds at once on this server and within 5 seconds on others. Cannot be undone.",
        tags: ["keys"],
        params: z.strictObject({ id: z.string().max(64) }),
        response: { 204: z.null().describe("Revoked") },
      },
    },
    async ({ params: { id } }, reply) => {
      if (!(await revokeKey(database.pool("writer"), id))) throw new Refusal("key.unknown", { id });
      await keyring.changed();
      return reply.code(204).send(null);
    },
  );
}

/** A key that makes keys must not make one that may do more than it may itself. */
function checkGrant(own: ApiKey, { scopes, sources }: KeyRequest): void {
  const missing = scopes.filter((scope) => !includesScope(own.scopes, scope));
  const held = own.sources;
  const foreign = held === null ? [] : (sources ?? ["*"]).filter((source) => !held.has(source));
  if (missing.length > 0 || foreign.length > 0) {
    throw new Refusal("key.grants-too-much", { scopes: missing, sources: foreign });
  }
}

function copy(sources: readonly string[] | null): string[] | null {
  return sources === null ? null : [...sources];
}
