/** Backfills over HTTP: opened, filled, looked at, closed and reverted. */
import type { Readable } from "node:stream";
import { ITEM_OUTCOMES } from "@counterpart/domain/events/backfill-outcomes.ts";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { checkCharset } from "../events/events.route.ts";
import { NDJSON, whileItComes } from "../events/events-stream.ts";
import { keyOf } from "../http/authenticate.ts";
import { fromCursor, pageOf, pageQuery, pageSchema } from "../http/page.ts";
import { newestBook, newestKeeper, type ServerParts, type ZodApp } from "../http/server-parts.ts";
import { splitLines } from "../imports/split-lines.ts";
import {
  addedSchema,
  headSchema,
  headToWire,
  ITEMS_REQUEST_BODY,
  itemSchema,
  itemToWire,
  openBody,
  params,
  previewSchema,
  reportSchema,
  reportToWire,
  UNDONE,
} from "./backfill-wire.ts";
import { listBackfills, listItemRows } from "./backfills.repo.ts";
import { startClose } from "./close-backfill.ts";
import { addLines, loadBackfill, openBackfill } from "./open-backfill.ts";
import { ITEM_BYTES_MAX } from "./read-item.ts";
import { startRevert } from "./revert-backfill.ts";
import { previewBackfill, reportBackfill } from "./show-backfill.ts";

export const backfillsRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  routeOpen(app, parts);
  routeList(app, parts);
  routeGet(app, parts);
  routeListItems(app, parts);
  routePreview(app, parts);
  routeClose(app, parts);
  routeRevert(app, parts);
  await app.register(async (lines: ZodApp) => {
    readLines(lines);
    routeAdd(lines, parts);
  });
};

const UNSEEN =
  "Until it is closed, nothing that it holds is seen by usage, statements, totals or explanations.";

function routeOpen(app: ZodApp, parts: ServerParts): void {
  app.post(
    "/v1/backfills",
    {
      config: {
        scope: "events:correct",
        refuses: [
          "id.malformed",
          "fact.reason-missing",
          "backfill.name-taken",
          "event.source-not-permitted",
        ],
      },
      schema: {
        operationId: "openBackfill",
        summary: "Open a backfill: new events, voids, restores and corrections, closed together",
        description: UNSEEN,
        tags: ["events"],
        body: openBody,
        response: { 201: headSchema },
      },
    },
    async (request, reply) => {
      const by = callerOf(request);
      const row = await openBackfill(parts.database.pool("writer"), { ...request.body, by });
      reply.header("location", `/v1/backfills/${row.name}`);
      return reply.code(201).send(headToWire(row));
    },
  );
}

const ADD_REFUSES: readonly RefusalCode[] = [
  "backfill.unknown",
  "backfill.not-open",
  "event.source-not-permitted",
  "request.timeout",
  "request.interrupted",
  "request.media-type",
];

/** Lines that an answer lists. */
const REFUSED_LISTED_MAX = 1_000;

function routeAdd(app: ZodApp, parts: ServerParts): void {
  app.post(
    "/v1/backfills/:backfill/items",
    {
      config: {
        scope: "events:correct",
        refuses: ADD_REFUSES,
        streams: NDJSON,
        requestBody: ITEMS_REQUEST_BODY,
      },
      schema: {
        operationId: "addBackfillItems",
        summary: "Add items to an open backfill, one a line",
        description:
          "A backfill holds one item of each event. A line that cannot be an item is told and spoils " +
          "nothing; whether the others can be done is told by the preview. After a break send the " +
          "same body again: lines that it holds are passed over.",
        tags: ["events"],
        params,
        response: { 200: addedSchema },
      },
    },
    async (request) => {
      callerOf(request);
      const stream = request.body as Readable | undefined;
      if (stream === undefined) throw new Refusal("request.media-type", { body: "missing" });
      const bytes = whileItComes(stream, parts.timeLimits.streamIdleMs);
      const lines = splitLines(bytes, { bytesMax: ITEM_BYTES_MAX });
      const sum = { throughLine: 0, added: 0, already: 0, refused: 0 };
      const refusedLines: z.output<typeof addedSchema>["refusedLines"] = [];
      for await (const page of addLines(parts.database, request.params.backfill, lines)) {
        sum.throughLine = Math.max(sum.throughLine, page.throughLine);
        sum.added += page.added;
        sum.already += page.already;
        sum.refused += page.refused.length;
        refusedLines.push(...page.refused.slice(0, REFUSED_LISTED_MAX - refusedLines.length));
      }
      return { ...sum, refusedLines };
    },
  );
}

function readLines(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(NDJSON, async (request: FastifyRequest, stream: Readable) => {
    checkCharset(request);
    return stream;
  });
}

function routeList(app: ZodApp, parts: ServerParts): void {
  const db = parts.database.pool("reader");
  app.get(
    "/v1/backfills",
    {
      config: { scope: "statements:read", refuses: ["request.cursor-malformed"] },
      schema: {
        operationId: "listBackfills",
        summary: "List backfills, newest first",
        tags: ["events"],
        querystring: pageQuery,
        response: { 200: pageSchema(headSchema) },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const before = readCursor(cursor, /^\d{1,9}$/);
      const page = { before: before === null ? null : Number(before), limit: limit + 1 };
      const { data, nextCursor } = pageOf(
        await listBackfills(db, page),
        limit,
        ({ id }) => `${id}`,
      );
      return { data: data.map(headToWire), nextCursor };
    },
  );
}

function readCursor(cursor: string | undefined, shape: RegExp): string | null {
  const after = fromCursor(cursor);
  if (after !== undefined && !shape.test(after)) throw new Refusal("request.cursor-malformed");
  return after ?? null;
}

function routeGet(app: ZodApp, parts: ServerParts): void {
  app.get(
    "/v1/backfills/:backfill",
    {
      config: { scope: "statements:read", refuses: ["backfill.unknown", "catalogue.empty"] },
      schema: {
        operationId: "getBackfill",
        summary: "A backfill: what it holds, how far it is, and what it has come to",
        tags: ["events"],
        params,
        response: { 200: reportSchema },
      },
    },
    async ({ params: { backfill } }) => {
      const book = await newestBook(parts);
      return reportToWire(await reportBackfill(parts.database.pool("reader"), book, backfill));
    },
  );
}

function routeListItems(app: ZodApp, parts: ServerParts): void {
  const db = parts.database.pool("reader");
  app.get(
    "/v1/backfills/:backfill/items",
    {
      config: {
        scope: "statements:read",
        refuses: ["backfill.unknown", "request.cursor-malformed"],
      },
      schema: {
        operationId: "listBackfillItems",
        summary: "List the items of a backfill with what became of each",
        tags: ["events"],
        params,
        querystring: pageQuery.extend({
          outcome: z.enum(ITEM_OUTCOMES).optional(),
          undone: z
            .enum(UNDONE)
            .optional()
            .describe("What became of it by a revert; with `outcome`: or so"),
        }),
        response: { 200: pageSchema(itemSchema) },
      },
    },
    async ({ params: { backfill }, query: { limit, cursor, outcome, undone } }) => {
      const { id } = await loadBackfill(db, backfill);
      const after = readCursor(cursor, /^[0-9a-f]{32}$/);
      const rows = await listItemRows(db, id, {
        outcomes: outcome === undefined ? null : [outcome],
        undone: undone === undefined ? null : [undone],
        after,
        limit: limit + 1,
      });
      const { data, nextCursor } = pageOf(rows, limit, ({ key }) => key);
      return { data: data.map(itemToWire), nextCursor };
    },
  );
}

function routePreview(app: ZodApp, parts: ServerParts): void {
  app.post(
    "/v1/backfills/:backfill/preview",
    {
      config: {
        scope: "events:correct",
        refuses: ["backfill.unknown", "event.source-not-permitted", "catalogue.empty"],
      },
      schema: {
        operationId: "previewBackfill",
        summary: "What closing a backfill would do, in money by agreement",
        description: "The same code as a close, stopped before the store; it takes about as long.",
        tags: ["events"],
        params,
        response: { 200: previewSchema },
      },
    },
    async (request) => {
      callerOf(request);
      const keeper = await newestKeeper(parts);
      const { backfill } = request.params;
      const { now } = parts;
      const preview = await previewBackfill(parts.database, keeper, backfill, { now });
      return { ...preview, outcomes: [...preview.outcomes], effects: [...preview.effects] };
    },
  );
}

function routeClose(app: ZodApp, parts: ServerParts): void {
  app.post(
    "/v1/backfills/:backfill/close",
    {
      config: {
        scope: "events:correct",
        refuses: [
          "backfill.unknown",
          "backfill.empty",
          "backfill.being-reverted",
          "event.source-not-permitted",
          "catalogue.empty",
        ],
      },
      schema: {
        operationId: "closeBackfill",
        summary: "Close a backfill: what it holds counts from now on",
        description:
          "The server does it, and goes on after a restart. New events are accepted as if they were " +
          "sent now, however old they are; what cannot be done is left, with its reason. No month " +
          "closes meanwhile. Asking again changes nothing.",
        tags: ["events"],
        params,
        response: { 202: headSchema },
      },
    },
    async (request, reply) => {
      await parts.open();
      const { backfill } = request.params;
      const by = callerOf(request);
      await withWriter(parts, (db) => startClose(db, backfill, by));
      const row = await loadBackfill(parts.database.pool("writer"), backfill);
      return reply.code(202).send(headToWire(row));
    },
  );
}

function routeRevert(app: ZodApp, parts: ServerParts): void {
  app.post(
    "/v1/backfills/:backfill/revert",
    {
      config: {
        scope: "events:correct",
        refuses: ["backfill.unknown", "backfill.already-running", "event.source-not-permitted"],
      },
      schema: {
        operationId: "revertBackfill",
        summary: "Revert a backfill: drop it, or undo what it did",
        description:
          "An open one is dropped, and nothing was changed. What a closed one did is undone by the " +
          "server, by facts: new events are voided, voids restored, restores voided, corrections " +
          "taken back. What was said of an event since is left. Asking again changes nothing.",
        tags: ["events"],
        params,
        response: { 202: headSchema },
      },
    },
    async (request, reply) => {
      const { backfill } = request.params;
      const by = callerOf(request);
      await withWriter(parts, (db) => startRevert(db, backfill, by));
      const row = await loadBackfill(parts.database.pool("writer"), backfill);
      return reply.code(202).send(headToWire(row));
    },
  );
}

type Client = Awaited<ReturnType<ServerParts["database"]["client"]>>;

/** A connection of its own, since a transaction needs one. */
async function withWriter(
  { database }: ServerParts,
  work: (db: Client) => Promise<void>,
): Promise<void> {
  const client = await database.client("writer");
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** Who asks. A key for some sources only may not change the events of all. */
function callerOf(request: FastifyRequest): string {
  const { id, sources } = keyOf(request);
  if (sources !== null) throw new Refusal("event.source-not-permitted");
  return `key:${id}`;
}
