/** The catalogue over HTTP: the same objects and the same change as `counterpart apply`. */
import { assert } from "@counterpart/domain/assert.ts";
import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import { SECTIONS } from "@counterpart/domain/catalogue/check-catalogue.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { keyOf } from "../http/authenticate.ts";
import { BODY_LIMITS } from "../http/limits.ts";
import { newestBook, type ServerParts, type ZodApp } from "../http/server-parts.ts";
import { wireFlag, wireText } from "../http/wire-text.ts";
import { proposedReratingsSchema } from "../reratings/proposed-wire.ts";
import { applyBundleApart } from "./apply-bundle.ts";
import { loadRevision } from "./catalogue.repo.ts";
import { bundleSchema, catalogueSchema } from "./catalogue-schema.ts";
import { etagOf, expectedRevision } from "./revision-tag.ts";

const fieldSchema = z.object({
  path: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});

const rowChangesSchema = z.record(z.string(), z.unknown()).nullable();

const appliedSchema = z.object({
  revision: z.int().describe("In force now; with dryRun the one the changes would be made to"),
  dryRun: z.boolean(),
  changes: z.array(
    z.object({
      kind: z.string(),
      id: z.string(),
      change: z.enum(["added", "changed", "removed"]),
      fields: z.array(fieldSchema),
      versions: z.array(
        z.object({
          from: z.string(),
          change: z.enum(["added", "changed", "removed"]),
          rows: rowChangesSchema,
        }),
      ),
    }),
  ),
  notes: z.array(z.string()).describe("What is allowed and may not be meant"),
  reratings: proposedReratingsSchema,
});

const objectParams = z.strictObject({ kind: z.enum(SECTIONS), id: wireText(63) });
const applyQuery = z.strictObject({
  dryRun: wireFlag.describe("Check and show the difference, change nothing"),
});
const APPLY_REFUSES = ["catalogue.invalid", "catalogue.changed", "request.too-large"] as const;

export const catalogueRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  routeGetCatalogue(app, parts);
  routeApplyCatalogue(app, parts);
  routeGetCatalogueObject(app, parts);
  routePutCatalogueObject(app, parts);
};

function routeGetCatalogue(app: ZodApp, parts: ServerParts): void {
  app.get(
    "/v1/catalogue",
    {
      config: { scope: "catalogue:read", refuses: ["catalogue.empty"] },
      schema: {
        operationId: "getCatalogue",
        summary: "The catalogue in force",
        description: "Its revision is the ETag. Rows of decks are named by their hash.",
        tags: ["catalogue"],
        response: { 200: catalogueSchema, 304: z.null().describe("Not changed") },
      },
    },
    async (request, reply: FastifyReply) => {
      const { revision, catalogue } = await loadInForce(parts);
      if (notModified(request, reply, revision)) return reply.code(304).send();
      return reply.send(catalogue);
    },
  );
}

function routeApplyCatalogue(app: ZodApp, parts: ServerParts): void {
  app.post(
    "/v1/catalogue",
    {
      config: { scope: "catalogue:write", refuses: APPLY_REFUSES },
      bodyLimit: BODY_LIMITS.catalogue,
      // The bundle is checked by its own reader, which tells every problem at once and where it is.
      validatorCompiler: () => (value) => ({ value }),
      schema: {
        operationId: "applyCatalogue",
        summary: "Publish a catalogue",
        description:
          "The whole catalogue, decks with their rows as `csv` or by the hash of rows kept before. It " +
          "takes the place of the one in force as one versioned change; what is the same already " +
          "changes nothing. With If-Match only if that is still the revision in force.",
        tags: ["catalogue"],
        querystring: applyQuery,
        body: bundleSchema,
        response: { 200: appliedSchema },
      },
    },
    async (request, reply: FastifyReply) => {
      const { dryRun } = applyQuery.parse(request.query);
      return await apply(parts, request, reply, { bundle: request.body, dryRun });
    },
  );
}

function routeGetCatalogueObject(app: ZodApp, parts: ServerParts): void {
  app.get(
    "/v1/catalogue/:kind/:id",
    {
      config: { scope: "catalogue:read", refuses: ["catalogue.empty", "catalogue.object-unknown"] },
      schema: {
        operationId: "getCatalogueObject",
        summary: "One object of the catalogue in force",
        tags: ["catalogue"],
        params: objectParams,
        response: { 200: z.record(z.string(), z.unknown()), 304: z.null().describe("Not changed") },
      },
    },
    async (request, reply: FastifyReply) => {
      const { kind, id } = request.params as z.output<typeof objectParams>;
      const { revision, catalogue } = await loadInForce(parts);
      const object = objectOf(catalogue, kind, id);
      if (notModified(request, reply, revision)) return reply.code(304).send();
      return reply.send(object);
    },
  );
}

function routePutCatalogueObject(app: ZodApp, parts: ServerParts): void {
  app.put(
    "/v1/catalogue/:kind/:id",
    {
      config: {
        scope: "catalogue:write",
        refuses: [...APPLY_REFUSES, "catalogue.empty", "request.precondition-missing"],
      },
      bodyLimit: BODY_LIMITS.catalogue,
      schema: {
        operationId: "putCatalogueObject",
        summary: "Add or change one object",
        description:
          "As if the whole catalogue had been sent with this object in it. If-Match names the revision " +
          "that was read: what somebody else has changed since is not overwritten.",
        tags: ["catalogue"],
        params: objectParams,
        querystring: applyQuery,
        body: z.record(z.string(), z.unknown()),
        response: { 200: appliedSchema },
      },
    },
    async (request, reply: FastifyReply) => {
      const { kind, id } = request.params as z.output<typeof objectParams>;
      const { dryRun } = request.query as z.output<typeof applyQuery>;
      if (expectedRevision(request) === undefined) {
        throw new Refusal("request.precondition-missing");
      }
      const { catalogue } = await loadInForce(parts);
      const section = { ...catalogue[kind], [id]: request.body };
      return await apply(parts, request, reply, {
        bundle: { ...catalogue, [kind]: section },
        dryRun,
      });
    },
  );
}

async function apply(
  { database, open }: ServerParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { bundle, dryRun }: { readonly bundle: unknown; readonly dryRun: boolean },
): Promise<FastifyReply> {
  const db = database.pool("reader");
  const expected = expectedRevision(request);
  const inForce = await loadRevision(db);
  if (expected !== undefined && expected !== inForce) {
    throw new Refusal("catalogue.changed", { revision: inForce });
  }
  const by = `key:${keyOf(request).id}`;
  const change = { bundle, by, dryRun, expectedRevision: expected };
  const { revision, ...applied } = await applyBundleApart(database, change);
  // So that what was published holds for the next event that this server takes.
  if (!dryRun) await (await open()).keeper.refresh(revision);
  return reply.header("etag", etagOf(revision)).send({ revision, dryRun, ...applied });
}

async function loadInForce(
  parts: ServerParts,
): Promise<{ revision: number; catalogue: Catalogue }> {
  const { revision } = await newestBook(parts);
  const { keeper } = await parts.open();
  assert(keeper.book().revision >= revision, "the book never gets older");
  return { revision: keeper.book().revision, catalogue: keeper.catalogue() };
}

function objectOf(
  catalogue: Catalogue,
  kind: (typeof SECTIONS)[number],
  id: string,
): Record<string, unknown> {
  const objects: Readonly<Record<string, object>> = catalogue[kind];
  if (!Object.hasOwn(objects, id)) throw new Refusal("catalogue.object-unknown", { kind, id });
  return objects[id] as Record<string, unknown>;
}

function notModified(request: FastifyRequest, reply: FastifyReply, revision: number): boolean {
  const etag = etagOf(revision);
  reply.header("etag", etag).header("cache-control", "private, no-cache");
  const known = request.headers["if-none-match"] ?? "";
  return known.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}
