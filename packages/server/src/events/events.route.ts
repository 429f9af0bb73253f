/** `POST /v1/events`: every way events come over HTTP. */
import { isUtf8 } from "node:buffer";
import type { Readable } from "node:stream";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { sendProblem } from "../http/answer-problems.ts";
import { keyOf } from "../http/authenticate.ts";
import { BODY_LIMITS, INGEST_LIMITS } from "../http/limits.ts";
import { problemOf } from "../http/problems.ts";
import type { ServerParts } from "../http/server-parts.ts";
import { eventOfBinary, isBinaryMode, sliceBatch } from "./cloud-event-request.ts";
import {
  batchOutcomeSchema,
  countOutcomes,
  EVENTS_REQUEST_BODY,
  EVENTS_STREAM_ANSWER,
  itemOutcomeSchema,
  outcomeToWire,
  streamSummarySchema,
} from "./event-wire.ts";
import { answerStream, NDJSON } from "./events-stream.ts";
import type { ItemOutcome, Lane } from "./ingest.ts";
import { type ReadText, refused } from "./read-event.ts";

export const EVENTS_PATH = "/v1/events";

type Body =
  | { readonly kind: "single" | "batch" | "binary"; readonly text: string }
  | { readonly kind: "lines"; readonly stream: Readable };

/** Of every address that takes a stream. */
export const eventsQuery = z.strictObject({
  outcomes: z
    .enum(["each", "summary"])
    .default("each")
    .describe("Of an NDJSON stream: answer every commit, or once at the end"),
});

const REFUSES = [
  "event.unreadable",
  "event.too-deep",
  "event.id-missing",
  "event.source-missing",
  "event.type-missing",
  "event.time-missing",
  "event.time-malformed",
  "event.specversion-unknown",
  "event.subject-malformed",
  "event.data-malformed",
  "event.batch-unreadable",
  "request.encoding-broken",
  "event.source-not-permitted",
  "request.timeout",
  "catalogue.empty",
  "event.conflicting",
  "event.too-large",
  "event.batch-too-long",
  "request.too-large",
  "request.media-type",
  "request.encoding",
  "event.source-unknown",
  "event.commit-unknown",
  "server.overloaded",
] as const;

const DESCRIPTION = `One event (\`application/cloudevents+json\`, or binary mode: attributes in \`ce-\`
headers and data as \`application/json\`), a batch of at most 1,000 (\`application/cloudevents-batch+json\`),
or a stream of any length with an event a line (\`application/x-ndjson\`).

Each event is answered for itself, after its commit: a bad one never spoils its neighbours. Sending again is
always safe; what was stored is answered \`duplicate\`. A stream is answered by NDJSON, a line for every
commit with \`throughLine\`; its last line says \`complete\` or is a problem, and without either the lines
after the last \`throughLine\` are to be sent again. With \`outcomes=summary\` it is answered once.

The key writes only events of its own sources. A body may have the content encoding gzip.`;

export const eventsRoute: FastifyPluginAsyncZod<ServerParts> = async (app, parts) => {
  readEventBodies(app);
  const load = { bytes: 0 };
  app.post(
    EVENTS_PATH,
    {
      config: {
        scope: "events:write",
        streams: NDJSON,
        requestBody: EVENTS_REQUEST_BODY,
        responses: EVENTS_STREAM_ANSWER,
        refuses: REFUSES,
      },
      bodyLimit: BODY_LIMITS.events,
      onRequest: async () => shedLoad(parts, load.bytes),
      schema: {
        operationId: "ingestEvents",
        summary: "Send usage events",
        description: DESCRIPTION,
        tags: ["events"],
        querystring: eventsQuery,
        response: {
          200: z
            .union([itemOutcomeSchema, batchOutcomeSchema, streamSummarySchema])
            .describe("Stored (one event), or what became of each event (batch, NDJSON)"),
          202: itemOutcomeSchema.describe(
            "Kept in quarantine: not priced until its cause is mended",
          ),
        },
      },
    },
    async (request, reply: FastifyReply) => {
      const body = request.body as Body | undefined;
      if (body === undefined) throw new Refusal("request.media-type", { body: "missing" });
      const { ingest } = await parts.open();
      const { sources } = keyOf(request);
      const submitTo = (lane: Lane | null): Submit => {
        return (bodies) => {
          const submission = { bodies, lane: lane ?? laneOf(bodies), sources };
          return parts.metrics.submit(ingest, submission);
        };
      };
      if (body.kind === "lines") {
        const { stop } = parts;
        const submit = submitTo("bulk");
        const { streamIdleMs: idleMs } = parts.timeLimits;
        return await answerStream({ request, reply, submit, stop, idleMs, stream: body.stream });
      }
      load.bytes += body.text.length;
      try {
        if (body.kind === "batch") return await answerBatch(reply, body.text, submitTo(null));
        const event = { request, kind: body.kind, text: body.text };
        return await answerSingle(reply, event, submitTo("single"));
      } finally {
        load.bytes -= body.text.length;
      }
    },
  );
};

type Submit = (bodies: readonly ReadText[]) => Promise<ItemOutcome[]>;

/** So that single events do not wait behind large batches. */
const SINGLE_LANE_BATCH_MAX = 100;

function laneOf(bodies: readonly ReadText[]): Lane {
  return bodies.length <= SINGLE_LANE_BATCH_MAX ? "single" : "bulk";
}

/** Refuses before anything is parsed, which keeps the cost of an overload small. */
function shedLoad(parts: ServerParts, bytes: number): void {
  const waiting = parts.opened()?.ingest.waiting().single ?? 0;
  if (waiting < INGEST_LIMITS.singleWaitingMax && bytes < INGEST_LIMITS.waitingBytesMax) return;
  throw new Refusal("server.overloaded");
}

interface SingleEvent {
  readonly kind: "single" | "binary";
  readonly request: FastifyRequest;
  readonly text: string;
}

async function answerSingle(
  reply: FastifyReply,
  { kind, request, text }: SingleEvent,
  submit: Submit,
): Promise<FastifyReply> {
  const read = (): string => eventOfBinary(request.raw.headersDistinct, text);
  const event = kind === "binary" ? await countUnreadable(submit, read) : text;
  const [item] = await submit([event]);
  const { id, outcome, code, detail, ...more } = outcomeToWire(item!);
  if (outcome === "conflicting" || outcome === "refused") {
    const told = detail === undefined ? {} : { detail };
    const problem = problemOf(code as RefusalCode, { ...told, context: { id, outcome } });
    sendProblem(request, reply, problem);
    return reply;
  }
  const wire = { id, outcome, ...more, ...(code && { code }), ...(detail && { detail }) };
  return reply.code(outcome === "quarantined" ? 202 : 200).send(wire);
}

async function answerBatch(
  reply: FastifyReply,
  text: string,
  submit: Submit,
): Promise<FastifyReply> {
  const events = await countUnreadable(submit, () => sliceBatch(text, BODY_LIMITS.batchEvents));
  const items = await submit(events);
  return reply.send({ ...countOutcomes(items), data: items.map(outcomeToWire) });
}

/** What cannot be read is counted as received and refused all the same (design: nothing vanishes). */
async function countUnreadable<T>(submit: Submit, read: () => T): Promise<T> {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) await submit([refused(error.code)]);
    throw error;
  }
}

/** Only what a CloudEvent can come as is read; everything else is 415. */
function readEventBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const whole = (kind: "single" | "batch" | "binary") => {
    return async (request: FastifyRequest, bytes: Buffer): Promise<Body> => {
      checkCharset(request);
      if (kind === "binary" && !isBinaryMode(request.headers)) {
        throw new Refusal("request.media-type", { instead: "application/cloudevents+json" });
      }
      return { kind, text: textOfBody(bytes) };
    };
  };
  const parseAs = { parseAs: "buffer" } as const;
  app.addContentTypeParser("application/cloudevents+json", parseAs, whole("single"));
  app.addContentTypeParser("application/cloudevents-batch+json", parseAs, whole("batch"));
  app.addContentTypeParser("application/json", parseAs, whole("binary"));
  app.addContentTypeParser(
    NDJSON,
    async (request: FastifyRequest, stream: Readable): Promise<Body> => {
      checkCharset(request);
      return { kind: "lines", stream };
    },
  );
}

/** What is JSON, without its byte order mark. Not UTF-8: empty, which is refused as no JSON either. */
export function textOfBody(bytes: Buffer): string {
  if (!isUtf8(bytes)) return "";
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString("utf8", hasMark ? 3 : 0);
}

/** Refuses `request.media-type`: texts are UTF-8. */
export function checkCharset({ headers }: FastifyRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headers["content-type"] ?? "")?.[1];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw new Refusal("request.media-type", { charset: charset.slice(0, 40) });
  }
}
