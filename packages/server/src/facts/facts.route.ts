/** Facts about accepted events over HTTP: void, restore, correct; one event or many. */
import { isUtf8 } from "node:buffer";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { findDuplicateName } from "../events/duplicate-names.ts";
import { parseExactly, toEvent } from "../events/read-event.ts";
import { keyOf } from "../http/authenticate.ts";
import { BODY_LIMITS } from "../http/limits.ts";
import type { ServerParts, ZodApp } from "../http/server-parts.ts";
import { wireFlag, wireText } from "../http/wire-text.ts";
import { shownText } from "../imports/file-record.ts";
import { correctionOf, type FactItem } from "./fact-item.ts";
import {
  correctionBody,
  factAnswerSchema,
  factBatchBody,
  factBatchSchema,
  reasonBody,
} from "./fact-wire.ts";
import { type FactAnswer, type FactRequest, stateFacts } from "./state-facts.ts";

const params = z.strictObject({
  ref: wireText(1_000).describe("The event's key, or source/id with the slash as %2F"),
});
const headers = z.object({
  "idempotency-key": wireText(255)
    .optional()
    .describe("The same request with the same key is answered as the first, and changes nothing"),
});
const querystring = z.strictObject({
  dryRun: wireFlag.describe("Work out what it changes and store nothing"),
});

const REFUSES: readonly RefusalCode[] = [
  "event.unknown",
  "event.quarantined",
  "event.source-not-permitted",
  "fact.event-void",
  "fact.reason-missing",
  "fact.not-storable",
  "request.idempotency-key-reused",
  "catalogue.empty",
];

const CORRECTION_REFUSES: readonly RefusalCode[] = [
  "fact.same-content",
  "fact.other-event",
  "fact.not-ratable",
  "event.id-missing",
  "event.source-missing",
  "event.type-missing",
  "event.time-missing",
  "event.subject-malformed",
  "event.data-malformed",
  "event.too-deep",
];

const LATER =
  "The event and its charges stay as they are; a new fact says what it stands at from now on. " +
  "Statements " +
  "that were made never change: the difference is an adjustment on the next one.";

export const factsRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  readBodiesExactly(app);
  routeUndo(app, parts, "void", {
    operationId: "voidEvent",
    summary: "Void an event: it counts no more",
  });
  routeUndo(app, parts, "restore", {
    operationId: "restoreEvent",
    summary: "Restore a void event: it counts again, as before",
  });
  routeCorrect(app, parts);
  routeStateFacts(app, parts);
};

function routeUndo(
  app: ZodApp,
  parts: ServerParts,
  kind: "void" | "restore",
  words: { readonly operationId: string; readonly summary: string },
): void {
  app.post(
    `/v1/events/:ref/${kind}`,
    {
      config: {
        scope: "events:correct",
        refuses: kind === "void" ? REFUSES : [...REFUSES, "fact.not-void"],
      },
      schema: {
        ...words,
        description: LATER,
        tags: ["events"],
        params,
        headers,
        querystring,
        body: reasonBody,
        response: { 200: factAnswerSchema },
      },
    },
    async (request) => {
      const { reason } = request.body;
      const items = [{ ref: request.params.ref }];
      return single(await state(parts, request, { kind, reason, items }), request.query.dryRun);
    },
  );
}

function routeCorrect(app: ZodApp, parts: ServerParts): void {
  app.post(
    "/v1/events/:ref/correction",
    {
      config: {
        scope: "events:correct",
        refuses: [...REFUSES, ...CORRECTION_REFUSES],
      },
      schema: {
        operationId: "correctEvent",
        summary: "Correct an event: it says something else from now on",
        description:
          "Under the same source and id, priced by the catalogue in force at its time. " +
          `${LATER} Sending other content to \`POST /v1/events\` never corrects: it is conflicting.`,
        tags: ["events"],
        params,
        headers,
        querystring,
        body: correctionBody,
        response: { 200: factAnswerSchema },
      },
    },
    async (request) => {
      const { reason, event } = request.body;
      const items = [{ ref: request.params.ref, event: toEvent(event) }];
      const answer = await state(parts, request, { kind: "correction", reason, items });
      return single(answer, request.query.dryRun);
    },
  );
}

function routeStateFacts(app: ZodApp, parts: ServerParts): void {
  app.post(
    "/v1/event-facts",
    {
      config: {
        scope: "events:correct",
        refuses: [
          "fact.reason-missing",
          "fact.not-storable",
          "request.idempotency-key-reused",
          "catalogue.empty",
        ],
      },
      bodyLimit: BODY_LIMITS.facts,
      schema: {
        operationId: "stateFacts",
        summary: "Void, restore or correct up to 1,000 events at once",
        description:
          "What can be stated is stored together; every event is answered for itself, and one that is " +
          `refused never spoils its neighbours. ${LATER}`,
        tags: ["events"],
        headers,
        querystring,
        body: factBatchBody,
        response: { 200: factBatchSchema },
      },
    },
    async (request) => {
      const { body } = request;
      const { kind, reason } = body;
      const items: FactItem[] =
        body.kind === "correction"
          ? body.events.map((event) => correctionOf(toEvent(event)))
          : body.refs.map((ref) => ({ ref }));
      const { batch, results } = await state(parts, request, { kind, reason, items });
      const refused = results.filter((result) => "refused" in result).length;
      const { dryRun } = request.query;
      return { dryRun, batch, stated: results.length - refused, refused, data: toWire(results) };
    },
  );
}

type Asked = Pick<FactRequest, "kind" | "reason" | "items">;

async function state(
  parts: ServerParts,
  request: FastifyRequest,
  asked: Asked,
): Promise<FactAnswer> {
  const { dryRun } = request.query as z.output<typeof querystring>;
  const { "idempotency-key": sent } = request.headers as z.output<typeof headers>;
  const { id, sources } = keyOf(request);
  const { keeper } = await parts.open();
  return await stateFacts(parts.database, keeper, {
    ...asked,
    by: `key:${id}`,
    // Keys of different callers are not the same.
    idempotencyKey: sent === undefined || dryRun ? null : `${id} ${sent}`,
    sources,
    dryRun,
  });
}

function single(
  { batch, results }: FactAnswer,
  dryRun: boolean,
): z.output<typeof factAnswerSchema> {
  const [result] = toWire(results);
  if ("refused" in result!) throw new Refusal(result.refused as RefusalCode, result.detail);
  return { dryRun, batch, ...result! };
}

function toWire(results: FactAnswer["results"]): z.output<typeof factBatchSchema>["data"] {
  return results.map((result) => {
    if ("refused" in result) return { ...result, detail: { ...result.detail } };
    return { ...result, effects: result.effects.map((effect) => ({ ...effect })) };
  });
}

/** Corrections hold events, whose numbers keep their digits. */
function readBodiesExactly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    async (_: FastifyRequest, bytes: Buffer) => {
      const text = isUtf8(bytes) ? bytes.toString("utf8") : "";
      const body = parseBody(text);
      const name = findDuplicateName(text);
      if (name !== null) throw new Refusal("request.malformed", { standsTwice: shownText(name) });
      return body;
    },
  );
}

function parseBody(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    throw new Refusal("request.malformed");
  }
}
