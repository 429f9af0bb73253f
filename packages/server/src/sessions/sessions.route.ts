/** `/v1/sessions`: records of calls while they last, and what became of each session. */
import type { Readable } from "node:stream";
import { REFUSALS, Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { sliceBatch } from "../events/cloud-event-request.ts";
import {
  batchOutcomeSchema,
  countOutcomes,
  EVENTS_STREAM_ANSWER,
  itemOutcomeSchema,
  outcomeToWire,
  streamSummarySchema,
} from "../events/event-wire.ts";
import { checkCharset, eventsQuery, textOfBody } from "../events/events.route.ts";
import { answerStream, NDJSON } from "../events/events-stream.ts";
import type { ItemOutcome } from "../events/ingest.ts";
import type { ReadText } from "../events/read-event.ts";
import { sendProblem } from "../http/answer-problems.ts";
import { keyOf } from "../http/authenticate.ts";
import { BODY_LIMITS } from "../http/limits.ts";
import { fromCursor, pageOf, pageQuery, pageSchema } from "../http/page.ts";
import { problemOf } from "../http/problems.ts";
import type { ServerParts, ZodApp } from "../http/server-parts.ts";
import { wireText } from "../http/wire-text.ts";
import { loadSession } from "./load-session.ts";
import { listSessions, type SessionFilter, type SessionPageRow } from "./session-views.repo.ts";
import {
  SESSIONS_REQUEST_BODY,
  sessionSchema,
  sessionStateSchema,
  wholeSessionSchema,
} from "./session-wire.ts";
import { askToExpire } from "./sessions.repo.ts";

export const SESSIONS_PATH = "/v1/sessions";

type Body =
  | { readonly kind: "whole"; readonly text: string }
  | { readonly kind: "lines"; readonly stream: Readable };

/**
 * Those that a single record is answered with; a batch and a stream answer them record by record.
 */
const RECORD_REFUSES = Object.keys(REFUSALS).filter((code): code is RefusalCode =>
  /^session\.(?!unknown|not-open)/.test(code),
);

const REFUSES: readonly RefusalCode[] = [
  ...RECORD_REFUSES,
  "event.source-not-permitted",
  "event.source-unknown",
  "event.type-unknown",
  "event.batch-unreadable",
  "event.batch-too-long",
  "event.commit-unknown",
  "request.encoding-broken",
  "request.timeout",
  "request.too-large",
  "request.media-type",
  "request.encoding",
  "catalogue.empty",
  "server.overloaded",
];

const DESCRIPTION = `One record or an array of at most 1,000 (\`application/json\`), or a stream with a record
a line (\`application/x-ndjson\`). A record says that a leg started, what it has used so far, or that it
stopped; its source declares in the catalogue how (\`sessions\`).

Each record is answered for itself, after its commit; sending again is safe. Records may come in any order.
When the stop has come, or has not come for too long, the session becomes one event, whose id is the
\`sessionId\`, or \`sessionId/leg\`. A stream is answered as one of events is.`;

export const sessionsRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  await app.register(async (intake) => {
    readBodies(intake);
    routeRecords(intake, parts);
  });
  routeList(app, parts);
  routeOne(app, parts);
  routeExpire(app, parts);
};

function routeRecords(app: FastifyInstance, parts: ServerParts): void {
  app.post(
    SESSIONS_PATH,
    {
      config: {
        scope: "events:write",
        streams: NDJSON,
        requestBody: SESSIONS_REQUEST_BODY,
        responses: EVENTS_STREAM_ANSWER,
        refuses: REFUSES,
      },
      bodyLimit: BODY_LIMITS.events,
      schema: {
        operationId: "sendSessionRecords",
        summary: "Send records of sessions",
        description: DESCRIPTION,
        tags: ["sessions"],
        querystring: eventsQuery,
        response: {
          200: z
            .union([itemOutcomeSchema, batchOutcomeSchema, streamSummarySchema])
            .describe("Kept (one record), or what became of each (array, NDJSON)"),
        },
      },
    },
    async (request, reply: FastifyReply) => {
      const body = request.body as Body | undefined;
      if (body === undefined) throw new Refusal("request.media-type", { body: "missing" });
      const { sessions } = await parts.open();
      const { sources } = keyOf(request);
      const submit = async (bodies: readonly ReadText[]): Promise<ItemOutcome[]> => {
        const items = await sessions.submit({ bodies, sources });
        parts.metrics.countSessionRecords(items);
        return items;
      };
      if (body.kind === "lines") {
        return await answerStream({
          idleMs: parts.timeLimits.streamIdleMs,
          request,
          reply,
          submit,
          stop: parts.stop,
          stream: body.stream,
        });
      }
      if (/^\s*\[/.test(body.text)) {
        const items = await submit(sliceBatch(body.text, BODY_LIMITS.batchEvents));
        return reply.send({ ...countOutcomes(items), data: items.map(outcomeToWire) });
      }
      return await answerOne(reply, (await submit([body.text]))[0]!);
    },
  );
}

async function answerOne(reply: FastifyReply, item: ItemOutcome): Promise<FastifyReply> {
  const { id, outcome, code, detail, ...more } = outcomeToWire(item);
  if (outcome === "conflicting" || outcome === "refused") {
    const told = detail === undefined ? {} : { detail };
    const problem = problemOf(code as RefusalCode, { ...told, context: { id, outcome } });
    sendProblem(reply.request, reply, problem);
    return reply;
  }
  return reply.send({ id, outcome, ...more });
}

function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    async (request: FastifyRequest, bytes: Buffer): Promise<Body> => {
      checkCharset(request);
      return { kind: "whole", text: textOfBody(bytes) };
    },
  );
  app.addContentTypeParser(
    NDJSON,
    async (request: FastifyRequest, stream: Readable): Promise<Body> => {
      checkCharset(request);
      return { kind: "lines", stream };
    },
  );
}

function routeList(app: ZodApp, parts: ServerParts): void {
  const db = parts.database.pool("reader");
  app.get(
    SESSIONS_PATH,
    {
      config: { scope: "usage:read", refuses: ["request.cursor-malformed"] },
      schema: {
        operationId: "listSessions",
        summary: "List sessions in a state",
        tags: ["sessions"],
        querystring: pageQuery.extend({
          state: sessionStateSchema.optional().describe("Default open, and any with a sessionId"),
          source: wireText(256).optional(),
          sessionId: wireText(190).optional(),
        }),
        response: { 200: pageSchema(sessionSchema) },
      },
    },
    async ({ query: { limit, cursor, sessionId, ...filter } }) => {
      const after = readCursor(cursor);
      const state = filter.state ?? (sessionId === undefined ? "open" : undefined);
      const rows = await listSessions(db, { ...filter, state, sessionId, after, limit: limit + 1 });
      const { data, nextCursor } = pageOf(rows, limit, writeCursor);
      return { data: data.map(({ sourceHandle: _, ...view }) => view), nextCursor };
    },
  );
}

function writeCursor({ sourceHandle, key }: SessionPageRow): string {
  return `${sourceHandle} ${key}`;
}

function readCursor(cursor: string | undefined): SessionFilter["after"] {
  const text = fromCursor(cursor);
  if (text === undefined) return undefined;
  const [, handle, key] = /^(\d{1,9}) ([0-9a-f-]{36})$/.exec(text) ?? [];
  if (handle === undefined || key === undefined || !UUID.test(key)) {
    throw new Refusal("request.cursor-malformed");
  }
  return { sourceHandle: Number(handle), key };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const params = z.strictObject({
  key: z.string().regex(UUID).describe("The session's key, as the list tells it"),
});

function routeOne(app: ZodApp, parts: ServerParts): void {
  app.get(
    `${SESSIONS_PATH}/:key`,
    {
      config: { scope: "usage:read", refuses: ["session.unknown"] },
      schema: {
        operationId: "readSession",
        summary: "Read a session with its records",
        tags: ["sessions"],
        params,
        response: { 200: wholeSessionSchema },
      },
    },
    async ({ params: { key } }) => {
      const { records, conflicts, ...session } = await loadSession(
        parts.database.pool("reader"),
        key,
      );
      return { ...session, records: [...records], conflicts: [...conflicts] };
    },
  );
}

function routeExpire(app: ZodApp, parts: ServerParts): void {
  app.post(
    `${SESSIONS_PATH}/:key/expire`,
    {
      config: {
        scope: "events:write",
        refuses: ["session.unknown", "session.not-open", "event.source-not-permitted"],
      },
      schema: {
        operationId: "expireSession",
        summary: "Take an open session for ended",
        description:
          "It is charged, as an estimate, for what it is last known to have used. When its stop comes " +
          "after all and says otherwise, the event is corrected.",
        tags: ["sessions"],
        params,
        response: { 202: z.object({ key: z.string() }).describe("It is charged in a moment") },
      },
    },
    async (request, reply) => {
      const { key } = request.params;
      const { source } = await loadSession(parts.database.pool("reader"), key);
      const { sources } = keyOf(request);
      if (sources !== null && !sources.has(source)) {
        throw new Refusal("event.source-not-permitted", { source });
      }
      const asked = await askToExpire(parts.database.pool("writer"), key, parts.now());
      if (!asked) throw new Refusal("session.not-open", { key });
      return reply.code(202).send({ key });
    },
  );
}
